// Textual inversions: token vectors in their own file or bundled with an adapter.
import { tensorValues, type AdapterTensor } from "../files/tensor.ts";

export interface EmbeddingKey {
  /** The word that stands for the vectors in a prompt. */
  readonly name: string;
}

export interface Embedding {
  readonly name: string;
  readonly vectors: number;
  readonly width: number;
  /** [vectors, width] */
  readonly values: Float32Array;
}

/**
 * Whether a tensor is a textual inversion: `emb_params` (A1111, safetensors), `string_to_param.*` (A1111, pickle),
 * `bundle_emb.NAME.…` (LyCORIS bundles, OneTrainer), `<token>` (diffusers, cloneofsimo).
 */
export function splitEmbeddingKey(
  key: string,
  { shape, isMarked, fileName }: { shape: readonly number[]; isMarked: boolean; fileName: string },
): EmbeddingKey | null {
  if (shape.length < 1 || shape.length > 2) return null;
  const bundled = /^bundle_emb\.(.+?)\.(?:string_to_param\.\*|emb_params|vector|clip_l|\*)$/.exec(key);
  if (bundled) return { name: bundled[1]! };
  if (key === "emb_params" || key === "string_to_param.*")
    return { name: fileName.replace(/^.*[/\\]/, "").replace(/\.[^.]+$/, "") };
  if (isMarked || /^<[^<>]+>$/.test(key)) return { name: key };
  return null;
}

/** @returns null if the vectors' width differs from that of the text encoder's token embeddings */
export function readEmbedding(
  name: string,
  tensor: AdapterTensor,
  expectedWidth: number | null,
): Embedding | null {
  const width = tensor.shape.at(-1) ?? 0;
  const vectors = tensor.shape.length === 1 ? 1 : (tensor.shape[0] ?? 0);
  if (vectors === 0 || width === 0 || (expectedWidth !== null && width !== expectedWidth)) return null;
  return { name, vectors, width, values: tensorValues(tensor).slice() };
}
