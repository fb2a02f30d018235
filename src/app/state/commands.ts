// Keys that work anywhere on the page. The same list is shown in the help.
import type { Studio } from "./studio.ts";

export const keyList: readonly { readonly keys: readonly string[]; readonly what: string }[] = [
  { keys: ["Ctrl", "Enter"], what: "Generate" },
  { keys: ["Esc"], what: "Stop" },
  { keys: ["Ctrl", "↑ ↓"], what: "Raise or lower the weight of the word at the cursor, or of the selection" },
  { keys: ["Alt", "↑ ↓"], what: "Earlier and later prompts" },
];

/** Installs the page-wide keys; returns the way to remove them. */
export function installKeys(studio: Studio): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void studio.generate();
    } else if (event.key === "Escape" && studio.busy()) {
      // An open dialog or popover takes Escape for itself.
      if (document.querySelector("dialog[open], :popover-open")) return;
      event.preventDefault();
      studio.stop();
    }
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}
