// Where keyboard focus goes when the focused element disappears.

export const isFocusLost = (): boolean =>
  document.activeElement === null || document.activeElement === document.body;

/** The dialog on top, or the page (both focusable by program); the focus stays where it is if it is anywhere. */
export function focusWhatIsLeft(): void {
  if (!isFocusLost()) return;
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  const left = dialog?.firstElementChild ?? document.querySelector("main");
  (left as HTMLElement | null)?.focus();
}
