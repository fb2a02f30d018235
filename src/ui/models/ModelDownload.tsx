// A running, paused or failed download: progress, rate, and what the user can do.
import { onMount, Show, type JSX } from "solid-js";
import type { ModelDownload as Download } from "../../app/state/models.ts";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { DownloadProgress } from "./DownloadProgress.tsx";
import styles from "./ModelsDialog.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function ModelDownload(props: {
  readonly download: Download;
  /** Whether the user can accept files that changed on the hub. */
  readonly isPinned: boolean;
}): JSX.Element {
  const { models } = useStudio();
  const retry = (label: string): JSX.Element => (
    <button
      class={`${controls["button"]} ${controls["small"]}`}
      type="button"
      onClick={() => void models.retry()}
    >
      {label}
    </button>
  );
  let element!: HTMLDivElement;
  onMount(() => element.scrollIntoView({ block: "nearest" }));
  return (
    <div class={styles["download"]} ref={(made) => (element = made)}>
      <Show when={props.download.status === "running"}>
        <DownloadProgress
          title={props.download.title}
          progress={props.download.progress}
          transfer={props.download.transfer}
          onPause={() => models.cancel()}
        />
      </Show>
      <Show when={props.download.status === "stopped"}>
        <p class={styles["hint"]}>
          {t.models.download.paused} {retry(t.models.download.resume)}
        </p>
      </Show>
      <Show when={props.download.error}>
        {(error) => (
          <ErrorNote error={error()} compact>
            {retry(t.models.download.retry)}
            <Show when={error().code === "bad-file" && props.isPinned}>
              <button
                class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
                type="button"
                title={t.models.download.acceptChangedTitle}
                onClick={() => void models.forgetPins()}
              >
                {t.models.download.acceptChanged}
              </button>
            </Show>
          </ErrorNote>
        )}
      </Show>
    </div>
  );
}
