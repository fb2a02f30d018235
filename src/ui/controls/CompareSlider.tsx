// Two pictures of one seed in one frame, with a divider that is an ordinary slider: mouse, touch and arrow keys.
import { createSignal, Show, type JSX } from "solid-js";
import type { VariantView } from "../../app/state/run-view.ts";
import styles from "./CompareSlider.module.css";
import { PixelCanvas } from "./PixelCanvas.tsx";

export function CompareSlider(props: {
  readonly picture: { readonly url: string; readonly alt: string; readonly label: string };
  readonly variant: VariantView;
  readonly ratio: number;
}): JSX.Element {
  const [at, setAt] = createSignal(50);
  return (
    <div class={styles["compare"]} style={{ "--at": `${at()}%`, "aspect-ratio": String(props.ratio) }}>
      <img class={styles["layer"]} src={props.picture.url} alt={props.picture.alt} />
      <div class={`${styles["layer"]} ${styles["over"]}`}>
        <Show
          when={props.variant.picture}
          fallback={
            <Show when={props.variant.preview}>
              {(preview) => <PixelCanvas pixels={preview()} label={`Preview ${props.variant.label}`} />}
            </Show>
          }
        >
          {(picture) => <img src={picture().url} alt={`The same, ${props.variant.label}`} />}
        </Show>
      </div>
      <span class={`${styles["tag"]} ${styles["left"]}`}>{props.picture.label}</span>
      <span class={`${styles["tag"]} ${styles["right"]}`}>
        {props.variant.label}
        {props.variant.status === "sampling" ? ` · ${props.variant.step} / ${props.variant.steps}` : ""}
      </span>
      <input
        class={styles["slider"]}
        type="range"
        min="0"
        max="100"
        value={at()}
        aria-label={`Divider between the picture and the one ${props.variant.label}`}
        onInput={(event) => setAt(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
