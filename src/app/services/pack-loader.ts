// The pack in use, made ready: files opened, networks on the device, retrieval loaded, the user's own adapters known to both.
import { holdsOnlyEmbeddings } from "../../adapters/embedding-words.ts";
import type { RegisteredAdapter } from "../../engine/service.ts";
import { StylusError, toPlainError, type PlainError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { DevicePreference, DeviceReport, Substitute } from "../../shared/request.ts";
import type { OpenedPack } from "../../storage/open-pack.ts";
import type { VerifiedFiles } from "../../storage/service.ts";
import { probeGraphics } from "./device-probe.ts";
import type { DiffusionWorker } from "./diffusion-worker.ts";
import { checkFit, checkWasmCanTakeOver } from "../packs/model-fit.ts";
import type { UserAdapterStore } from "../adapters/user-adapters.ts";
import type { UserModelStore } from "../packs/user-models.ts";
import {
  deleteRemote,
  fetchPack,
  fetchRemote,
  mayBeFiles,
  openStored,
  verifyStored,
} from "./pack-storage.ts";
import { throughLoss } from "./through-loss.ts";
import { packSource, type PackSource } from "../packs/source.ts";
import { modelOf, packDefaults, pocketId, readManifest } from "../packs/packs.ts";
import type { RunServices } from "../../stylus/ports.ts";
import { indexPath, type RetrievalWorker } from "./retrieval-worker.ts";
import { abortable } from "../../shared/abortable.ts";
import type { StorageClient } from "./storage-client.ts";
import { readThings, type Things } from "../../stylus/things.ts";
import { readVocabulary } from "../../stylus/vocabulary.ts";
import type {
  UserAdapter,
  LoadedPack,
  LoadProgress,
  RemoteFile,
  Vocabulary,
} from "../../stylus/loaded-pack.ts";
import { t } from "../../texts/texts.ts";

interface Fetched {
  readonly source: PackSource;
  readonly opened: OpenedPack;
  readonly fileUrl: (path: string) => string | null;
  readonly vocabulary: Vocabulary | null;
  readonly things: Things | null;
  /** Ids of remote adapters whose files are here. */
  readonly stored: Set<string>;
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

export interface PackLoader extends Pick<RunServices, "load" | "fetchAdapters"> {
  /** Id of the pack whose files are open, or on their way; null when none is. */
  readonly packId: string | null;
  /** @throws StylusError not-found: it is no longer there */
  current(): Promise<Fetched>;
  /** Those that the pack in use may have, with what is stored by now. */
  vaes(): Promise<LoadedPack["vaes"]>;
  /** Retrieval for the pack that is there, if one is: also while typing, when no run loads what a crash took away. */
  readyRetrieval(signal: AbortSignal): Promise<void>;
  /** The same for its networks: their worker may have been lost while nothing ran. */
  readyNetworks(): Promise<void>;
  /** Everything that a run needs, in a new diffusion worker. @param wasmReason why WebAssembly takes over */
  reopen(substitute: Substitute | null): Promise<DeviceReport>;
  /**
   * After a failure that damaged or lost files may explain: downloads what is damaged again, and makes the pack ready once more.
   * @returns whether the work may succeed now
   */
  mend(failure: unknown, signal: AbortSignal): Promise<boolean>;
  /** Deletes the downloaded file of an adapter from a list. @throws StylusError quota */
  deleteAdapterFile(id: string): Promise<void>;
  /**
   * Compares the stored files of the pack with their hashes and downloads damaged ones again; the next load uses them.
   * @returns the paths of damaged files
   */
  checkStored(signal: AbortSignal): Promise<readonly string[]>;
  /** Lets go of the pack and of the workers that hold it: the next load reads it again. */
  drop(): void;
}

export function createPackLoader(context: {
  readonly storage: StorageClient;
  readonly userModels: UserModelStore;
  readonly userAdapters: Promise<UserAdapterStore>;
  readonly retrieval: Pick<RetrievalWorker, "load" | "holds" | "indexUserAdapters" | "terminate">;
  readonly diffusion: DiffusionWorker;
}): PackLoader {
  const { storage, userModels, userAdapters, retrieval, diffusion } = context;
  const listeners = new Set<(progress: LoadProgress) => void>();
  const tell = (progress: LoadProgress): void => {
    for (const listener of listeners) listener(progress);
  };
  let fetched: { readonly packId: string; readonly result: Promise<Fetched> } | null = null;
  let loading: { readonly key: string; readonly result: Promise<LoadedPack> } | null = null;
  /** What the load that counts asked for, and the adapters that were fetched since. */
  let asked: { readonly packId: string; readonly device: DevicePreference } | null = null;
  const fetchedAdapters = new Map<string, RegisteredAdapter>();
  /** Files of the pack in use were damaged and have been replaced: it is loaded again when next wanted. */
  let isStale = false;
  /** Paths of damaged files that were found after failures, for the next check to report. */
  const replaced: string[] = [];
  /** Why the user's adapters are left out. */
  let unread: PlainError | null = null;

  /**
   * The user's adapters that work with a pack, and the others: those for other models, and those whose name the pack has taken.
   * When they cannot be read, the pack is used without them.
   */
  async function userAdaptersOf(
    { info: { baseModels } }: PackSource,
    cards: LoadedPack["cards"],
  ): Promise<{ userAdapters: UserAdapter[]; otherAdapters: UserAdapter[] }> {
    unread = null;
    const all = await (await userAdapters).all().catch((error: unknown) => {
      unread = toPlainError(error);
      return [];
    });
    const taken = new Set(cards.map(({ id }) => id));
    const fits = ({ id, card }: UserAdapter): boolean =>
      baseModels.includes(card.baseModel) && !taken.has(id);
    return {
      userAdapters: all.filter(fits),
      otherAdapters: all.filter((adapter) => !fits(adapter)),
    };
  }

  async function fetchOnce(packId: string): Promise<Fetched> {
    const source = await packSource(packId, userModels);
    const { signal } = new AbortController();
    const opened = await openStored(storage, source, { onProgress: tell, signal });
    const [vocabulary, things, stored] = await Promise.all([
      readVocabulary(opened.files),
      readThings(opened.files),
      storedAdapters(source),
    ]);
    return { source, opened, fileUrl: urlsOf(opened.files), vocabulary, things, stored };
  }

  /** Which of the adapters that a pack may have are in this browser. */
  async function storedAdapters({ remote }: PackSource): Promise<Set<string>> {
    if (remote.length === 0) return new Set();
    const { packs } = await storage.describe();
    const isStored = ({ manifestId, path }: (typeof remote)[number]): boolean =>
      packs.some(
        ({ id, files }) => id === manifestId && files.some((file) => file.path === path && file.complete),
      );
    return new Set(remote.filter(isStored).map(({ card }) => card.id));
  }

  /** They are downloaded and deleted while the pack is in use. */
  async function vaesOf({ vaes, packId }: PackSource): Promise<LoadedPack["vaes"]> {
    if (vaes.length === 0) return [];
    const { packs } = await storage.describe();
    const isWhole = (manifestId: string): boolean =>
      packs.some(({ id, complete }) => id === manifestId && complete);
    return vaes.map((vae) => ({
      ...vae,
      stored: vae.packId === packId || isWhole(vae.id ?? modelOf(packId)),
    }));
  }

  function current(): Promise<Fetched> {
    if (fetched) return fetched.result;
    throw new StylusError("not-found", say`The model was unloaded.`, {
      remedy: say`Try again to load it.`,
    });
  }

  /** Loads whatever is not loaded yet; cheap when everything is. */
  async function loadRetrieval({
    source,
    opened,
  }: Fetched): Promise<
    Pick<LoadedPack, "cards" | "otherAdapters"> & { userAdapters: readonly UserAdapter[] }
  > {
    const { packId, info, remote } = source;
    const onPreparing = (preparing: string): void => {
      const bytes = opened.totalBytes;
      tell({ files: [], receivedBytes: bytes, totalBytes: bytes, preparing });
    };
    const cards = await retrieval.load(
      {
        packId,
        baseModels: info.baseModels,
        files: opened.files,
        unindexed: opened.files.has(indexPath) ? null : remote.map(({ card }) => card),
      },
      onPreparing,
    );
    const { userAdapters, otherAdapters } = await userAdaptersOf(source, cards);
    await retrieval.indexUserAdapters(userAdapters, onPreparing);
    return { cards, userAdapters, otherAdapters };
  }

  function drop(): void {
    isStale = false;
    diffusion.terminate();
    retrieval.terminate();
    fetched = null;
    loading = null;
  }

  /** @throws StylusError cancelled: another model was chosen, or the files were deleted */
  function checkWanted(result: Promise<Fetched>): void {
    if (fetched?.result !== result) throw new StylusError("cancelled", say`Another model was chosen.`);
  }

  async function filesOf(packId: string): Promise<{ all: Fetched; result: Promise<Fetched> }> {
    if (fetched?.packId !== packId) fetched = { packId, result: fetchOnce(packId) };
    const { result } = fetched;
    const all = await result.catch((error: unknown) => {
      if (fetched?.result === result) fetched = null;
      throw error;
    });
    checkWanted(result);
    return { all, result };
  }

  async function loadPack(packId: string, device: DevicePreference): Promise<LoadedPack> {
    const { all, result } = await filesOf(packId);
    if (packId !== pocketId) checkFit(all.source, { device, graphics: await probeGraphics() });
    checkWanted(result);
    if (asked?.packId !== packId) fetchedAdapters.clear();
    asked = { packId, device };
    try {
      return await prepare(all, result);
    } catch (error) {
      checkWanted(result);
      const { signal } = new AbortController();
      if (!(await replaceDamaged(all.source, error, signal))) throw error;
      checkWanted(result);
      diffusion.terminate();
      retrieval.terminate();
      fetched = null;
      const mended = await filesOf(packId);
      return prepare(mended.all, mended.result);
    }
  }

  /** Puts the files of the pack that was asked for where runs need them. */
  async function prepare(all: Fetched, result: Promise<Fetched>): Promise<LoadedPack> {
    const { packId, device } = asked!;
    const { source, opened, fileUrl, vocabulary, things, stored } = all;
    const [networks, { cards, userAdapters, otherAdapters }, vaes] = await Promise.all([
      diffusion.load({ id: packId, files: opened.files }, device),
      throughLoss(() => loadRetrieval(all)),
      vaesOf(source),
    ]);
    checkWanted(result);
    const register = (): Promise<void> =>
      diffusion.call((service) =>
        service.registerAdapters(
          userAdapters.map(({ id, file, report }) => ({
            id,
            blob: file,
            fileName: report.fileName,
            isEmbedding: holdsOnlyEmbeddings(report),
          })),
        ),
      );
    await throughLoss(register, () => diffusion.load({ id: packId, files: opened.files }, device));
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
      vaes,
      cards: [...cards, ...userAdapters.map(({ card }) => card)],
      leftOut: [],
      baseModels: source.info.baseModels,
      remote: new Map(remote),
      userAdapters: new Map(userAdapters.map((adapter) => [adapter.id, adapter])),
      otherAdapters,
      unread,
      vocabulary,
      things,
      fileUrl,
    };
  }

  /** The stored files of a pack, and those of hub adapters: most of them are missing, because they download on demand. */
  async function verify(
    { json, remote }: PackSource,
    options: { readonly all: boolean; readonly signal: AbortSignal },
  ): Promise<{ readonly ofPack: VerifiedFiles; readonly ofLists: VerifiedFiles }> {
    const ids = new Set(remote.map(({ manifestId }) => manifestId));
    const lists = (await Promise.all([...ids].map(readManifest))).map((list) => list.json);
    return {
      ofPack: await verifyStored(storage, [json], options),
      ofLists: await verifyStored(storage, lists, options),
    };
  }

  /**
   * Compares the stored files of a pack, and those of hub adapters, with their hashes after `failure`, and downloads damaged
   * ones of the pack again. Missing ones are left to opening the pack: the user may have deleted them.
   * @returns whether opening the pack again may help
   */
  async function replaceDamaged(source: PackSource, failure: unknown, signal: AbortSignal): Promise<boolean> {
    if (!mayBeFiles(failure)) return false;
    tell({ files: [], receivedBytes: 0, totalBytes: 0, preparing: t.models.preparing.stored });
    const { ofPack, ofLists } = await verify(source, { all: true, signal });
    if (ofPack.damaged.length > 0 && ofPack.missing.length === 0)
      await fetchPack(storage, source, { onProgress: tell, signal });
    replaced.push(...ofPack.damaged, ...ofLists.damaged);
    const found = [...ofPack.damaged, ...ofPack.missing, ...ofLists.damaged];
    // Another tab may have replaced a file that this one had opened.
    return found.length > 0 || toPlainError(failure).code === "not-found";
  }

  async function reopen(substitute: Substitute | null): Promise<DeviceReport> {
    const { packId, device } = asked!;
    if (substitute?.by === "wasm") checkWasmCanTakeOver((await current()).source);
    if (substitute) diffusion.takeOver(device, substitute);
    diffusion.terminate();
    const loaded = await loadPack(packId, device);
    await diffusion.call((service) => service.registerAdapters([...fetchedAdapters.values()]));
    return loaded.device;
  }

  function load(packId: string, device: DevicePreference): Promise<LoadedPack> {
    if (isStale && !loading) drop();
    const key = `${packId} ${device}`;
    if (loading?.key === key) return loading.result;
    const result = loadPack(packId, device);
    loading = { key, result };
    const forget = (): void => {
      if (loading?.result === result) loading = null;
    };
    result.then(forget, forget);
    return result;
  }

  return {
    get packId() {
      return fetched?.packId ?? null;
    },
    current,
    vaes: async () => vaesOf((await current()).source),
    async load(packId, { device, onProgress, signal }) {
      listeners.add(onProgress);
      try {
        // The load itself goes on when a run stops waiting for it: the next run needs it all the same.
        return await abortable(load(packId, device), signal);
      } finally {
        listeners.delete(onProgress);
      }
    },

    async readyRetrieval(signal) {
      const all = await fetched?.result;
      if (all && !retrieval.holds(all.source.packId))
        await abortable(
          throughLoss(() => loadRetrieval(all)),
          signal,
        );
    },

    async readyNetworks() {
      if (diffusion.alive || !fetched || !asked) return;
      await (loading?.result ?? load(asked.packId, asked.device));
    },

    async fetchAdapters(ids, options) {
      const { source, stored } = await current();
      const wanted = source.remote.filter(({ card }) => ids.includes(card.id));
      const { blobs, downloadedBytes } = await fetchRemote(storage, wanted, options);
      const adapters = wanted.map(({ card, path }) => ({
        id: card.id,
        blob: blobs.get(card.id)!,
        fileName: path,
        isEmbedding: false,
      }));
      for (const adapter of adapters) {
        stored.add(adapter.id);
        fetchedAdapters.set(adapter.id, adapter);
      }
      await throughLoss(
        () => diffusion.call((service) => service.registerAdapters(adapters)),
        () => reopen(null),
      );
      return { downloadedBytes };
    },

    async deleteAdapterFile(id) {
      const { source, stored } = await current();
      const adapter = source.remote.find(({ card }) => card.id === id);
      if (!adapter) return;
      await deleteRemote(storage, adapter);
      stored.delete(id);
      fetchedAdapters.delete(id);
      if (diffusion.alive) await diffusion.call((service) => service.removeAdapter(id));
    },

    async mend(failure, signal) {
      if (!asked) return false;
      const { source } = await current();
      if (!(await replaceDamaged(source, failure, signal))) return false;
      fetched = null;
      if (fetchedAdapters.size > 0) {
        const wanted = source.remote.filter(({ card }) => fetchedAdapters.has(card.id));
        const { blobs } = await fetchRemote(storage, wanted, { onProgress: tell, signal });
        for (const [id, adapter] of fetchedAdapters)
          fetchedAdapters.set(id, { ...adapter, blob: blobs.get(id) ?? adapter.blob });
      }
      await reopen(null);
      return true;
    },

    async checkStored(signal) {
      const all = await fetched?.result;
      if (!all) return [];
      const { source } = all;
      const { ofPack, ofLists } = await verify(source, { all: false, signal });
      // Where files are missing, the user or another tab has deleted the model.
      if (ofPack.damaged.length > 0 && ofPack.missing.length === 0)
        await fetchPack(storage, source, { onProgress: () => {}, signal });
      const damaged = [...ofPack.damaged, ...ofLists.damaged];
      if (damaged.length > 0) isStale = true;
      return [...replaced.splice(0), ...damaged];
    },

    reopen,
    drop,
  };
}
