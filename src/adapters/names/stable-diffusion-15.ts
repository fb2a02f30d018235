// The parameters of Stable Diffusion 1.5, to inspect an adapter without a checkpoint.
// Every SD 1.x checkpoint has these shapes. Values: the config.json files of the model's diffusers folder.
import { buildTextEncoder } from "../../graph/clip-text.ts";
import type { TextEncoderConfig, UnetConfig } from "../../graph/config.ts";
import { buildUnet } from "../../graph/unet.ts";
import { moduleTable, type ModuleTable } from "./module-table.ts";

const UNET: UnetConfig = {
  inChannels: 4,
  outChannels: 4,
  blockOutChannels: [320, 640, 1280, 1280],
  layersPerBlock: 2,
  downAttention: [true, true, true, false],
  upAttention: [false, true, true, true],
  crossAttentionDim: 768,
  heads: [8, 8, 8, 8],
  normGroups: 32,
  normEps: 1e-5,
  linearProjection: false,
  flipSinToCos: true,
  freqShift: 0,
};

const TEXT_ENCODER: TextEncoderConfig = {
  vocabSize: 49408,
  hiddenSize: 768,
  intermediateSize: 3072,
  layers: 12,
  heads: 12,
  maxPositions: 77,
  layerNormEps: 1e-5,
  activation: "quick_gelu",
};

/** The module table of SD 1.5. */
export function stableDiffusion15Table(): ModuleTable {
  return moduleTable({
    unet: buildUnet(UNET, { batch: 1, height: 8, width: 8, contextTokens: 77 }).parameters,
    text_encoder: buildTextEncoder(TEXT_ENCODER, { batch: 1 }).parameters,
  });
}
