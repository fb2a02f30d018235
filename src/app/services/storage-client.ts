// The storage worker as the page uses it: started for a piece of work, ended when the last one is done, so that it holds no
// memory while images are generated. Where the browser keeps no files they live in the worker's memory, and it stays.
import type { Remote } from "comlink";
import { WorkerClient } from "../../rpc/client.ts";
import type { StorageService } from "../../storage/service.ts";
import { atOnce } from "../../shared/at-once.ts";
import type { StorageView } from "../../storage/storage-view.ts";
import { readManifests } from "../packs/packs.ts";
import { throughLoss } from "./through-loss.ts";
import { say } from "../../shared/saying.ts";

export class StorageClient {
  readonly #worker = new WorkerClient<StorageService>(
    say`storage`,
    () => new Worker(new URL("../../../workers/storage.ts", import.meta.url), { type: "module" }),
  );
  #calls = 0;

  /** `use` is called again when the worker is lost: what had arrived is kept. */
  async call<Result>(use: (service: Remote<StorageService>) => Promise<Result>): Promise<Result> {
    this.#calls += 1;
    try {
      return await throughLoss(() => this.#worker.call(use));
    } finally {
      this.#calls -= 1;
      await this.#endWhenIdle();
    }
  }

  /** What of every manifest is stored. */
  readonly describe = atOnce(async (): Promise<StorageView> => {
    const jsons = (await readManifests()).map(({ json }) => json);
    return this.call((service) => service.describe(jsons, document.baseURI));
  });

  async #endWhenIdle(): Promise<void> {
    if (this.#calls > 0 || !this.#worker.alive) return;
    const keepsFiles = await this.#worker.call((service) => service.keepsFiles()).catch(() => true);
    if (this.#calls === 0 && keepsFiles) this.#worker.terminate();
  }
}
