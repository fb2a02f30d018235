// The stages of a run as they happen: what each found and how long it took.
import { For, Show, type JSX } from "solid-js";
import { formatBytes, formatDuration, formatMilliseconds } from "../../app/state/time-left.ts";
import type { RunView, StageView } from "../../app/state/run-view.ts";
import { counted } from "../../shared/words.ts";
import { stageNames } from "../names.ts";
import { useStudio } from "../studio-context.ts";
import styles from "./Trail.module.css";

export function Trail(props: { readonly run: RunView }): JSX.Element {
  const studio = useStudio();
  const finding = (stage: StageView): string => {
    const { run } = props;
    const tasks = run.composition?.tasks ?? [];
    switch (stage.id) {
      case "retrieve":
        return counted(run.candidates.length, "candidate");
      case "compose":
        return counted(tasks.filter((task) => task.text !== "").length, "part");
      case "plan": {
        const used = new Set(run.images.flatMap((image) => image.adapters.map(({ id }) => id)));
        return counted(used.size, "adapter");
      }
      case "generate":
        return counted(run.images.filter((image) => image.status === "done").length, "image");
      case "load":
      case "embed":
      case "fetch":
        return "";
    }
  };
  // A load that took no time is not worth a line.
  const visible = () =>
    props.run.stages.filter(
      (stage) => stage.id !== "load" || stage.status === "running" || stage.milliseconds! > 50,
    );
  const painting = () => props.run.images.find((image) => image.status === "sampling");

  return (
    <ol class={styles["trail"]} aria-label="Stages of this run">
      <For each={visible()}>
        {(stage) => (
          <li class={styles["stage"]} data-status={props.run.status === "running" ? stage.status : "done"}>
            <span class={styles["name"]}>
              {stage.status === "running" && props.run.status === "running"
                ? stageNames[stage.id].running
                : stageNames[stage.id].done}
            </span>
            <Show when={stage.status === "running" && props.run.status !== "running"}>
              <span class={styles["finding"]}>{props.run.status === "failed" ? "failed" : "stopped"}</span>
            </Show>
            <Show when={stage.status === "done"}>
              <span class={styles["finding"]}>{finding(stage)}</span>
              <span class={styles["time"]}>{formatMilliseconds(stage.milliseconds!)}</span>
            </Show>
            <Show when={stage.status === "running" && stage.id === "fetch" && props.run.status === "running"}>
              <span class={styles["finding"]}>
                <Show when={studio.progress()}>
                  {(progress) =>
                    `${formatBytes(progress().receivedBytes)} of ${formatBytes(progress().totalBytes)}`
                  }
                </Show>
              </span>
            </Show>
            <Show
              when={stage.status === "running" && stage.id === "generate" && props.run.status === "running"}
            >
              <span class={styles["finding"]}>
                <Show when={painting()}>
                  {(image) => (
                    <>
                      {props.run.images.length > 1
                        ? `image ${image().index + 1} of ${props.run.images.length}, `
                        : ""}
                      step {image().step} of {image().steps}
                    </>
                  )}
                </Show>
              </span>
              <Show when={props.run.leftMilliseconds !== null}>
                <span class={styles["time"]}>{formatDuration(props.run.leftMilliseconds!)} left</span>
              </Show>
            </Show>
          </li>
        )}
      </For>
    </ol>
  );
}
