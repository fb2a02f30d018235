// The composer worker with its reader: the files are downloaded and opened when first asked for, and again after the worker was restarted.
import type { ComposerService } from "../../compose/service.ts";
import type { WorkerClient } from "../../rpc/client.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { readManifest, readerId } from "../packs/packs.ts";
import { mayBeFiles, verifyStored } from "./pack-storage.ts";
import type { StorageClient } from "./storage-client.ts";
import { throughLoss } from "./through-loss.ts";

const folder = "reader/";

export interface ReaderWorker {
  /** Whether a reader is ready: false when this build has none. @throws StylusError network | bad-file | quota | device */
  ready(): Promise<boolean>;
  /** Compares its stored files with their hashes, and downloads damaged ones again; answers their paths. */
  checkStored(signal: AbortSignal): Promise<readonly string[]>;
  /** Forgets it; one that is on its way starts no worker any more, and rejects as cancelled. */
  drop(): void;
}

export function createReaderWorker(context: {
  readonly storage: StorageClient;
  readonly composer: Pick<WorkerClient<ComposerService>, "call" | "terminate" | "alive" | "starts">;
}): ReaderWorker {
  const { storage, composer } = context;
  /** `start`: of the worker that holds the reader; null while it is on its way. */
  let held: { readonly result: Promise<boolean>; start: number | null } | null = null;
  /** Raised by each `drop`. */
  let generation = 0;

  async function load(wanted: number): Promise<boolean> {
    const manifest = await readManifest(readerId).catch((error: unknown) => {
      if (error instanceof StylusError && error.code === "not-found") return null;
      throw error;
    });
    if (!manifest) return false;
    const { files } = await storage.call((service) => service.openPack(manifest.json, document.baseURI, {}));
    if (wanted !== generation) throw new StylusError("cancelled", say`The reader is no longer needed.`);
    const byName = new Map([...files].map(([path, blob]) => [path.replace(folder, ""), blob]));
    try {
      await composer.call((service) => service.loadReader(byName));
    } catch (error) {
      composer.terminate(); // a runtime that failed to start stays failed
      throw error;
    }
    return true;
  }

  /** A damaged file is downloaded again, and the reader opened once more. */
  async function loadMended(wanted: number): Promise<boolean> {
    try {
      return await throughLoss(() => load(wanted));
    } catch (error) {
      const isDevice = error instanceof StylusError && error.code === "device"; // as ONNX Runtime calls a damaged file
      if (!isDevice && !mayBeFiles(error)) throw error;
      const { json } = await readManifest(readerId);
      const { damaged, missing } = await verifyStored(storage, [json], { all: true });
      if (damaged.length + missing.length === 0) throw error;
      return load(wanted);
    }
  }

  function ready(): Promise<boolean> {
    const gone = held !== null && held.start !== null && (held.start !== composer.starts || !composer.alive);
    if (held && !gone) return held.result;
    const loading: typeof held = { result: loadMended(generation), start: null };
    held = loading;
    loading.result.then(
      (there) => {
        if (there) loading.start = composer.starts;
      },
      () => {
        if (held === loading) held = null;
      },
    );
    return loading.result;
  }

  return {
    ready,
    async checkStored(signal) {
      if (!held || !(await held.result)) return [];
      const { json } = await readManifest(readerId);
      const { damaged } = await verifyStored(storage, [json], { all: false, signal });
      if (damaged.length > 0) {
        held = null;
        composer.terminate();
        await ready();
      }
      return damaged;
    },
    drop() {
      generation += 1;
      held = null;
    },
  };
}
