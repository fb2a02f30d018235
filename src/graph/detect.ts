// Derives missing network configs from tensor shapes (diffusers names). What shapes do not show is the same in every
// Stable Diffusion 1.x model: 8 attention heads in the U-Net, 64 channels per head in CLIP, 32 norm groups.

import type { TensorSource } from "../formats/safetensors.ts";
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { TOKEN_EMBEDDING } from "./clip-text.ts";
import type { TextEncoderConfig, UnetConfig, VaeConfig } from "./config.ts";

export type Tensors = ReadonlyMap<string, TensorSource>;

const NORM_GROUPS = 32;
const UNET_HEADS = 8;
const CLIP_HEAD_CHANNELS = 64;

function shapeOf(tensors: Tensors, name: string): readonly number[] {
  const tensor = tensors.get(name);
  if (tensor) return tensor.shape;
  const fileName = tensors.values().next().value?.fileName ?? "model";
  throw new StylusError("bad-file", say`Tensor "${name}" is missing.`, {
    where: fileName,
    remedy: say`The file is incomplete or not a Stable Diffusion 1.x model.`,
  });
}

/** How many of prefix0, prefix1 … exist. */
function count(tensors: Tensors, name: (index: number) => string): number {
  let index = 0;
  while (tensors.has(name(index))) index++;
  return index;
}

/** @throws StylusError `bad-file` if a tensor needed for detection is missing */
export function detectTextEncoder(tensors: Tensors): TextEncoderConfig {
  const layer = "text_model.encoder.layers";
  const [maxPositions, hiddenSize] = shapeOf(tensors, "text_model.embeddings.position_embedding.weight") as [
    number,
    number,
  ];
  return {
    vocabSize: shapeOf(tensors, TOKEN_EMBEDDING)[0]!,
    hiddenSize,
    intermediateSize: shapeOf(tensors, `${layer}.0.mlp.fc1.weight`)[0]!,
    layers: count(tensors, (i) => `${layer}.${i}.layer_norm1.weight`),
    heads: Math.max(1, hiddenSize / CLIP_HEAD_CHANNELS),
    maxPositions,
    layerNormEps: 1e-5,
    activation: "quick_gelu",
  };
}

/** @throws StylusError `bad-file` if a tensor needed for detection is missing */
export function detectUnet(tensors: Tensors): UnetConfig {
  const levels = count(tensors, (i) => `down_blocks.${i}.resnets.0.conv1.weight`);
  const each = Array.from({ length: levels }, (_, level) => level);
  const [, inChannels] = shapeOf(tensors, "conv_in.weight");
  const context = shapeOf(tensors, "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight");
  return {
    inChannels: inChannels!,
    outChannels: shapeOf(tensors, "conv_out.weight")[0]!,
    blockOutChannels: each.map(
      (level) => shapeOf(tensors, `down_blocks.${level}.resnets.0.conv1.weight`)[0]!,
    ),
    layersPerBlock: count(tensors, (i) => `down_blocks.0.resnets.${i}.conv1.weight`),
    downAttention: each.map((level) => tensors.has(`down_blocks.${level}.attentions.0.norm.weight`)),
    upAttention: each.map((level) => tensors.has(`up_blocks.${level}.attentions.0.norm.weight`)),
    crossAttentionDim: context[1]!,
    heads: each.map(() => UNET_HEADS),
    normGroups: NORM_GROUPS,
    normEps: 1e-5,
    linearProjection: shapeOf(tensors, "mid_block.attentions.0.proj_in.weight").length === 2,
    flipSinToCos: true,
    freqShift: 0,
  };
}

/** @throws StylusError `bad-file` if a tensor needed for detection is missing */
export function detectVae(tensors: Tensors): VaeConfig {
  const levels = count(tensors, (i) => `encoder.down_blocks.${i}.resnets.0.conv1.weight`);
  return {
    inChannels: shapeOf(tensors, "encoder.conv_in.weight")[1]!,
    outChannels: shapeOf(tensors, "decoder.conv_out.weight")[0]!,
    latentChannels: shapeOf(tensors, "decoder.conv_in.weight")[1]!,
    blockOutChannels: Array.from(
      { length: levels },
      (_, level) => shapeOf(tensors, `encoder.down_blocks.${level}.resnets.0.conv1.weight`)[0]!,
    ),
    layersPerBlock: count(tensors, (i) => `encoder.down_blocks.0.resnets.${i}.conv1.weight`),
    normGroups: NORM_GROUPS,
    scalingFactor: 0.18215,
    quantConv: tensors.has("quant_conv.weight"),
    postQuantConv: tensors.has("post_quant_conv.weight"),
  };
}
