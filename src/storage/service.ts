// The storage worker's service: packs as maps of blobs, and what they take on disk.
import { StylusError } from "../shared/errors.ts";
import { download } from "./download.ts";
import { openFileStore, type FileStore } from "./file-store.ts";
import { fileUrl, parseManifest, type Manifest, type ManifestFile } from "./manifest.ts";

export interface PackProgress {
  readonly path: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
  /** True once every file is there. */
  readonly done: boolean;
}

export interface OpenedPack {
  readonly files: ReadonlyMap<string, Blob>;
  /** Bytes that came over the network in this call; 0 on a warm cache. */
  readonly downloadedBytes: number;
  readonly totalBytes: number;
  /** False when the browser offered no lasting storage. */
  readonly persistent: boolean;
}

export interface StorageUse {
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** True when the browser promised not to evict it. */
  readonly persisted: boolean;
  readonly fileCount: number;
}

/** Downloads at the same time: browsers hold six connections to a host, two stay free for the page itself. */
const parallelDownloads = 4;

export class StorageService {
  #store: Promise<FileStore> | undefined;

  #openStore(): Promise<FileStore> {
    this.#store ??= openFileStore();
    return this.#store;
  }

  /**
   * Every file of a pack, from the store or the network.
   * @param manifestJson the parsed JSON of a file of model-manifests/
   * @param siteUrl address of the page, for manifests with relative addresses
   * @throws StylusError naming the file; files that had arrived stay in the store
   */
  async openPack(
    manifestJson: unknown,
    siteUrl: string,
    options: {
      onProgress?: ((progress: PackProgress) => void) | undefined;
      signal?: AbortSignal | undefined;
      /** Only files whose path starts with one of these; all when left out. */
      prefixes?: readonly string[] | undefined;
    } = {},
  ): Promise<OpenedPack> {
    const manifest = parseManifest(manifestJson, "manifest");
    const { prefixes } = options;
    const wanted = prefixes
      ? manifest.files.filter((file) => prefixes.some((prefix) => file.path.startsWith(prefix)))
      : manifest.files;
    const store = await this.#openStore();
    const totalBytes = wanted.reduce((sum, file) => sum + file.sizeBytes, 0);
    const received = new Map<string, number>();
    const files = new Map<string, Blob>();
    let downloadedBytes = 0;
    const report = (file: ManifestFile, bytes: number): void => {
      received.set(file.path, bytes);
      const receivedBytes = [...received.values()].reduce((sum, value) => sum + value, 0);
      options.onProgress?.({
        path: file.path,
        receivedBytes,
        totalBytes,
        done: files.size === wanted.length,
      });
    };
    const stop = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
    const queue = [...wanted];
    const worker = async (): Promise<void> => {
      for (let file = queue.shift(); file; file = queue.shift()) {
        const stored = await store.open(file.sha256);
        const blob = stored ?? (await this.#fetch(manifest, file, { store, siteUrl, signal, report }));
        if (!stored) downloadedBytes += file.sizeBytes;
        files.set(file.path, blob);
        report(file, file.sizeBytes);
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(parallelDownloads, wanted.length) }, worker));
    } catch (error) {
      stop.abort();
      throw error;
    }
    return { files, downloadedBytes, totalBytes, persistent: store.persistent };
  }

  /** A lock per file keeps two tabs from writing the same one. */
  async #fetch(
    manifest: Manifest,
    file: ManifestFile,
    context: {
      store: FileStore;
      siteUrl: string;
      signal: AbortSignal;
      report: (file: ManifestFile, bytes: number) => void;
    },
  ): Promise<Blob> {
    const { store, signal } = context;
    const options = {
      url: fileUrl(manifest, file, context.siteUrl),
      onProgress: (bytes: number) => context.report(file, bytes),
      signal,
    };
    try {
      return await navigator.locks.request(`stylus-file-${file.sha256}`, { signal }, () =>
        download(file, store, options),
      );
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") {
        throw new StylusError("cancelled", "Stopped.", { cause: error });
      }
      throw error;
    }
  }

  async use(): Promise<StorageUse> {
    const store = await this.#openStore();
    const files = await store.list();
    const estimate = await navigator.storage?.estimate?.();
    return {
      usedBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      quotaBytes: estimate?.quota ?? 0,
      persisted: (await navigator.storage?.persisted?.()) ?? false,
      fileCount: files.length,
    };
  }

  /** Deletes the files of a pack; it is downloaded again when next opened. */
  async removePack(manifestJson: unknown): Promise<void> {
    const store = await this.#openStore();
    for (const file of parseManifest(manifestJson, "manifest").files) await store.remove(file.sha256);
  }
}
