// The storage worker's service: packs and other files, their disk usage, and what becomes of damaged or unwanted ones.
import { deletionError, throwIfAborted } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { download } from "./download.ts";
import { knownFile } from "./file-facts.ts";
import { locked } from "./lock.ts";
import type { FileStore } from "./file-store.ts";
import { openFileStore } from "./opfs-store.ts";
import { hashBlob } from "./local-files.ts";
import { parseManifest, type Manifest } from "./manifest.ts";
import {
  openPack,
  parallelTransfers,
  partialKey,
  type OpenedPack,
  type OpenPackOptions,
  type Shelf,
  type TransferOptions,
} from "./open-pack.ts";
import { StorageRecords } from "./pins.ts";
import { ProgressReporter } from "./progress.ts";
import { checkQuota } from "./quota.ts";
import { ConnectionLimit } from "./request.ts";
import { describeStorage, type StorageView } from "./storage-view.ts";

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
  readonly #options: TransferOptions;
  readonly #records = new StorageRecords();
  readonly #connections = new ConnectionLimit(parallelTransfers);
  #store: Promise<FileStore> | undefined;

  constructor(options: TransferOptions = {}) {
    this.#options = options;
  }

  #openStore(): Promise<FileStore> {
    this.#store ??= openFileStore();
    return this.#store;
  }

  async #shelf(): Promise<Shelf> {
    const store = await this.#openStore();
    return { store, records: this.#records, connections: this.#connections, transfer: this.#options };
  }

  /**
   * See `openPack`.
   * @param manifestJson the parsed JSON of a file of model-manifests/
   */
  async openPack(manifestJson: unknown, siteUrl: string, options: OpenPackOptions = {}): Promise<OpenedPack> {
    const manifest = parseManifest(manifestJson);
    return openPack(manifest, { ...options, siteUrl, shelf: await this.#shelf() });
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
