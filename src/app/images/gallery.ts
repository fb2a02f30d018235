// The images of this browser, kept in IndexedDB: PNG files with their run, so that any of them can be shown again
// with everything that led to it. Where the browser refuses storage, the gallery lasts as long as the page.
import type { DBSchema } from "idb";
import * as v from "valibot";
import type { Composition } from "../../compose/composition.ts";
import type { CandidateView, Nsfw, PlannedImage, RunReport } from "../../stylus/run-types.ts";
import type { GenerateOptions } from "../../stylus/options.ts";
import { StylusError } from "../../shared/errors.ts";
import { choices } from "../../shared/limits.ts";
import { say } from "../../shared/saying.ts";
import { Records, type DatabaseShape } from "../../storage/records/database.ts";
import { initImageSchema } from "../../storage/records/init-image.ts";
import { sayingSchema } from "../../storage/records/saying.ts";
import { setAsideEntries } from "../../storage/records/set-aside.ts";

/** What the user says about an image. */
export interface ImageMarks {
  readonly favourite: boolean;
  readonly note: string;
}

export interface StoredImage extends PlannedImage, Partial<ImageMarks> {
  readonly id: string;
  readonly runId: string;
  readonly index: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly width: number;
  readonly height: number;
  readonly png: Blob;
  /** The sheet of a plot, whose other images are its cells. */
  readonly sheet?: true;
  readonly nsfw?: Nsfw;
}

export interface StoredRun {
  readonly id: string;
  readonly createdAt: number;
  readonly options: GenerateOptions;
  readonly composition: Composition;
  /** What was chosen for each region; runs of earlier versions do not have it. */
  readonly regions?: readonly Composition[];
  readonly candidates: readonly CandidateView[];
  readonly report: RunReport;
}

interface GalleryDatabase extends DBSchema {
  images: { key: string; value: StoredImage; indexes: { createdAt: number; runId: string } };
  runs: { key: string; value: StoredRun };
}

const shape: DatabaseShape<GalleryDatabase> = {
  name: "stylus-web-gallery",
  version: 1,
  stores: { images: { keyPath: "id", indexes: ["createdAt", "runId"] }, runs: { keyPath: "id" } },
};

const number = v.pipe(v.number(), v.finite());
/** Read by `describeReason`, `describeUnavailable`. */
const why = v.optional(v.union([v.string(), sayingSchema, v.looseObject({ kind: v.string() })]));
const list = v.array(v.looseObject({ reason: why }));

const compositionSchema = v.looseObject({
  tasks: v.array(v.looseObject({ text: v.string(), picks: list })),
  rejected: list,
  composer: v.looseObject({ name: v.string(), instead: why }),
});

/** What the page reads of rows. */
export const imageSchema = v.looseObject({
  id: v.string(),
  runId: v.string(),
  index: number,
  createdAt: number,
  seed: number,
  variationSeed: v.optional(number),
  width: number,
  height: number,
  adapters: v.array(v.looseObject({ id: v.string(), unetStrength: number })),
  masked: v.array(v.string()),
  formulas: v.record(v.string(), v.string()),
  prompt: v.optional(v.string()),
  negativePrompt: v.optional(v.string()),
  favourite: v.optional(v.boolean()),
  note: v.optional(v.string()),
  sheet: v.optional(v.literal(true)),
  sampling: v.optional(v.looseObject({})),
  preset: v.optional(v.picklist(choices.preset)),
  vae: v.nullish(v.string()),
  nsfw: v.nullish(number),
  regions: v.optional(
    v.array(
      v.looseObject({
        prompt: v.optional(v.string()),
        adapters: v.array(v.looseObject({ id: v.string(), unetStrength: number })),
        formulas: v.record(v.string(), v.string()),
      }),
    ),
  ),
  detailAdapters: v.optional(v.array(v.string())),
  png: v.blob(),
});
/** Of regions and of the detail pass. */
const area = {
  x: number,
  y: number,
  width: number,
  height: number,
  prompt: v.string(),
  mask: v.optional(v.string()),
};
export const runSchema = v.looseObject({
  id: v.string(),
  createdAt: number,
  options: v.looseObject({
    prompt: v.string(),
    negativePrompt: v.string(),
    seed: number,
    count: number,
    width: number,
    height: number,
    steps: number,
    cfgScale: number,
    pins: v.array(v.string()),
    bans: v.array(v.string()),
    removed: v.array(v.string()),
    strengths: v.record(v.string(), number),
    variation: v.nullish(v.looseObject({ seed: number, strength: number })),
    guidanceInterval: v.nullish(v.looseObject({ start: number, end: number })),
    cacheInterval: v.optional(number),
    start: v.nullish(v.looseObject({ picture: initImageSchema })),
    hires: v.nullish(v.looseObject({})),
    regions: v.nullish(
      v.looseObject({
        baseWeight: number,
        addPrompt: v.boolean(),
        areas: v.array(v.looseObject({ ...area, weight: number })),
      }),
    ),
    details: v.nullish(
      v.looseObject({
        strength: number,
        padding: number,
        feather: number,
        areas: v.array(v.looseObject(area)),
      }),
    ),
  }),
  composition: compositionSchema,
  regions: v.optional(v.array(compositionSchema)),
  candidates: v.array(v.looseObject({ id: v.string(), similarity: number })),
  report: v.looseObject({
    pack: v.looseObject({ id: v.string(), title: v.string() }),
    stages: v.array(v.looseObject({ id: v.string(), milliseconds: number })),
  }),
});

/** Tabs tell each other when they have changed the database. */
const channelName = "stylus-web-gallery";

export interface Gallery {
  /** False when nothing outlives the page. */
  readonly persistent: boolean;
  /** Adds images to a run, a new one too, and puts `run` in its place; without any image nothing is kept of it. */
  add(run: StoredRun, images: readonly StoredImage[]): Promise<void>;
  /** Adds those of the images whose ids are new, with `run` if that is new as well; answers how many. What is there stays as it is. */
  addNew(run: StoredRun, images: readonly StoredImage[]): Promise<number>;
  /** Newest first. */
  images(): Promise<StoredImage[]>;
  runs(): Promise<StoredRun[]>;
  /** Null: it is gone. @throws StylusError bad-file: its images are there, but its record cannot be read */
  run(runId: string): Promise<{ run: StoredRun; images: StoredImage[] } | null>;
  /** Changes what the user says about an image; nothing when it is gone. */
  mark(imageId: string, marks: Partial<ImageMarks>): Promise<void>;
  /** Removes one image, and its run with the last one. */
  remove(imageId: string): Promise<void>;
  /** Removes what can be read; what is set aside stays. */
  clear(): Promise<void>;
  /** Whether all that is stored can be read, as far as it has been. */
  isWhole(): boolean;
  /** Has `listener` called when another tab has changed it. */
  onChange(listener: () => void): void;
}

const byIndex = (a: StoredImage, b: StoredImage): number => a.index - b.index;
const byAge = (a: StoredImage, b: StoredImage): number => b.createdAt - a.createdAt || a.index - b.index;

function openMemoryGallery(): Gallery {
  const images = new Map<string, StoredImage>();
  const runs = new Map<string, StoredRun>();
  return {
    persistent: false,
    async add(run, added) {
      for (const image of added) images.set(image.id, image);
      if ([...images.values()].some((image) => image.runId === run.id)) runs.set(run.id, run);
    },
    async addNew(run, added) {
      const fresh = added.filter(({ id }) => !images.has(id));
      for (const image of fresh) images.set(image.id, image);
      if (fresh.length > 0 && !runs.has(run.id)) runs.set(run.id, run);
      return fresh.length;
    },
    images: async () => [...images.values()].sort(byAge),
    runs: async () => [...runs.values()],
    async run(runId) {
      const run = runs.get(runId);
      return run
        ? { run, images: [...images.values()].filter((image) => image.runId === runId).sort(byIndex) }
        : null;
    },
    async mark(imageId, marks) {
      const image = images.get(imageId);
      if (image) images.set(imageId, { ...image, ...marks });
    },
    async remove(imageId) {
      const runId = images.get(imageId)?.runId;
      images.delete(imageId);
      if (runId !== undefined && ![...images.values()].some((image) => image.runId === runId))
        runs.delete(runId);
    },
    async clear() {
      images.clear();
      runs.clear();
    },
    isWhole: () => false, // there may be a database that could not be opened
    onChange() {},
  };
}

function overRecords(records: Records<GalleryDatabase>): Gallery {
  const channel = new BroadcastChannel(channelName);
  const changing = async <Value>(work: Promise<Value>): Promise<Value> => {
    const value = await work;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel, not a window
    channel.postMessage("changed");
    return value;
  };
  const images = async (): Promise<StoredImage[]> => (await records.all("images", imageSchema)).sort(byAge);
  return {
    persistent: true,
    add(run, added) {
      const work = records.write(added, async (database, rows) => {
        const transaction = database.transaction(["images", "runs"], "readwrite");
        const stored = transaction.objectStore("images");
        const putRun = async (): Promise<void> => {
          if ((await stored.index("runId").count(run.id)) > 0) await transaction.objectStore("runs").put(run);
        };
        await Promise.all([...rows.map((image) => stored.put(image)), putRun(), transaction.done]);
      });
      return changing(work);
    },
    addNew(run, added) {
      const work = records.write(added, async (database, rows) => {
        const transaction = database.transaction(["images", "runs"], "readwrite");
        const [stored, runs] = [transaction.objectStore("images"), transaction.objectStore("runs")];
        const putNew = async (): Promise<number> => {
          const known = await Promise.all(rows.map(({ id }) => stored.getKey(id)));
          const fresh = rows.filter((_, index) => known[index] === undefined);
          await Promise.all(fresh.map((image) => stored.put(image)));
          if (fresh.length > 0 && (await runs.getKey(run.id)) === undefined) await runs.put(run);
          return fresh.length;
        };
        const [count] = await Promise.all([putNew(), transaction.done]);
        return count;
      });
      return changing(work);
    },
    images,
    runs: () => records.all("runs", runSchema),
    async run(runId) {
      const run = await records.get("runs", runId, runSchema);
      const own = (await records.where("images", { index: "runId", is: runId }, imageSchema)).sort(byIndex);
      if (run) return { run, images: own };
      if (own.length === 0) return null;
      throw new StylusError("bad-file", say`The record of this image’s run can’t be read.`, {
        where: `${shape.name}: runs ${runId}`,
        remedy: say`The image itself is kept: save it from its thumbnail. Storage lists the unreadable record.`,
      });
    },
    mark: (imageId, marks) =>
      changing(
        records.run(async (database) => {
          const transaction = database.transaction("images", "readwrite");
          const change = async (): Promise<void> => {
            const image = await transaction.store.get(imageId);
            if (image) await transaction.store.put({ ...image, ...marks });
          };
          await Promise.all([change(), transaction.done]);
        }),
      ),
    // In one transaction: the run may be generating its next image.
    remove: (imageId) =>
      changing(
        records.run(async (database) => {
          const transaction = database.transaction(["images", "runs"], "readwrite");
          const stored = transaction.objectStore("images");
          const removeImage = async (): Promise<void> => {
            const image = await stored.get(imageId);
            if (!image) return;
            await stored.delete(imageId);
            if ((await stored.index("runId").count(image.runId)) === 0)
              await transaction.objectStore("runs").delete(image.runId);
          };
          await Promise.all([removeImage(), transaction.done]);
        }),
      ),
    async clear() {
      const [shown, runs] = await Promise.all([images(), records.all("runs", runSchema)]);
      // In one transaction: images without their run could not be shown.
      const work = records.run(async (database) => {
        const transaction = database.transaction(["images", "runs"], "readwrite");
        await Promise.all([
          ...shown.map(({ id }) => transaction.objectStore("images").delete(id)),
          ...runs.map(({ id }) => transaction.objectStore("runs").delete(id)),
          transaction.done,
        ]);
      });
      await changing(work);
    },
    isWhole: () => !setAsideEntries().some(({ database }) => database === shape.name),
    onChange: (listener) => channel.addEventListener("message", listener),
  };
}

export async function openGallery(): Promise<Gallery> {
  const records = await Records.open(shape);
  return records ? overRecords(records) : openMemoryGallery();
}
