// The model while it downloads, in total and by file; or why it failed, and what to do.
import { For, Show, type JSX } from "solid-js";
import { isUserModel } from "../../app/packs/user-models.ts";
import { pocketId } from "../../app/packs/packs.ts";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import styles from "./LoadPanel.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function LoadPanel(): JSX.Element {
  const studio = useStudio();
  return (
    <section class={styles["panel"]} aria-label={t.models.load.section}>
      <Show when={studio.packError()}>
        {(error) => (
          <ErrorNote error={error()}>
            <button
              class={`${controls["button"]} ${controls["small"]}`}
              type="button"
              onClick={() => void studio.loadPack()}
            >
              {t.models.load.retry}
            </button>
            <Show when={isUserModel(studio.settings.model) && error().code === "device"}>
              <button
                class={`${controls["button"]} ${controls["small"]}`}
                type="button"
                onClick={() => void studio.models.allow(studio.settings.model)}
              >
                {t.models.load.allow}
              </button>
            </Show>
            <Show when={studio.settings.model !== pocketId}>
              <button
                class={`${controls["button"]} ${controls["small"]}`}
                type="button"
                onClick={() => void studio.useModel(pocketId)}
              >
                {t.models.load.usePocket}
              </button>
              <button
                class={`${controls["button"]} ${controls["small"]}`}
                type="button"
                onClick={() => studio.models.show()}
              >
                {t.models.load.models}
              </button>
            </Show>
            <button
              class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
              type="button"
              onClick={() => location.reload()}
            >
              {t.models.load.reload}
            </button>
          </ErrorNote>
        )}
      </Show>
      <Show when={studio.packStatus() === "deleted"}>
        <h2>{t.models.load.deleted}</h2>
        <p class={styles["hint"]}>{t.models.load.deletedHint}</p>
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
                  {t.models.load.usePocket}
                </button>
                <button class={controls["button"]} type="button" onClick={() => studio.models.show()}>
                  {t.models.load.models}
                </button>
              </>
            }
          >
            <button class={controls["button"]} type="button" onClick={() => void studio.loadPack()}>
              {t.models.load.downloadAgain}
            </button>
          </Show>
        </div>
      </Show>
      <Show when={studio.packStatus() === "loading" || studio.packStatus() === "waiting"}>
        <div class={styles["total"]}>
          <h2>{studio.progress()?.preparing ?? t.models.load.downloading}</h2>
          <Show when={studio.progress()} fallback={<span>{t.models.load.unknown}</span>}>
            {(progress) => (
              <span>{t.models.load.bytes(progress().receivedBytes, progress().totalBytes)}</span>
            )}
          </Show>
        </div>
        <progress
          class={styles["bar"]}
          max={studio.progress()?.totalBytes ?? 1}
          value={studio.progress()?.receivedBytes ?? 0}
          data-preparing={studio.progress()?.preparing != null}
          aria-label={t.models.load.progress}
        />
        <p class={styles["hint"]}>
          <Show when={studio.transfer()}>
            {(transfer) => <>{t.models.load.rate(transfer().bytesPerSecond, transfer().leftMilliseconds)} </>}
          </Show>
          {t.models.load.once}
        </p>
        <details class={styles["fold"]}>
          <summary>{t.models.load.files(studio.progress()?.files.length ?? 0)}</summary>
          <ul class={styles["files"]}>
            <For each={studio.progress()?.files ?? []}>
              {(file) => (
                <li data-done={file.receivedBytes >= file.sizeBytes}>
                  <span class={styles["path"]}>{file.path}</span>
                  <span>
                    {file.receivedBytes >= file.sizeBytes
                      ? t.format.bytes(file.sizeBytes)
                      : t.models.load.bytes(file.receivedBytes, file.sizeBytes)}
                  </span>
                </li>
              )}
            </For>
          </ul>
        </details>
      </Show>
    </section>
  );
}
