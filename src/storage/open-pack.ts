// A pack as a map of blobs: each file from the store, the user's disk or the network.
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { download } from "./download.ts";
import { askHub, knownFile, pinDownload, type KnownFile } from "./file-facts.ts";
import type { FileStore } from "./file-store.ts";
import { verifyLocalFile } from "./local-files.ts";
import { locked } from "./lock.ts";
import type { Manifest } from "./manifest.ts";
import type { StorageRecords } from "./pins.ts";
import { ProgressReporter, type PackProgress } from "./progress.ts";
import { checkQuota } from "./quota.ts";
import type { ConnectionLimit } from "./request.ts";

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

export interface TransferOptions {
  /** Segment size for parallel downloads of large files. */
  readonly segmentBytes?: number | undefined;
  /** Timeout for a silent connection. */
  readonly stallMs?: number | undefined;
  readonly retryDelaysMs?: readonly number[] | undefined;
}

/** Concurrent transfers: browsers allow six connections per host, and two stay free for the page. */
export const parallelTransfers = 4;

/** Where files are kept, and how they get there. */
export interface Shelf {
  readonly store: FileStore;
  readonly records: StorageRecords;
  readonly connections: ConnectionLimit;
  readonly transfer: TransferOptions;
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
export async function partialKey({ url, sha256 }: Pick<KnownFile, "url" | "sha256">): Promise<string> {
  if (sha256 !== null) return sha256;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(url));
  return `unknown-${[...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

async function localOrStored(
  { file, sizeBytes, sha256 }: KnownFile,
  { shelf, local, signal }: { shelf: Shelf; local: ReadonlyMap<string, Blob>; signal: AbortSignal },
): Promise<Blob | null> {
  const { store, records } = shelf;
  const own = local.get(file.path);
  if (own) {
    if (sha256 !== null) {
      await verifyLocalFile(own, { path: file.path, sha256 }, { records, signal });
    }
    return own;
  }
  if (sha256 === null) return null;
  const blob = await store.open(sha256);
  if (!blob || sizeBytes === null || blob.size === sizeBytes) return blob;
  await store.remove(sha256); // truncated by the browser or the disk
  return null;
}

/** Bytes still to be stored, minus those of earlier attempts. */
async function missingBytes(missing: readonly KnownFile[], store: FileStore): Promise<number> {
  if (missing.length === 0) return 0;
  const partial = new Map((await store.list()).map(({ name, sizeBytes }) => [name, sizeBytes]));
  return missing.reduce(
    (sum, { file, sizeBytes, sha256 }) =>
      sum + Math.max(0, (sizeBytes ?? file.sizeBytes) - ((sha256 && partial.get(sha256)) || 0)),
    0,
  );
}

/** A lock per file keeps two tabs from writing the same one. */
async function fetchKnown(
  known: KnownFile,
  { shelf, signal, progress }: { shelf: Shelf; signal: AbortSignal; progress: ProgressReporter },
): Promise<{ blob: Blob; downloadedBytes: number }> {
  const { store, records, connections, transfer } = shelf;
  const { path } = known.file;
  const key = await partialKey(known);
  return locked(`file-${key}`, {
    signal,
    work: async () => {
      // Another tab may have downloaded it and pinned its hash during the wait.
      const pin = known.sha256 === null ? await records.get("pins", known.url) : null;
      const stored = pin?.sha256 ? await store.open(pin.sha256) : null;
      if (stored) return { blob: stored, downloadedBytes: 0 };
      let downloadedBytes = 0;
      const { pinnedUrl: url, sizeBytes, isChosen } = known;
      const remote = { path, url, sizeBytes, sha256: known.sha256, key, isChosen };
      const { blob, sha256 } = await download(remote, store, {
        ...transfer,
        connections,
        signal,
        onBytes: (receivedBytes, newBytes) => {
          downloadedBytes += newBytes;
          progress.update(path, { receivedBytes, newBytes });
        },
      });
      await pinDownload(known, { sizeBytes: blob.size, sha256 }, records);
      return { blob, downloadedBytes };
    },
  });
}

/**
 * Every file of a pack, from the store, the user's disk or the network.
 * @param siteUrl address of the page, for manifests with relative addresses
 * @throws StylusError naming the file; partial files stay in the store
 */
export async function openPack(
  manifest: Manifest,
  { siteUrl, shelf, ...options }: OpenPackOptions & { readonly siteUrl: string; readonly shelf: Shelf },
): Promise<OpenedPack> {
  const { store, records } = shelf;
  const { prefixes, local = new Map<string, Blob>(), onProgress } = options;
  if (manifest.kind === "adapters" && !prefixes) {
    throw new StylusError("bad-input", say`${manifest.title} is a list of adapters, not a single download.`, {
      where: "prefixes",
      remedy: say`Name the files to download.`,
    });
  }
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
      const known = await knownFile(file, { manifest, siteUrl, records });
      const blob = await localOrStored(known, { shelf, local, signal });
      if (blob) files.set(file.path, blob);
      if (blob) present.push(known);
      else missing.push(await askHub(known, { records, signal }));
    },
  });
  const sizeOf = ({ file, sizeBytes }: KnownFile): number =>
    files.get(file.path)?.size ?? sizeBytes ?? file.sizeBytes;
  const totalOf = (list: readonly KnownFile[]): number => list.reduce((sum, known) => sum + sizeOf(known), 0);
  await checkQuota(await missingBytes(missing, store), store);
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
        const fetched = await fetchKnown(known, { shelf, signal, progress });
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
