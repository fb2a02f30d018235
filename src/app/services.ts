// The real services, each in a worker of its own: storage, embedder, search, composer, diffusion. A worker that crashed
// is started and loaded again by the next call; one that does not stop when asked to is ended.
import { proxy } from "comlink";
import { composeBaseline } from "../compose/baselines.ts";
import type { ComposerService } from "../compose/service.ts";
import type { DiffusionService, LoadedNetworks, RegisteredAdapter } from "../engine/service.ts";
import { WorkerClient } from "../rpc/client.ts";
import { StylusError } from "../shared/errors.ts";
import type { DevicePreference, DeviceReport } from "../shared/request.ts";
import type { OpenedPack } from "../storage/service.ts";
import { isLoss, paintThroughLosses } from "./device-recovery.ts";
import { probeGraphics } from "./device-probe.ts";
import { checkFit, checkWasmCanTakeOver } from "./model-fit.ts";
import { createModelServices } from "./model-services.ts";
import { openOwnAdapters, type OwnAdapter } from "./own-adapters.ts";
import { openOwnModels } from "./own-models.ts";
import { describeStored, fetchRemote, openStored } from "./pack-files.ts";
import { packSource, type PackSource } from "./pack-source.ts";
import { packDefaults, pocketId } from "./packs.ts";
import type { Services } from "./ports.ts";
import { createRetrievalWorkers } from "./retrieval-workers.ts";
import type { LoadedPack, LoadProgress, RemoteFile } from "./run-types.ts";
import { StorageClient } from "./storage-client.ts";

/** A step of a large model on a slow device may take this long; after that the worker is ended. */
const stopGraceMilliseconds = 10_000;

interface Fetched {
  readonly source: PackSource;
  readonly opened: OpenedPack;
  readonly fileUrl: (path: string) => string | null;
  /** Ids of remote adapters whose files are here. */
  readonly stored: Set<string>;
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

export function createServices(): Services {
  const storage = new StorageClient();
  const retrieval = createRetrievalWorkers();
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
  /** What the diffusion worker was started for. */
  let painting = "";
  /** Set when WebAssembly has taken over from a device that was lost twice. */
  let takenOver: { readonly from: DevicePreference; readonly reason: string } | null = null;
  /** What the load that counts asked for, and the adapters that were fetched since. */
  let asked: { readonly packId: string; readonly device: DevicePreference } | null = null;
  const fetchedAdapters = new Map<string, RegisteredAdapter>();
  const ownStore = openOwnAdapters();
  const ownModels = openOwnModels();
  const modelStorage = createModelServices({ storage, ownModels, ownAdapters: ownStore });

  /** The user's adapters that fit a pack; one whose name the pack has taken is left out. */
  async function ownOf(
    { info: { baseModels } }: PackSource,
    cards: LoadedPack["cards"],
  ): Promise<OwnAdapter[]> {
    const all = await (await ownStore).all();
    return all.filter(
      ({ card }) => baseModels.includes(card.baseModel) && !cards.some(({ id }) => id === card.id),
    );
  }

  async function fetchOnce(packId: string): Promise<Fetched> {
    const source = await packSource(packId, ownModels);
    const { signal } = new AbortController();
    const opened = await openStored(storage, source, { onProgress: tell, signal });
    return { source, opened, fileUrl: urlsOf(opened.files), stored: await storedOf(source) };
  }

  async function storedOf({ remote }: PackSource): Promise<Set<string>> {
    if (remote.length === 0) return new Set();
    const { packs } = await describeStored(storage);
    const isStored = ({ manifestId, path }: (typeof remote)[number]): boolean =>
      packs.some(
        ({ id, files }) => id === manifestId && files.some((file) => file.path === path && file.complete),
      );
    return new Set(remote.filter(isStored).map(({ card }) => card.id));
  }

  function loadedPack(): Promise<Fetched> {
    if (fetched) return fetched.result;
    throw new StylusError("not-found", "The model was taken away meanwhile.", {
      remedy: "Try again: it is loaded anew.",
    });
  }

  /** Retrieval for the pack that is there: also while typing, when no run loads what a crash took away. */
  async function loadRetrieval({
    source,
    opened,
  }: Fetched): Promise<{ cards: LoadedPack["cards"]; own: readonly OwnAdapter[] }> {
    const { packId, info, remote } = source;
    const cards = await retrieval.load(
      {
        packId,
        baseModels: info.baseModels,
        files: opened.files,
        unindexed: opened.files.has("index/index.json") ? null : remote.map(({ card }) => card),
      },
      (preparing) => {
        const bytes = opened.totalBytes;
        tell({ files: [], receivedBytes: bytes, totalBytes: bytes, preparing });
      },
    );
    const own = await ownOf(source, cards);
    await retrieval.indexOwn(own);
    return { cards, own };
  }

  /** Lets go of the pack and of the workers that hold it: the next load reads it again. */
  function dropPack(): void {
    diffusion.terminate();
    retrieval.terminate();
    fetched = null;
    loading = null;
  }

  /** @throws StylusError cancelled: another model was chosen meanwhile, or the files were deleted */
  function checkWanted(result: Promise<Fetched>): void {
    if (fetched?.result !== result) throw new StylusError("cancelled", "Another model was chosen.");
  }

  async function loadPack(packId: string, device: DevicePreference): Promise<LoadedPack> {
    if (fetched?.packId !== packId) fetched = { packId, result: fetchOnce(packId) };
    const { result } = fetched;
    const all = await result.catch((error: unknown) => {
      if (fetched?.result === result) fetched = null;
      throw error;
    });
    checkWanted(result);
    const { source, opened, fileUrl, stored } = all;
    if (packId !== pocketId) checkFit(source, { device, graphics: await probeGraphics() });
    checkWanted(result);
    if (asked?.packId !== packId) fetchedAdapters.clear();
    asked = { packId, device };
    const [networks, { cards, own }] = await Promise.all([
      loadNetworks(packId, opened, device),
      loadRetrieval(all),
    ]);
    checkWanted(result);
    await diffusion.call((service) =>
      service.registerAdapters(
        own.map(({ id, file, report: { fileName } }) => ({ id, blob: file, fileName })),
      ),
    );
    const remote = source.remote.map(({ card, pageUrl }): [string, RemoteFile] => [
      card.id,
      { sizeBytes: card.file.sizeBytes, stored: stored.has(card.id), pageUrl },
    ]);
    return {
      id: packId,
      title: source.title,
      sizeBytes: opened.totalBytes,
      downloadedBytes: opened.downloadedBytes,
      persistent: opened.persistent,
      device: networks.device,
      defaults: packDefaults(source.info, cards),
      cards: [...cards, ...own.map(({ card }) => card)],
      baseModels: source.info.baseModels,
      remote: new Map(remote),
      own: new Map(own.map((adapter) => [adapter.id, adapter])),
      fileUrl,
    };
  }

  async function loadNetworks(
    packId: string,
    { files }: OpenedPack,
    wantedDevice: DevicePreference,
  ): Promise<LoadedNetworks> {
    const instead = takenOver?.from === wantedDevice ? takenOver : null;
    const device = instead ? "wasm" : wantedDevice;
    // ONNX Runtime is loaded once per worker, for one device; and only a new worker gives back the old one's memory.
    const wanted = `${packId} ${device}`;
    if (painting !== wanted) diffusion.terminate();
    painting = wanted;
    const load = (): Promise<LoadedNetworks> =>
      diffusion.call((service) =>
        service.load({ id: packId, files }, { device, wasmReason: instead?.reason }),
      );
    return load().catch((error: unknown) => {
      // The device went while nothing was painted: nobody needs to know.
      if (!isLoss(error)) throw error;
      diffusion.terminate();
      return load();
    });
  }

  /** Everything that a run needs, in a new diffusion worker. */
  async function reopen(wasmReason: string | null): Promise<DeviceReport> {
    const { packId, device } = asked!;
    if (wasmReason !== null) {
      checkWasmCanTakeOver((await loadedPack()).source);
      takenOver = { from: device, reason: wasmReason };
    }
    diffusion.terminate();
    const loaded = await loadPack(packId, device);
    await diffusion.call((service) => service.registerAdapters([...fetchedAdapters.values()]));
    return loaded.device;
  }

  return {
    models: {
      ...modelStorage.models,
      async changeOwn(id, change) {
        await modelStorage.models.changeOwn(id, change);
        if (fetched?.packId === id) dropPack();
      },
    },

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
      const all = await fetched?.result;
      if (all) await stopped(loadRetrieval(all), signal);
      const [vector] = await stopped(retrieval.embedQueries([text]), signal);
      return vector!;
    },

    async search(query, { limit, bans, signal }) {
      const { baseModels } = (await loadedPack()).source.info;
      return stopped(retrieval.search(query, { k: limit, filter: { baseModels, bans } }), signal);
    },

    async compose(candidates, { request, signal }) {
      const { method, prompt, preset, seed } = request;
      if (method !== "stylus") return composeBaseline(method, candidates, { seed });
      const embed = (texts: readonly string[]) => retrieval.embedQueries(texts);
      return stopped(
        composer.call((service) => service.compose({ prompt, candidates, preset }, proxy(embed))),
        signal,
      );
    },

    async fetchAdapters(ids, options) {
      const { source, stored } = await loadedPack();
      const wanted = source.remote.filter(({ card }) => ids.includes(card.id));
      const { blobs, downloadedBytes } = await fetchRemote(storage, wanted, options);
      const adapters = wanted.map(({ card, path }) => ({
        id: card.id,
        blob: blobs.get(card.id)!,
        fileName: path,
      }));
      await diffusion.call((service) => service.registerAdapters(adapters));
      for (const adapter of adapters) {
        stored.add(adapter.id);
        fetchedAdapters.set(adapter.id, adapter);
      }
      return { downloadedBytes };
    },

    async generate(request, { onEvent, signal }) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const onAbort = (): void => {
        timer = setTimeout(() => diffusion.terminate(), stopGraceMilliseconds);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        await paintThroughLosses(request, {
          paint: (part, hear) =>
            diffusion.call((service) => service.generate(part, { onEvent: hear, signal })),
          reopen: (wasmReason) => stopped(reopen(wasmReason), signal),
          onEvent,
          signal,
        });
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

    storageUse: () => modelStorage.use(),

    async deletePack(manifestId) {
      dropPack();
      await modelStorage.deletePack(manifestId);
    },
  };
}
