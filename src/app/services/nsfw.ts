// The NSFW check: downloaded when it is asked for, opened in a worker of its own with the first image, ended when it is idle.
import { say } from "../../shared/saying.ts";
import type { WorkerClient } from "../../rpc/client.ts";
import { StylusError } from "../../shared/errors.ts";
import type { NsfwService } from "../../nsfw/service.ts";
import { nsfwId } from "../packs/packs.ts";
import { createOptionalModel } from "./optional-model.ts";
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
  /** `start`: of the worker that has it open; null while it is on its way. */
  let held: { readonly result: Promise<void>; start: number | null } | null = null;
  let checks = 0;
  let idle: ReturnType<typeof setTimeout> | undefined;

  async function open(): Promise<void> {
    const { title, state } = await model.state();
    if (state !== "ready")
      throw new StylusError("not-found", say`${title} is not downloaded.`, {
        where: "nsfwCheck",
        remedy: say`Download it under Settings, or turn the check off.`,
      });
    const files = await model.files();
    await worker.call((service) => service.open(files));
  }

  function ready(): Promise<void> {
    const gone = held !== null && held.start !== null && (held.start !== worker.starts || !worker.alive);
    if (held && !gone) return held.result;
    const opening: typeof held = { result: open(), start: null };
    held = opening;
    opening.result.then(
      () => (opening.start = worker.starts),
      () => {
        if (held === opening) drop(); // a runtime that failed to start stays failed
      },
    );
    return opening.result;
  }

  function drop(): void {
    clearTimeout(idle);
    held = null;
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
          await ready();
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
