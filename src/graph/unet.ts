// UNet2DConditionModel. Reference: diffusers src/diffusers/models/unets/unet_2d_condition.py, unet_2d_blocks.py, embeddings.py.

import { resnet, transformer } from "./blocks.ts";
import { GraphBuilder } from "./builder.ts";
import type { UnetConfig } from "./config.ts";
import type { Graph, Value } from "./graph.ts";

export interface UnetSize {
  readonly batch: number;
  /** Of the latents. */
  readonly height: number;
  readonly width: number;
  readonly contextTokens: number;
  /** Also outputs the hidden state after every block, by block name, to find where two implementations diverge. */
  readonly blockOutputs?: boolean;
  /**
   * "output": also gives the deep feature. "input": takes the one of an earlier step, and computes only the layers around it (DeepCache,
   * Ma et al. 2023, arXiv 2312.00858).
   */
  readonly deepFeature?: "output" | "input" | undefined;
}

/** The hidden state that enters the last `SHALLOW_LAYERS` layers of the last up block. */
export const DEEP_FEATURE = "deep_feature";

/**
 * A shallow network computes so many layers of the last up block, and one less of the first down block, whose results they also read:
 * the outermost branch of DeepCache's authors.
 */
const SHALLOW_LAYERS = 2;

/**
 * sample [B, Cin, H, W], timestep [1], encoder_hidden_states [B, T, cross] → out_sample [B, Cout, H, W];
 * with a deep feature also deep_feature [B, C, H, W], as output or input
 */
export function buildUnet(
  config: UnetConfig,
  { batch, height, width, contextTokens, blockOutputs = false, deepFeature }: UnetSize,
): Graph {
  const g = new GraphBuilder("unet");
  const sample = g.input("sample", [batch, config.inChannels, height, width]);
  const timestep = g.input("timestep", [1]);
  const context = g.input("encoder_hidden_states", [batch, contextTokens, config.crossAttentionDim]);
  const blocks = new UnetBlocks(g, {
    config,
    context,
    timeEmbedding: timeEmbedding(g, timestep, { config, batch }),
  });

  const last = config.blockOutChannels.length - 1;
  const deepLayers = config.layersPerBlock + 1 - SHALLOW_LAYERS;
  const tap = (name: string): void => {
    if (blockOutputs) g.output(name, x);
  };

  let x = g.conv(sample, { module: "conv_in", channels: config.blockOutChannels[0]!, kernel: 3 });
  const skips = [x];
  tap("conv_in");
  if (deepFeature === "input") {
    blocks.downLayers(x, { level: 0, skips, count: SHALLOW_LAYERS - 1 });
    // Before its first layer the block has the channels of the level below.
    const channels = config.blockOutChannels[deepLayers === 0 ? Math.min(1, last) : 0]!;
    x = g.input(DEEP_FEATURE, [batch, channels, height, width]);
  } else {
    for (let level = 0; level <= last; level++) {
      x = blocks.down(x, { level, skips });
      tap(`down_blocks.${level}`);
    }
    x = blocks.middle(x);
    tap("mid_block");
    for (let level = 0; level < last; level++) {
      x = blocks.up(x, { level, skips });
      tap(`up_blocks.${level}`);
    }
    x = blocks.upLayers(x, { level: last, skips, from: 0, to: deepLayers });
    if (deepFeature === "output") g.output(DEEP_FEATURE, x);
  }
  x = blocks.upLayers(x, { level: last, skips, from: deepLayers, to: config.layersPerBlock + 1 });
  tap(`up_blocks.${last}`);

  const normed = g.groupNorm(x, {
    module: "conv_norm_out",
    groups: config.normGroups,
    eps: config.normEps,
    silu: true,
  });
  g.output("out_sample", g.conv(normed, { module: "conv_out", channels: config.outChannels, kernel: 3 }));
  return g.finish();
}

/** SiLU of the time embedding [B, 4·C₀]: every residual block's projection starts with this SiLU. */
function timeEmbedding(
  g: GraphBuilder,
  timestep: Value,
  { config, batch }: { config: UnetConfig; batch: number },
): Value {
  const { blockOutChannels, flipSinToCos, freqShift } = config;
  const channels = blockOutChannels[0]!;
  const linear = (x: Value, module: string): Value =>
    g.activation(g.linear(x, { module, features: 4 * channels, bias: true }), "silu");
  const embedding = g.timeEmbedding(timestep, { channels, flipSinToCos, freqShift });
  const embedded = linear(linear(embedding, "time_embedding.linear_1"), "time_embedding.linear_2");
  return g.repeatRow(embedded, batch);
}

/** The three kinds of blocks; skip connections use the caller's stack. */
class UnetBlocks {
  private readonly g: GraphBuilder;
  private readonly config: UnetConfig;
  private readonly context: Value;
  private readonly timeEmbedding: Value;

  constructor(g: GraphBuilder, parts: { config: UnetConfig; context: Value; timeEmbedding: Value }) {
    this.g = g;
    this.config = parts.config;
    this.context = parts.context;
    this.timeEmbedding = parts.timeEmbedding;
  }

  /** The first `count` layers. */
  downLayers(x: Value, { level, skips, count }: { level: number; skips: Value[]; count: number }): Value {
    const name = `down_blocks.${level}`;
    for (let i = 0; i < count; i++) {
      x = this.resnet(x, { name: `${name}.resnets.${i}`, level });
      if (this.config.downAttention[level])
        x = this.transformer(x, { name: `${name}.attentions.${i}`, level });
      skips.push(x);
    }
    return x;
  }

  down(x: Value, { level, skips }: { level: number; skips: Value[] }): Value {
    const { blockOutChannels, layersPerBlock } = this.config;
    x = this.downLayers(x, { level, skips, count: layersPerBlock });
    if (level === blockOutChannels.length - 1) return x;
    const smallMap = this.isSmall(level + 1);
    x = this.g.conv(x, {
      module: `down_blocks.${level}.downsamplers.0.conv`,
      channels: blockOutChannels[level]!,
      kernel: 3,
      stride: 2,
      smallMap,
    });
    skips.push(x);
    return x;
  }

  middle(x: Value): Value {
    const level = this.config.blockOutChannels.length - 1;
    x = this.resnet(x, { name: "mid_block.resnets.0", level });
    x = this.transformer(x, { name: "mid_block.attentions.0", level });
    return this.resnet(x, { name: "mid_block.resnets.1", level });
  }

  /** Layers `from` … `to` − 1. `level` counts from the smallest map up, as `up_blocks` does. */
  upLayers(
    x: Value,
    { level, skips, from, to }: { level: number; skips: Value[]; from: number; to: number },
  ): Value {
    const name = `up_blocks.${level}`;
    const downLevel = this.config.blockOutChannels.length - 1 - level;
    for (let i = from; i < to; i++) {
      x = this.g.concatChannels(x, skips.pop()!);
      x = this.resnet(x, { name: `${name}.resnets.${i}`, level: downLevel });
      if (this.config.upAttention[level])
        x = this.transformer(x, { name: `${name}.attentions.${i}`, level: downLevel });
    }
    return x;
  }

  /** All layers of any block but the last. */
  up(x: Value, { level, skips }: { level: number; skips: Value[] }): Value {
    const { blockOutChannels, layersPerBlock } = this.config;
    x = this.upLayers(x, { level, skips, from: 0, to: layersPerBlock + 1 });
    const downLevel = blockOutChannels.length - 1 - level;
    const [, , height, width] = skips.at(-1)!.shape as [number, number, number, number];
    return this.g.conv(this.g.upsample(x, { height, width }), {
      module: `up_blocks.${level}.upsamplers.0.conv`,
      channels: blockOutChannels[downLevel]!,
      kernel: 3,
      smallMap: this.isSmall(downLevel - 1),
    });
  }

  /** 16×16 and 8×8 positions of a 512×512 image. */
  private isSmall(level: number): boolean {
    return level >= 2;
  }

  private resnet(x: Value, { name, level }: { name: string; level: number }): Value {
    const { blockOutChannels, normGroups: groups, normEps: eps } = this.config;
    return resnet(this.g, x, {
      name,
      channels: blockOutChannels[level]!,
      groups,
      eps,
      timeEmbedding: this.timeEmbedding,
      smallMap: this.isSmall(level),
    });
  }

  private transformer(x: Value, { name, level }: { name: string; level: number }): Value {
    const { heads, normGroups: groups, linearProjection } = this.config;
    return transformer(this.g, x, {
      name,
      heads: heads[level]!,
      groups,
      context: this.context,
      linearProjection,
    });
  }
}
