// Pictures of this browser: small, newest first; each brings back its run.
import { createMemo, createSignal, For, onCleanup, Show, type JSX } from "solid-js";
import type { StoredImage } from "../app/gallery.ts";
import { formatBytes } from "../app/time-left.ts";
import controls from "./controls.module.css";
import styles from "./Gallery.module.css";
import { CloseIcon } from "./icons.tsx";
import { useStudio } from "./studio-context.ts";

const shownAtFirst = 24;

export function Gallery(): JSX.Element {
  const studio = useStudio();
  const [all, setAll] = createSignal(false);
  const [asking, setAsking] = createSignal(false);
  const images = createMemo(() =>
    all() ? studio.gallery.images() : studio.gallery.images().slice(0, shownAtFirst),
  );
  const bytes = createMemo(() => studio.gallery.images().reduce((sum, image) => sum + image.png.size, 0));

  return (
    <Show when={studio.gallery.images().length > 0}>
      <section class={styles["gallery"]} aria-labelledby="gallery-title">
        <header>
          <h2 id="gallery-title">Your pictures</h2>
          <span>
            {studio.gallery.images().length}, {formatBytes(bytes())} in this browser
            {studio.gallery.persistent() ? "" : ", until the page closes"}
          </span>
          <Show
            when={asking()}
            fallback={
              <button
                class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
                type="button"
                onClick={() => setAsking(true)}
              >
                Delete all
              </button>
            }
          >
            <span class={styles["ask"]} role="group" aria-label="Delete all pictures?">
              <button
                class={`${controls["button"]} ${controls["small"]} ${controls["danger"]}`}
                type="button"
                onClick={() => {
                  setAsking(false);
                  void studio.gallery.clear();
                }}
              >
                Delete {studio.gallery.images().length} pictures
              </button>
              <button
                class={`${controls["button"]} ${controls["small"]} ${controls["quiet"]}`}
                type="button"
                onClick={() => setAsking(false)}
              >
                Keep them
              </button>
            </span>
          </Show>
        </header>
        <ul>
          <For each={images()}>{(image) => <Thumbnail image={image} />}</For>
          <Show when={!all() && studio.gallery.images().length > shownAtFirst}>
            <li>
              <button class={styles["rest"]} type="button" onClick={() => setAll(true)}>
                {studio.gallery.images().length - shownAtFirst} more
              </button>
            </li>
          </Show>
        </ul>
      </section>
    </Show>
  );
}

function Thumbnail(props: { readonly image: StoredImage }): JSX.Element {
  const studio = useStudio();
  const url = URL.createObjectURL(props.image.png);
  onCleanup(() => URL.revokeObjectURL(url));
  const shown = (): boolean => studio.run()?.id === props.image.runId;
  return (
    <li class={styles["item"]}>
      <button
        class={styles["open"]}
        type="button"
        aria-label={`Show the picture with seed ${props.image.seed} and its run`}
        aria-current={shown()}
        disabled={studio.busy()}
        onClick={() => {
          void studio.show(props.image.runId);
          scrollTo({ top: 0, behavior: "smooth" });
        }}
      >
        <img src={url} alt="" width={props.image.width} height={props.image.height} loading="lazy" />
      </button>
      <button
        class={styles["delete"]}
        type="button"
        aria-label={`Delete the picture with seed ${props.image.seed}`}
        onClick={() => void studio.gallery.remove(props.image.id)}
      >
        <CloseIcon />
      </button>
    </li>
  );
}
