// The composer worker with its reader: the files are downloaded and opened when first asked for, and again after the worker was restarted.
import type { ComposerService } from "../../compose/service.ts";
import type { WorkerClient } from "../../rpc/client.ts";
import { StylusError } from "../../shared/errors.ts";
import { readManifest, readerId } from "../packs/packs.ts";
import type { StorageClient } from "./storage-client.ts";

const folder = "reader/";

export interface ReaderWorker {
  /** Whether a reader is ready: false when this build has none. @throws StylusError network | bad-file | quota | device */
  ready(): Promise<boolean>;
}

export function createReaderWorker(context: {
  readonly storage: StorageClient;
  readonly composer: WorkerClient<ComposerService>;
}): ReaderWorker {
  const { storage, composer } = context;
  /** `start`: of the worker that holds the reader; null while it is on its way. */
  let held: { readonly result: Promise<boolean>; start: number | null } | null = null;

  async function load(): Promise<boolean> {
    const manifest = await readManifest(readerId).catch((error: unknown) => {
      if (error instanceof StylusError && error.code === "not-found") return null;
      throw error;
    });
    if (!manifest) return false;
    const { files } = await storage.call((service) => service.openPack(manifest.json, document.baseURI, {}));
    const byName = new Map([...files].map(([path, blob]) => [path.replace(folder, ""), blob]));
    await composer.call((service) => service.loadReader(byName));
    return true;
  }

  return {
    ready() {
      const gone =
        held !== null && held.start !== null && (held.start !== composer.starts || !composer.alive);
      if (held && !gone) return held.result;
      const loading: typeof held = { result: load(), start: null };
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
    },
  };
}
