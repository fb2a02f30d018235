// Keyboard shortcuts that work anywhere on the page; the help lists them (t.page.help.keys).
import type { Studio } from "./studio.ts";

/** Installs the page-wide shortcuts; returns a function that removes them. */
export function installKeys(studio: Pick<Studio, "generate" | "busy" | "stop">): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      if (!event.repeat) void studio.generate();
    } else if (event.key === "Escape" && studio.busy()) {
      // An open dialog or popover takes Escape for itself.
      if (document.querySelector("dialog[open], :popover-open")) return;
      event.preventDefault();
      if (!event.repeat) studio.stop(); // held, it would stop the runs that wait, too
    }
  };
  document.addEventListener("keydown", onKeyDown);
  return () => document.removeEventListener("keydown", onKeyDown);
}
