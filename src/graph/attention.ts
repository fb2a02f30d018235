// Scaled dot-product attention: the fused operator where its kernel is right, plain products where it is not.

import { type GraphBuilder, MICROSOFT, shapeError, type Value } from "./builder.ts";
import { concat, mul, slice, transpose } from "./ops.ts";

export interface AttentionInputs {
  readonly key: Value; // [B, T, C]
  readonly value: Value; // [B, T, C]
  readonly heads: number;
  /** Added to the scores: [1, 1, S, T]. */
  readonly bias?: Value;
  readonly label: string;
}

/**
 * Widest head given to the fused WebGPU kernel. It keeps keys and values of a head in workgroup memory, which the 512 channels
 * of a VAE's single head exceed in float32 and fill to the brim in float16; 160 is the widest of the UNet.
 */
const MAX_FUSED_HEAD = 160;

/** Scores held at once by the plain form, per image: 32 MB in float16. */
const MAX_SCORES = 2 ** 24;

/** query [B, S, C] → [B, S, C]; every head scaled by 1/√(C / heads). */
export function attention(g: GraphBuilder, query: Value, inputs: AttentionInputs): Value {
  const { key, value, heads, bias, label } = inputs;
  const channels = query.shape[2]!;
  if (channels % heads !== 0)
    throw shapeError(`${channels} channels cannot be split among ${heads} heads`, query);
  if (g.target.device === "webgpu" && heads === 1 && channels > MAX_FUSED_HEAD)
    return plainAttention(g, query, { key, value });
  const operands = bias ? [query, key, value, null, null, bias] : [query, key, value];
  return g.one("MultiHeadAttention", operands, query.shape, {
    domain: MICROSOFT,
    attributes: { num_heads: heads },
    label,
  });
}

/** One head, as matrix products and a softmax, for as many queries at a time as `maxScores` allows. */
export function plainAttention(
  g: GraphBuilder,
  query: Value,
  { key, value, maxScores = MAX_SCORES }: { key: Value; value: Value; maxScores?: number },
): Value {
  const [batch, tokens, channels] = query.shape as [number, number, number];
  const contextTokens = key.shape[1]!;
  const scale = g.floats(`scale_${channels}`, [1], Float32Array.of(1 / Math.sqrt(channels)));
  const scaled = mul(g, query, scale); // before the product, so that float16 scores do not overflow
  const keys = transpose(g, key, [0, 2, 1]); // [B, C, T]
  const rows = Math.max(1, Math.min(tokens, Math.floor(maxScores / contextTokens)));
  const parts: Value[] = [];
  for (let begin = 0; begin < tokens; begin += rows) {
    const end = Math.min(tokens, begin + rows);
    const part = slice(g, scaled, { axis: 1, begin, end });
    const scores = g.one("MatMul", [part, keys], [batch, end - begin, contextTokens]);
    const weights = g.one("Softmax", [scores], scores.shape, { attributes: { axis: -1 } });
    parts.push(g.one("MatMul", [weights, value], [batch, end - begin, channels]));
  }
  return parts.length === 1 ? parts[0]! : concat(g, parts, 1);
}
