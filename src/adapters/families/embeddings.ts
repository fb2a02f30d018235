// Textual inversions: token vectors in their own file or bundled with an adapter (names/embedding-keys.ts tells them by their keys).
import { vectorsShape } from "../names/embedding-keys.ts";
import { tensorValues, type AdapterTensor } from "../files/tensor.ts";

export interface Embedding {
  readonly name: string;
  readonly vectors: number;
  readonly width: number;
  /** [vectors, width] */
  readonly values: Float32Array;
}

/** @returns null if the vectors' width differs from that of the text encoder's token embeddings */
export function readEmbedding(
  name: string,
  tensor: AdapterTensor,
  expectedWidth: number | null,
): Embedding | null {
  const { vectors, width } = vectorsShape(tensor.shape) ?? { vectors: 0, width: 0 };
  if (vectors === 0 || width === 0 || (expectedWidth !== null && width !== expectedWidth)) return null;
  return { name, vectors, width, values: tensorValues(tensor).slice() };
}
