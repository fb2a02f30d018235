// A sample image of an adapter, or the first letter of its title if it has none.
import { createMemo, onCleanup, Show, type JSX } from "solid-js";
import { usesAdapter } from "../../app/images/gallery-filter.ts";
import type { AdapterCard } from "../../retrieval/card.ts";
import styles from "./SampleImage.module.css";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function SampleImage(props: {
  readonly card: AdapterCard | undefined;
  /** Which of its samples; the first by default. */
  readonly index?: number;
  readonly alt?: string;
}): JSX.Element {
  const studio = useStudio();
  /** User adapters: the image that came with it, or the latest one generated with it that is not blurred. */
  const stored = createMemo(() => {
    const id = props.card?.id;
    const { userAdapters, otherAdapters = [] } = studio.pack() ?? {};
    const own =
      id !== undefined && (userAdapters?.get(id) ?? otherAdapters.find(({ card }) => card === props.card));
    if (!own) return null;
    if (own.preview) return own.preview;
    const image = studio.gallery
      .images()
      .find((generated) => usesAdapter(generated, id) && !studio.nsfw.reason(generated.nsfw));
    return image?.png ?? null;
  });
  const url = createMemo(() => {
    const sample = props.card?.samples[props.index ?? 0];
    if (sample) return studio.pack()?.fileUrl(sample.path) ?? null;
    const image = stored();
    if (!image) return null;
    const made = URL.createObjectURL(image);
    onCleanup(() => URL.revokeObjectURL(made));
    return made;
  });
  return (
    <Show
      when={url()}
      fallback={
        <span class={styles["letter"]} aria-hidden="true">
          {props.card?.title.trim().charAt(0).toUpperCase() ?? t.page.noLetter}
        </span>
      }
    >
      {(source) => <img class={styles["image"]} src={source()} alt={props.alt ?? ""} loading="lazy" />}
    </Show>
  );
}
