// The NSFW check: downloaded when it is asked for, opened in a worker of its own with the first image, ended when it is idle.
import { say } from "../../shared/saying.ts";
import type { WorkerClient } from "../../rpc/client.ts";
import type { NsfwService } from "../../nsfw/service.ts";
import { nsfwId } from "../packs/packs.ts";
import { createOptionalModel, openedOnce } from "./optional-model.ts";
import type { NsfwServices } from "./ports.ts";
import type { StorageClient } from "./storage-client.ts";
import { throughLoss } from "./through-loss.ts";

/** Opening takes a second or two, so that the next run should find it open; its memory, some 150 MB, should not be held for longer. */
const idleMilliseconds = 60_000;

export interface NsfwWorker extends NsfwServices {
  /** Ends the worker: its memory is wanted, or its files may be gone. Checks that run reject as cancelled. */
  drop(): void;
}

export function createNsfwWorker({
  storage,
  worker,
}: {
  readonly storage: StorageClient;
  readonly worker: Pick<WorkerClient<NsfwService>, "call" | "terminate" | "alive" | "starts">;
}): NsfwWorker {
  const model = createOptionalModel(storage, nsfwId);
  const opened = openedOnce(model, {
    worker,
    open: (files) => worker.call((service) => service.open(files)),
    absent: { where: "nsfwCheck", remedy: say`Download it under Settings, or turn the check off.` },
    onFailure: drop, // a runtime that failed to start stays failed
  });
  let checks = 0;
  let idle: ReturnType<typeof setTimeout> | undefined;

  function drop(): void {
    clearTimeout(idle);
    opened.forget();
    worker.terminate();
  }

  return {
    state: model.state,
    download: model.download,
    async check({ width, height, rgba }) {
      clearTimeout(idle);
      checks += 1;
      try {
        return await throughLoss(async () => {
          await opened.ready();
          return worker.call((service) => service.check({ width, height, rgba }));
        });
      } finally {
        checks -= 1;
        if (checks === 0) idle = setTimeout(drop, idleMilliseconds);
      }
    },
    drop,
  };
}
