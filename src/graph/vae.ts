// AutoencoderKL, encoder and decoder. Reference: diffusers src/diffusers/models/autoencoders/{autoencoder_kl,vae}.py.

import { resnet, spatialAttention } from "./blocks.ts";
import { GraphBuilder } from "./builder.ts";
import type { VaeConfig } from "./config.ts";
import type { Graph, Value } from "./graph.ts";

/** Epsilon of every group norm in the VAE. */
const EPS = 1e-6;

export interface VaeSize {
  readonly batch: number;
  /** Of the latents. */
  readonly height: number;
  readonly width: number;
  /** Also outputs the hidden state after every block, by block name, as buildUnet does. */
  readonly blockOutputs?: boolean;
}

/** Pixels per latent along one axis: 8 with four levels. */
export function vaeScale(config: VaeConfig): number {
  return 2 ** (config.blockOutChannels.length - 1);
}

/** latent_sample [B, 4, H, W], divided by the scaling factor → sample [B, 3, 8H, 8W] */
export function buildVaeDecoder(
  config: VaeConfig,
  { batch, height, width, blockOutputs = false }: VaeSize,
): Graph {
  const g = new GraphBuilder("vae");
  const widths = config.blockOutChannels.toReversed();
  let x = g.input("latent_sample", [batch, config.latentChannels, height, width]);
  if (config.postQuantConv)
    x = g.conv(x, { module: "post_quant_conv", channels: config.latentChannels, kernel: 1 });
  const tap = (name: string): void => {
    if (blockOutputs) g.output(`decoder.${name}`, x);
  };
  x = g.conv(x, { module: "decoder.conv_in", channels: widths[0]!, kernel: 3 });
  tap("conv_in");
  x = middle(g, x, { config, name: "decoder.mid_block" });
  tap("mid_block");
  widths.forEach((channels, level) => {
    const name = `decoder.up_blocks.${level}`;
    for (let i = 0; i <= config.layersPerBlock; i++)
      x = block(g, x, { config, name: `${name}.resnets.${i}`, channels });
    if (level < widths.length - 1)
      x = g.conv(doubled(g, x), { module: `${name}.upsamplers.0.conv`, channels, kernel: 3 });
    tap(`up_blocks.${level}`);
  });
  g.output("sample", end(g, x, { config, name: "decoder", channels: config.outChannels }));
  return g.finish();
}

/** sample [B, 3, 8H, 8W] in −1 … 1 → moments [B, 8, H, W]: mean, then log variance */
export function buildVaeEncoder(
  config: VaeConfig,
  { batch, height, width, blockOutputs = false }: VaeSize,
): Graph {
  const g = new GraphBuilder("vae");
  const scale = vaeScale(config);
  const moments = 2 * config.latentChannels;
  let x = g.input("sample", [batch, config.inChannels, height * scale, width * scale]);
  const tap = (name: string): void => {
    if (blockOutputs) g.output(`encoder.${name}`, x);
  };
  x = g.conv(x, { module: "encoder.conv_in", channels: config.blockOutChannels[0]!, kernel: 3 });
  tap("conv_in");
  config.blockOutChannels.forEach((channels, level) => {
    const name = `encoder.down_blocks.${level}`;
    for (let i = 0; i < config.layersPerBlock; i++)
      x = block(g, x, { config, name: `${name}.resnets.${i}`, channels });
    if (level < config.blockOutChannels.length - 1)
      x = g.conv(x, {
        module: `${name}.downsamplers.0.conv`,
        channels,
        kernel: 3,
        stride: 2,
        padding: "end",
      });
    tap(`down_blocks.${level}`);
  });
  x = middle(g, x, { config, name: "encoder.mid_block" });
  tap("mid_block");
  x = end(g, x, { config, name: "encoder", channels: moments });
  if (config.quantConv) x = g.conv(x, { module: "quant_conv", channels: moments, kernel: 1 });
  g.output("moments", x);
  return g.finish();
}

function doubled(g: GraphBuilder, x: Value): Value {
  const [, , height, width] = x.shape as [number, number, number, number];
  return g.upsample(x, { height: 2 * height, width: 2 * width });
}

function block(
  g: GraphBuilder,
  x: Value,
  { config, name, channels }: { config: VaeConfig; name: string; channels: number },
): Value {
  return resnet(g, x, { name, channels, groups: config.normGroups, eps: EPS });
}

function middle(g: GraphBuilder, x: Value, { config, name }: { config: VaeConfig; name: string }): Value {
  const channels = config.blockOutChannels.at(-1)!;
  x = block(g, x, { config, name: `${name}.resnets.0`, channels });
  x = spatialAttention(g, x, { name: `${name}.attentions.0`, groups: config.normGroups, eps: EPS });
  return block(g, x, { config, name: `${name}.resnets.1`, channels });
}

function end(
  g: GraphBuilder,
  x: Value,
  { config, name, channels }: { config: VaeConfig; name: string; channels: number },
): Value {
  const normed = g.groupNorm(x, {
    module: `${name}.conv_norm_out`,
    groups: config.normGroups,
    eps: EPS,
    silu: true,
  });
  return g.conv(normed, { module: `${name}.conv_out`, channels, kernel: 3 });
}
