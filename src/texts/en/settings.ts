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
    seed: {
      label: "Variation seed",
      lock: "Lock variation seed",
      locked: "Locked: every run uses this variation seed",
      unlocked: "Random: every run gets a new variation seed",
      fresh: "New variation seed",
      reuse: (seed: number | null) =>
        seed === null ? "Reuse the last variation seed" : `Reuse variation seed ${seed}`,
    },
    strength: "Variation strength",
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

  details: {
    label: "Detail pass",
    hint: "Generates parts of the finished image once more, enlarged, so that small things such as faces get their details. You draw them by hand: nothing looks for faces here.",
    area: (number: number) => `Detail ${number}`,
    prompt: (number: number) => `Prompt of detail ${number}`,
    promptPlaceholder: "as the image",
    draw: (number: number) => `Draw detail ${number}`,
    remove: (number: number) => `Remove detail ${number}`,
    add: "Draw an area",
    full: (most: number) => `An image can have at most ${formats.number(most)} of them.`,
    covered: (share: number) => {
      if (share === 0) return "Nothing is drawn: there is no such area.";
      return share < 0.01
        ? "The area covers less than 1% of the image."
        : `The area covers ${formats.percent(share)} of the image.`;
    },
    onImage: (seed: number) =>
      `You draw on the image with seed ${seed}, and the next run keeps that seed, so that things stay where they are.`,
    onPaper: "There is no finished image of this size to draw on. Generate one first to see what is where.",
    strength: "Denoising strength",
    padding: "Padding",
    paddingHint: "Pixels around an area that are generated with it.",
    feather: "Soft edge",
    featherHint: "Pixels, inside of the area.",
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
