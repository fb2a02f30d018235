// Pictures of this browser: small, newest first; each brings back its run.
import { createMemo, createSignal, For, onCleanup, Show, type JSX } from "solid-js";
import type { StoredImage } from "../../app/pictures/gallery.ts";
import { explain } from "../../app/state/runs.ts";
import { formatBytes } from "../../app/state/time-left.ts";
import type { PlainError } from "../../shared/errors.ts";
import { counted } from "../../shared/words.ts";
import { ConfirmButton } from "../controls/ConfirmButton.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import styles from "./Gallery.module.css";
import { focusWhatIsLeft } from "../controls/focus.ts";
import { CloseIcon } from "../controls/icons.tsx";
import { useStudio } from "../studio-context.ts";

const shownAtFirst = 24;

export function Gallery(): JSX.Element {
  const studio = useStudio();
  const [all, setAll] = createSignal(false);
  const images = createMemo(() =>
    all() ? studio.gallery.images() : studio.gallery.images().slice(0, shownAtFirst),
  );
  const [error, setError] = createSignal<PlainError | null>(null);
  /** Answers whether it is done; where not, the gallery tells. */
  async function deleting(work: () => Promise<void>): Promise<boolean> {
    setError(null);
    return work().then(
      () => true,
      (reason: unknown) => {
        setError(explain(reason));
        return false;
      },
    );
  }
  const bytes = createMemo(() => studio.gallery.images().reduce((sum, image) => sum + image.png.size, 0));

  return (
    <Show when={studio.gallery.images().length > 0}>
      <section class={styles["gallery"]} aria-labelledby="gallery-title">
        <header>
          <h2 id="gallery-title">Your pictures</h2>
          <span>
            {studio.gallery.images().length} · {formatBytes(bytes())}
            <Show when={studio.gallery.persistent()} fallback=", until the page closes">
              <span class={styles["where"]}> in this browser</span>
            </Show>
          </span>
          <span class={styles["all"]}>
            <ConfirmButton
              label="Delete all"
              name="Delete all pictures"
              confirm={`Delete ${counted(studio.gallery.images().length, "picture")}`}
              keep="Keep them"
              quiet
              onConfirm={async () => void (await deleting(() => studio.gallery.clear()))}
            />
          </span>
        </header>
        <Show when={error()}>
          {(reason) => (
            // The picture may be far down in the gallery.
            <div ref={(note) => queueMicrotask(() => note.scrollIntoView({ block: "nearest" }))}>
              <ErrorNote error={reason()} compact />
            </div>
          )}
        </Show>
        <ul>
          <For each={images()}>{(image) => <Thumbnail image={image} deleting={deleting} />}</For>
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

function Thumbnail(props: {
  readonly image: StoredImage;
  readonly deleting: (work: () => Promise<void>) => Promise<boolean>;
}): JSX.Element {
  const studio = useStudio();
  const url = URL.createObjectURL(props.image.png);
  onCleanup(() => URL.revokeObjectURL(url));
  /** The keyboard goes on with the picture that takes its place. */
  async function remove(item: HTMLLIElement): Promise<void> {
    const had = item.contains(document.activeElement);
    const next = (item.nextElementSibling ?? item.previousElementSibling)?.querySelector("button:last-child");
    const deleted = await props.deleting(() => studio.gallery.remove(props.image.id));
    if (deleted && had && next instanceof HTMLElement) next.focus();
    focusWhatIsLeft();
  }
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
          void studio.show(props.image.runId).then(focusWhatIsLeft); // it may be gone
          scrollTo({ top: 0, behavior: "smooth" });
        }}
      >
        <img src={url} alt="" width={props.image.width} height={props.image.height} loading="lazy" />
      </button>
      <button
        class={styles["delete"]}
        type="button"
        aria-label={`Delete the picture with seed ${props.image.seed}`}
        onClick={(event) => void remove(event.currentTarget.closest("li")!)}
      >
        <CloseIcon />
      </button>
    </li>
  );
}
