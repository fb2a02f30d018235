// Two images in one frame with a divider between them. The divider is a native slider: mouse, touch and arrow keys move it.
import { createSignal, Show, type JSX } from "solid-js";
import type { VariantView } from "../../app/state/runs/view.ts";
import styles from "./CompareSlider.module.css";
import { PixelCanvas } from "./PixelCanvas.tsx";
import { t } from "../../texts/texts.ts";

export function CompareSlider(props: {
  readonly image: { readonly url: string; readonly alt: string };
  readonly variant: VariantView;
  readonly ratio: number;
}): JSX.Element {
  const [at, setAt] = createSignal(50);
  /** What the right side shows. */
  const label = (): string => {
    const { comparison } = props.variant;
    switch (comparison.kind) {
      case "no-adapters":
        return t.run.comparison.noAdapters;
      case "without":
        return t.run.comparison.without(comparison.title);
      case "init-image":
        return t.run.comparison.before;
      case "other":
        return comparison.title;
    }
  };
  const ownLabel = (): string => {
    const { comparison } = props.variant;
    if (comparison.kind === "other") return comparison.own;
    return comparison.kind === "init-image" ? t.run.comparison.after : t.run.comparison.chosen;
  };
  const otherAlt = (): string =>
    props.variant.comparison.kind === "other" ? label() : t.run.comparison.alt(label());
  return (
    <div class={styles["compare"]} style={{ "--at": `${at()}%`, "aspect-ratio": String(props.ratio) }}>
      <img class={styles["layer"]} src={props.image.url} alt={props.image.alt} />
      <div class={`${styles["layer"]} ${styles["over"]}`}>
        <Show
          when={props.variant.encoded}
          fallback={
            <Show when={props.variant.preview}>
              {(preview) => <PixelCanvas pixels={preview()} label={t.run.comparison.preview(label())} />}
            </Show>
          }
        >
          {(encoded) => <img src={encoded().url} alt={otherAlt()} />}
        </Show>
      </div>
      <span class={`${styles["tag"]} ${styles["left"]}`}>{ownLabel()}</span>
      <span class={`${styles["tag"]} ${styles["right"]}`}>
        {props.variant.status === "sampling"
          ? t.run.comparison.step(label(), props.variant.step, props.variant.steps)
          : label()}
      </span>
      <input
        class={styles["slider"]}
        type="range"
        min="0"
        max="100"
        value={at()}
        aria-label={t.run.comparison.divider(label())}
        onInput={(event) => setAt(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
