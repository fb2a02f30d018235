// One picture: preview and progress while it is painted; then seed, adapters at work, and what can be done with it.
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { pictureFileName } from "../../app/pictures/image-file.ts";
import type { ImageView, RunView } from "../../app/state/run-view.ts";
import { CompareSlider } from "../controls/CompareSlider.tsx";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { CloseIcon, CompareIcon, DownloadIcon, PictureIcon, ReuseIcon } from "../controls/icons.tsx";
import styles from "./PictureCard.module.css";
import { PixelCanvas } from "../controls/PixelCanvas.tsx";
import { useStudio } from "../studio-context.ts";
import { taskColour } from "../prompt/task-colour.ts";

interface Chip {
  readonly id: string;
  readonly title: string;
  /** Index of the part it belongs to; null for adapters the user asked for. */
  readonly task: number | null;
  /** Null: left out of this image by its mask. */
  readonly strength: number | null;
}

export function PictureCard(props: { readonly run: RunView; readonly image: ImageView }): JSX.Element {
  const studio = useStudio();
  const title = (id: string): string => studio.card(id)?.title ?? id;
  const chips = createMemo((): Chip[] => {
    const taskOf = new Map(
      (props.run.composition?.tasks ?? []).flatMap((task, index) =>
        task.picks.map(({ id }) => [id, index] as const),
      ),
    );
    const chip = (id: string, strength: number | null): Chip => ({
      id,
      title: title(id),
      task: taskOf.get(id) ?? null,
      strength,
    });
    return [
      ...props.image.adapters.map(({ id, unetStrength }) => chip(id, unetStrength)),
      ...props.image.masked.map((id) => chip(id, null)),
    ].sort((a, b) => (a.task ?? 99) - (b.task ?? 99));
  });
  const alt = (): string => {
    const names = props.image.adapters.map(({ id }) => title(id));
    return `${props.run.options.prompt}. Seed ${props.image.seed}${names.length > 0 ? `, with ${names.join(", ")}` : ", no adapters"}.`;
  };
  const painting = (): boolean => props.image.status === "sampling";
  const isNext = (): boolean => props.run.images.find(({ status }) => status !== "done") === props.image;
  const [copied, setCopied] = createSignal(false);

  return (
    <figure class={styles["card"]} data-status={props.image.status}>
      <div class={styles["frame"]} style={{ "aspect-ratio": `${props.image.width} / ${props.image.height}` }}>
        <Show
          when={props.image.picture}
          fallback={
            <Show
              when={props.image.preview}
              fallback={
                <p class={styles["empty"]}>
                  {props.image.status === "stopped" ? "Stopped" : isNext() ? "Starting" : "Waiting"}
                </p>
              }
            >
              {(preview) => <PixelCanvas pixels={preview()} label="Preview of the picture being painted" />}
            </Show>
          }
        >
          {(picture) => (
            <Show
              when={props.image.variant}
              fallback={
                <img src={picture().url} width={props.image.width} height={props.image.height} alt={alt()} />
              }
            >
              {(variant) => (
                <CompareSlider
                  picture={{
                    url: picture().url,
                    alt: alt(),
                    label: variant().label === "before" ? "after" : "as chosen",
                  }}
                  variant={variant()}
                  ratio={props.image.width / props.image.height}
                />
              )}
            </Show>
          )}
        </Show>
        <Show when={painting()}>
          <progress
            class={styles["progress"]}
            max={props.image.steps}
            value={props.image.step}
            aria-label={`Image ${props.image.index + 1}`}
          />
        </Show>
      </div>

      <figcaption class={styles["caption"]}>
        <div class={styles["row"]}>
          <span class={styles["seed"]}>
            Seed <b>{props.image.seed}</b>
          </span>
          <Show when={props.image.picture}>
            {(picture) => (
              <div class={styles["actions"]}>
                <Show
                  when={props.image.variant}
                  fallback={
                    <button
                      class={`${controls["button"]} ${controls["small"]}`}
                      type="button"
                      disabled={studio.busy() || props.image.adapters.length === 0}
                      title="Paint the same seed without any adapter and compare"
                      onClick={() => void studio.compare(props.image.index, "all")}
                    >
                      <CompareIcon /> Without adapters
                    </button>
                  }
                >
                  {(variant) => (
                    <button
                      class={`${controls["button"]} ${controls["small"]}`}
                      type="button"
                      disabled={variant().status === "sampling"}
                      onClick={() => studio.closeVariant(props.image.index)}
                    >
                      <CloseIcon /> Close comparison
                    </button>
                  )}
                </Show>
                <Show when={props.run.options.start && !props.image.variant}>
                  <button
                    class={`${controls["button"]} ${controls["small"]}`}
                    type="button"
                    title="Compare with the picture that it started from"
                    onClick={() => void studio.compareWithStart(props.image.index)}
                  >
                    <CompareIcon /> Before
                  </button>
                </Show>
                <button
                  class={controls["icon"]}
                  type="button"
                  aria-label="Start from this picture"
                  title="Start the next picture from this one"
                  onClick={() => {
                    void studio.start.take(
                      picture().png,
                      pictureFileName(props.image.seed, props.run.options.prompt),
                    );
                    scrollTo({ top: 0, behavior: "smooth" });
                  }}
                >
                  <PictureIcon />
                </button>
                <button
                  class={controls["icon"]}
                  type="button"
                  aria-label="Use this picture’s prompt and seed"
                  title="Use its prompt and seed, settings included"
                  onClick={() => {
                    studio.useSettings({ ...props.run.options, seed: props.image.seed, count: 1 });
                    setCopied(true);
                    setTimeout(() => setCopied(false), 2000);
                    studio.announce("Prompt, seed and settings are those of this picture.");
                  }}
                >
                  <ReuseIcon />
                </button>
                <a
                  class={controls["icon"]}
                  href={picture().url}
                  download={pictureFileName(props.image.seed, props.run.options.prompt)}
                  aria-label="Download as PNG, settings included"
                  title="Download as PNG, settings included"
                >
                  <DownloadIcon />
                </a>
              </div>
            )}
          </Show>
        </div>
        <Show when={copied()}>
          <p class={styles["note"]}>Prompt, seed and settings taken over.</p>
        </Show>
        <Show when={chips().length > 0} fallback={<NoAdapters run={props.run} />}>
          <ul class={styles["chips"]} aria-label="Adapters in this picture">
            <For each={chips()}>
              {(chip) => (
                <li
                  class={styles["chip"]}
                  data-task={chip.task === null ? undefined : taskColour(chip.task)}
                  data-off={chip.strength === null}
                  title={
                    chip.strength === null
                      ? "Left out of this picture by its mask"
                      : props.image.formulas[chip.id]
                  }
                >
                  {chip.title}
                  <span class={styles["strength"]}>
                    {chip.strength === null ? "off" : chip.strength.toFixed(2)}
                  </span>
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Show when={props.image.variant?.error}>{(error) => <ErrorNote error={error()} compact />}</Show>
      </figcaption>
    </figure>
  );
}

function NoAdapters(props: { readonly run: RunView }): JSX.Element {
  const planned = (): boolean => props.run.composition !== null && props.run.status !== "running";
  return (
    <Show when={planned()}>
      <p class={styles["note"]}>Base model alone, no adapters.</p>
    </Show>
  );
}
