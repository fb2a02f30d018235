// The reranker of the paper, for the method of that name: downloaded when the user has agreed, opened in the composer worker when it first
// chooses, and again after that worker was restarted.
import type { Composition } from "../../compose/composition.ts";
import type { ComposerService, RerankCandidate } from "../../compose/service.ts";
import type { WorkerClient } from "../../rpc/client.ts";
import { abortable } from "../../shared/abortable.ts";
import { StylusError } from "../../shared/errors.ts";
import { rerankerId } from "../packs/packs.ts";
import { createOptionalModel } from "./optional-model.ts";
import type { OptionalModelServices } from "./ports.ts";
import { say } from "../../shared/saying.ts";
import type { StorageClient } from "./storage-client.ts";
import { throughLoss } from "./through-loss.ts";

export interface RerankerWorker extends OptionalModelServices {
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
  const model = createOptionalModel(storage, rerankerId);
  /** `start`: of the worker that has it open; null while it is on its way. */
  let held: { readonly result: Promise<void>; start: number | null } | null = null;
  /** Raised by each `drop`. */
  let generation = 0;

  async function open(): Promise<void> {
    const wanted = generation;
    const { title, state: stored } = await model.state();
    if (stored !== "ready")
      throw new StylusError("not-found", say`${title} is not downloaded.`, {
        where: "method",
        remedy: say`Download it under Settings, Adapter selection, or choose another method.`,
      });
    const files = await model.files();
    if (wanted !== generation) throw new StylusError("cancelled", say`The reranker is no longer needed.`);
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
    state: model.state,
    download: model.download,
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
