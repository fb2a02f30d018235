// An error: what happened, to what, and what to do now.
import { Show, type JSX } from "solid-js";
import type { PlainError } from "../../shared/errors.ts";
import styles from "./ErrorNote.module.css";
import { WarningIcon } from "./icons.tsx";
import { messageOf, remedyOf } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";

const isBug = (error: PlainError): boolean => error.code === "internal";

export function ErrorNote(props: {
  readonly error: PlainError;
  readonly compact?: boolean;
  /** Buttons that carry out the remedy. */
  readonly children?: JSX.Element;
}): JSX.Element {
  return (
    <div class={styles["note"]} classList={{ [styles["compact"]!]: props.compact === true }} role="alert">
      <WarningIcon />
      <div>
        <p class={styles["message"]}>
          {isBug(props.error) ? t.page.error.bug(props.error.message) : messageOf(props.error)}
        </p>
        <p class={styles["remedy"]}>{isBug(props.error) ? t.page.error.bugRemedy : remedyOf(props.error)}</p>
        <Show when={isBug(props.error) || (props.error.where && !props.compact)}>
          <details class={styles["details"]}>
            <summary>{t.page.error.details}</summary>
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
