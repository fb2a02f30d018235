// One image: preview and progress while it is generated; then its seed, its adapters and its actions.
import { createMemo, For, Show, type JSX } from "solid-js";
import { imageFileName } from "../../app/images/image-file.ts";
import { vaeTitle } from "../../app/state/plot/labels.ts";
import { coverOf } from "../../app/state/runs/cover.ts";
import { differencesOf } from "../../app/state/runs/differences.ts";
import { formulaOf, wordsOf, type ImageView, type RunView } from "../../app/state/runs/view.ts";
import { CompareSlider } from "../controls/CompareSlider.tsx";
import { Cover } from "../controls/Cover.tsx";
import controls from "../controls/controls.module.css";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import { CloseIcon, CompareIcon, ImageIcon } from "../controls/icons.tsx";
import caption from "./caption.module.css";
import { createReuse, ResultActions } from "./ResultActions.tsx";
import styles from "./ImageCard.module.css";
import { RichText } from "../controls/RichText.tsx";
import { Favourite, Note } from "./ImageMarks.tsx";
import { PixelCanvas } from "../controls/PixelCanvas.tsx";
import { scrollToTop } from "../controls/scroll.ts";
import { createCopiedLink, LinkNote } from "./CopiedLink.tsx";
import { adapterIdsAnywhere } from "../../stylus/region-text.ts";
import { useStudio } from "../studio-context.ts";
import { regionColour, taskColour } from "../prompt/task-colour.ts";
import { t } from "../../texts/texts.ts";

interface Chip {
  readonly label: string;
  /** Of the part of the prompt or the region that it belongs to; undefined for pinned and tagged adapters. */
  readonly colour: number | undefined;
  /** Null: this image's adapter mask leaves it out. */
  readonly strength: number | null;
  /** How the strength came about. */
  readonly formula: string;
}

export function ImageCard(props: { readonly run: RunView; readonly image: ImageView }): JSX.Element {
  const studio = useStudio();
  const title = (id: string): string => studio.card(id)?.title ?? id;
  const chips = createMemo((): Chip[] => {
    const taskOf = new Map(
      (props.run.composition?.tasks ?? []).flatMap((task, index) =>
        task.picks.map(({ id }) => [id, index] as const),
      ),
    );
    const ofImage = [
      ...props.image.adapters.map(({ id, unetStrength }) => ({ id, strength: unetStrength })),
      ...props.image.masked.map((id) => ({ id, strength: null })),
    ]
      .map((use) => ({ ...use, task: taskOf.get(use.id) }))
      .sort((a, b) => (a.task ?? 99) - (b.task ?? 99))
      .map(({ id, strength, task }) => ({
        label: title(id),
        colour: task === undefined ? undefined : taskColour(task),
        strength,
        formula: formulaOf(props.image, id),
      }));
    const ofRegions = (props.image.regions ?? []).flatMap((region, index) =>
      region.adapters.map(({ id, unetStrength }) => ({
        label: t.run.image.inRegion(index + 1, title(id)),
        colour: regionColour(index),
        strength: unetStrength,
        formula: formulaOf(region, id),
      })),
    );
    return [...ofImage, ...ofRegions];
  });
  const words = (): string => wordsOf(props.image, props.run).prompt;
  const alt = (): string => {
    const names = adapterIdsAnywhere(props.image).map(title);
    return t.run.image.alt({ prompt: words(), seed: props.image.seed, adapters: names });
  };
  /** What an image of a plot has otherwise than the run. */
  const varied = (): string => {
    const { options } = props.run;
    const { sampling, preset, vae } = props.image;
    return [
      ...differencesOf({ ...options, ...sampling }, options),
      ...(preset ? [`${t.settings.preset}: ${t.names.presets[preset]}`] : []),
      ...(vae === undefined ? [] : [vaeTitle(studio.pack(), vae)]),
    ].join(" · ");
  };
  const cover = createMemo(() => coverOf(props.image, { check: studio.nsfw, variant: props.image.variant }));
  /** Whether the image itself may not be seen, alone or in a comparison. */
  const isBlurred = (): boolean => studio.nsfw.isBlurred(props.image.nsfw, cover().key);
  const sampling = (): boolean => props.image.status === "sampling";
  const isNext = (): boolean => props.run.images.find(({ status }) => status !== "done") === props.image;
  const reuse = createReuse(props, () => t.run.image.reused);
  const link = createCopiedLink(studio, props);
  const isKept = createMemo(() => studio.gallery.images().some(({ id }) => id === props.image.id));

  return (
    <figure class={styles["card"]} data-status={props.image.status}>
      <div class={styles["frame"]} style={{ "aspect-ratio": `${props.image.width} / ${props.image.height}` }}>
        <Cover
          reason={cover().reason}
          shown={studio.nsfw.isShown(cover().key)}
          labels={
            props.image.variant
              ? { show: t.nsfw.showComparison, blur: t.nsfw.blurComparison }
              : { show: t.nsfw.showImage(props.image.seed), blur: t.nsfw.blurImage(props.image.seed) }
          }
          onToggle={() => studio.nsfw.toggle(cover().key)}
        >
          <Show
            when={props.image.encoded}
            fallback={
              <Show
                when={props.image.preview}
                fallback={
                  <p class={styles["empty"]}>
                    {props.image.status === "stopped"
                      ? t.run.image.stopped
                      : isNext()
                        ? t.run.image.starting
                        : t.run.image.waiting}
                  </p>
                }
              >
                {(preview) => <PixelCanvas pixels={preview()} label={t.run.image.preview} />}
              </Show>
            }
          >
            {(encoded) => (
              <Show
                when={props.image.variant}
                fallback={
                  <img
                    src={encoded().url}
                    width={props.image.width}
                    height={props.image.height}
                    alt={alt()}
                  />
                }
              >
                {(variant) => (
                  <CompareSlider
                    image={{ url: encoded().url, alt: alt() }}
                    variant={variant()}
                    ratio={props.image.width / props.image.height}
                  />
                )}
              </Show>
            )}
          </Show>
        </Cover>
        <Show when={sampling()}>
          <progress
            class={styles["progress"]}
            max={props.image.steps}
            value={props.image.step}
            aria-label={t.run.image.progress(props.image.index)}
          />
        </Show>
      </div>

      <figcaption class={caption["caption"]}>
        <div class={caption["row"]}>
          <span class={caption["seed"]}>
            <RichText text={t.run.image.seed} values={{ seed: String(props.image.seed) }} />
            <Show when={props.image.variationSeed !== undefined}>
              {" · "}
              <RichText text={t.run.image.variation} values={{ seed: String(props.image.variationSeed) }} />
            </Show>
          </span>
          <Show when={isKept()}>
            <Favourite id={props.image.id} seed={props.image.seed} />
          </Show>
          <Show when={props.image.encoded}>
            {(encoded) => (
              <div class={styles["actions"]}>
                <Show
                  when={props.image.variant}
                  fallback={
                    <button
                      class={`${controls["button"]} ${controls["small"]}`}
                      type="button"
                      disabled={studio.busy() || adapterIdsAnywhere(props.image).length === 0}
                      title={t.run.image.compareAllTitle}
                      onClick={() => void studio.compare(props.image.index, "all")}
                    >
                      <CompareIcon /> {t.run.image.compareAll}
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
                      <CloseIcon /> {t.run.image.closeComparison}
                    </button>
                  )}
                </Show>
                <Show when={props.run.options.start && !props.image.variant}>
                  <button
                    class={`${controls["button"]} ${controls["small"]}`}
                    type="button"
                    title={t.run.image.compareInitImageTitle}
                    onClick={() => void studio.compareWithInitImage(props.image.index)}
                  >
                    <CompareIcon /> {t.run.image.compareInitImage}
                  </button>
                </Show>
                <div class={styles["icons"]}>
                  <button
                    class={controls["icon"]}
                    type="button"
                    aria-label={t.run.image.useAsInitImage}
                    title={isBlurred() ? t.nsfw.showBeforeInitImage : t.run.image.useAsInitImage}
                    disabled={isBlurred()}
                    onClick={() => {
                      void studio.initImage.take(encoded().png, imageFileName(props.image.seed, words()));
                      scrollToTop();
                    }}
                  >
                    <ImageIcon />
                  </button>
                  <ResultActions
                    reuse={reuse}
                    link={link}
                    url={encoded().url}
                    fileName={imageFileName(props.image.seed, words())}
                    labels={isBlurred() ? { ...t.run.image, download: t.nsfw.downloadPlain } : t.run.image}
                  />
                </div>
              </div>
            )}
          </Show>
        </div>
        <Show when={varied()}>
          <p class={styles["words"]}>{varied()}</p>
        </Show>
        <Show when={props.image.prompt}>
          <p class={styles["words"]}>{props.image.prompt}</p>
        </Show>
        <Show when={reuse.done()}>
          <p class={styles["note"]}>{t.run.image.reused}</p>
        </Show>
        <LinkNote link={link} />
        <Show when={chips().length > 0} fallback={<NoAdapters run={props.run} />}>
          <ul class={styles["chips"]} aria-label={t.run.image.adapters}>
            <For each={chips()}>
              {(chip) => (
                <li
                  class={styles["chip"]}
                  data-task={chip.colour}
                  data-off={chip.strength === null}
                  title={chip.strength === null ? t.run.image.masked : chip.formula}
                >
                  {chip.label}
                  <span class={styles["strength"]}>
                    {chip.strength === null ? t.run.image.off : t.format.fraction(chip.strength)}
                  </span>
                </li>
              )}
            </For>
          </ul>
        </Show>
        <Show when={isKept()}>
          <Note id={props.image.id} />
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
      <p class={styles["note"]}>{t.run.image.noAdapters}</p>
    </Show>
  );
}
