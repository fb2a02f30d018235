// The storage worker as the page uses it: started for a piece of work, ended when the last one is done, so that it holds no
// memory while pictures are painted.
import type { Remote } from "comlink";
import { WorkerClient } from "../rpc/client.ts";
import type { StorageService } from "../storage/service.ts";

export class StorageClient {
  readonly #worker = new WorkerClient<StorageService>(
    "storage",
    () => new Worker(new URL("../../workers/storage.ts", import.meta.url), { type: "module" }),
  );
  #calls = 0;

  async call<Result>(use: (service: Remote<StorageService>) => Promise<Result>): Promise<Result> {
    this.#calls += 1;
    try {
      return await this.#worker.call(use);
    } finally {
      this.#calls -= 1;
      if (this.#calls === 0) this.#worker.terminate();
    }
  }
}
