// A failure in plain words: what happened, what to do.
import { Show, type JSX } from "solid-js";
import type { PlainError } from "../../shared/errors.ts";
import styles from "./ErrorNote.module.css";
import { WarningIcon } from "./icons.tsx";

const isBug = (error: PlainError): boolean => error.code === "internal";

export function ErrorNote(props: {
  readonly error: PlainError;
  readonly compact?: boolean;
  /** Buttons that do what the remedy says. */
  readonly children?: JSX.Element;
}): JSX.Element {
  return (
    <div class={styles["note"]} classList={{ [styles["compact"]!]: props.compact === true }} role="alert">
      <WarningIcon />
      <div>
        <p class={styles["message"]}>
          {isBug(props.error) ? "Something went wrong inside the program." : props.error.message}
        </p>
        <p class={styles["remedy"]}>
          {isBug(props.error)
            ? "Your prompt and settings are kept. Try again, or reload the page."
            : props.error.remedy}
        </p>
        <Show when={isBug(props.error) || (props.error.where && !props.compact)}>
          <details class={styles["details"]}>
            <summary>Details</summary>
            <code>{isBug(props.error) ? (props.error.stack ?? props.error.message) : props.error.where}</code>
          </details>
        </Show>
        <Show when={props.children}>
          <div class={styles["actions"]}>{props.children}</div>
        </Show>
      </div>
    </div>
  );
}
