// A button that asks for confirmation before it deletes. Keyboard focus follows: to the cancelling button while it asks, back
// to the button when nothing was deleted, and to the next element when the button disappears with the deleted item.
import { createSignal, Show, type JSX } from "solid-js";
import controls from "./controls.module.css";
import { focusWhatIsLeft, isFocusLost } from "./focus.ts";
import { t } from "../../texts/texts.ts";

export function ConfirmButton(props: {
  readonly label: string;
  /** Accessible name, where `label` doesn't say what is deleted. */
  readonly name?: string;
  /** Label of the confirming button: says how much is deleted. */
  readonly confirm: string;
  readonly keep: string;
  readonly quiet?: boolean;
  readonly onConfirm: () => void | Promise<void>;
  /** Shown beside the button until it asks. */
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
      if (isFocusLost()) first?.focus(); // or stays where the user has moved it
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
        aria-label={t.page.confirmLabel(props.name ?? props.label)}
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
          {busy() ? t.page.deleting : props.confirm}
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
