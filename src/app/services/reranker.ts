// The reranker of the paper, for the method of that name: downloaded when the user has agreed, opened in the composer worker when it first
// chooses, and again after that worker was restarted.
import type { Composition } from "../../compose/composition.ts";
import type { ComposerService, RerankCandidate } from "../../compose/service.ts";
import type { WorkerClient } from "../../rpc/client.ts";
import { abortable } from "../../shared/abortable.ts";
import { rerankerId } from "../packs/packs.ts";
import { createOptionalModel, openedOnce, type Absent } from "./optional-model.ts";
import type { OptionalModelServices } from "./ports.ts";
import { say } from "../../shared/saying.ts";
import type { StorageClient } from "./storage-client.ts";
import { throughLoss } from "./through-loss.ts";

export const rerankerAbsent: Absent = {
  where: "method",
  remedy: say`Download it under Settings, Adapter selection, or choose another method.`,
};

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
  const opened = openedOnce(model, {
    worker: composer,
    open: (files) => composer.call((service) => service.loadReranker(files)),
    absent: rerankerAbsent,
  });

  return {
    state: model.state,
    download: model.download,
    drop: opened.forget,
    choose(prompt, candidates, signal) {
      const work = throughLoss(async () => {
        await opened.ready();
        return composer.call((service) => service.rerank(prompt, candidates, { signal }));
      });
      return abortable(work, signal);
    },
  };
}
