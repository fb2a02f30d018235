// The gallery as the page shows it: a signal over what is kept.
import { createSignal, type Accessor } from "solid-js";
import {
  deletionError,
  keepingError,
  readingError,
  StylusError,
  toPlainError,
  type PlainError,
} from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import {
  openGallery,
  type Gallery,
  type ImageMarks,
  type StoredImage,
  type StoredRun,
} from "../images/gallery.ts";
import { packImages, unpackImages } from "../images/gallery-archive.ts";
import type { InputStore } from "../images/input-store.ts";
import { storedIds } from "../../stylus/image-options.ts";
import type { ImageView, RunView } from "./runs/view.ts";
import type { RunReport } from "../../stylus/run-types.ts";

/** What an archive brought. */
interface ImportedImages {
  readonly added: number;
  /** How many were there already, and stay as they are. */
  readonly known: number;
  /** Names of images that the archive has no run of: they are not added. */
  readonly withoutRun: readonly string[];
}

export interface GalleryState {
  /** Newest first. */
  readonly images: Accessor<readonly StoredImage[]>;
  /** False until it is known which images there are. */
  readonly isRead: Accessor<boolean>;
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
  /** What the user says about an image. */
  marks(imageId: string): ImageMarks;
  /** @throws StylusError quota: the browser does not keep it */
  mark(imageId: string, marks: Partial<ImageMarks>): Promise<void>;
  /** Prompts of the kept runs, by their ids; those of runs that were kept before this visit after `readPrompts`. */
  readonly prompts: Accessor<ReadonlyMap<string, string>>;
  readPrompts(): Promise<void>;
  /** A ZIP file of these images, what they started from, and all that is known of them. @throws StylusError quota, bad-input: too many */
  pack(imageIds: readonly string[]): Promise<Blob>;
  /**
   * Adds the images of a ZIP file that `pack` made, those that are not here yet.
   * @throws StylusError bad-file, quota
   */
  unpack(file: File): Promise<ImportedImages>;
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

const unmarked: ImageMarks = { favourite: false, note: "" };

/** Store proxies cannot be cloned into IndexedDB. */
const unproxied = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;

function storedImage(view: RunView, image: ImageView, png: Blob): StoredImage {
  // JSON leaves out what is undefined.
  const plain = unproxied({
    seed: image.seed,
    variationSeed: image.variationSeed,
    width: image.width,
    height: image.height,
    adapters: image.adapters,
    masked: image.masked,
    formulas: image.formulas,
    prompt: image.prompt,
    negativePrompt: image.negativePrompt,
    sampling: image.sampling,
    preset: image.preset,
    vae: image.vae,
    regions: image.regions,
    detailAdapters: image.detailAdapters,
    sheet: image.sheet,
    nsfw: image.nsfw,
  });
  return { ...plain, id: image.id, index: image.index, runId: view.id, createdAt: view.createdAt, png };
}

/** @param context.inputs has the init images of its runs */
export function createGalleryState(context: {
  readonly inputs: Promise<Pick<InputStore, "get" | "put">>;
}): GalleryState {
  const [images, setImages] = createSignal<readonly StoredImage[]>([]);
  const [isRead, setRead] = createSignal(false);
  const [persistent, setPersistent] = createSignal(true);
  const [error, setError] = createSignal<PlainError | null>(null);
  const [marks, setMarks] = createSignal<ReadonlyMap<string, ImageMarks>>(new Map());
  const [prompts, setPrompts] = createSignal<ReadonlyMap<string, string>>(new Map());
  /** What is known stays the same object, so that its thumbnail stays the same element. */
  async function read(gallery: Gallery): Promise<void> {
    try {
      const found = await gallery.images();
      const known = new Map(images().map((image) => [image.id, image]));
      setImages(found.map((image) => known.get(image.id) ?? image));
      setMarks(
        new Map(found.map(({ id, favourite = false, note = "" }) => [id, { favourite, note }] as const)),
      );
      setRead(true);
      setError(null);
    } catch (cause) {
      setError(toPlainError(readingError(say`Your images`, cause)));
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
    isRead,
    persistent,
    error,
    async keep(view, report, finished) {
      const gallery = await ready;
      const { id, createdAt, options, candidates, regions } = view;
      const composition = view.composition ?? {
        tasks: [],
        rejected: [],
        composer: { name: "", kind: "none" },
      };
      await gallery.add(
        { id, createdAt, ...unproxied({ options, composition, regions, candidates, report }) },
        finished.flatMap((image) => (image.encoded ? [storedImage(view, image, image.encoded.png)] : [])),
      );
      setPrompts((before) => new Map(before).set(id, options.prompt));
      await read(gallery);
    },
    marks: (imageId) => marks().get(imageId) ?? unmarked,
    async mark(imageId, change) {
      const gallery = await ready;
      await gallery.mark(imageId, change).catch((cause: unknown) => {
        throw keepingError(say`this change`, cause, {
          full: say`Free disk space, then try again.`,
        });
      });
      await read(gallery);
    },
    prompts,
    async readPrompts() {
      const runs = await (await ready).runs().catch(() => []); // images are found by what is known of them
      setPrompts(new Map(runs.map(({ id, options }) => [id, options.prompt])));
    },
    async pack(imageIds) {
      const gallery = await ready;
      const ids = new Set(imageIds);
      const work = async (): Promise<Blob> => {
        const chosen = (await gallery.images()).filter(({ id }) => ids.has(id));
        const wanted = new Set(chosen.map(({ runId }) => runId));
        const runs = (await gallery.runs()).filter(({ id }) => wanted.has(id));
        const store = await context.inputs;
        const inputs = new Map<string, Blob>();
        for (const id of inputsOf(runs)) {
          const input = await store.get(id);
          if (input) inputs.set(id, input);
        }
        return packImages(chosen, runs, inputs);
      };
      return work().catch((cause: unknown) => {
        throw cause instanceof StylusError ? cause : readingError(say`These images`, cause);
      });
    },
    async unpack(file) {
      const gallery = await ready;
      const { runs, inputs, withoutRun } = await unpackImages(file);
      const keeping = async <Value>(work: Promise<Value>): Promise<Value> =>
        work.catch((cause: unknown) => {
          throw keepingError(say`these images`, cause, {
            full: say`Free disk space, or delete images you don’t need, then try again.`,
          });
        });
      let added = 0;
      try {
        for (const { run, images: own } of runs) {
          const store = await context.inputs;
          // Before the run: what no run names is cleared away.
          for (const id of inputsOf([run])) {
            const input = inputs.get(id);
            if (input) await keeping(store.put(input));
          }
          added += await keeping(gallery.addNew(run, own));
          setPrompts((before) => new Map([[run.id, run.options.prompt], ...before]));
        }
      } finally {
        await read(gallery); // what was added before it failed, too
      }
      const all = runs.reduce((sum, each) => sum + each.images.length, 0);
      return { added, known: all - added, withoutRun };
    },
    async read(runId) {
      const gallery = await ready;
      const stored = await gallery.run(runId).catch((cause: unknown) => {
        throw cause instanceof StylusError ? cause : readingError(say`This image`, cause);
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
        throw deletionError(image ? say`The image with seed ${image.seed}` : say`The image`, cause);
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
        throw deletionError(say`The images`, cause);
      });
      await read(gallery);
      removed(all);
    },
    onRemoved: (listener) => void (removed = listener),
  };
}
