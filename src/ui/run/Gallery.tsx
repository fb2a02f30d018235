// Thumbnails of the stored images, newest first; each reopens its run.
import { createMemo, createSignal, For, onCleanup, Show, type JSX } from "solid-js";
import type { StoredImage } from "../../app/images/gallery.ts";
import { explain } from "../../app/state/runs.ts";
import type { PlainError } from "../../shared/errors.ts";
import { ConfirmButton } from "../controls/ConfirmButton.tsx";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import styles from "./Gallery.module.css";
import { focusWhatIsLeft } from "../controls/focus.ts";
import { CloseIcon } from "../controls/icons.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

const shownAtFirst = 24;

export function Gallery(): JSX.Element {
  const studio = useStudio();
  const [all, setAll] = createSignal(false);
  const images = createMemo(() =>
    all() ? studio.gallery.images() : studio.gallery.images().slice(0, shownAtFirst),
  );
  const [error, setError] = createSignal<PlainError | null>(null);
  /** Resolves to whether it succeeded; the gallery shows why not. */
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
    <>
      <Show when={studio.gallery.error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
      <Show when={studio.gallery.images().length > 0}>
        <section class={styles["gallery"]} aria-labelledby="gallery-title">
          <header>
            <h2 id="gallery-title">{t.run.gallery.title}</h2>
            <span>
              {t.run.gallery.size(studio.gallery.images().length, bytes())}{" "}
              <Show when={studio.gallery.persistent()} fallback={t.run.gallery.untilClosed}>
                <span class={styles["where"]}>{t.run.gallery.here}</span>
              </Show>
            </span>
            <span class={styles["all"]}>
              <ConfirmButton
                label={t.run.gallery.deleteAll}
                name={t.run.gallery.deleteAllName}
                confirm={t.run.gallery.confirmDelete(studio.gallery.images().length)}
                keep={t.run.gallery.keep}
                quiet
                onConfirm={async () => void (await deleting(() => studio.gallery.clear()))}
              />
            </span>
          </header>
          <Show when={error()}>
            {(reason) => (
              // The image may be far down in the gallery.
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
                  {t.run.gallery.more(studio.gallery.images().length - shownAtFirst)}
                </button>
              </li>
            </Show>
          </ul>
        </section>
      </Show>
    </>
  );
}

function Thumbnail(props: {
  readonly image: StoredImage;
  readonly deleting: (work: () => Promise<void>) => Promise<boolean>;
}): JSX.Element {
  const studio = useStudio();
  const url = URL.createObjectURL(props.image.png);
  onCleanup(() => URL.revokeObjectURL(url));
  /** Keyboard focus moves to the image that takes its place. */
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
        aria-label={t.run.gallery.show(props.image.seed)}
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
        aria-label={t.run.gallery.delete(props.image.seed)}
        onClick={(event) => void remove(event.currentTarget.closest("li")!)}
      >
        <CloseIcon />
      </button>
    </li>
  );
}
