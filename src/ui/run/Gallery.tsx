// Thumbnails of the stored images, newest first; each reopens its run. They are filtered, or selected to be compared and exported.
import { createMemo, createSignal, For, onCleanup, Show, type JSX } from "solid-js";
import type { StoredImage } from "../../app/images/gallery.ts";
import { explain } from "../../app/explain.ts";
import type { PlainError } from "../../shared/errors.ts";
import { isFiltering, noFilter, passes, type GalleryFilter } from "../../app/images/gallery-filter.ts";
import { CompareDialog } from "./CompareDialog.tsx";
import { ConfirmButton } from "../controls/ConfirmButton.tsx";
import controls from "../controls/controls.module.css";
import { GalleryFilterBar, ImportButton, SelectionBar } from "./GalleryBars.tsx";
import { saveFile } from "../controls/save-file.ts";
import { scrollToTop } from "../controls/scroll.ts";
import { ErrorNote } from "../controls/ErrorNote.tsx";
import styles from "./Gallery.module.css";
import { focusWhatIsLeft } from "../controls/focus.ts";
import { CheckIcon, CloseIcon, EyeIcon, EyeOffIcon, GridIcon, StarIcon } from "../controls/icons.tsx";
import { useStudio } from "../studio-context.ts";
import { t } from "../../texts/texts.ts";

const shownAtFirst = 24;
const quietButton = `${controls["button"]} ${controls["small"]} ${controls["quiet"]}`;

export function Gallery(): JSX.Element {
  const studio = useStudio();
  const { gallery } = studio;
  const [all, setAll] = createSignal(false);
  const [filterOpen, setFilterOpen] = createSignal(false);
  const [filter, setFilter] = createSignal<GalleryFilter>(noFilter);
  /** Ids of the selected images; null: nothing is being selected. */
  const [selected, setSelected] = createSignal<ReadonlySet<string> | null>(null);
  const [compared, setCompared] = createSignal<readonly [StoredImage, StoredImage] | null>(null);
  const found = createMemo(() => {
    const wanted = filter();
    if (!isFiltering(wanted)) return gallery.images();
    const now = Date.now();
    return gallery.images().filter((image) => {
      const prompt = image.prompt ?? gallery.prompts().get(image.runId) ?? "";
      return passes(image, wanted, { marks: gallery.marks(image.id), prompt, now });
    });
  });
  /** Of each plot whose sheet is shown how many other images it has; those are folded behind it until they are asked for. */
  const cells = createMemo((): ReadonlyMap<string, number> => {
    const counts = new Map(
      found().flatMap(({ sheet, runId }) => (sheet ? [[runId, 0] as [string, number]] : [])),
    );
    for (const { sheet, runId } of found()) {
      const count = counts.get(runId);
      if (!sheet && count !== undefined) counts.set(runId, count + 1);
    }
    return counts;
  });
  const [unfolded, setUnfolded] = createSignal<ReadonlySet<string>>(new Set());
  const unfold = (runId: string): void => {
    setUnfolded((before) => {
      const runs = new Set(before);
      if (!runs.delete(runId)) runs.add(runId);
      return runs;
    });
  };
  /** They are on show, and behind their sheet as soon as it is drawn. */
  const runningPlot = (): string | null => {
    const run = studio.run();
    return run?.status === "running" && run.options.plot ? run.id : null;
  };
  const laidOut = createMemo(() =>
    found()
      .filter(({ sheet, runId }) => sheet || !cells().has(runId) || unfolded().has(runId))
      .filter(({ runId }) => runId !== runningPlot())
      // The sheet before its images.
      .sort((a, b) => (a.runId === b.runId ? Number(b.sheet ?? false) - Number(a.sheet ?? false) : 0)),
  );
  const images = createMemo(() => (all() ? laidOut() : laidOut().slice(0, shownAtFirst)));
  const [error, setError] = createSignal<PlainError | null>(null);
  /** Resolves to whether it succeeded; the gallery shows why not. */
  async function trying(work: () => Promise<void>): Promise<boolean> {
    setError(null);
    return work().then(
      () => true,
      (reason: unknown) => {
        setError(explain(reason));
        return false;
      },
    );
  }
  const bytes = createMemo(() => gallery.images().reduce((sum, image) => sum + image.png.size, 0));
  const toggleFilter = (): void => {
    if (filterOpen()) setFilter(noFilter);
    else void gallery.readPrompts();
    setFilterOpen((open) => !open);
  };
  const toggleImage = (id: string): void => {
    setSelected((before) => {
      const ids = new Set(before);
      if (!ids.delete(id)) ids.add(id);
      return ids;
    });
  };
  /** Of images that are still there, newest first. */
  const chosen = createMemo(() => gallery.images().filter(({ id }) => selected()?.has(id)));
  const exportChosen = (): Promise<boolean> =>
    trying(async () => {
      const ids = chosen().map(({ id }) => id);
      saveFile(await gallery.pack(ids), "stylus-images.zip");
      studio.announce(t.run.gallery.exported(ids.length));
    });

  return (
    <>
      <Show when={gallery.error()}>{(reason) => <ErrorNote error={reason()} compact />}</Show>
      <Show
        when={gallery.images().length > 0}
        fallback={
          <Show when={gallery.isRead()}>
            <div class={styles["gallery"]}>
              <header>
                <h2>{t.run.gallery.title}</h2>
                <span>{t.run.gallery.empty}</span>
                <span class={styles["all"]}>
                  <ImportButton />
                </span>
              </header>
            </div>
          </Show>
        }
      >
        <section class={styles["gallery"]} aria-labelledby="gallery-title">
          <header>
            <h2 id="gallery-title">{t.run.gallery.title}</h2>
            <span>
              {t.run.gallery.size(gallery.images().length, bytes())}{" "}
              <Show when={gallery.persistent()} fallback={t.run.gallery.untilClosed}>
                <span class={styles["where"]}>{t.run.gallery.here}</span>
              </Show>
            </span>
            <span class={styles["all"]}>
              <button class={quietButton} type="button" aria-expanded={filterOpen()} onClick={toggleFilter}>
                {t.run.gallery.filter}
              </button>
              <button
                class={quietButton}
                type="button"
                onClick={() => setSelected((ids) => (ids ? null : new Set<string>()))}
              >
                {selected() ? t.run.gallery.done : t.run.gallery.select}
              </button>
              <ConfirmButton
                label={t.run.gallery.deleteAll}
                name={t.run.gallery.deleteAllName}
                confirm={t.run.gallery.confirmDelete(gallery.images().length)}
                keep={t.run.gallery.keep}
                quiet
                onConfirm={async () => void (await trying(() => gallery.clear()))}
              />
            </span>
          </header>
          <Show when={filterOpen()}>
            <GalleryFilterBar filter={filter()} found={found().length} onChange={setFilter} />
          </Show>
          <Show when={selected()}>
            <SelectionBar
              chosen={chosen()}
              onAll={() => setSelected(new Set(found().map(({ id }) => id)))}
              onCompare={(first, second) => setCompared([first, second])}
              onExport={exportChosen}
            />
          </Show>
          <Show when={error()}>
            {(reason) => (
              // The image may be far down in the gallery.
              <div ref={(note) => queueMicrotask(() => note.scrollIntoView({ block: "nearest" }))}>
                <ErrorNote error={reason()} compact />
              </div>
            )}
          </Show>
          <ul>
            <For each={images()}>
              {(image) => (
                <Thumbnail
                  image={image}
                  selected={selected()?.has(image.id) ?? null}
                  onToggle={() => toggleImage(image.id)}
                  cells={image.sheet ? (cells().get(image.runId) ?? 0) : 0}
                  unfolded={unfolded().has(image.runId)}
                  onUnfold={() => unfold(image.runId)}
                  deleting={trying}
                />
              )}
            </For>
            <Show when={!all() && laidOut().length > shownAtFirst}>
              <li>
                <button class={styles["rest"]} type="button" onClick={() => setAll(true)}>
                  {t.run.gallery.more(laidOut().length - shownAtFirst)}
                </button>
              </li>
            </Show>
          </ul>
          <Show when={found().length === 0}>
            <p class={styles["none"]}>{t.run.gallery.noneFound}</p>
          </Show>
        </section>
      </Show>
      <CompareDialog images={compared()} onClose={() => setCompared(null)} />
    </>
  );
}

function Thumbnail(props: {
  readonly image: StoredImage;
  /** Null: images are not being selected. */
  readonly selected: boolean | null;
  readonly onToggle: () => void;
  /** Images that belong to this sheet. */
  readonly cells: number;
  readonly unfolded: boolean;
  readonly onUnfold: () => void;
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
  const mayBlur = (): boolean => studio.nsfw.reason(props.image.nsfw) !== null;
  const blurred = (): boolean => studio.nsfw.isBlurred(props.image.nsfw, props.image.id);
  const eyeLabel = (): string => {
    const { seed, sheet } = props.image;
    if (blurred()) return sheet ? t.nsfw.showPlot : t.nsfw.showImage(seed);
    return sheet ? t.nsfw.blurPlot : t.nsfw.blurImage(seed);
  };
  return (
    <li class={styles["item"]}>
      <button
        class={styles["open"]}
        data-blurred={blurred()}
        type="button"
        aria-label={
          props.selected === null
            ? props.image.sheet
              ? t.plot.show(props.image.seed)
              : t.run.gallery.show(props.image.seed)
            : t.run.gallery.selectImage(props.image.seed)
        }
        aria-current={props.selected === null && shown()}
        aria-pressed={props.selected ?? undefined}
        disabled={props.selected === null && studio.busy()}
        onClick={() => {
          if (props.selected !== null) return props.onToggle();
          void studio.show(props.image.runId).then(focusWhatIsLeft); // it may be gone
          scrollToTop();
        }}
      >
        <img src={url} alt="" width={props.image.width} height={props.image.height} loading="lazy" />
      </button>
      <Show when={mayBlur()}>
        <button
          class={styles["eye"]}
          type="button"
          aria-label={eyeLabel()}
          title={eyeLabel()}
          onClick={() => studio.nsfw.toggle(props.image.id)}
        >
          <Show when={blurred()} fallback={<EyeOffIcon />}>
            <EyeIcon />
          </Show>
        </button>
      </Show>
      <Show when={studio.gallery.marks(props.image.id).favourite}>
        <span class={styles["star"]} title={t.run.gallery.favourites}>
          <StarIcon />
        </span>
      </Show>
      <Show when={props.cells > 0}>
        <button
          class={styles["cells"]}
          type="button"
          aria-label={t.plot.unfold(props.cells)}
          title={t.plot.unfold(props.cells)}
          aria-expanded={props.unfolded}
          onClick={() => props.onUnfold()}
        >
          <GridIcon /> {t.format.number(props.cells)}
        </button>
      </Show>
      <Show
        when={props.selected === null}
        fallback={
          <span class={styles["check"]} data-on={props.selected}>
            <CheckIcon />
          </span>
        }
      >
        <button
          class={styles["delete"]}
          type="button"
          aria-label={
            props.image.sheet ? t.plot.delete(props.image.seed) : t.run.gallery.delete(props.image.seed)
          }
          onClick={(event) => void remove(event.currentTarget.closest("li")!)}
        >
          <CloseIcon />
        </button>
      </Show>
    </li>
  );
}
