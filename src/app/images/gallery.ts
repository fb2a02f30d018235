// The images of this browser, kept in IndexedDB: PNG files with their run, so that any of them can be shown again
// with everything that led to it. Where the browser refuses storage, the gallery lasts as long as the page.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Composition } from "../../compose/composition.ts";
import type { CandidateView, PlannedImage, RunReport } from "../../stylus/run-types.ts";
import type { GenerateOptions } from "../../stylus/options.ts";

export interface StoredImage extends PlannedImage {
  readonly id: string;
  readonly runId: string;
  readonly index: number;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly width: number;
  readonly height: number;
  readonly png: Blob;
}

export interface StoredRun {
  readonly id: string;
  readonly createdAt: number;
  readonly options: GenerateOptions;
  readonly composition: Composition;
  readonly candidates: readonly CandidateView[];
  readonly report: RunReport;
}

interface GalleryDatabase extends DBSchema {
  images: { key: string; value: StoredImage; indexes: { createdAt: number; runId: string } };
  runs: { key: string; value: StoredRun };
}

/** Users have this in their browsers: a change of shape needs a new version and an upgrade step. */
const databaseName = "stylus-web-gallery";
const databaseVersion = 1;

export interface Gallery {
  /** False when nothing outlives the page. */
  readonly persistent: boolean;
  /** Adds images to a run, a new one too, and puts `run` in its place; without any image nothing is kept of it. */
  add(run: StoredRun, images: readonly StoredImage[]): Promise<void>;
  /** Newest first. */
  images(): Promise<StoredImage[]>;
  runs(): Promise<StoredRun[]>;
  run(runId: string): Promise<{ run: StoredRun; images: StoredImage[] } | null>;
  /** Removes one image, and its run with the last one. */
  remove(imageId: string): Promise<void>;
  clear(): Promise<void>;
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
    images: async () => [...images.values()].sort(byAge),
    runs: async () => [...runs.values()],
    async run(runId) {
      const run = runs.get(runId);
      return run
        ? { run, images: [...images.values()].filter((image) => image.runId === runId).sort(byIndex) }
        : null;
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
  };
}

function overDatabase(database: IDBPDatabase<GalleryDatabase>): Gallery {
  return {
    persistent: true,
    async add(run, images) {
      const transaction = database.transaction(["images", "runs"], "readwrite");
      const stored = transaction.objectStore("images");
      const putRun = async (): Promise<void> => {
        if ((await stored.index("runId").count(run.id)) > 0) await transaction.objectStore("runs").put(run);
      };
      await Promise.all([...images.map((image) => stored.put(image)), putRun(), transaction.done]);
    },
    images: async () => (await database.getAll("images")).sort(byAge),
    runs: () => database.getAll("runs"),
    async run(runId) {
      const run = await database.get("runs", runId);
      if (!run) return null;
      return { run, images: (await database.getAllFromIndex("images", "runId", runId)).sort(byIndex) };
    },
    async remove(imageId) {
      // In one transaction: the run may be generating its next image.
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
    },
    async clear() {
      // In one transaction: images without their run could not be shown.
      const transaction = database.transaction(["images", "runs"], "readwrite");
      const stores = [transaction.objectStore("images"), transaction.objectStore("runs")];
      await Promise.all([...stores.map((store) => store.clear()), transaction.done]);
    },
  };
}

export async function openGallery(): Promise<Gallery> {
  try {
    const database = await openDB<GalleryDatabase>(databaseName, databaseVersion, {
      upgrade(upgraded) {
        const images = upgraded.createObjectStore("images", { keyPath: "id" });
        images.createIndex("createdAt", "createdAt");
        images.createIndex("runId", "runId");
        upgraded.createObjectStore("runs", { keyPath: "id" });
      },
      // Another tab wants a newer version: let it have the database; this tab goes on without keeping.
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return overDatabase(database);
  } catch {
    return openMemoryGallery();
  }
}
