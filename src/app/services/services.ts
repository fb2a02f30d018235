// The real services, each in a worker of its own: storage, retrieval, composer, diffusion.
import type { LanguageModelService } from "../../compose/llm/service.ts";
import type { ReadingCandidate } from "../../compose/reader/card-text.ts";
import { readCandidates } from "../../compose/reader/reader-composer.ts";
import type { ComposerService } from "../../compose/service.ts";
import type { NsfwService } from "../../nsfw/service.ts";
import { WorkerClient } from "../../rpc/client.ts";
import { keepingError, type StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { createAdapterSources } from "./adapter-sources.ts";
import { createDiffusionWorker } from "./diffusion-worker.ts";
import { createLanguageModels, type RetrieveOptions } from "./language-models.ts";
import { createReaderWorker } from "./reader-worker.ts";
import { createReranker } from "./reranker.ts";
import { createModelServices } from "./models.ts";
import { createNsfwWorker } from "./nsfw.ts";
import { AdapterVectors } from "../adapters/adapter-vectors.ts";
import { openUserAdapters } from "../adapters/user-adapters.ts";
import { pocketId } from "../packs/packs.ts";
import { openUserModels } from "../packs/user-models.ts";
import { createPackLoader } from "./pack-loader.ts";
import type { PageServices } from "./ports.ts";
import { createRetrievalWorker } from "./retrieval-worker.ts";
import { abortable } from "../../shared/abortable.ts";
import { StorageClient } from "./storage-client.ts";
import { throughLoss } from "./through-loss.ts";
import { createTokenCounting } from "./token-worker.ts";

export function createServices(): PageServices {
  const storage = new StorageClient();
  const vectors = new AdapterVectors();
  const retrieval = createRetrievalWorker({ vectors });
  const composer = new WorkerClient<ComposerService>(
    say`composer`,
    () => new Worker(new URL("../../../workers/composer.ts", import.meta.url), { type: "module" }),
  );
  const reader = createReaderWorker({ storage, composer });
  const reranker = createReranker({ storage, composer });
  const nsfw = createNsfwWorker({
    storage,
    worker: new WorkerClient<NsfwService>(
      say`NSFW`,
      () => new Worker(new URL("../../../workers/nsfw.ts", import.meta.url), { type: "module" }),
    ),
  });
  const diffusion = createDiffusionWorker();
  const userAdapters = openUserAdapters();
  const userModels = openUserModels();
  const modelStorage = createModelServices({ storage, userModels, userAdapters });
  const pack = createPackLoader({ storage, userModels, userAdapters, retrieval, diffusion });

  const withRetrieval = <Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value> =>
    abortable(
      throughLoss(async () => {
        await pack.readyRetrieval(signal);
        return work();
      }),
      signal,
    );
  /** Late interaction's candidates, with their cards. */
  async function retrieve(
    prompt: string,
    { k, bans, commercialOnly, signal }: RetrieveOptions,
  ): Promise<readonly ReadingCandidate[]> {
    const { baseModels } = (await pack.current()).source.info;
    return withRetrieval(
      () => retrieval.readingCandidates(prompt, { k, filter: { baseModels, bans, commercialOnly } }),
      signal,
    );
  }
  const worker = new WorkerClient<LanguageModelService>(
    say`language model`,
    () => new Worker(new URL("../../../workers/language-model.ts", import.meta.url), { type: "module" }),
  );
  const languageModels = createLanguageModels({ storage, worker, retrieve });
  /** A full-size model needs the memory that a language model takes. */
  const makeRoom = (packId: string | null): void => {
    if (packId !== pocketId) languageModels.close();
  };

  return {
    models: {
      ...modelStorage.models,
      async changeUserModel(id, change) {
        await modelStorage.models.changeUserModel(id, change);
        if (pack.packId === id) pack.drop();
      },
    },

    languageModels,
    sources: createAdapterSources({
      fetchFile: (file, options) => storage.call((service) => service.fetchFile(file, options)),
      removeFile: (name) => storage.call((service) => service.removeFile(name)),
    }),
    reranker,
    nsfw,

    load(packId, options) {
      if (packId !== pack.packId) makeRoom(packId);
      return pack.load(packId, options);
    },

    packInUse: () => pack.packId,
    vaes: () => pack.vaes(),

    embedQuery: (text, { signal }) => withRetrieval(() => retrieval.embedQuery(text), signal),
    embedText: (text, { signal }) => withRetrieval(() => retrieval.embedText(text), signal),

    async search(text, { limit, bans, commercialOnly, signal }) {
      const { baseModels } = (await pack.current()).source.info;
      const filter = { baseModels, bans, commercialOnly };
      return withRetrieval(() => retrieval.search(text, { k: limit, filter }), signal);
    },

    async compose(candidates, { request: { method, prompt, preset, seed }, signal }) {
      if (method === "reranker") {
        const ids = candidates.map(({ id }) => id);
        const read = await withRetrieval(() => retrieval.rerankCandidates(ids), signal);
        return reranker.choose(prompt, read, signal);
      }
      const request = { method, prompt, preset, seed };
      return withRetrieval(() => retrieval.compose(request, candidates), signal);
    },

    async read({ prompt, preset, pins, bans, commercialOnly, commonTags }, { patienceMilliseconds, signal }) {
      const ready = await abortable(within(reader.ready(), patienceMilliseconds), signal);
      if (ready === null) return { unavailable: { kind: "readerLoading" } };
      if (!ready) return { unavailable: { kind: "noReader" } };
      const candidates = await retrieve(prompt, { k: readCandidates, bans, commercialOnly, signal });
      const request = { prompt, preset, pins, commonTags, candidates };
      const work = throughLoss(
        () => composer.call((service) => service.read(request, { signal })),
        () => reader.ready(),
      );
      return abortable(work, signal);
    },

    countTokens: createTokenCounting(async () => {
      const { source, opened } = await pack.current();
      return { packId: source.packId, files: opened.files };
    }),

    consult: (request, options) => languageModels.consult(request, options),

    fetchAdapters: (ids, options) => pack.fetchAdapters(ids, options),

    async generate(request, { onEvent, signal }) {
      makeRoom(request.packId);
      await diffusion.generate(request, { reopen: pack.reopen, mend: pack.mend, onEvent, signal });
    },

    inspectAdapter: (file) =>
      throughLoss(async () => {
        await pack.readyNetworks();
        return diffusion.call((service) => service.inspectAdapter(file, { fileName: file.name }));
      }),

    async addAdapter(adapter) {
      try {
        await (await userAdapters).add(adapter);
        return true;
      } catch (cause) {
        if (cause instanceof DOMException && cause.name === "ConstraintError") return false;
        throw notKept(cause);
      }
    },

    async putAdapter(adapter) {
      try {
        await (await userAdapters).put(adapter);
      } catch (cause) {
        throw notKept(cause);
      }
    },

    async removeAdapter(id) {
      await (await userAdapters).remove(id);
      await vectors.forget(id);
      if (!diffusion.alive) return;
      await diffusion
        .call((service) => service.removeAdapter(id))
        .catch((error: unknown) => {
          if (diffusion.alive) throw error; // one that has ended since has forgotten it too
        });
    },

    async nearAdapters(text, { limit, signal }) {
      const { baseModels } = (await pack.current()).source.info;
      const options = { k: limit, filter: { baseModels, bans: [], commercialOnly: false } };
      const found = await withRetrieval(() => retrieval.retrieve(text, options), signal);
      return found.map(({ id, score, nearest }) => ({ id, score, text: nearest[0]?.text ?? "" }));
    },

    deleteAdapterFile: (id) => pack.deleteAdapterFile(id),

    storageUse: () => modelStorage.use(),
    resetTuning: () => modelStorage.resetTuning(),
    async checkStored(signal) {
      const ofPack = await pack.checkStored(signal);
      return [...ofPack, ...(await reader.checkStored(signal).catch(() => []))];
    },

    release() {
      pack.drop();
      reader.drop();
      reranker.drop();
      nsfw.drop();
      composer.terminate();
    },

    async deletePack(manifestId) {
      pack.drop();
      reranker.drop();
      nsfw.drop();
      await modelStorage.deletePack(manifestId);
    },
  };
}

const notKept = (cause: unknown): StylusError =>
  keepingError(say`this adapter`, cause, {
    full: say`Free disk space, or remove adapters or images you don’t need, then add it again.`,
  });

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
