// The files of a pack that the engine reads. A pack is a folder in diffusers' layout with tokenizer/, preview.json,
// adapters/cards.json and embeddings/; the engine ignores its other files.

import type { ModelFile } from "../graph/checkpoint.ts";
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { parsePreviewFactors, type PreviewFactors, SD1_PREVIEW } from "./image/pixels.ts";
import { ClipTokenizer } from "./prompt/tokenizer.ts";

interface PackAdapter {
  readonly id: string;
  readonly blob: Blob;
  readonly fileName: string;
  /** A textual inversion in the folder embeddings/, which has no card. */
  readonly isEmbedding: boolean;
}

export interface PackFiles {
  readonly tokenizer: ClipTokenizer;
  readonly preview: PreviewFactors;
  readonly adapters: readonly PackAdapter[];
}

/** Networks in folders, or a single-file checkpoint (and VAE) at the top. */
const MODEL_FILE =
  /^(?:(?:unet|text_encoder|vae|scheduler)\/.+|[^/]+\.(?:safetensors|sft|ckpt|pt|pth|bin))$/u;

const EMBEDDING_FILE = /^embeddings\/[^/]+\.(?:safetensors|pt|bin)$/u;

/** For openCheckpoint. */
export function modelFilesOf(files: ReadonlyMap<string, Blob>): ModelFile[] {
  return [...files].filter(([path]) => MODEL_FILE.test(path)).map(([path, blob]) => ({ path, blob }));
}

/** @throws StylusError not-found, bad-file */
export async function readPackFiles(
  files: ReadonlyMap<string, Blob>,
  { latentChannels }: { latentChannels: number },
): Promise<PackFiles> {
  const preview = await files.get("preview.json")?.text();
  return {
    tokenizer: new ClipTokenizer({
      vocab: await required(files, "tokenizer/vocab.json"),
      merges: await required(files, "tokenizer/merges.txt"),
    }),
    preview: preview === undefined ? SD1_PREVIEW : parsePreviewFactors(preview, latentChannels),
    adapters: [...(await adaptersOf(files)), ...embeddingsOf(files)],
  };
}

async function required(files: ReadonlyMap<string, Blob>, path: string): Promise<string> {
  const blob = files.get(path);
  if (blob !== undefined) return blob.text();
  throw new StylusError("not-found", say`The pack has no file ${path}.`, {
    where: path,
    remedy: say`Load the pack again, or add the file.`,
  });
}

/** The adapters in cards.json whose files exist. */
async function adaptersOf(files: ReadonlyMap<string, Blob>): Promise<PackAdapter[]> {
  const cards = files.get("adapters/cards.json");
  if (cards === undefined) return [];
  let parsed: unknown;
  try {
    parsed = JSON.parse(await cards.text());
  } catch (cause) {
    throw new StylusError("bad-file", say`The list of adapters is not JSON.`, {
      where: "adapters/cards.json",
      remedy: say`Load the pack again.`,
      cause,
    });
  }
  if (!Array.isArray(parsed)) {
    throw new StylusError("bad-file", say`The list of adapters is not a list of cards.`, {
      where: "adapters/cards.json",
      remedy: say`Load the pack again.`,
    });
  }
  return parsed.flatMap((card: { id?: unknown; file?: { path?: unknown } } | null) => {
    const [id, path] = [card?.id, card?.file?.path];
    if (typeof id !== "string" || typeof path !== "string") return [];
    const blob = files.get(path) ?? files.get(`adapters/${path}`);
    return blob === undefined ? [] : [{ id, blob, fileName: path, isEmbedding: false }];
  });
}

function embeddingsOf(files: ReadonlyMap<string, Blob>): PackAdapter[] {
  return [...files]
    .filter(([path]) => EMBEDDING_FILE.test(path))
    .map(([path, blob]) => ({ id: path, blob, fileName: path, isEmbedding: true }));
}
