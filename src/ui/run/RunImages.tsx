// The images of the run on show, during the run and after.
import { For, type JSX } from "solid-js";
import type { RunView } from "../../app/state/runs/view.ts";
import { ImageCard } from "./ImageCard.tsx";
import styles from "./RunImages.module.css";

export function RunImages(props: { readonly run: RunView }): JSX.Element {
  return (
    <ol class={styles["images"]} data-count={Math.min(props.run.images.length, 5)}>
      <For each={props.run.images}>
        {(image) => (
          <li>
            <ImageCard run={props.run} image={image} />
          </li>
        )}
      </For>
    </ol>
  );
}
