// The pictures of the run on show, while they are painted and after.
import { For, type JSX } from "solid-js";
import type { RunView } from "../../app/state/run-view.ts";
import { PictureCard } from "./PictureCard.tsx";
import styles from "./Pictures.module.css";

export function Pictures(props: { readonly run: RunView }): JSX.Element {
  return (
    <ol class={styles["pictures"]} data-count={Math.min(props.run.images.length, 5)}>
      <For each={props.run.images}>
        {(image) => (
          <li>
            <PictureCard run={props.run} image={image} />
          </li>
        )}
      </For>
    </ol>
  );
}
