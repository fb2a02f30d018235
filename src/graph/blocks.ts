// Blocks shared by U-Net and VAE, with the operation order of diffusers' resnet.py, attention.py, transformer_2d.py.

import type { GraphBuilder } from "./builder.ts";
import type { Value } from "./graph.ts";

export interface NormOptions {
  readonly groups: number;
  readonly eps: number;
}

export interface ResnetOptions extends NormOptions {
  readonly name: string;
  readonly channels: number;
  /** SiLU of the time embedding [B, E]; absent in the VAE. */
  readonly timeEmbedding?: Value;
  readonly smallMap?: boolean;
}

/** ResnetBlock2D: norm, SiLU, conv, twice, plus the input. */
export function resnet(
  g: GraphBuilder,
  x: Value,
  { name, channels, groups, eps, timeEmbedding, smallMap = false }: ResnetOptions,
): Value {
  const norm1 = g.groupNorm(x, { module: `${name}.norm1`, groups, eps, silu: true });
  const conv1 = g.conv(norm1, { module: `${name}.conv1`, channels, kernel: 3, smallMap });
  const shift =
    timeEmbedding &&
    g.linear(timeEmbedding, { module: `${name}.time_emb_proj`, features: channels, bias: true });
  const norm2 = g.groupNorm(conv1, { module: `${name}.norm2`, groups, eps, silu: true, shift });
  const conv2 = g.conv(norm2, { module: `${name}.conv2`, channels, kernel: 3, smallMap });
  return x.shape[1] === channels
    ? g.add(conv2, x)
    : g.conv(x, { module: `${name}.conv_shortcut`, channels, kernel: 1, residual: conv2 });
}

interface AttentionOptions {
  readonly name: string;
  readonly context: Value;
  readonly heads: number;
}

/** Attention of a transformer block; only the output projection has a bias. */
function projectedAttention(g: GraphBuilder, x: Value, { name, context, heads }: AttentionOptions): Value {
  const features = x.shape[2]!;
  const project = (part: string, from: Value): Value =>
    g.linear(from, { module: `${name}.${part}`, features, bias: false });
  const attended = g.attention(project("to_q", x), {
    key: project("to_k", context),
    value: project("to_v", context),
    heads,
    module: name,
  });
  return g.linear(attended, { module: `${name}.to_out.0`, features, bias: true });
}

export interface TransformerOptions {
  readonly name: string;
  readonly heads: number;
  readonly groups: number;
  /** encoder_hidden_states [B, T, cross] */
  readonly context: Value;
  readonly linearProjection: boolean;
}

/** Eps of Transformer2DModel's group norm and of BasicTransformerBlock's layer norms. */
const TRANSFORMER_GROUP_EPS = 1e-6;
const TRANSFORMER_LAYER_EPS = 1e-5;

/** Transformer2DModel with one BasicTransformerBlock: self attention, cross attention, GEGLU feed-forward. */
export function transformer(
  g: GraphBuilder,
  x: Value,
  { name, heads, groups, context, linearProjection }: TransformerOptions,
): Value {
  const norm = g.groupNorm(x, { module: `${name}.norm`, groups, eps: TRANSFORMER_GROUP_EPS, silu: false });
  const features = x.shape[1]!;
  const block = `${name}.transformer_blocks.0`;
  const eps = TRANSFORMER_LAYER_EPS;
  const projection = { features, bias: true, pointwise: !linearProjection };
  const tokens = g.linear(g.toTokens(norm), { module: `${name}.proj_in`, ...projection });
  const norm1 = g.layerNorm(tokens, { module: `${block}.norm1`, eps });
  const self = projectedAttention(g, norm1, { name: `${block}.attn1`, context: norm1, heads });
  const { normed: norm2, sum: afterSelf } = g.addLayerNorm(self, {
    residual: tokens,
    module: `${block}.norm2`,
    eps,
  });
  const cross = projectedAttention(g, norm2, { name: `${block}.attn2`, context, heads });
  const { normed: norm3, sum: afterCross } = g.addLayerNorm(cross, {
    residual: afterSelf,
    module: `${block}.norm3`,
    eps,
  });
  const gated = g.geglu(
    g.linear(norm3, { module: `${block}.ff.net.0.proj`, features: 8 * features, bias: true }),
  );
  const fed = g.add(g.linear(gated, { module: `${block}.ff.net.2`, features, bias: true }), afterCross);
  const projected = g.linear(fed, { module: `${name}.proj_out`, ...projection });
  return g.fromTokens(g.add(projected, g.toTokens(x)), x);
}

/** The VAE's self attention: one head over all positions, biases everywhere. */
export function spatialAttention(
  g: GraphBuilder,
  x: Value,
  { name, groups, eps }: NormOptions & { readonly name: string },
): Value {
  const norm = g.groupNorm(x, { module: `${name}.group_norm`, groups, eps, silu: false });
  const tokens = g.toTokens(norm);
  const features = x.shape[1]!;
  const project = (part: string): Value =>
    g.linear(tokens, { module: `${name}.${part}`, features, bias: true });
  const attended = g.attention(project("to_q"), {
    key: project("to_k"),
    value: project("to_v"),
    heads: 1,
    module: name,
  });
  const out = g.linear(attended, { module: `${name}.to_out.0`, features, bias: true });
  return g.fromTokens(g.add(out, g.toTokens(x)), x);
}
