// What this site keeps on the disk: the model, own adapters, pictures; and the ways to free it.
import { createEffect, createSignal, on, Show, type JSX } from "solid-js";
import type { DiskUse } from "../app/ports.ts";
import { formatBytes } from "../app/time-left.ts";
import { toPlainError, type PlainError } from "../shared/errors.ts";
import controls from "./controls.module.css";
import { Dialog } from "./Dialog.tsx";
import { ErrorNote } from "./ErrorNote.tsx";
import styles from "./StorageDialog.module.css";
import { useStudio } from "./studio-context.ts";

export function StorageDialog(props: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const studio = useStudio();
  const [use, setUse] = createSignal<DiskUse | null>(null);
  const [error, setError] = createSignal<PlainError | null>(null);
  const [asking, setAsking] = createSignal(false);
  const [deleting, setDeleting] = createSignal(false);

  const read = async (): Promise<void> => {
    try {
      setUse(await studio.storageUse());
      setError(null);
    } catch (reason) {
      setError(toPlainError(reason));
    }
  };
  createEffect(
    on(
      () => props.open,
      (open) => {
        setAsking(false);
        if (open) void read();
      },
    ),
  );
  const pictures = (): number => studio.gallery.images().reduce((sum, { png }) => sum + png.size, 0);
  const total = (): number => (use()?.usedBytes ?? 0) + (use()?.own.sizeBytes ?? 0) + pictures();

  async function deletePack(): Promise<void> {
    setDeleting(true);
    try {
      await studio.deletePack();
      setAsking(false);
    } catch (reason) {
      setError(toPlainError(reason));
    }
    setDeleting(false);
    await read();
  }

  return (
    <Dialog open={props.open} title="Storage" onClose={() => props.onClose()}>
      <div class={styles["body"]}>
        <Show when={error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
        <Show when={use()} fallback={<p>Looking…</p>}>
          {(known) => (
            <>
              <p class={styles["total"]}>
                <strong>{formatBytes(total())}</strong> on this disk
                <Show when={known().quotaBytes > 0}>
                  <span> of {formatBytes(known().quotaBytes)} that the browser allows</span>
                </Show>
              </p>
              <ul class={styles["rows"]}>
                <li>
                  <div>
                    <h3>Model files</h3>
                    <p>
                      {known().fileCount === 0
                        ? "None kept."
                        : `${studio.pack()?.title ?? "Pocket"}, in ${known().fileCount} files. Downloaded again when needed.`}
                    </p>
                  </div>
                  <span class={styles["size"]}>{formatBytes(known().usedBytes)}</span>
                  <Show when={known().fileCount > 0}>
                    <div class={styles["actions"]}>
                      <Show
                        when={asking()}
                        fallback={
                          <button
                            class={`${controls["button"]} ${controls["small"]} ${controls["danger"]}`}
                            type="button"
                            onClick={() => setAsking(true)}
                          >
                            Delete model files
                          </button>
                        }
                      >
                        <button
                          class={`${controls["button"]} ${controls["small"]} ${controls["danger"]}`}
                          type="button"
                          disabled={deleting()}
                          onClick={() => void deletePack()}
                        >
                          {deleting() ? "Deleting…" : `Delete ${formatBytes(known().usedBytes)}`}
                        </button>
                        <button
                          class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
                          type="button"
                          onClick={() => setAsking(false)}
                        >
                          Keep them
                        </button>
                      </Show>
                    </div>
                  </Show>
                </li>
                <li>
                  <div>
                    <h3>Your adapters</h3>
                    <p>
                      {known().own.count === 0
                        ? "You have added none."
                        : `${known().own.count} ${known().own.count === 1 ? "file" : "files"}. Remove each from its details, under Adapters.`}
                    </p>
                  </div>
                  <span class={styles["size"]}>{formatBytes(known().own.sizeBytes)}</span>
                </li>
                <li>
                  <div>
                    <h3>Your pictures</h3>
                    <p>
                      {studio.gallery.images().length === 0
                        ? "None yet."
                        : `${studio.gallery.images().length} in the gallery, where they can be deleted.`}
                    </p>
                  </div>
                  <span class={styles["size"]}>{formatBytes(pictures())}</span>
                </li>
              </ul>
              <p class={styles["hint"]}>
                {known().persisted
                  ? "The browser has promised to keep all this until you delete it."
                  : "The browser may delete all this when the disk runs full. Download what you want to be sure of."}
              </p>
            </>
          )}
        </Show>
      </div>
    </Dialog>
  );
}
