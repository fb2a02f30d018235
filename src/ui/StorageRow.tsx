// One thing that takes room: how much, and, where it can be deleted here, a button that asks once more.
import { createSignal, Show, type JSX } from "solid-js";
import { formatBytes } from "../app/time-left.ts";
import controls from "./controls.module.css";
import styles from "./StorageDialog.module.css";

export function StorageRow(props: {
  readonly title: string;
  readonly words: string;
  readonly sizeBytes: number;
  readonly onDelete?: () => Promise<void>;
  /** Forgets what was remembered of its files; answers how much that was, null when that failed. */
  readonly onForget?: () => Promise<number | null>;
}): JSX.Element {
  const [asking, setAsking] = createSignal(false);
  const [deleting, setDeleting] = createSignal(false);
  const [forgotten, setForgotten] = createSignal<number | null>(null);
  async function remove(): Promise<void> {
    setDeleting(true);
    await props.onDelete!();
    setDeleting(false);
    setAsking(false);
  }
  return (
    <li aria-label={props.title}>
      <div>
        <h3>{props.title}</h3>
        <p>{props.words}</p>
        <Show when={forgotten() !== null}>
          <p role="status">
            {forgotten() === 0
              ? "Nothing was remembered beyond the list of its files."
              : `Forgot the hashes of ${forgotten()} files: the next download takes what the hub has then.`}
          </p>
        </Show>
      </div>
      <span class={styles["size"]}>{formatBytes(props.sizeBytes)}</span>
      <Show when={props.onDelete}>
        <div class={styles["actions"]}>
          <Show
            when={asking()}
            fallback={
              <>
                <button
                  class={`${controls["button"]} ${controls["small"]} ${controls["danger"]}`}
                  type="button"
                  aria-label={`Delete ${props.title}`}
                  onClick={() => setAsking(true)}
                >
                  Delete
                </button>
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
              </>
            }
          >
            <button
              class={`${controls["button"]} ${controls["small"]} ${controls["danger"]}`}
              type="button"
              disabled={deleting()}
              onClick={() => void remove()}
            >
              {deleting() ? "Deleting…" : `Delete ${formatBytes(props.sizeBytes)}`}
            </button>
            <button
              class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
              type="button"
              onClick={() => setAsking(false)}
            >
              Keep it
            </button>
          </Show>
        </div>
      </Show>
    </li>
  );
}
