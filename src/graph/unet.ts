// UNet2DConditionModel. Reference: diffusers src/diffusers/models/unets/unet_2d_condition.py, unet_2d_blocks.py, embeddings.py.

import { resnet, transformer } from "./blocks.ts";
import { GraphBuilder, type Value } from "./builder.ts";
import type { UnetConfig } from "./config.ts";
import { createLayers, type FeatureMap, type Layers } from "./layers.ts";
import type { GraphModel, GraphTarget } from "./model.ts";
import { add, cast, concat, expand, mul, quickGelu, reshape, unary } from "./ops.ts";

/** Highest period of the sinusoidal time embedding. */
const MAX_PERIOD = 10_000;

export interface UnetSize {
  readonly batch: number;
  /** Of the latents. */
  readonly height: number;
  readonly width: number;
  readonly contextTokens: number;
  /** Also outputs the hidden state after every block, under the block's name: where do two implementations part? */
  readonly blockOutputs?: boolean;
}

/** sample [B, Cin, H, W], timestep [1], encoder_hidden_states [B, T, cross] → out_sample [B, Cout, H, W] */
export function buildUnet(
  config: UnetConfig,
  target: GraphTarget,
  { batch, height, width, contextTokens, blockOutputs = false }: UnetSize,
): GraphModel {
  const g = new GraphBuilder("unet", target);
  const layers = createLayers(g);
  const sample = g.input("sample", [batch, config.inChannels, height, width]);
  const timestep = g.input("timestep", [1]);
  const context = cast(
    g,
    g.input("encoder_hidden_states", [batch, contextTokens, config.crossAttentionDim]),
    target.dtype,
  );
  const blocks = new UnetBlocks(layers, {
    config,
    context,
    timeEmbedding: timeEmbedding(layers, timestep, { config, batch }),
  });

  const levels = config.blockOutChannels.length;
  const tap = (name: string): void => {
    if (blockOutputs) g.output(name, layers.toImage(x));
  };

  let x = layers.conv3x3(layers.fromImage(sample), {
    name: "conv_in",
    channels: config.blockOutChannels[0]!,
  });
  const skips = [x];
  tap("conv_in");
  for (let level = 0; level < levels; level++) {
    x = blocks.down(x, { level, skips });
    tap(`down_blocks.${level}`);
  }
  x = blocks.middle(x);
  tap("mid_block");
  for (let level = 0; level < levels; level++) {
    x = blocks.up(x, { level, skips });
    tap(`up_blocks.${level}`);
  }

  const { normed } = layers.groupNorm(x, {
    name: "conv_norm_out",
    groups: config.normGroups,
    eps: config.normEps,
    silu: true,
  });
  g.output(
    "out_sample",
    layers.toImage(layers.conv3x3(normed, { name: "conv_out", channels: config.outChannels })),
  );
  return g.finish();
}

/** SiLU of the time embedding [B, 4·C₀]: every residual block begins its projection with that SiLU. */
function timeEmbedding(
  layers: Layers,
  timestep: Value,
  { config, batch }: { config: UnetConfig; batch: number },
): Value {
  const { g } = layers;
  const channels = config.blockOutChannels[0]!;
  const half = channels / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) =>
    Math.exp((-Math.log(MAX_PERIOD) * i) / (half - config.freqShift)),
  );
  const angles = mul(g, reshape(g, timestep, [1, 1]), g.floats("frequencies", [1, half], frequencies, "f32"));
  const turned = withinOneTurn(g, angles);
  const [sin, cos] = [unary(g, "Sin", turned), unary(g, "Cos", turned)];
  const embedding = cast(g, concat(g, config.flipSinToCos ? [cos, sin] : [sin, cos], 1), g.target.dtype); // [1, C₀]
  const linear = (x: Value, name: string): Value =>
    layers.settleLinear(layers.linear(x, { name, features: 4 * channels, bias: true }));
  const hidden = quickGelu(g, linear(embedding, "time_embedding.linear_1"), 1);
  return expand(g, quickGelu(g, linear(hidden, "time_embedding.linear_2"), 1), [batch, 4 * channels]);
}

/**
 * Angles of up to 999 radians brought to −π … π: shader sines are accurate only there. 2π is split into a part whose
 * multiples are exact in float32 and the rest (Cody and Waite's reduction).
 */
function withinOneTurn(g: GraphBuilder, angles: Value): Value {
  if (g.target.device === "wasm") return angles; // the C library reduces exactly itself
  const constant = (name: string, value: number): Value => g.floats(name, [1], Float32Array.of(value), "f32");
  const turns = g.one(
    "Floor",
    [add(g, mul(g, angles, constant("turns_per_radian", 1 / (2 * Math.PI))), constant("half", 0.5))],
    angles.shape,
  );
  const coarse = 6.28125; // 2π to eight bits
  const minusCoarse = mul(g, turns, constant("minus_two_pi_coarse", -coarse));
  const minusFine = mul(g, turns, constant("minus_two_pi_fine", coarse - 2 * Math.PI));
  return add(g, add(g, angles, minusCoarse), minusFine);
}

/** The three kinds of blocks; skip connections go through the caller's stack. */
class UnetBlocks {
  private readonly layers: Layers;
  private readonly config: UnetConfig;
  private readonly context: Value;
  private readonly timeEmbedding: Value;

  constructor(layers: Layers, parts: { config: UnetConfig; context: Value; timeEmbedding: Value }) {
    this.layers = layers;
    this.config = parts.config;
    this.context = parts.context;
    this.timeEmbedding = parts.timeEmbedding;
  }

  down(x: FeatureMap, { level, skips }: { level: number; skips: FeatureMap[] }): FeatureMap {
    const { blockOutChannels, layersPerBlock, downAttention } = this.config;
    const name = `down_blocks.${level}`;
    const channels = blockOutChannels[level]!;
    for (let i = 0; i < layersPerBlock; i++) {
      x = this.resnet(x, { name: `${name}.resnets.${i}`, level });
      if (downAttention[level]) x = this.transformer(x, { name: `${name}.attentions.${i}`, level });
      // Settled here because the sum has two readers: the next layer and the skip connection.
      x = this.layers.settle(x);
      skips.push(x);
    }
    if (level === blockOutChannels.length - 1) return x;
    const smallMap = this.isSmall(level + 1);
    x = this.layers.conv3x3(x, { name: `${name}.downsamplers.0.conv`, channels, stride: 2, smallMap });
    skips.push(x);
    return x;
  }

  middle(x: FeatureMap): FeatureMap {
    const level = this.config.blockOutChannels.length - 1;
    x = this.resnet(x, { name: "mid_block.resnets.0", level });
    x = this.transformer(x, { name: "mid_block.attentions.0", level });
    return this.resnet(x, { name: "mid_block.resnets.1", level });
  }

  /** `level` counts from the smallest map up, as `up_blocks` does. */
  up(x: FeatureMap, { level, skips }: { level: number; skips: FeatureMap[] }): FeatureMap {
    const { blockOutChannels, layersPerBlock, upAttention } = this.config;
    const name = `up_blocks.${level}`;
    const downLevel = blockOutChannels.length - 1 - level;
    const channels = blockOutChannels[downLevel]!;
    for (let i = 0; i <= layersPerBlock; i++) {
      x = this.layers.concatChannels(x, skips.pop()!);
      x = this.resnet(x, { name: `${name}.resnets.${i}`, level: downLevel });
      if (upAttention[level]) x = this.transformer(x, { name: `${name}.attentions.${i}`, level: downLevel });
    }
    if (downLevel === 0) return x;
    return this.layers.conv3x3(this.layers.upsample(x, skips.at(-1)!), {
      name: `${name}.upsamplers.0.conv`,
      channels,
      smallMap: this.isSmall(downLevel - 1),
    });
  }

  /** 16×16 and 8×8 positions of a 512×512 image. */
  private isSmall(level: number): boolean {
    return level >= 2;
  }

  private resnet(x: FeatureMap, { name, level }: { name: string; level: number }): FeatureMap {
    const { blockOutChannels, normGroups: groups, normEps: eps } = this.config;
    return resnet(this.layers, x, {
      name,
      channels: blockOutChannels[level]!,
      groups,
      eps,
      timeEmbedding: this.timeEmbedding,
      smallMap: this.isSmall(level),
    });
  }

  private transformer(x: FeatureMap, { name, level }: { name: string; level: number }): FeatureMap {
    const { heads, normGroups: groups, linearProjection } = this.config;
    return transformer(this.layers, x, {
      name,
      heads: heads[level]!,
      groups,
      context: this.context,
      linearProjection,
    });
  }
}
