// A native modal dialog with a title and a way out: Escape, the cross, or a click outside.
import { createEffect, createUniqueId, Show, type JSX } from "solid-js";
import controls from "./controls.module.css";
import styles from "./Dialog.module.css";
import { CloseIcon } from "./icons.tsx";
import { t } from "../../texts/texts.ts";

export function Dialog(props: {
  readonly open: boolean;
  readonly title: string;
  readonly wide?: boolean;
  /** As large as the screen allows, whatever is in it. */
  readonly large?: boolean;
  readonly onClose: () => void;
  readonly children: JSX.Element;
}): JSX.Element {
  let dialog!: HTMLDialogElement;
  const id = createUniqueId();
  createEffect(() => {
    if (props.open && !dialog.open) dialog.showModal();
    if (!props.open && dialog.open) dialog.close();
  });
  return (
    <dialog
      ref={(element) => (dialog = element)}
      class={styles["dialog"]}
      classList={{ [styles["wide"]!]: props.wide === true, [styles["large"]!]: props.large === true }}
      aria-labelledby={id}
      onClose={() => props.onClose()}
      onClick={(event) => {
        if (event.target === dialog) props.onClose();
      }}
    >
      <div class={styles["inside"]} tabindex="-1">
        <header class={styles["head"]}>
          <h2 id={id}>{props.title}</h2>
          <button
            class={controls["icon"]}
            type="button"
            aria-label={t.page.close}
            onClick={() => props.onClose()}
          >
            <CloseIcon />
          </button>
        </header>
        <Show when={props.open}>{props.children}</Show>
      </div>
    </dialog>
  );
}
