// The gallery as the page shows it: a signal over what is kept.
import { createSignal, type Accessor } from "solid-js";
import {
  deletionError,
  readingError,
  StylusError,
  toPlainError,
  type PlainError,
} from "../../shared/errors.ts";
import { openGallery, type Gallery, type StoredImage, type StoredRun } from "../images/gallery.ts";
import { storedIds } from "../../stylus/image-options.ts";
import type { ImageView, RunView } from "./run-view.ts";
import type { RunReport } from "../../stylus/run-types.ts";

export interface GalleryState {
  /** Newest first. */
  readonly images: Accessor<readonly StoredImage[]>;
  /** False when nothing outlives the page. */
  readonly persistent: Accessor<boolean>;
  /** Why the images cannot be shown; null when they can. */
  readonly error: Accessor<PlainError | null>;
  /**
   * Adds finished images of a run, with what is known of the run now.
   * @throws when the browser does not keep them
   */
  keep(view: RunView, report: RunReport, finished: readonly ImageView[]): Promise<void>;
  /**
   * Null when it is gone: another tab has deleted it.
   * @throws StylusError quota: the browser does not read it
   */
  read(runId: string): Promise<{ run: StoredRun; images: StoredImage[] } | null>;
  /** @throws StylusError quota: the browser does not delete it */
  remove(imageId: string): Promise<void>;
  /** Ids of the images and masks that kept runs started from; null: not all runs can be read. */
  inputs(): Promise<ReadonlySet<string> | null>;
  /** @throws StylusError quota: the browser does not delete them */
  clear(): Promise<void>;
  /** Calls `listener` after each removal with the init images and masks of the removed runs. */
  onRemoved(listener: (inputs: ReadonlySet<string>) => void): void;
}

/** Ids of the images and masks that runs started from. */
const inputsOf = (runs: readonly StoredRun[]): Set<string> =>
  new Set(runs.flatMap(({ options: { start } }) => storedIds(start)));

/** Store proxies cannot be cloned into IndexedDB. */
const unproxied = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

function storedImage(view: RunView, image: ImageView, png: Blob): StoredImage {
  const {
    id,
    index,
    seed,
    variationSeed,
    width,
    height,
    adapters,
    masked,
    formulas,
    prompt,
    negativePrompt,
  } = image;
  // JSON leaves out what is undefined.
  const plain = unproxied({
    seed,
    variationSeed,
    width,
    height,
    adapters,
    masked,
    formulas,
    prompt,
    negativePrompt,
  });
  return { ...plain, id, index, runId: view.id, createdAt: view.createdAt, png };
}

export function createGalleryState(): GalleryState {
  const [images, setImages] = createSignal<readonly StoredImage[]>([]);
  const [persistent, setPersistent] = createSignal(true);
  const [error, setError] = createSignal<PlainError | null>(null);
  /** What is known stays the same object, so that its thumbnail stays the same element. */
  async function read(gallery: Gallery): Promise<void> {
    try {
      const found = await gallery.images();
      const known = new Map(images().map((image) => [image.id, image]));
      setImages(found.map((image) => known.get(image.id) ?? image));
      setError(null);
    } catch (cause) {
      setError(toPlainError(readingError("Your images", cause)));
    }
  }
  const ready = openGallery().then(async (gallery) => {
    setPersistent(gallery.persistent);
    gallery.onChange(() => void read(gallery));
    await read(gallery);
    return gallery;
  });
  let removed: (inputs: ReadonlySet<string>) => void = () => {};
  return {
    images,
    persistent,
    error,
    async keep(view, report, finished) {
      const gallery = await ready;
      const { id, createdAt, options, candidates } = view;
      const composition = view.composition ?? {
        tasks: [],
        rejected: [],
        composer: { name: "", kind: "none" },
      };
      await gallery.add(
        { id, createdAt, ...unproxied({ options, composition, candidates, report }) },
        finished.flatMap((image) => (image.encoded ? [storedImage(view, image, image.encoded.png)] : [])),
      );
      await read(gallery);
    },
    async read(runId) {
      const gallery = await ready;
      const stored = await gallery.run(runId).catch((cause: unknown) => {
        throw cause instanceof StylusError ? cause : readingError("This image", cause);
      });
      // Another tab may have deleted some of them, or all.
      const known = images().filter((image) => image.runId === runId);
      if (known.length !== (stored?.images.length ?? 0)) await read(gallery);
      return stored;
    },
    async remove(imageId) {
      const gallery = await ready;
      const image = images().find(({ id }) => id === imageId);
      const work = async () => {
        // A run whose record cannot be read still lets its images go.
        const kept = image ? await gallery.run(image.runId).catch(() => null) : null;
        await gallery.remove(imageId);
        return kept;
      };
      const kept = await work().catch((cause: unknown) => {
        throw deletionError(image ? `The image with seed ${image.seed}` : "The image", cause);
      });
      await read(gallery);
      if (kept) removed(inputsOf([kept.run]));
    },
    async inputs() {
      const gallery = await ready;
      const runs = await gallery.runs();
      return gallery.isWhole() ? inputsOf(runs) : null;
    },
    async clear() {
      const gallery = await ready;
      const work = async () => {
        const all = inputsOf(await gallery.runs());
        await gallery.clear();
        return all;
      };
      const all = await work().catch((cause: unknown) => {
        throw deletionError("The images", cause);
      });
      await read(gallery);
      removed(all);
    },
    onRemoved: (listener) => void (removed = listener),
  };
}
