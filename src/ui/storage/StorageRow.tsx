// One thing that takes room: how much, and, where it can be deleted here, a button that asks once more.
import { createSignal, Show, type JSX } from "solid-js";
import { formatBytes } from "../../app/state/time-left.ts";
import type { PlainError } from "../../shared/errors.ts";
import { counted } from "../../shared/words.ts";
import { ConfirmButton } from "../controls/ConfirmButton.tsx";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import styles from "./StorageDialog.module.css";

export function StorageRow(props: {
  readonly title: string;
  readonly words: string;
  readonly sizeBytes: number;
  readonly onDelete?: () => Promise<void>;
  /** Why it could not be deleted, all of it. */
  readonly error?: PlainError | null;
  /** Forgets what was remembered of its files; answers how much that was, null when that failed. */
  readonly onForget?: () => Promise<number | null>;
}): JSX.Element {
  const [forgotten, setForgotten] = createSignal<number | null>(null);
  return (
    <li aria-label={props.title}>
      <div>
        <h3>{props.title}</h3>
        <p>{props.words}</p>
        <Show when={forgotten() !== null}>
          <p role="status">
            {forgotten() === 0
              ? "Nothing was remembered beyond the list of its files."
              : `Forgot ${counted(forgotten()!, "hash", "hashes")}: the next download takes what the hub has then.`}
          </p>
        </Show>
      </div>
      <span class={styles["size"]}>{formatBytes(props.sizeBytes)}</span>
      <Show when={props.error}>{(error) => <ErrorNote error={error()} compact />}</Show>
      <Show when={props.onDelete}>
        <div class={styles["actions"]}>
          <ConfirmButton
            label="Delete"
            name={`Delete ${props.title}`}
            confirm={`Delete ${formatBytes(props.sizeBytes)}`}
            keep="Keep it"
            onConfirm={() => props.onDelete!()}
          >
            <Show when={props.onForget}>
              {(forget) => (
                <button
                  class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
                  type="button"
                  aria-label={`Forget the hashes of ${props.title}`}
                  title="What the first download brought is remembered, so that a changed file is noticed"
                  onClick={() => void forget()().then(setForgotten)}
                >
                  Forget hashes
                </button>
              )}
            </Show>
          </ConfirmButton>
        </div>
      </Show>
    </li>
  );
}
