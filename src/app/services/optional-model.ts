// A small model that is no part of any pack (the reranker, the NSFW check): described and downloaded by its manifest, deleted like any other.
import type { WorkerClient } from "../../rpc/client.ts";
import { StylusError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";
import { readManifest } from "../packs/packs.ts";
import { fetchPack } from "./pack-storage.ts";
import type { OptionalModelServices } from "./ports.ts";
import type { StorageClient } from "./storage-client.ts";

export interface OptionalModel extends OptionalModelServices {
  /** Its files, by path. Downloads nothing that is complete. */
  files(): Promise<ReadonlyMap<string, Blob>>;
}

export function createOptionalModel(storage: StorageClient, manifestId: string): OptionalModel {
  return {
    async state() {
      const { json, manifest } = await readManifest(manifestId);
      const { packs } = await storage.call((service) => service.describe([json], document.baseURI));
      const stored = packs.find(({ id }) => id === manifestId);
      return {
        title: manifest.title,
        sizeBytes: manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        state: stored?.complete ? "ready" : stored?.files.length ? "partial" : "absent",
      };
    },
    async download(options) {
      const { json } = await readManifest(manifestId);
      await fetchPack(storage, { json, local: new Map() }, options);
    },
    async files() {
      const { json } = await readManifest(manifestId);
      const { files } = await storage.call((service) => service.openPack(json, document.baseURI, {}));
      return files;
    },
  };
}

/** What an error says that a model is not downloaded for, and what to do then. */
export interface Absent {
  readonly where: string;
  readonly remedy: Saying;
}

/** @returns its title @throws StylusError not-found */
export async function checkDownloaded(
  model: Pick<OptionalModelServices, "state">,
  absent: Absent,
): Promise<string> {
  const { title, state } = await model.state();
  if (state !== "ready") throw new StylusError("not-found", say`${title} is not downloaded.`, absent);
  return title;
}

export interface OpenedModel {
  /**
   * It is open in its worker: opened once for all who ask, and again after a failure or in a new worker.
   * @throws StylusError not-found: it is not downloaded | cancelled: it was forgotten on its way | what `open` throws
   */
  ready(): Promise<void>;
  /** Its files may be gone, or its worker: it is opened again. */
  forget(): void;
}

export function openedOnce(
  model: OptionalModel,
  context: {
    readonly worker: Pick<WorkerClient<unknown>, "alive" | "starts">;
    /** Opens it in the worker. */
    readonly open: (files: ReadonlyMap<string, Blob>) => Promise<void>;
    readonly absent: Absent;
    /** It could not be opened, and nobody has forgotten it since. */
    readonly onFailure?: () => void;
  },
): OpenedModel {
  const { worker, open, absent, onFailure } = context;
  /** `start`: of the worker that has it open; null while it is on its way. */
  let held: { readonly result: Promise<void>; start: number | null } | null = null;

  /** @param isWanted whether it was not forgotten since */
  async function openStored(isWanted: () => boolean): Promise<void> {
    const title = await checkDownloaded(model, absent);
    const files = await model.files();
    if (!isWanted()) throw new StylusError("cancelled", say`${title} is no longer needed.`);
    await open(files);
  }

  return {
    ready() {
      const gone = held !== null && held.start !== null && (held.start !== worker.starts || !worker.alive);
      if (held && !gone) return held.result;
      const opening: NonNullable<typeof held> = { result: openStored(() => held === opening), start: null };
      held = opening;
      opening.result.then(
        () => (opening.start = worker.starts),
        () => {
          if (held !== opening) return;
          held = null;
          onFailure?.();
        },
      );
      return opening.result;
    },
    forget: () => void (held = null),
  };
}
