// Files from the user's disk as a source of packs. They are used in place: a File is a handle to the disk, and nothing is
// copied or uploaded.
import { createSHA256 } from "hash-wasm";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import type { Manifest } from "./manifest.ts";
import type { StorageRecords } from "./pins.ts";

export interface LocalFile {
  /** From the picker or the drop, with forward slashes; a file name alone is enough. */
  readonly path: string;
  readonly blob: Blob;
}

const weightFile = /\.(safetensors|sft|ckpt|pt|pth|bin)$/i;

/** Without the folders that all files share. */
function withoutCommonFolder(files: readonly LocalFile[]): LocalFile[] {
  let rest = files.map(({ path, blob }) => ({ path: path.replace(/^\/+/, ""), blob }));
  for (;;) {
    const folder = rest[0]?.path.split("/")[0];
    // "unet/…" alone is a network, not a wrapper folder.
    if (folder === undefined || /^(unet|text_encoder|vae|tokenizer|scheduler)$/.test(folder)) return rest;
    if (!rest.every(({ path }) => path.startsWith(`${folder}/`))) return rest;
    rest = rest.map(({ path, blob }) => ({ path: path.slice(folder.length + 1), blob }));
  }
}

/**
 * A model from the user's disk: a single-file checkpoint, with or without a separate VAE, or a diffusers folder.
 * @returns the files by their path in the pack
 * @throws StylusError not-found if no file contains weights
 */
export function packFromDisk(files: readonly LocalFile[]): Map<string, Blob> {
  const found = withoutCommonFolder(files);
  if (!found.some(({ path }) => weightFile.test(path))) {
    throw new StylusError("not-found", say`None of these files is a model.`, {
      remedy: say`Choose a .safetensors file, or a diffusers folder (unet, text_encoder, vae, tokenizer).`,
    });
  }
  return new Map(found.map(({ path, blob }) => [path, blob]));
}

/**
 * The files of a manifest that the user already has: by path or by their name on the hub; an exact size must match.
 * Opening the pack checks whether they are identical.
 */
export function assignLocalFiles(
  manifest: Manifest,
  files: readonly LocalFile[],
): { local: Map<string, Blob>; unused: LocalFile[] } {
  const local = new Map<string, Blob>();
  const used = new Set<LocalFile>();
  const found = withoutCommonFolder(files);
  for (const file of manifest.files) {
    const names = [file.path, decodeURIComponent(file.url ?? file.path)];
    const match = found.find(
      (candidate) =>
        !used.has(candidate) &&
        names.some((name) => name === candidate.path || name.endsWith(`/${candidate.path}`)) &&
        (!file.sizeExact || candidate.blob.size === file.sizeBytes),
    );
    if (!match) continue;
    used.add(match);
    local.set(file.path, match.blob);
  }
  return { local, unused: found.filter((file) => !used.has(file)) };
}

/** SHA-256 of a blob, streamed with at most one chunk in memory. */
export async function hashBlob(blob: Pick<Blob, "stream">, signal: AbortSignal | undefined): Promise<string> {
  const hasher = await createSHA256();
  hasher.init();
  const reader = blob.stream().getReader();
  try {
    for (;;) {
      throwIfAborted(signal);
      const { done, value } = await reader.read();
      if (done) return hasher.digest("hex");
      hasher.update(value);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/**
 * Checks that a file from the disk is the one a manifest describes. Does not read an unchanged file again.
 * @throws StylusError bad-file | cancelled
 */
export async function verifyLocalFile(
  blob: Blob,
  expected: { readonly path: string; readonly sha256: string },
  { records, signal }: { records: StorageRecords; signal?: AbortSignal | undefined },
): Promise<void> {
  const key = blob instanceof File ? `${blob.name} ${blob.size} ${blob.lastModified}` : null;
  let actual = key === null ? null : await records.get("localHashes", key);
  if (actual === null) {
    actual = await hashBlob(blob, signal);
    if (key !== null) await records.put("localHashes", key, actual);
  }
  if (actual === expected.sha256) return;
  const name = blob instanceof File ? blob.name : "The file";
  throw new StylusError("bad-file", say`${name} from your disk is not this model's ${expected.path}.`, {
    where: expected.path,
    remedy: say`Choose the file from the model's page, or open this one as a separate model.`,
  });
}
