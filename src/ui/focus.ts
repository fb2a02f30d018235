// Where the keyboard goes when what it was on has gone.

/** The dialog on top, or the page (both focusable by program); the focus stays where it is if it is anywhere. */
export function focusWhatIsLeft(): void {
  if (document.activeElement && document.activeElement !== document.body) return;
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  const left = dialog?.firstElementChild ?? document.querySelector("main");
  (left as HTMLElement | null)?.focus();
}
