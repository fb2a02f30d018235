// The real services, each in a worker of its own: storage, embedder, search, composer, diffusion. A worker that crashed
// is started and loaded again by the next call; one that does not stop when asked to is ended.
import { proxy } from "comlink";
import { composeBaseline } from "../compose/baselines.ts";
import type { ComposerService } from "../compose/service.ts";
import type { DiffusionService } from "../engine/service.ts";
import type { EmbedderService } from "../retrieval/embedder-service.ts";
import { checkSameModel } from "../retrieval/same-model.ts";
import type { SearchService } from "../retrieval/search-service.ts";
import { WorkerClient } from "../rpc/client.ts";
import { StylusError } from "../shared/errors.ts";
import type { DevicePreference } from "../shared/request.ts";
import { parseManifest, type Manifest } from "../storage/manifest.ts";
import type { OpenedPack, StorageService } from "../storage/service.ts";
import { openOwnAdapters, type OwnAdapter } from "./own-adapters.ts";
import { packDefaults, packInfo, packManifest, type PackInfo } from "./packs.ts";
import type { Services } from "./ports.ts";
import type { LoadedPack, LoadProgress } from "./run-types.ts";

/** A step of a large model on a slow device may take this long; after that the worker is ended. */
const stopGraceMilliseconds = 10_000;

interface Fetched {
  readonly info: PackInfo;
  readonly manifest: Manifest;
  readonly opened: OpenedPack;
  readonly fileUrl: (path: string) => string | null;
}

function stopped<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  work.catch(() => {}); // it may fail after nobody waits for it any more
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new StylusError("cancelled", "Stopped."));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Object URLs for the files of a pack, made when first asked for; they live as long as the page. */
function urlsOf(files: ReadonlyMap<string, Blob>): (path: string) => string | null {
  const urls = new Map<string, string>();
  return (path) => {
    const known = urls.get(path);
    if (known) return known;
    const blob = files.get(path) ?? files.get(`adapters/${path}`);
    if (!blob) return null;
    const url = URL.createObjectURL(blob);
    urls.set(path, url);
    return url;
  };
}

/** The storage worker tells the total and which file grew; the page shows every file. */
function trackFiles(manifest: Manifest, info: PackInfo) {
  const wanted = manifest.files.filter(({ path }) => info.prefixes.some((prefix) => path.startsWith(prefix)));
  const received = new Map<string, number>();
  const totalBytes = wanted.reduce((sum, file) => sum + file.sizeBytes, 0);
  let last = 0;
  const largestFirst = [...wanted].sort((a, b) => b.sizeBytes - a.sizeBytes);
  return {
    add({ path, receivedBytes }: { path: string; receivedBytes: number }): void {
      received.set(path, (received.get(path) ?? 0) + receivedBytes - last);
      last = receivedBytes;
    },
    progress: (preparing: string | null): LoadProgress => ({
      files: largestFirst.map(({ path, sizeBytes }) => ({
        path,
        sizeBytes,
        receivedBytes: preparing ? sizeBytes : Math.min(sizeBytes, received.get(path) ?? 0),
      })),
      receivedBytes: preparing ? totalBytes : last,
      totalBytes,
      preparing,
    }),
  };
}

export function createServices(): Services {
  const storage = new WorkerClient<StorageService>(
    "storage",
    () => new Worker(new URL("../../workers/storage.ts", import.meta.url), { type: "module" }),
  );
  const embedder = new WorkerClient<EmbedderService>(
    "embedder",
    () => new Worker(new URL("../../workers/embedder.ts", import.meta.url), { type: "module" }),
  );
  const search = new WorkerClient<SearchService>(
    "search",
    () => new Worker(new URL("../../workers/search.ts", import.meta.url), { type: "module" }),
  );
  const composer = new WorkerClient<ComposerService>(
    "composer",
    () => new Worker(new URL("../../workers/composer.ts", import.meta.url), { type: "module" }),
  );
  const diffusion = new WorkerClient<DiffusionService>(
    "painting",
    () => new Worker(new URL("../../workers/diffusion.ts", import.meta.url), { type: "module" }),
  );

  const listeners = new Set<(progress: LoadProgress) => void>();
  const tell = (progress: LoadProgress): void => {
    for (const listener of listeners) listener(progress);
  };
  let fetched: { readonly packId: string; readonly result: Promise<Fetched> } | null = null;
  let loading: { readonly key: string; readonly result: Promise<LoadedPack> } | null = null;
  /** Which start of each worker holds the pack: a restarted worker holds nothing. */
  let holders = { key: "", embedder: 0, search: 0 };
  let cardsOfSearch: LoadedPack["cards"] = [];
  /** The user's adapters as retrieval knows them. */
  const indexed = new Map<string, OwnAdapter>();
  const ownStore = openOwnAdapters();

  /** The user's adapters that fit a pack; one whose name the pack has taken is left out. */
  async function ownOf(packId: string): Promise<OwnAdapter[]> {
    const { baseModels } = packInfo(packId);
    const all = await (await ownStore).all();
    return all.filter(
      ({ card }) => baseModels.includes(card.baseModel) && !cardsOfSearch.some(({ id }) => id === card.id),
    );
  }

  /** Brings retrieval up to date with what the user has added, changed and removed. */
  async function indexOwn(packId: string): Promise<OwnAdapter[]> {
    const own = await ownOf(packId);
    for (const id of [...indexed.keys()].filter((known) => !own.some((adapter) => adapter.id === known))) {
      await search.call((service) => service.remove(id));
      indexed.delete(id);
    }
    for (const adapter of own) {
      if (JSON.stringify(indexed.get(adapter.id)?.card) === JSON.stringify(adapter.card)) continue;
      const entry = await embedder.call((service) => service.embedCard(adapter.card));
      await search.call((service) => service.add(adapter.card, entry));
      indexed.set(adapter.id, adapter);
    }
    return own;
  }

  async function fetchPack(packId: string): Promise<Fetched> {
    const info = packInfo(packId);
    const json = await packManifest(packId);
    const manifest = parseManifest(json, `model-manifests/${packId}.json`);
    const files = trackFiles(manifest, info);
    tell(files.progress(null));
    const opened = await storage.call((service) =>
      service.openPack(json, document.baseURI, {
        prefixes: info.prefixes,
        onProgress: (progress) => {
          files.add(progress);
          tell(files.progress(null));
        },
      }),
    );
    storage.terminate(); // everything is in hand
    tell(files.progress("Getting the networks ready"));
    return { info, manifest, opened, fileUrl: urlsOf(opened.files) };
  }

  async function loadSearch(key: string, files: ReadonlyMap<string, Blob>): Promise<void> {
    const current =
      holders.key === key && holders.embedder === embedder.starts && holders.search === search.starts;
    if (current && embedder.alive && search.alive) return;
    const prefix = "embedder/";
    const ofEmbedder = new Map(
      [...files]
        .filter(([path]) => path.startsWith(prefix))
        .map(([path, blob]) => [path.slice(prefix.length), blob]),
    );
    const ofSearch = new Map(
      [...files].filter(([path]) => path.startsWith("index/") || path === "adapters/cards.json"),
    );
    const [loaded, index] = await Promise.all([
      embedder.call((service) => service.load(ofEmbedder)),
      search.call((service) => service.load(ofSearch)),
    ]);
    checkSameModel(index.model, loaded.model);
    cardsOfSearch = index.cards;
    indexed.clear();
    await indexOwn(key);
    holders = { key, embedder: embedder.starts, search: search.starts };
  }

  async function loadPack(packId: string, device: DevicePreference): Promise<LoadedPack> {
    if (fetched?.packId !== packId) fetched = { packId, result: fetchPack(packId) };
    const { info, manifest, opened, fileUrl } = await fetched.result.catch((error: unknown) => {
      fetched = null;
      throw error;
    });
    const [networks] = await Promise.all([
      diffusion.call((service) => service.load({ id: packId, files: opened.files }, { device })),
      loadSearch(packId, opened.files),
    ]);
    const own = await indexOwn(packId);
    await diffusion.call((service) =>
      service.registerAdapters(
        own.map(({ id, file, report: { fileName } }) => ({ id, blob: file, fileName })),
      ),
    );
    return {
      id: packId,
      title: manifest.title,
      sizeBytes: opened.totalBytes,
      downloadedBytes: opened.downloadedBytes,
      persistent: opened.persistent,
      device: networks.device,
      defaults: packDefaults(info, cardsOfSearch),
      cards: [...cardsOfSearch, ...own.map(({ card }) => card)],
      baseModels: info.baseModels,
      own: new Map(own.map((adapter) => [adapter.id, adapter])),
      fileUrl,
    };
  }

  return {
    async load(packId, { device, onProgress, signal }) {
      const key = `${packId} ${device}`;
      // The load itself goes on when a run stops waiting for it: the next run needs it all the same.
      if (loading?.key !== key) {
        const result = loadPack(packId, device);
        loading = { key, result };
        const forget = (): void => {
          if (loading?.result === result) loading = null;
        };
        result.then(forget, forget);
      }
      listeners.add(onProgress);
      try {
        return await stopped(loading.result, signal);
      } finally {
        listeners.delete(onProgress);
      }
    },

    async embedQuery(text, { signal }) {
      // Also while typing, when no run loads what a crash took away.
      const files = (await fetched?.result)?.opened.files;
      if (files) await stopped(loadSearch(holders.key, files), signal);
      const [vector] = await stopped(
        embedder.call((service) => service.embed([text], { kind: "query" })),
        signal,
      );
      return vector!;
    },

    async search(query, { limit, bans, signal }) {
      const { baseModels } = packInfo(holders.key);
      const { candidates } = await stopped(
        search.call((service) => service.search(query, { k: limit, filter: { baseModels, bans } })),
        signal,
      );
      return candidates;
    },

    async compose(candidates, { request, signal }) {
      const { method, prompt, preset, seed } = request;
      if (method !== "stylus") return composeBaseline(method, candidates, { seed });
      const embed = (texts: readonly string[]) =>
        embedder.call((service) => service.embed(texts, { kind: "query" }));
      return stopped(
        composer.call((service) => service.compose({ prompt, candidates, preset }, proxy(embed))),
        signal,
      );
    },

    async generate(request, { onEvent, signal }) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const onAbort = (): void => {
        timer = setTimeout(() => diffusion.terminate(), stopGraceMilliseconds);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        await diffusion.call((service) => service.generate(request, { onEvent, signal }));
      } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      }
    },

    inspectAdapter: (file) =>
      diffusion.call((service) => service.inspectAdapter(file, { fileName: file.name })),

    async putAdapter(adapter) {
      try {
        await (await ownStore).put(adapter);
      } catch (cause) {
        throw new StylusError("quota", "The browser has no room to keep this adapter.", {
          remedy: "Free disk space, or remove adapters or pictures you no longer need, then add it again.",
          cause,
        });
      }
    },

    async removeAdapter(id) {
      await (await ownStore).remove(id);
      if (diffusion.alive) await diffusion.call((service) => service.removeAdapter(id));
    },

    async storageUse() {
      const store = await ownStore;
      const [use, own] = await Promise.all([storage.call((service) => service.use()), store.all()]);
      return {
        ...use,
        own: { count: own.length, sizeBytes: own.reduce((sum, { file }) => sum + file.size, 0) },
      };
    },

    async deletePack(packId) {
      const json = await packManifest(packId);
      for (const client of [diffusion, embedder, search]) client.terminate();
      fetched = null;
      loading = null;
      await storage.call((service) => service.removePack(json));
    },
  };
}
