// Addresses that carry settings: "#prompt=…". One that is opened fills the form, and so does going back or forward to it.
import type { Studio } from "./studio.ts";

/** In the state of an entry of the browser's history: its link was taken over, and a reload keeps what was changed since. */
const taken = "stylusLinkTaken";

/** Follows the address; returns a function that stops it. */
export function installLinks({ useLink }: Pick<Studio, "useLink">): () => void {
  const take = (): void => {
    const { hash } = location;
    useLink(hash, () => {
      if (location.hash === hash)
        history.replaceState({ ...(history.state as object | null), [taken]: true }, "");
    });
  };
  if (!(history.state as Record<string, unknown> | null)?.[taken]) take();
  addEventListener("hashchange", take);
  return () => removeEventListener("hashchange", take);
}
