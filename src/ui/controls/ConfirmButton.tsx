// A button that asks once more before it deletes. The keyboard stays with it: on the way out while it asks, on the button
// again when nothing was deleted, and on what is left when the deleted thing has taken the button along.
import { createSignal, Show, type JSX } from "solid-js";
import controls from "./controls.module.css";
import { focusWhatIsLeft, isFocusLost } from "./focus.ts";

export function ConfirmButton(props: {
  readonly label: string;
  /** The button's name where `label` does not say what is deleted. */
  readonly name?: string;
  /** What the second button says: how much goes. */
  readonly confirm: string;
  readonly keep: string;
  readonly quiet?: boolean;
  readonly onConfirm: () => void | Promise<void>;
  /** Beside the button while it does not ask. */
  readonly children?: JSX.Element;
}): JSX.Element {
  const [asking, setAsking] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  let first: HTMLButtonElement | undefined;
  let keep!: HTMLButtonElement;

  function ask(): void {
    setAsking(true);
    keep.focus();
  }
  function back(): void {
    setAsking(false);
    first?.focus();
  }
  async function confirm(): Promise<void> {
    setBusy(true);
    try {
      await props.onConfirm();
    } finally {
      setBusy(false);
      setAsking(false);
      if (isFocusLost()) first?.focus(); // and stays where somebody has gone meanwhile
      focusWhatIsLeft();
    }
  }

  const small = `${controls["button"]} ${controls["small"]}`;
  return (
    <Show
      when={asking()}
      fallback={
        <>
          <button
            ref={(element) => (first = element)}
            class={small}
            classList={{ [controls["quiet"]!]: props.quiet === true, [controls["danger"]!]: !props.quiet }}
            type="button"
            aria-label={props.name}
            onClick={ask}
          >
            {props.label}
          </button>
          {props.children}
        </>
      }
    >
      <span
        class={controls["ask"]}
        role="group"
        aria-label={`${props.name ?? props.label}?`}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || busy()) return;
          event.preventDefault(); // the dialog around it stays
          back();
        }}
      >
        <button
          class={`${small} ${controls["danger"]}`}
          type="button"
          disabled={busy()}
          onClick={() => void confirm()}
        >
          {busy() ? "Deleting…" : props.confirm}
        </button>
        <button
          ref={(element) => (keep = element)}
          class={`${small} ${controls["quiet"]}`}
          type="button"
          disabled={busy()}
          onClick={back}
        >
          {props.keep}
        </button>
      </span>
    </Show>
  );
}
