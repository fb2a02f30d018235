// Which tensors of a file are textual inversions, and the words that stand for them.
import { splitKey } from "./keys.ts";

export interface EmbeddingKey {
  /** The word that stands for the vectors in a prompt. */
  readonly name: string;
}

/** Widths of text encoders that textual inversions are made for: SD 1.x, SD 2.x, SDXL's second. */
const TOKEN_WIDTHS: ReadonlySet<number> = new Set([768, 1024, 1280]);

/** What tells a textual inversion from other tensors. */
export interface EmbeddingContext {
  readonly shape: readonly number[];
  /** Whether the metadata says so (cloneofsimo). */
  readonly isMarked: boolean;
  readonly fileName: string;
  /** Number of tensors in the file. */
  readonly tensors: number;
  /** Of the loaded model's token vectors; null if it does not matter. */
  readonly width: number | null;
}

/**
 * Whether a tensor is a textual inversion: `emb_params` (A1111, safetensors), `string_to_param.*` (A1111 and the original
 * repository, pickle), `bundle_emb.NAME.…` (LyCORIS bundles, OneTrainer), `<token>` (diffusers, cloneofsimo), or the only tensor of a
 * file, under any name or none, in the shape of token vectors (A1111 and diffusers accept it). `clip_l` is the name of the text encoder.
 */
export function splitEmbeddingKey(
  key: string,
  { shape, isMarked, fileName, tensors, width }: EmbeddingContext,
): EmbeddingKey | null {
  const size = vectorsShape(shape);
  if (size === null) return null;
  const bundled = /^bundle_emb\.(.+?)\.(?:string_to_param\.\*|emb_params|vector|clip_l|\*)$/.exec(key);
  if (bundled) return { name: bundled[1]! };
  const stem = fileStem(fileName);
  if (key === "emb_params") return { name: stem };
  const term = /^(?:[\w.]*\.)?string_to_param(?:_dict)?\.(.+)$/s.exec(key)?.[1];
  if (term !== undefined) return { name: term === "*" ? stem : term };
  if (isMarked || /^<[^<>]+>$/.test(key)) return { name: key };
  if (tensors === 1 && (size.width === width || TOKEN_WIDTHS.has(size.width)) && !splitKey(key))
    return { name: key === "clip_l" ? stem : key.trim() || stem };
  return null;
}

/** "folder/EasyNegative.safetensors" → "EasyNegative" */
export const fileStem = (fileName: string): string =>
  fileName.replace(/^.*[/\\]/u, "").replace(/\.[^.]+$/u, "");

/** [width], [vectors, width], or the latter behind dimensions of 1. */
export function vectorsShape(shape: readonly number[]): { vectors: number; width: number } | null {
  const width = shape.at(-1);
  if (width === undefined || shape.slice(0, -2).some((size) => size !== 1)) return null;
  return { vectors: shape.at(-2) ?? 1, width };
}
