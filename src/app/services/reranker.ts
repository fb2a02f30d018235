// The reranker of the paper, for the method of that name: downloaded when the user has agreed, opened in the composer worker when it first
// chooses, and again after that worker was restarted.
import type { Composition } from "../../compose/composition.ts";
import type { ComposerService, RerankCandidate } from "../../compose/service.ts";
import type { WorkerClient } from "../../rpc/client.ts";
import { abortable } from "../../shared/abortable.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { readManifest, rerankerId } from "../packs/packs.ts";
import { fetchPack, type TransferOptions } from "./pack-storage.ts";
import type { RerankerServices, RerankerState } from "./ports.ts";
import type { StorageClient } from "./storage-client.ts";
import { throughLoss } from "./through-loss.ts";

export interface RerankerWorker extends RerankerServices {
  /** What it chooses for a whole prompt. @throws StylusError not-found: it is not downloaded | bad-file | device | cancelled */
  choose(prompt: string, candidates: readonly RerankCandidate[], signal: AbortSignal): Promise<Composition>;
  /** Its files may be gone, or its worker: it is opened again. One that is on its way rejects as cancelled. */
  drop(): void;
}

export function createReranker(context: {
  readonly storage: StorageClient;
  readonly composer: Pick<WorkerClient<ComposerService>, "call" | "alive" | "starts">;
}): RerankerWorker {
  const { storage, composer } = context;
  /** `start`: of the worker that has it open; null while it is on its way. */
  let held: { readonly result: Promise<void>; start: number | null } | null = null;
  /** Raised by each `drop`. */
  let generation = 0;

  async function state(): Promise<RerankerState> {
    const { json, manifest } = await readManifest(rerankerId);
    const { packs } = await storage.call((service) => service.describe([json], document.baseURI));
    const stored = packs.find(({ id }) => id === rerankerId);
    return {
      title: manifest.title,
      sizeBytes: manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      state: stored?.complete ? "ready" : stored?.files.length ? "partial" : "absent",
    };
  }

  async function download(options: TransferOptions): Promise<void> {
    const { json } = await readManifest(rerankerId);
    await fetchPack(storage, { json, local: new Map() }, options);
  }

  async function open(): Promise<void> {
    const wanted = generation;
    const { title, state: stored } = await state();
    if (stored !== "ready")
      throw new StylusError("not-found", say`${title} is not downloaded.`, {
        where: "method",
        remedy: say`Download it under Settings, Adapter selection, or choose another method.`,
      });
    const { json } = await readManifest(rerankerId);
    const { files } = await storage.call((service) => service.openPack(json, document.baseURI, {}));
    if (wanted !== generation) throw new StylusError("cancelled", say`The reranker is no longer wanted.`);
    await composer.call((service) => service.loadReranker(files));
  }

  function ready(): Promise<void> {
    const gone = held !== null && held.start !== null && (held.start !== composer.starts || !composer.alive);
    if (held && !gone) return held.result;
    const loading: { readonly result: Promise<void>; start: number | null } = { result: open(), start: null };
    held = loading;
    loading.result.then(
      () => (loading.start = composer.starts),
      () => {
        if (held === loading) held = null;
      },
    );
    return loading.result;
  }

  return {
    state,
    download,
    drop() {
      generation += 1;
      held = null;
    },
    choose(prompt, candidates, signal) {
      const work = throughLoss(async () => {
        await ready();
        return composer.call((service) => service.rerank(prompt, candidates, { signal }));
      });
      return abortable(work, signal);
    },
  };
}
