// The real services, each in a worker of its own: storage, retrieval, composer, diffusion.
import { proxy } from "comlink";
import { composeBaseline } from "../../compose/baselines.ts";
import { readCandidates } from "../../compose/reader/reader-composer.ts";
import type { ComposerService } from "../../compose/service.ts";
import { WorkerClient } from "../../rpc/client.ts";
import { keepingError } from "../../shared/errors.ts";
import { createDiffusionWorker } from "./diffusion-worker.ts";
import { createReaderWorker } from "./reader-worker.ts";
import { createModelServices } from "./models.ts";
import { openUserAdapters } from "../adapters/user-adapters.ts";
import { openUserModels } from "../packs/user-models.ts";
import { createPackLoader } from "./pack-loader.ts";
import type { PageServices } from "./ports.ts";
import { createRetrievalWorkers } from "./retrieval-workers.ts";
import { abortable } from "../../shared/abortable.ts";
import { StorageClient } from "./storage-client.ts";

export function createServices(): PageServices {
  const storage = new StorageClient();
  const retrieval = createRetrievalWorkers();
  const composer = new WorkerClient<ComposerService>(
    "composer",
    () => new Worker(new URL("../../../workers/composer.ts", import.meta.url), { type: "module" }),
  );
  const reader = createReaderWorker({ storage, composer });
  const diffusion = createDiffusionWorker();
  const userAdapters = openUserAdapters();
  const userModels = openUserModels();
  const modelStorage = createModelServices({ storage, userModels, userAdapters });
  const pack = createPackLoader({ storage, userModels, userAdapters, retrieval, diffusion });

  return {
    models: {
      ...modelStorage.models,
      async changeUserModel(id, change) {
        await modelStorage.models.changeUserModel(id, change);
        if (pack.packId === id) pack.drop();
      },
    },

    load: (packId, options) => pack.load(packId, options),

    async embedQuery(text, { signal }) {
      await pack.readyRetrieval(signal);
      const [vector] = await abortable(retrieval.embedQueries([text]), signal);
      return vector!;
    },

    async search(query, { limit, bans, signal }) {
      const { baseModels } = (await pack.current()).source.info;
      return abortable(retrieval.search(query, { k: limit, filter: { baseModels, bans } }), signal);
    },

    async compose(candidates, { request, signal }) {
      const { method, prompt, preset, seed } = request;
      if (method !== "stylus") return composeBaseline(method, candidates, { seed });
      const embed = (texts: readonly string[]) => retrieval.embedQueries(texts);
      return abortable(
        composer.call((service) => service.compose({ prompt, candidates, preset }, proxy(embed))),
        signal,
      );
    },

    async read({ prompt, preset, pins, bans, commonTags }, { patienceMilliseconds, signal }) {
      const ready = await abortable(within(reader.ready(), patienceMilliseconds), signal);
      if (ready === null) return { unavailable: "The reader is still loading." };
      if (!ready) return { unavailable: "This build of the site has no reader." };
      const retrieve = async (text: string) => {
        const { baseModels } = (await pack.current()).source.info;
        const filter = { baseModels, bans };
        const found = await retrieval.retrieve(text, { k: readCandidates, filter });
        const cards = await retrieval.cards(found.map(({ id }) => id));
        return found.map((adapter, i) => ({ ...adapter, card: cards[i]! }));
      };
      const request = { prompt, preset, pins, commonTags };
      const work = composer.call((service) => service.read(request, proxy(retrieve), { signal }));
      return abortable(work, signal);
    },

    fetchAdapters: (ids, options) => pack.fetchAdapters(ids, options),

    generate: (request, options) => diffusion.generate(request, { ...options, reopen: pack.reopen }),

    inspectAdapter: (file) =>
      diffusion.call((service) => service.inspectAdapter(file, { fileName: file.name })),

    async putAdapter(adapter) {
      try {
        await (await userAdapters).put(adapter);
      } catch (cause) {
        throw keepingError("this adapter", cause, {
          full: "Free disk space, or remove adapters or images you don’t need, then add it again.",
        });
      }
    },

    async removeAdapter(id) {
      await (await userAdapters).remove(id);
      if (!diffusion.alive) return;
      await diffusion
        .call((service) => service.removeAdapter(id))
        .catch((error: unknown) => {
          if (diffusion.alive) throw error; // one that has ended since has forgotten it too
        });
    },

    storageUse: () => modelStorage.use(),

    async deletePack(manifestId) {
      pack.drop();
      await modelStorage.deletePack(manifestId);
    },
  };
}

/** The outcome of `work`, or null when it takes longer. @param milliseconds null: as long as it needs */
async function within<Value>(work: Promise<Value>, milliseconds: number | null): Promise<Value | null> {
  if (milliseconds === null) return work;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), milliseconds)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
