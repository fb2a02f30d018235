// Two images of the gallery in one frame, with a divider between them.
import { createMemo, onCleanup, Show, type JSX } from "solid-js";
import type { StoredImage } from "../../app/images/gallery.ts";
import { CompareSlider } from "../controls/CompareSlider.tsx";
import { Cover } from "../controls/Cover.tsx";
import { Dialog } from "../controls/Dialog.tsx";
import styles from "./Gallery.module.css";
import { adapterIdsAnywhere } from "../../stylus/region-text.ts";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

export function CompareDialog(props: {
  /** Null: closed. */
  readonly images: readonly [StoredImage, StoredImage] | null;
  readonly onClose: () => void;
}): JSX.Element {
  return (
    <Dialog
      open={props.images !== null}
      title={t.run.gallery.compareTitle}
      wide
      onClose={() => props.onClose()}
    >
      <Show when={props.images} keyed>
        {(images) => <Compared images={images} />}
      </Show>
    </Dialog>
  );
}

function Compared(props: { readonly images: readonly [StoredImage, StoredImage] }): JSX.Element {
  const studio = useStudio();
  const urls = createMemo(() => props.images.map(({ png }) => URL.createObjectURL(png)));
  onCleanup(() => urls().forEach((url) => URL.revokeObjectURL(url)));
  const key = (): string => props.images.map(({ id }) => id).join(" ");
  const label = ({ seed }: StoredImage): string => t.run.gallery.compared(seed);
  const adapters = (image: StoredImage): string =>
    [label(image), ...adapterIdsAnywhere(image).map((id) => studio.card(id)?.title ?? id)].join(", ");
  return (
    <div class={styles["compared"]}>
      <Cover
        reason={studio.nsfw.reason(props.images[0].nsfw) ?? studio.nsfw.reason(props.images[1].nsfw)}
        shown={studio.nsfw.isShown(key())}
        labels={{ show: t.nsfw.showComparison, blur: t.nsfw.blurComparison }}
        onToggle={() => studio.nsfw.toggle(key())}
      >
        <CompareSlider
          image={{ url: urls()[0]!, alt: adapters(props.images[0]) }}
          variant={{
            id: key(),
            comparison: { kind: "other", own: adapters(props.images[0]), title: adapters(props.images[1]) },
            status: "done",
            step: 0,
            steps: 0,
            preview: null,
            encoded: { png: props.images[1].png, url: urls()[1]! },
            error: null,
          }}
          ratio={props.images[0].width / props.images[0].height}
        />
      </Cover>
    </div>
  );
}
