// Packs as files: downloaded with progress, opened from the store, described and deleted.
import { t } from "../../texts/texts.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { parseManifest } from "../../storage/manifest.ts";
import type { OpenedPack } from "../../storage/open-pack.ts";
import type { VerifiedFiles } from "../../storage/service.ts";
import type { StorageView } from "../../storage/storage-view.ts";
import type { RemoteAdapter } from "../adapters/hub-adapters.ts";
import { pocketId, readManifest } from "../packs/packs.ts";
import type { PackSource } from "../packs/source.ts";
import { rememberWhole, trustedFiles } from "./checked-files.ts";
import type { StorageClient } from "./storage-client.ts";
import type { LoadProgress } from "../../stylus/loaded-pack.ts";

export interface TransferOptions {
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
}

/** The storage worker tells the total and which file grew; the page shows every file. */
function trackFiles(wanted: readonly { readonly path: string; readonly sizeBytes: number }[]) {
  const received = new Map<string, number>();
  let totalBytes = wanted.reduce((sum, file) => sum + file.sizeBytes, 0);
  let last = 0;
  const largestFirst = [...wanted].sort((a, b) => b.sizeBytes - a.sizeBytes);
  return {
    add(progress: { path: string; receivedBytes: number; totalBytes: number }): void {
      const { path, receivedBytes } = progress;
      received.set(path, (received.get(path) ?? 0) + receivedBytes - last);
      last = receivedBytes;
      totalBytes = progress.totalBytes;
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

const filesIn = (json: unknown): readonly { path: string; sizeBytes: number }[] => parseManifest(json).files;

/** Takes what is stored and downloads the rest. @throws StylusError network | not-found | bad-file | quota | cancelled */
export async function fetchPack(
  storage: StorageClient,
  { json, local }: Pick<PackSource, "json" | "local">,
  { onProgress, signal }: TransferOptions,
): Promise<OpenedPack> {
  const files = trackFiles(filesIn(json));
  onProgress(files.progress(null));
  const opened = await storage.call((service) =>
    service.openPack(json, document.baseURI, {
      local,
      signal,
      onProgress: (progress) => {
        files.add(progress);
        onProgress(files.progress(null));
      },
    }),
  );
  onProgress(files.progress(t.models.preparing.networks));
  return opened;
}

/**
 * As fetchPack, but Pocket alone is downloaded without being asked for: other models are gigabytes.
 * @throws StylusError not-found when files are missing
 */
export async function openStored(
  storage: StorageClient,
  source: Pick<PackSource, "packId" | "title" | "json" | "local">,
  options: TransferOptions,
): Promise<OpenedPack> {
  const { packId, json, title } = source;
  if (packId !== pocketId && filesIn(json).length > 0) {
    const { packs } = await storage.call((service) => service.describe([json], document.baseURI));
    if (!packs[0]?.complete) {
      throw new StylusError("not-found", say`${title} is not fully downloaded.`, {
        where: packId,
        remedy: say`Download it under Models, or use Pocket.`,
      });
    }
  }
  return fetchPack(storage, source, options);
}

/** Files of adapters, one manifest after the other; by card id. */
export async function fetchRemote(
  storage: StorageClient,
  wanted: readonly RemoteAdapter[],
  { onProgress, signal }: TransferOptions,
): Promise<{ blobs: ReadonlyMap<string, Blob>; downloadedBytes: number }> {
  const blobs = new Map<string, Blob>();
  const files = trackFiles(wanted.map(({ path, card }) => ({ path, sizeBytes: card.file.sizeBytes })));
  const totalBytes = wanted.reduce((sum, { card }) => sum + card.file.sizeBytes, 0);
  let downloadedBytes = 0;
  let before = 0;
  for (const manifestId of new Set(wanted.map((adapter) => adapter.manifestId))) {
    const { json } = await readManifest(manifestId);
    const own = wanted.filter((adapter) => adapter.manifestId === manifestId);
    const opened = await storage.call((service) =>
      service.openPack(json, document.baseURI, {
        prefixes: own.map(({ path }) => path),
        signal,
        onProgress: (progress) => {
          const receivedBytes = before + progress.receivedBytes;
          files.add({ ...progress, receivedBytes, totalBytes: Math.max(totalBytes, receivedBytes) });
          onProgress(files.progress(null));
        },
      }),
    );
    for (const { card, path } of own) blobs.set(card.id, opened.files.get(path)!);
    downloadedBytes += opened.downloadedBytes;
    before += opened.totalBytes;
  }
  return { blobs, downloadedBytes };
}

/** The stored file of an adapter. @throws StylusError quota: the browser does not delete it */
export async function deleteRemote(
  storage: StorageClient,
  { card, manifestId, path }: RemoteAdapter,
): Promise<void> {
  const { json } = await readManifest(manifestId);
  const { packs } = await storage.call((service) => service.describe([json], document.baseURI));
  const file = packs[0]?.files.find((stored) => stored.path === path);
  if (!file) return;
  await storage.call((service) => service.removeFile(file.name, say`The file of “${card.title}”`));
}

/** Whether damaged or lost files may have caused a failure. */
export const mayBeFiles = (error: unknown): boolean =>
  !(error instanceof StylusError) || ["bad-file", "not-found"].includes(error.code);

/**
 * Compares the stored files of manifests with their hashes, and deletes damaged ones.
 * @param options.all also those that were found whole lately
 */
export async function verifyStored(
  storage: StorageClient,
  jsons: readonly unknown[],
  { all, signal }: { readonly all: boolean; readonly signal?: AbortSignal },
): Promise<VerifiedFiles> {
  const trusted = all ? new Set<string>() : trustedFiles();
  const found = await storage.call((service) => service.verify(jsons, document.baseURI, { trusted, signal }));
  rememberWhole(found.whole);
  return found;
}

/**
 * The rows of the storage view: a pack of which only files are there that belong to a complete one is left out (a tokenizer that
 * several models share).
 */
export function rowsOf(view: StorageView): StorageView["packs"] {
  const ofComplete = (except: string): Set<string> =>
    new Set(
      view.packs
        .filter(({ id, complete }) => complete && id !== except)
        .flatMap(({ files }) => files.map(({ name }) => name)),
    );
  return view.packs.filter(({ id, kind, complete, files }) => {
    if (complete && kind !== "tokenizer") return true;
    const shared = ofComplete(id);
    return files.some(({ name }) => !shared.has(name));
  });
}
