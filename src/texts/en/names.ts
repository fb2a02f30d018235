// Display names of everything that has an id.
import type { AdapterReport } from "../../adapters/report.ts";
import type { HiresOptions, MaskValues } from "../../stylus/image-options.ts";
import type { StageId } from "../../stylus/run-types.ts";
import type { AdapterCategory } from "../../retrieval/card.ts";
import type { DevicePreference, ScheduleId } from "../../shared/request.ts";
import type { ManifestKind } from "../../storage/manifest.ts";
import type { CombineId, ComposerId, MethodId, PresetId } from "../../shared/limits.ts";

const schedules: Readonly<Record<ScheduleId, string>> = {
  uniform: "Uniform",
  karras: "Karras",
  exponential: "Exponential",
  sgm_uniform: "SGM uniform",
  simple: "Simple",
  beta: "Beta",
  ays: "Align your steps",
  trailing: "Trailing",
  lcm: "LCM",
};

const methods: Readonly<Record<MethodId, string>> = {
  stylus: "Stylus: per part of the prompt",
  retriever: "Top 3 for the whole prompt",
  reranker: "Top 3 by a reranker",
  random: "3 at random",
  sd: "Off: only pinned or tagged LoRAs",
};

const methodHints: Readonly<Record<MethodId, string>> = {
  stylus: "Matches adapters to each part of the prompt.",
  retriever: "A baseline from the paper: similarity alone decides.",
  reranker:
    "A baseline from the paper: a cross-encoder for web search compares the whole prompt with each adapter.",
  random: "A baseline from the paper: the seed decides.",
  sd: "The base model, plus pinned adapters and <lora:…> tags.",
};

const presets: Readonly<Record<PresetId, string>> = {
  balanced: "Balanced",
  paper: "Paper",
  reference: "Paper’s reference code",
};

const presetHints: Readonly<Record<PresetId, string>> = {
  balanced: "Keeps total strength within a budget. Each image uses one or all of a part’s adapters.",
  paper: "Each image uses one, all or none of a part’s adapters.",
  reference: "Each image uses any combination of a part’s adapters.",
};

const combines: Readonly<Record<CombineId, string>> = {
  merge: "Merge: all at once",
  switch: "Switch: in turns",
};

const combineHints: Readonly<Record<CombineId, string>> = {
  merge: "An image’s adapters work together at every step and share their strength.",
  switch: "An image’s adapters take turns, step by step, each at full strength. Slower.",
};

const devices: Readonly<Record<DevicePreference, string>> = {
  auto: "Best available",
  webgpu: "WebGPU",
  "low-vram": "WebGPU, low VRAM (2 GB)",
  wasm: "WebAssembly (CPU)",
};

const regions: Readonly<Record<MaskValues["region"], string>> = {
  whole: "Whole picture",
  masked: "Only masked",
};

const composers: Readonly<Record<ComposerId, string>> = {
  reader: "Reader",
  rules: "Rules",
  llm: "Language model",
};
const composerHints: Readonly<Record<ComposerId, string>> = {
  reader: "A small neural network reads the prompt alongside each adapter’s card.",
  rules: "Built-in rules match words and similarity. No model reads the prompt.",
  llm: "A language model splits the prompt and gives reasons. A large download, and slower.",
};

const fills: Readonly<Record<MaskValues["fill"], string>> = {
  original: "Original",
  noise: "Latent noise",
  nothing: "Latent nothing",
};

const upscalers: Readonly<Record<HiresOptions["upscaler"], string>> = {
  "pixel-lanczos": "Lanczos",
  "pixel-bicubic": "Bicubic",
  "pixel-nearest": "Nearest",
  "latent-bilinear": "Latent",
  "latent-bicubic": "Latent (bicubic)",
  "latent-nearest": "Latent (nearest)",
  "latent-nearest-exact": "Latent (nearest-exact)",
};

const stages: Readonly<Record<StageId, { readonly running: string; readonly done: string }>> = {
  load: { running: "Loading the model", done: "Load" },
  embed: { running: "Embedding the prompt", done: "Embed" },
  retrieve: { running: "Finding adapters", done: "Retrieve" },
  compose: { running: "Matching adapters to parts", done: "Compose" },
  plan: { running: "Setting strengths", done: "Weigh" },
  fetch: { running: "Downloading adapters", done: "Download" },
  generate: { running: "Generating", done: "Generate" },
};

type Family = AdapterReport["families"][number]["family"];

const families: Readonly<Record<Family, string>> = {
  LoRA: "LoRA",
  LoCon: "LoCon (LoRA with convolutions)",
  "LoCon-Tucker": "LoCon (Tucker)",
  LoHa: "LoHa",
  "LoHa-Tucker": "LoHa (Tucker)",
  LoKr: "LoKr",
  full: "Full weights",
  norm: "Norms",
  IA3: "(IA)³",
  GLoRA: "GLoRA",
  OFT: "OFT",
  BOFT: "BOFT",
};

const categories: Readonly<Record<AdapterCategory, string>> = {
  concept: "Concept",
  style: "Style",
  pose: "Pose",
  action: "Action",
  character: "Character",
  clothing: "Clothing",
  background: "Background",
  building: "Building",
  vehicle: "Vehicle",
  animal: "Animal",
  object: "Object",
  creature: "Creature",
  expression: "Expression",
  eyes: "Eyes",
  lighting: "Lighting",
  effect: "Effect",
  material: "Material",
  composition: "Composition",
  colour: "Colour",
  slider: "Slider",
};

/** What a stored manifest holds. */
const manifestKinds: Readonly<Record<ManifestKind, string>> = {
  checkpoint: "Model",
  inpainting: "Inpainting model",
  vae: "VAE",
  "preview-decoder": "Preview decoder",
  "few-step": "Few-step adapter",
  tokenizer: "Tokenizer for your own checkpoints",
  embedder: "Embedder",
  reader: "Reader",
  reranker: "Reranker",
  "nsfw-check": "NSFW check",
  composers: "Language models",
  "language-model": "Language model",
  adapters: "Downloaded adapters",
};

const networks = { unet: "U-Net", text_encoder: "Text encoder" };

export const names = {
  schedules,
  methods,
  methodHints,
  composers,
  composerHints,
  presets,
  presetHints,
  combines,
  combineHints,
  devices,
  regions,
  fills,
  upscalers,
  stages,
  families,
  categories,
  manifestKinds,
  networks,
};
