// The stages of a run as they happen: the result of each and how long it took.
import { For, Show, type JSX } from "solid-js";
import type { ImageView, RunView, StageView } from "../../app/state/runs/view.ts";
import { adapterIdsAnywhere } from "../../stylus/region-text.ts";
import { useStudio } from "../studio-context.ts";
import styles from "./Trail.module.css";
import { t } from "../../texts/texts.ts";

export function Trail(props: { readonly run: RunView }): JSX.Element {
  const studio = useStudio();
  const finding = (stage: StageView): string => {
    const { run } = props;
    const tasks = run.composition?.tasks ?? [];
    switch (stage.id) {
      case "retrieve":
        return t.run.stages.candidates(run.candidates.length);
      case "compose":
        return t.run.stages.parts(tasks.filter((task) => task.text !== "").length);
      case "plan": {
        const used = new Set(run.images.flatMap(adapterIdsAnywhere));
        return t.run.stages.adapters(used.size);
      }
      case "generate":
        return t.run.stages.images(run.images.filter((image) => image.status === "done").length);
      case "load":
      case "embed":
      case "fetch":
        return "";
    }
  };
  // Hide a load that took no time.
  const visible = () =>
    props.run.stages.filter(
      (stage) => stage.id !== "load" || stage.status === "running" || stage.milliseconds! > 50,
    );
  const sampling = () => props.run.images.find((image) => image.status === "sampling");

  /** Images of a plot are not generated in the order of their places. */
  const place = (image: ImageView): number => {
    const { images, options } = props.run;
    return 1 + (options.plot ? images.filter(({ status }) => status === "done").length : image.index);
  };

  return (
    <ol class={styles["trail"]} aria-label={t.run.stages.label}>
      <For each={visible()}>
        {(stage) => (
          <li class={styles["stage"]} data-status={props.run.status === "running" ? stage.status : "done"}>
            <span class={styles["name"]}>
              {stage.status === "running" && props.run.status === "running"
                ? t.names.stages[stage.id].running
                : t.names.stages[stage.id].done}
            </span>
            <Show when={stage.status === "running" && props.run.status !== "running"}>
              <span class={styles["finding"]}>
                {props.run.status === "failed" ? t.run.stages.failed : t.run.stages.stopped}
              </span>
            </Show>
            <Show when={stage.status === "done"}>
              <span class={styles["finding"]}>{finding(stage)}</span>
              <span class={styles["time"]}>{t.format.milliseconds(stage.milliseconds!)}</span>
            </Show>
            <Show when={stage.status === "running" && stage.id === "fetch" && props.run.status === "running"}>
              <span class={styles["finding"]}>
                <Show when={studio.progress()}>
                  {(progress) => <>{t.run.stages.bytes(progress().receivedBytes, progress().totalBytes)}</>}
                </Show>
              </span>
            </Show>
            <Show
              when={stage.status === "running" && stage.id === "generate" && props.run.status === "running"}
            >
              <span class={styles["finding"]}>
                <Show when={sampling()}>
                  {(image) => (
                    <>
                      {props.run.images.length > 1
                        ? t.run.stages.imageStep({
                            image: place(image()),
                            images: props.run.images.length,
                            step: image().step,
                            steps: image().steps,
                          })
                        : t.run.stages.step(image().step, image().steps)}
                    </>
                  )}
                </Show>
              </span>
              <Show when={props.run.leftMilliseconds !== null}>
                <span class={styles["time"]}>{t.run.stages.left(props.run.leftMilliseconds!)}</span>
              </Show>
            </Show>
          </li>
        )}
      </For>
    </ol>
  );
}
