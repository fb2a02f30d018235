// Blocks that UNet and VAE share, in the order of operations of diffusers' resnet.py, attention.py, transformer_2d.py.

import { attention } from "./attention.ts";
import type { Value } from "./builder.ts";
import type { Biased, FeatureMap, Layers } from "./layers.ts";
import { layerNorm } from "./ops.ts";

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
  layers: Layers,
  x: FeatureMap,
  { name, channels, groups, eps, timeEmbedding, smallMap = false }: ResnetOptions,
): FeatureMap {
  const { normed, input } = layers.groupNorm(x, { name: `${name}.norm1`, groups, eps, silu: true });
  const first = layers.conv3x3(normed, { name: `${name}.conv1`, channels, smallMap });
  const shift =
    timeEmbedding &&
    layers.linear(timeEmbedding, { name: `${name}.time_emb_proj`, features: channels, bias: true });
  const second = layers.groupNorm(first, {
    name: `${name}.norm2`,
    groups,
    eps,
    silu: true,
    ...(shift ? { shift } : {}),
  });
  const y = layers.conv3x3(second.normed, { name: `${name}.conv2`, channels, smallMap });
  return input.channels === channels
    ? layers.addMaps(y, input)
    : layers.addShortcut(y, input, { name: `${name}.conv_shortcut` });
}

interface AttentionOptions {
  readonly name: string;
  readonly context: Value;
  readonly heads: number;
}

/** Attention of a transformer block: no biases but in the output projection. */
function projectedAttention(layers: Layers, x: Value, { name, context, heads }: AttentionOptions): Biased {
  const features = x.shape[2]!;
  const project = (part: string, from: Value): Value =>
    layers.linear(from, { name: `${name}.${part}`, features, bias: false }).value;
  const attended = attention(layers.g, project("to_q", x), {
    key: project("to_k", context),
    value: project("to_v", context),
    heads,
    label: name,
  });
  return layers.linear(attended, { name: `${name}.to_out.0`, features, bias: true });
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
  layers: Layers,
  x: FeatureMap,
  { name, heads, groups, context, linearProjection }: TransformerOptions,
): FeatureMap {
  const { normed, input } = layers.groupNorm(x, {
    name: `${name}.norm`,
    groups,
    eps: TRANSFORMER_GROUP_EPS,
    silu: false,
  });
  const features = input.channels;
  const block = `${name}.transformer_blocks.0`;
  const eps = TRANSFORMER_LAYER_EPS;
  const projection = { features, bias: true, pointwise: !linearProjection };
  const tokens = layers.settleLinear(
    layers.linear(layers.toTokens(normed), { name: `${name}.proj_in`, ...projection }),
  );
  const norm1 = layerNorm(layers.g, tokens, { name: `${block}.norm1`, eps });
  const self = projectedAttention(layers, norm1, { name: `${block}.attn1`, context: norm1, heads });
  const { normed: norm2, sum: afterSelf } = layers.skipLayerNorm(self, {
    residual: tokens,
    name: `${block}.norm2`,
    eps,
  });
  const cross = projectedAttention(layers, norm2, { name: `${block}.attn2`, context, heads });
  const { normed: norm3, sum: afterCross } = layers.skipLayerNorm(cross, {
    residual: afterSelf,
    name: `${block}.norm3`,
    eps,
  });
  const gated = layers.geglu(
    layers.linear(norm3, { name: `${block}.ff.net.0.proj`, features: 8 * features, bias: true }),
  );
  const out = layers.addResidual(
    layers.linear(gated, { name: `${block}.ff.net.2`, features, bias: true }),
    afterCross,
  );
  const projected = layers.linear(out, { name: `${name}.proj_out`, ...projection });
  return layers.fromTokens(layers.addResidual(projected, layers.toTokens(input)), input);
}

export interface SpatialAttentionOptions extends NormOptions {
  readonly name: string;
}

/** The VAE's self attention: one head over all positions, biases everywhere. */
export function spatialAttention(
  layers: Layers,
  x: FeatureMap,
  { name, groups, eps }: SpatialAttentionOptions,
): FeatureMap {
  const { normed, input } = layers.groupNorm(x, { name: `${name}.group_norm`, groups, eps, silu: false });
  const tokens = layers.toTokens(normed);
  const features = input.channels;
  const project = (part: string): Value =>
    layers.settleLinear(layers.linear(tokens, { name: `${name}.${part}`, features, bias: true }));
  const attended = attention(layers.g, project("to_q"), {
    key: project("to_k"),
    value: project("to_v"),
    heads: 1,
    label: name,
  });
  const out = layers.linear(attended, { name: `${name}.to_out.0`, features, bias: true });
  return layers.fromTokens(layers.addResidual(out, layers.toTokens(input)), input);
}
