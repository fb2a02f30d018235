// The settings under the prompt.
import { formats } from "./formats.ts";

export const settings = {
  negativePrompt: "Negative prompt",
  negativePlaceholder: "What to keep out of the image",
  negativeUnused: "No effect at CFG scale 1. Raise the scale or turn Fast off.",

  suggestWords: "Suggest adapters, trigger words and tags while typing",

  image: "Image",
  width: "Width",
  height: "Height",
  device: "Device",
  lowVramHint:
    "For graphics cards with 2 GB. Keeps one part of the model on the card at a time and the U-Net in 8 bits: each image takes seconds longer, and its details may differ.",
  noise: "Noise source",
  noises: { cpu: "CPU (most tools)", nv: "NV (NVIDIA GPU, as in A1111)" },
  tiledVae: "Tiled VAE (less memory)",

  variation: {
    section: "Seed variations",
    seed: "Variation seed",
    strength: "Variation strength",
    lock: "Keep the variation seed",
  },

  hires: {
    section: "Hires fix",
    label: "Hires fix",
    notWithInitImage: "Not available with an init image. Set a larger size instead.",
    scale: "Upscale by",
    to: (width: number, height: number) => `to ${width} × ${height}`,
    strength: "Denoising strength",
    weakLatent: "Latent upscalers blur below 0.5",
    steps: "Hires steps",
    upscaler: "Upscaler",
  },

  sampling: "Sampling",
  whileFast: "with Fast on",
  whileNotFast: "with Fast off",
  steps: "Steps",
  cfgScale: "CFG scale",
  guidance: {
    label: "Guide in an interval only",
    start: "Guidance start",
    end: "Guidance end",
    hint: "From all noise (0) to none (1). Outside, the CFG scale is 1 and a step takes half the work.",
  },
  cache: {
    label: "Reuse deep features",
    interval: "Cache interval",
    hint: "Every so many steps compute the whole U-Net, the others only its outermost layers.",
  },
  sampler: "Sampler",
  schedule: "Schedule type",
  clipSkip: "Clip skip",

  selection: "Adapter selection",
  method: "Method",
  preset: "Preset",
  combine: "Several adapters",
  composer: "Composer",
  reranker: {
    label: "Reranker",
    stored: "In this browser. Delete it under Storage.",
    absent: "Not downloaded. Until it is, this method can’t choose.",
    download: (bytes: number) => `Download about ${formats.bytes(bytes)}`,
    resume: "Resume download",
  },
  languageModel: "Language model",
  noLanguageModel: "None chosen yet: the reader chooses.",
  chooseLanguageModel: "Choose a language model",
  temperature: "Temperature",
  temperatureHint: "Above 0 the seed changes the choice.",
};
