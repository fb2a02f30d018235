// A picture made with an adapter; the first letter of its title where the pack has none.
import { createMemo, Show, type JSX } from "solid-js";
import type { AdapterCard } from "../retrieval/card.ts";
import styles from "./SampleImage.module.css";
import { useStudio } from "./studio-context.ts";

export function SampleImage(props: {
  readonly card: AdapterCard | undefined;
  /** Which of its pictures; the first by default. */
  readonly index?: number;
  readonly alt?: string;
}): JSX.Element {
  const studio = useStudio();
  const url = createMemo(() => {
    const sample = props.card?.samples[props.index ?? 0];
    return sample ? (studio.pack()?.fileUrl(sample.path) ?? null) : null;
  });
  return (
    <Show
      when={url()}
      fallback={
        <span class={styles["letter"]} aria-hidden="true">
          {props.card?.title.trim().charAt(0).toUpperCase() ?? "?"}
        </span>
      }
    >
      {(source) => <img class={styles["image"]} src={source()} alt={props.alt ?? ""} loading="lazy" />}
    </Show>
  );
}
