// One thing that takes disk space, with a delete button where this dialog can delete it.
import { createSignal, Show, type JSX } from "solid-js";
import type { PlainError } from "../../shared/errors.ts";
import { ConfirmButton } from "../controls/ConfirmButton.tsx";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import styles from "./StorageDialog.module.css";
import { t } from "../../texts/texts.ts";

export function StorageRow(props: {
  readonly title: string;
  readonly text: string;
  /** Null: not measured. */
  readonly sizeBytes: number | null;
  readonly onDelete?: () => Promise<void>;
  readonly onExport?: () => Promise<void>;
  /** Why the last deletion failed. */
  readonly error?: PlainError | null;
  /** Forgets the stored hashes of its files. Resolves to how many there were, or null on failure. */
  readonly onForget?: () => Promise<number | null>;
}): JSX.Element {
  const [forgotten, setForgotten] = createSignal<number | null>(null);
  return (
    <li aria-label={props.title}>
      <div>
        <h3>{props.title}</h3>
        <p>{props.text}</p>
        <Show when={forgotten() !== null}>
          <p role="status">
            {forgotten() === 0 ? t.storage.nothingForgotten : t.storage.forgotten(forgotten()!)}
          </p>
        </Show>
      </div>
      <span class={styles["size"]}>{props.sizeBytes === null ? "" : t.format.bytes(props.sizeBytes)}</span>
      <Show when={props.error}>{(error) => <ErrorNote error={error()} compact />}</Show>
      <Show when={props.onDelete}>
        <div class={styles["actions"]}>
          <ConfirmButton
            label={t.storage.delete}
            name={t.storage.deleteName(props.title)}
            confirm={
              props.sizeBytes === null
                ? t.storage.unreadable.confirmDelete
                : t.storage.confirmDelete(props.sizeBytes)
            }
            keep={t.storage.keep}
            onConfirm={() => props.onDelete!()}
          >
            <Show when={props.onExport}>
              {(exportRows) => (
                <button
                  class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
                  type="button"
                  aria-label={t.storage.unreadable.exportName(props.title)}
                  onClick={() => void exportRows()()}
                >
                  {t.storage.unreadable.export}
                </button>
              )}
            </Show>
            <Show when={props.onForget}>
              {(forget) => (
                <button
                  class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
                  type="button"
                  aria-label={t.storage.forgetName(props.title)}
                  title={t.storage.forgetTitle}
                  onClick={() => void forget()().then(setForgotten)}
                >
                  {t.storage.forget}
                </button>
              )}
            </Show>
          </ConfirmButton>
        </div>
      </Show>
    </li>
  );
}
