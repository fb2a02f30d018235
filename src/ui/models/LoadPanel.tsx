// The model on its way: total and file by file, in bytes; or what went wrong and what to do.
import { For, Show, type JSX } from "solid-js";
import { isOwnModel } from "../../app/packs/user-models.ts";
import { pocketId } from "../../app/packs/packs.ts";
import { formatBytes, formatDuration } from "../../app/state/time-left.ts";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import styles from "./LoadPanel.module.css";
import { useStudio } from "../studio-context.ts";

export function LoadPanel(): JSX.Element {
  const studio = useStudio();
  return (
    <section class={styles["panel"]} aria-label="Model">
      <Show when={studio.packError()}>
        {(error) => (
          <ErrorNote error={error()}>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              onClick={() => void studio.loadPack()}
            >
              Try again
            </button>
            <Show when={isOwnModel(studio.settings.model) && error().code === "device"}>
              <button
                class={`${controls["button"]} ${controls["small"]}`}
                type="button"
                onClick={() => void studio.models.allow(studio.settings.model)}
              >
                Allow access
              </button>
            </Show>
            <Show when={studio.settings.model !== pocketId}>
              <button
                class={`${controls["button"]} ${controls["small"]}`}
                type="button"
                onClick={() => void studio.useModel(pocketId)}
              >
                Use Pocket
              </button>
              <button
                class={`${controls["button"]} ${controls["small"]}`}
                type="button"
                onClick={() => studio.models.show()}
              >
                Models
              </button>
            </Show>
            <button
              class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
              type="button"
              onClick={() => location.reload()}
            >
              Reload the page
            </button>
          </ErrorNote>
        )}
      </Show>
      <Show when={studio.packStatus() === "deleted"}>
        <h2>The model is deleted from this browser</h2>
        <p class={styles["hint"]}>Painting needs it again. Your pictures and settings are kept.</p>
        <div class={styles["again"]}>
          <Show
            when={studio.settings.model === pocketId}
            fallback={
              <>
                <button
                  class={controls["button"]}
                  type="button"
                  onClick={() => void studio.useModel(pocketId)}
                >
                  Use Pocket
                </button>
                <button class={controls["button"]} type="button" onClick={() => studio.models.show()}>
                  Models
                </button>
              </>
            }
          >
            <button class={controls["button"]} type="button" onClick={() => void studio.loadPack()}>
              Download it again
            </button>
          </Show>
        </div>
      </Show>
      <Show when={studio.packStatus() === "loading" || studio.packStatus() === "waiting"}>
        <div class={styles["total"]}>
          <h2>{studio.progress()?.preparing ?? "Fetching the model"}</h2>
          <Show when={studio.progress()} fallback={<span>…</span>}>
            {(progress) => (
              <span>
                {formatBytes(progress().receivedBytes)} of {formatBytes(progress().totalBytes)}
              </span>
            )}
          </Show>
        </div>
        <progress
          class={styles["bar"]}
          max={studio.progress()?.totalBytes ?? 1}
          value={studio.progress()?.receivedBytes ?? 0}
          data-preparing={studio.progress()?.preparing != null}
          aria-label="Model loaded"
        />
        <p class={styles["hint"]}>
          <Show when={studio.transfer()} fallback="Once only: later visits read it from this browser.">
            {(transfer) =>
              `${formatBytes(transfer().bytesPerSecond)} per second, ${formatDuration(transfer().leftMilliseconds)} left. Once only: later visits read it from this browser.`
            }
          </Show>
        </p>
        <ul class={styles["files"]}>
          <For each={studio.progress()?.files ?? []}>
            {(file) => (
              <li data-done={file.receivedBytes >= file.sizeBytes}>
                <span class={styles["path"]}>{file.path}</span>
                <span>
                  {file.receivedBytes >= file.sizeBytes
                    ? formatBytes(file.sizeBytes)
                    : `${formatBytes(file.receivedBytes)} of ${formatBytes(file.sizeBytes)}`}
                </span>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}
