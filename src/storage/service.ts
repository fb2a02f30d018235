// The storage worker's service: packs as maps of blobs, and their disk usage.
import { deletionError, StylusError, throwIfAborted } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { download } from "./download.ts";
import { askHub, knownFile, pinDownload, type KnownFile } from "./file-facts.ts";
import { locked } from "./lock.ts";
import type { FileStore } from "./file-store.ts";
import { openFileStore } from "./opfs-store.ts";
import { hashBlob, verifyLocalFile } from "./local-files.ts";
import { parseManifest, type Manifest } from "./manifest.ts";
import { StorageRecords } from "./pins.ts";
import { ProgressReporter, type PackProgress } from "./progress.ts";
import { checkQuota } from "./quota.ts";
import { ConnectionLimit } from "./request.ts";
import { describeStorage, type StorageView } from "./storage-view.ts";

export interface OpenPackOptions {
  readonly onProgress?: ((progress: PackProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Only files whose path starts with one of these; all if absent. */
  readonly prefixes?: readonly string[] | undefined;
  /** Files from the user's disk by their path in the pack, which replace or extend the manifest's. */
  readonly local?: ReadonlyMap<string, Blob> | undefined;
}

export interface OpenedPack {
  readonly files: ReadonlyMap<string, Blob>;
  /** Bytes downloaded in this call; 0 on a warm cache. */
  readonly downloadedBytes: number;
  readonly totalBytes: number;
  /** False if the browser has no persistent storage. */
  readonly persistent: boolean;
}

/** A file that is part of no pack. */
export interface LooseFile {
  /** For messages. */
  readonly path: string;
  readonly url: string;
  /** Null: the server decides. */
  readonly sizeBytes: number | null;
  /** Null: nobody has said. */
  readonly sha256: string | null;
  /** See `PartRequest`. */
  readonly token?: string | undefined;
  /** Whether the server may be asked for several parts at a time. */
  readonly inParts: boolean;
}

export interface FetchedFile {
  readonly blob: Blob;
  readonly sha256: string;
  /** Whether the store had it before: then it belongs to something else, too. */
  readonly wasStored: boolean;
}

export interface VerifiedFiles {
  /** Paths of files whose bytes were not what their hash says; they are deleted. */
  readonly damaged: readonly string[];
  /** Paths of files that are not stored. */
  readonly missing: readonly string[];
  /** Hashes of the files that were read and are as they should be. */
  readonly whole: readonly string[];
}

export interface StorageUse {
  readonly usedBytes: number;
  readonly quotaBytes: number;
  /** True if the browser promised not to evict it. */
  readonly persisted: boolean;
  readonly fileCount: number;
}

export interface StorageOptions {
  /** Segment size for parallel downloads of large files. */
  readonly segmentBytes?: number | undefined;
  /** Timeout for a silent connection. */
  readonly stallMs?: number | undefined;
  readonly retryDelaysMs?: readonly number[] | undefined;
}

/** Concurrent transfers: browsers allow six connections per host, and two stay free for the page. */
const parallelTransfers = 4;

/** Shared by the files of one `openPack`. */
interface Context {
  readonly store: FileStore;
  readonly signal: AbortSignal;
  readonly progress: ProgressReporter;
}

/** Runs `work` on every item with limited concurrency; the first failure stops the rest and is thrown once all have ended. */
async function forEach<Item>(
  items: readonly Item[],
  { stop, work }: { stop: AbortController; work: (item: Item) => Promise<void> },
): Promise<void> {
  const queue = [...items];
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    try {
      while (queue.length > 0 && failures.length === 0) await work(queue.shift()!);
    } catch (error) {
      failures.push(error);
      stop.abort();
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallelTransfers, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
}

/** Name of a partial file with an unknown hash. */
async function partialKey({ url, sha256 }: Pick<KnownFile, "url" | "sha256">): Promise<string> {
  if (sha256 !== null) return sha256;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(url));
  return `unknown-${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Null: the browser cannot read it. */
async function hashOf(blob: Blob, signal: AbortSignal | undefined): Promise<string | null> {
  try {
    return await hashBlob(blob, signal);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

export class StorageService {
  readonly #options: StorageOptions;
  readonly #records = new StorageRecords();
  readonly #connections = new ConnectionLimit(parallelTransfers);
  #store: Promise<FileStore> | undefined;

  constructor(options: StorageOptions = {}) {
    this.#options = options;
  }

  #openStore(): Promise<FileStore> {
    this.#store ??= openFileStore();
    return this.#store;
  }

  /**
   * Every file of a pack, from the store, the user's disk or the network.
   * @param manifestJson the parsed JSON of a file of model-manifests/
   * @param siteUrl address of the page, for manifests with relative addresses
   * @throws StylusError naming the file; partial files stay in the store
   */
  async openPack(manifestJson: unknown, siteUrl: string, options: OpenPackOptions = {}): Promise<OpenedPack> {
    const manifest = parseManifest(manifestJson);
    const { prefixes, local = new Map<string, Blob>(), onProgress } = options;
    if (manifest.kind === "adapters" && !prefixes) {
      throw new StylusError(
        "bad-input",
        say`${manifest.title} is a list of adapters, not a single download.`,
        {
          where: "prefixes",
          remedy: say`Name the files to download.`,
        },
      );
    }
    const store = await this.#openStore();
    const stop = new AbortController();
    const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
    const files = new Map<string, Blob>(local);
    const missing: KnownFile[] = [];
    const present: KnownFile[] = [];
    const wanted = manifest.files.filter(
      ({ path }) => !prefixes || prefixes.some((prefix) => path.startsWith(prefix)),
    );
    await forEach(wanted, {
      stop,
      work: async (file) => {
        const known = await knownFile(file, { manifest, siteUrl, records: this.#records });
        const blob = await this.#localOrStored(known, { store, local, signal });
        if (blob) files.set(file.path, blob);
        if (blob) present.push(known);
        else missing.push(await askHub(known, { records: this.#records, signal }));
      },
    });
    const sizeOf = ({ file, sizeBytes }: KnownFile): number =>
      files.get(file.path)?.size ?? sizeBytes ?? file.sizeBytes;
    const totalOf = (list: readonly KnownFile[]): number =>
      list.reduce((sum, known) => sum + sizeOf(known), 0);
    await checkQuota(await this.#missingBytes(missing, store), store);
    let downloadedBytes = 0;
    const progress = new ProgressReporter(onProgress ?? (() => {}), {
      totalBytes: totalOf(present) + totalOf(missing),
      fileCount: wanted.length,
    });
    try {
      for (const known of present) progress.finish(known.file.path, sizeOf(known));
      await forEach(missing, {
        stop,
        work: async (known) => {
          const expectedBytes = sizeOf(known);
          const fetched = await this.#fetch(known, { store, signal, progress });
          files.set(known.file.path, fetched.blob);
          downloadedBytes += fetched.downloadedBytes;
          progress.totalBytes += fetched.blob.size - expectedBytes;
          progress.finish(known.file.path, fetched.blob.size);
        },
      });
    } finally {
      progress.stop();
    }
    const totalBytes = [...files.values()].reduce((sum, { size }) => sum + size, 0);
    return { files, downloadedBytes, totalBytes, persistent: store.persistent };
  }

  async #localOrStored(
    { file, sizeBytes, sha256 }: KnownFile,
    context: { store: FileStore; local: ReadonlyMap<string, Blob>; signal: AbortSignal },
  ): Promise<Blob | null> {
    const own = context.local.get(file.path);
    if (own) {
      if (sha256 !== null) {
        await verifyLocalFile(
          own,
          { path: file.path, sha256 },
          { records: this.#records, signal: context.signal },
        );
      }
      return own;
    }
    if (sha256 === null) return null;
    const blob = await context.store.open(sha256);
    if (!blob || sizeBytes === null || blob.size === sizeBytes) return blob;
    await context.store.remove(sha256); // truncated by the browser or the disk
    return null;
  }

  /** Bytes still to be stored, minus those of earlier attempts. */
  async #missingBytes(missing: readonly KnownFile[], store: FileStore): Promise<number> {
    if (missing.length === 0) return 0;
    const partial = new Map((await store.list()).map(({ name, sizeBytes }) => [name, sizeBytes]));
    return missing.reduce(
      (sum, { file, sizeBytes, sha256 }) =>
        sum + Math.max(0, (sizeBytes ?? file.sizeBytes) - ((sha256 && partial.get(sha256)) || 0)),
      0,
    );
  }

  /** A lock per file keeps two tabs from writing the same one. */
  async #fetch(
    known: KnownFile,
    { store, signal, progress }: Context,
  ): Promise<{ blob: Blob; downloadedBytes: number }> {
    const { path } = known.file;
    const key = await partialKey(known);
    return locked(`file-${key}`, {
      signal,
      work: async () => {
        // Another tab may have downloaded it and pinned its hash during the wait.
        const pin = known.sha256 === null ? await this.#records.get("pins", known.url) : null;
        const stored = pin?.sha256 ? await store.open(pin.sha256) : null;
        if (stored) return { blob: stored, downloadedBytes: 0 };
        let downloadedBytes = 0;
        const { pinnedUrl: url, sizeBytes, isChosen } = known;
        const remote = { path, url, sizeBytes, sha256: known.sha256, key, isChosen };
        const { blob, sha256 } = await download(remote, store, {
          ...this.#options,
          connections: this.#connections,
          signal,
          onBytes: (receivedBytes, newBytes) => {
            downloadedBytes += newBytes;
            progress.update(path, { receivedBytes, newBytes });
          },
        });
        await pinDownload(known, { sizeBytes: blob.size, sha256 }, this.#records);
        return { blob, downloadedBytes };
      },
    });
  }

  /**
   * A file by its address; what of it is stored already is not asked for again. It stays in the store until `removeFile` by its hash.
   * @throws StylusError network | not-found | bad-file | quota | cancelled
   */
  async fetchFile(
    file: LooseFile,
    options: {
      readonly onProgress?: ((receivedBytes: number) => void) | undefined;
      readonly signal?: AbortSignal | undefined;
    } = {},
  ): Promise<FetchedFile> {
    const { signal = new AbortController().signal, onProgress } = options;
    const { inParts, ...remote } = file;
    const { sizeBytes, sha256 } = file;
    const store = await this.#openStore();
    const key = await partialKey(file);
    return locked(`file-${key}`, {
      signal,
      work: async () => {
        const stored = sha256 === null ? null : await store.open(sha256);
        if (stored && sha256 !== null) return { blob: stored, sha256, wasStored: true };
        const part = (await store.list()).find(({ name }) => name === key)?.sizeBytes ?? 0;
        await checkQuota(Math.max(0, (sizeBytes ?? 0) - part), store);
        const { segmentBytes } = this.#options;
        const progress = new ProgressReporter(({ receivedBytes }) => onProgress?.(receivedBytes), {
          totalBytes: sizeBytes ?? 0,
          fileCount: 1,
        });
        const got = await download({ ...remote, key }, store, {
          ...this.#options,
          segmentBytes: inParts ? segmentBytes : Math.max(1, sizeBytes ?? 1),
          connections: this.#connections,
          signal,
          onBytes: (receivedBytes) => progress.update(file.path, { receivedBytes, newBytes: 0 }),
        }).finally(() => progress.stop());
        onProgress?.(got.blob.size);
        return { ...got, wasStored: false };
      },
    });
  }

  /**
   * Reads stored files and compares them with their hashes; deletes damaged ones, which download again when next opened.
   * @param options.trusted hashes of files that need not be read
   * @throws StylusError cancelled, quota
   */
  async verify(
    manifestJsons: readonly unknown[],
    siteUrl: string,
    options: { readonly trusted?: ReadonlySet<string>; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<VerifiedFiles> {
    const { trusted = new Set(), signal } = options;
    const store = await this.#openStore();
    const damaged: string[] = [];
    const missing: string[] = [];
    const whole: string[] = [];
    const seen = new Set<string>();
    for (const { files } of await this.#know(manifestJsons, siteUrl)) {
      for (const { path, key } of files) {
        throwIfAborted(signal);
        if (seen.has(key)) continue;
        seen.add(key);
        const blob = await store.open(key);
        if (!blob) missing.push(path);
        else if (trusted.has(key)) continue;
        else if ((await hashOf(blob, signal)) === key) whole.push(key);
        else {
          await this.#remove(key, store);
          damaged.push(path);
        }
      }
    }
    return { damaged, missing, whole };
  }

  /** Whether files outlive this worker; false if they are in memory because the browser has no store. */
  async keepsFiles(): Promise<boolean> {
    return (await this.#openStore()).persistent;
  }

  async use(): Promise<StorageUse> {
    const store = await this.#openStore();
    const files = await store.list();
    const estimate = await navigator.storage?.estimate?.();
    return {
      usedBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      quotaBytes: estimate?.quota ?? 0,
      persisted: (await navigator.storage?.persisted?.()) ?? false,
      fileCount: files.filter(({ complete }) => complete).length,
    };
  }

  /**
   * Stored files by pack.
   * @param manifestJsons every manifest the page knows
   */
  async describe(manifestJsons: readonly unknown[], siteUrl: string): Promise<StorageView> {
    const store = await this.#openStore();
    return describeStorage(await this.#know(manifestJsons, siteUrl), await store.list());
  }

  async #know(
    manifestJsons: readonly unknown[],
    siteUrl: string,
  ): Promise<{ manifest: Manifest; files: { path: string; key: string }[] }[]> {
    return Promise.all(
      manifestJsons.map(async (json) => {
        const manifest = parseManifest(json);
        const files = manifest.files.map(async (file) => {
          const known = await knownFile(file, { manifest, siteUrl, records: this.#records });
          return { path: file.path, key: await partialKey(known) };
        });
        return { manifest, files: await Promise.all(files) };
      }),
    );
  }

  /**
   * Deletes the files of a pack, which downloads again when next opened. Deletes the others if one fails.
   * @param options.keep manifests whose files stay even if the pack shares them
   * @throws StylusError quota, naming the files that could not be deleted
   */
  async removePack(
    manifestJson: unknown,
    options: { keep?: readonly unknown[]; siteUrl?: string } = {},
  ): Promise<void> {
    const store = await this.#openStore();
    const siteUrl = options.siteUrl ?? location.href;
    const kept = await this.#know(options.keep ?? [], siteUrl);
    const keys = new Set(kept.flatMap(({ files }) => files.map(({ key }) => key)));
    for (const { manifest, files } of await this.#know([manifestJson], siteUrl)) {
      const left: { path: string; cause: unknown }[] = [];
      for (const { path, key } of files) {
        if (keys.has(key)) continue;
        await this.#remove(key, store).catch((cause: unknown) => left.push({ path, cause }));
      }
      if (left.length === 0) continue;
      const names = left.map(({ path }) => path);
      const others = say`The other files are deleted.`;
      throw deletionError(say`${names} of ${manifest.title}`, left[0]!.cause, others);
    }
  }

  /**
   * Deletes one file by its name from `describe`; waits for a tab that is writing it.
   * @param what it is, for the error
   * @throws StylusError quota if the browser does not delete it
   */
  async removeFile(name: string, what = say`A leftover file`): Promise<void> {
    await this.#remove(name, await this.#openStore()).catch((cause: unknown) => {
      throw deletionError(what, cause);
    });
  }

  async #remove(name: string, store: FileStore): Promise<void> {
    const { signal } = new AbortController();
    await locked(`file-${name}`, { signal, work: () => store.remove(name) });
  }

  /**
   * Removes a pack's pins, for a user who trusts a file that has changed on the hub.
   * @returns the number of removed pins
   */
  async forgetPins(manifestJson: unknown, siteUrl: string): Promise<number> {
    const manifest = parseManifest(manifestJson);
    const store = await this.#openStore();
    const stored = await store.list();
    let count = 0;
    for (const file of manifest.files) {
      const known = await knownFile(file, { manifest, siteUrl, records: this.#records });
      if (!known.pin) continue;
      // A rejected download leaves an empty file under the old hash, which nothing else would find.
      const key = await partialKey(known);
      if (stored.some(({ name, sizeBytes }) => name === key && sizeBytes === 0))
        await this.#remove(key, store);
      await this.#records.forget("pins", known.url);
      count++;
    }
    return count;
  }
}
