// Scaled dot-product attention: the fused operator where its kernel is correct, plain products elsewhere.

import { type OnnxBuilder, MICROSOFT, shapeError, type Tensor } from "./onnx-builder.ts";
import { concat, mul, slice, transpose } from "./ops.ts";

export interface AttentionInputs {
  readonly key: Tensor; // [B, T, C]
  readonly value: Tensor; // [B, T, C]
  readonly heads: number;
  /** Added to the scores: [1, 1, S, T]. */
  readonly bias?: Tensor;
  readonly label: string;
}

/**
 * Widest head for the fused WebGPU kernel. The kernel keeps a head's keys and values in workgroup memory, which the 512
 * channels of the VAE's single head exceed in float32 and fill completely in float16; the U-Net's widest head has 160.
 */
const MAX_FUSED_HEAD = 160;

/** Maximum scores in memory for plain attention, per image: 32 MB in float16. */
const MAX_SCORES = 2 ** 24;

/**
 * Maximum product B·S·T·C for the fused WASM kernel: its 32-bit sizes overflow above about 2³⁰ ("Integer overflow", which
 * the VAE reaches at 512×512).
 */
const MAX_FUSED_PRODUCTS = 2 ** 28;

/** query [B, S, C] → [B, S, C]; every head scaled by 1/√(C / heads). */
export function attention(g: OnnxBuilder, query: Tensor, inputs: AttentionInputs): Tensor {
  const { key, value, heads, bias } = inputs;
  const [batch, tokens, channels] = query.shape as [number, number, number];
  if (channels % heads !== 0)
    throw shapeError(`${channels} channels cannot be split among ${heads} heads`, query);
  if (g.target.device === "webgpu") {
    const isWide = heads === 1 && channels > MAX_FUSED_HEAD;
    return isWide ? plainAttention(g, query, { key, value }) : fusedAttention(g, query, inputs);
  }
  const rows = Math.max(1, Math.floor(MAX_FUSED_PRODUCTS / (batch * key.shape[1]! * channels)));
  if (bias || rows >= tokens) return fusedAttention(g, query, inputs);
  return inParts(g, query, { rows, of: (part) => fusedAttention(g, part, inputs) });
}

function fusedAttention(
  g: OnnxBuilder,
  query: Tensor,
  { key, value, heads, bias, label }: AttentionInputs,
): Tensor {
  const operands = bias ? [query, key, value, null, null, bias] : [query, key, value];
  return g.one("MultiHeadAttention", operands, query.shape, {
    domain: MICROSOFT,
    attributes: { num_heads: heads },
    label,
  });
}

/** `of` for at most `rows` queries at a time; each query has its own row of scores. */
function inParts(
  g: OnnxBuilder,
  query: Tensor,
  { rows, of }: { rows: number; of: (part: Tensor) => Tensor },
): Tensor {
  const tokens = query.shape[1]!;
  const parts: Tensor[] = [];
  for (let begin = 0; begin < tokens; begin += rows)
    parts.push(of(slice(g, query, { axis: 1, begin, end: Math.min(tokens, begin + rows) })));
  return parts.length === 1 ? parts[0]! : concat(g, parts, 1);
}

/** One head as matrix products and a softmax, for as many queries at a time as `maxScores` allows. */
export function plainAttention(
  g: OnnxBuilder,
  query: Tensor,
  { key, value, maxScores = MAX_SCORES }: { key: Tensor; value: Tensor; maxScores?: number },
): Tensor {
  const [batch, tokens, channels] = query.shape as [number, number, number];
  const contextTokens = key.shape[1]!;
  const scale = g.floats(`scale_${channels}`, [1], Float32Array.of(1 / Math.sqrt(channels)));
  const scaled = mul(g, query, scale); // before the product, so that float16 scores do not overflow
  const keys = transpose(g, key, [0, 2, 1]); // [B, C, T]
  const rows = Math.max(1, Math.min(tokens, Math.floor(maxScores / contextTokens)));
  return inParts(g, scaled, {
    rows,
    of(part) {
      const scores = g.one("MatMul", [part, keys], [batch, part.shape[1]!, contextTokens]);
      const weights = g.one("Softmax", [scores], scores.shape, { attributes: { axis: -1 } });
      return g.one("MatMul", [weights, value], part.shape);
    },
  });
}

/** 0 where a token may attend, otherwise −10⁴, which is far below every score, fits f16 and has exponential 0. */
export function causalMask(g: OnnxBuilder, tokens: number): Tensor {
  const values = Float32Array.from({ length: tokens * tokens }, (_, i) =>
    i % tokens > Math.floor(i / tokens) ? -1e4 : 0,
  );
  return g.floats("causal_mask", [1, 1, tokens, tokens], values); // [1, 1, T, T]
}
