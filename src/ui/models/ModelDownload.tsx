// A download under way, or one that did not end well: how far, how fast, and what can be done.
import { onMount, Show, type JSX } from "solid-js";
import type { Download } from "../../app/state/models.ts";
import { formatBytes, formatDuration } from "../../app/state/time-left.ts";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import panel from "./LoadPanel.module.css";
import styles from "./ModelsDialog.module.css";
import { useStudio } from "../studio-context.ts";

export function ModelDownload(props: {
  readonly download: Download;
  /** Files that changed on the hub can be accepted. */
  readonly isPinned: boolean;
}): JSX.Element {
  const { models } = useStudio();
  const bytes = (): string => {
    const { progress } = props.download;
    return progress ? `${formatBytes(progress.receivedBytes)} of ${formatBytes(progress.totalBytes)}` : "…";
  };
  const again = (label: string): JSX.Element => (
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
        <div class={panel["total"]}>
          <span>{bytes()}</span>
          <button
            class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
            type="button"
            onClick={() => models.cancel()}
          >
            Stop the download
          </button>
        </div>
        <progress
          class={panel["bar"]}
          max={props.download.progress?.totalBytes ?? 1}
          value={props.download.progress?.receivedBytes ?? 0}
          aria-label={`Download of ${props.download.title}`}
        />
        <p class={panel["hint"]}>
          <Show when={props.download.transfer} fallback="You can go on painting meanwhile.">
            {(transfer) =>
              `${formatBytes(transfer().bytesPerSecond)} per second, ${formatDuration(transfer().leftMilliseconds)} left. You can go on painting meanwhile.`
            }
          </Show>
        </p>
      </Show>
      <Show when={props.download.status === "stopped"}>
        <p class={styles["hint"]}>The download is stopped; what has arrived is kept. {again("Go on")}</p>
      </Show>
      <Show when={props.download.error}>
        {(error) => (
          <ErrorNote error={error()} compact>
            {again("Try again")}
            <Show when={error().code === "bad-file" && props.isPinned}>
              <button
                class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
                type="button"
                title="For a file that has been replaced on the hub, if you trust the new one"
                onClick={() => void models.forgetPins()}
              >
                Accept the changed file
              </button>
            </Show>
          </ErrorNote>
        )}
      </Show>
    </div>
  );
}
