// Files from the user's disk as a source of packs. They are used where they are: a File is a handle to the disk, nothing is
// copied or uploaded.
import { createSHA256 } from "hash-wasm";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import type { Manifest } from "./manifest.ts";
import type { StorageRecords } from "./pins.ts";

export interface LocalFile {
  /** As the picker or the drop gave it, with forward slashes; a file name alone will do. */
  readonly path: string;
  readonly blob: Blob;
}

const weightFile = /\.(safetensors|sft|ckpt|pt|pth|bin)$/i;

/** Without the folders that all files have in common. */
function withoutCommonFolder(files: readonly LocalFile[]): LocalFile[] {
  let rest = files.map(({ path, blob }) => ({ path: path.replace(/^\/+/, ""), blob }));
  for (;;) {
    const folder = rest[0]?.path.split("/")[0];
    // "unet/…" alone is a network, not a wrapping folder.
    if (folder === undefined || /^(unet|text_encoder|vae|tokenizer|scheduler)$/.test(folder)) return rest;
    if (!rest.every(({ path }) => path.startsWith(`${folder}/`))) return rest;
    rest = rest.map(({ path, blob }) => ({ path: path.slice(folder.length + 1), blob }));
  }
}

/**
 * A model from the user's disk: a single-file checkpoint, with or without a VAE beside it, or a diffusers folder.
 * @returns the files by their path in the pack
 * @throws StylusError not-found when no file holds weights
 */
export function packFromDisk(files: readonly LocalFile[]): Map<string, Blob> {
  const found = withoutCommonFolder(files);
  if (!found.some(({ path }) => weightFile.test(path))) {
    throw new StylusError("not-found", "None of these files is a model.", {
      remedy:
        "Choose a .safetensors file, or a folder in diffusers' layout (unet, text_encoder, vae, tokenizer).",
    });
  }
  return new Map(found.map(({ path, blob }) => [path, blob]));
}

/**
 * Which files of a manifest the user already has: by path, or by the name under which the hub offers them; an exact size
 * must agree. Whether they are the same to the byte is checked when the pack is opened.
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

/** SHA-256 of a blob, streamed: never more than a chunk of it in memory. */
async function hashBlob(blob: Blob, signal: AbortSignal | undefined): Promise<string> {
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
 * Checks that a file from the disk is the one a manifest describes. A file that was checked before, and has not changed
 * since, is not read again.
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
  throw new StylusError("bad-file", `${name} from your disk is not the ${expected.path} of this model.`, {
    where: expected.path,
    remedy: "Choose the file that the model's page offers, or open this one as a model of its own.",
  });
}
