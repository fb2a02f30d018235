// AutoencoderKL, encoder and decoder. Reference: diffusers src/diffusers/models/autoencoders/{autoencoder_kl,vae}.py.

import { resnet, spatialAttention } from "./blocks.ts";
import { GraphBuilder } from "./builder.ts";
import type { VaeConfig } from "./config.ts";
import { createLayers, type FeatureMap, type Layers } from "./layers.ts";
import type { GraphModel, GraphTarget } from "./model.ts";

/** Eps of every group norm in the VAE. */
const EPS = 1e-6;

export interface VaeSize {
  readonly batch: number;
  /** Of the latents. */
  readonly height: number;
  readonly width: number;
  /** Also outputs the hidden state after every block, under the block's name, as buildUnet does. */
  readonly blockOutputs?: boolean;
}

/** Pixels per latent along one axis: 8 with four levels. */
export function vaeScale(config: VaeConfig): number {
  return 2 ** (config.blockOutChannels.length - 1);
}

/** latent_sample [B, 4, H, W], divided by the scaling factor already → sample [B, 3, 8H, 8W] */
export function buildVaeDecoder(
  config: VaeConfig,
  target: GraphTarget,
  { batch, height, width, blockOutputs = false }: VaeSize,
): GraphModel {
  const g = new GraphBuilder("vae", target);
  const layers = createLayers(g);
  const widths = config.blockOutChannels.toReversed();
  let x = layers.fromImage(g.input("latent_sample", [batch, config.latentChannels, height, width]));
  if (config.postQuantConv)
    x = layers.conv1x1(x, { name: "post_quant_conv", channels: config.latentChannels });
  const tap = (name: string): void => {
    if (blockOutputs) g.output(`decoder.${name}`, layers.toImage(x));
  };
  x = layers.conv3x3(x, { name: "decoder.conv_in", channels: widths[0]! });
  tap("conv_in");
  x = middle(layers, x, { config, name: "decoder.mid_block" });
  tap("mid_block");
  widths.forEach((channels, level) => {
    const name = `decoder.up_blocks.${level}`;
    for (let i = 0; i <= config.layersPerBlock; i++)
      x = block(layers, x, { config, name: `${name}.resnets.${i}`, channels });
    if (level < widths.length - 1)
      x = layers.conv3x3(layers.upsample(x, { height: x.height * 2, width: x.width * 2 }), {
        name: `${name}.upsamplers.0.conv`,
        channels,
      });
    tap(`up_blocks.${level}`);
  });
  g.output(
    "sample",
    layers.toImage(end(layers, x, { config, name: "decoder", channels: config.outChannels })),
  );
  return g.finish();
}

/** sample [B, 3, 8H, 8W] in −1 … 1 → moments [B, 8, H, W]: mean, then log variance */
export function buildVaeEncoder(
  config: VaeConfig,
  target: GraphTarget,
  { batch, height, width, blockOutputs = false }: VaeSize,
): GraphModel {
  const g = new GraphBuilder("vae", target);
  const layers = createLayers(g);
  const scale = vaeScale(config);
  const moments = 2 * config.latentChannels;
  let x = layers.fromImage(g.input("sample", [batch, config.inChannels, height * scale, width * scale]));
  const tap = (name: string): void => {
    if (blockOutputs) g.output(`encoder.${name}`, layers.toImage(x));
  };
  x = layers.conv3x3(x, { name: "encoder.conv_in", channels: config.blockOutChannels[0]! });
  tap("conv_in");
  config.blockOutChannels.forEach((channels, level) => {
    const name = `encoder.down_blocks.${level}`;
    for (let i = 0; i < config.layersPerBlock; i++)
      x = block(layers, x, { config, name: `${name}.resnets.${i}`, channels });
    if (level < config.blockOutChannels.length - 1)
      x = layers.conv3x3(x, { name: `${name}.downsamplers.0.conv`, channels, stride: 2, padding: "end" });
    tap(`down_blocks.${level}`);
  });
  x = middle(layers, x, { config, name: "encoder.mid_block" });
  tap("mid_block");
  x = end(layers, x, { config, name: "encoder", channels: moments });
  if (config.quantConv) x = layers.conv1x1(x, { name: "quant_conv", channels: moments });
  g.output("moments", layers.toImage(x));
  return g.finish();
}

function block(
  layers: Layers,
  x: FeatureMap,
  { config, name, channels }: { config: VaeConfig; name: string; channels: number },
): FeatureMap {
  return resnet(layers, x, { name, channels, groups: config.normGroups, eps: EPS });
}

function middle(
  layers: Layers,
  x: FeatureMap,
  { config, name }: { config: VaeConfig; name: string },
): FeatureMap {
  const channels = config.blockOutChannels.at(-1)!;
  x = block(layers, x, { config, name: `${name}.resnets.0`, channels });
  x = spatialAttention(layers, x, { name: `${name}.attentions.0`, groups: config.normGroups, eps: EPS });
  return block(layers, x, { config, name: `${name}.resnets.1`, channels });
}

function end(
  layers: Layers,
  x: FeatureMap,
  { config, name, channels }: { config: VaeConfig; name: string; channels: number },
): FeatureMap {
  const { normed } = layers.groupNorm(x, {
    name: `${name}.conv_norm_out`,
    groups: config.normGroups,
    eps: EPS,
    silu: true,
  });
  return layers.conv3x3(normed, { name: `${name}.conv_out`, channels });
}
