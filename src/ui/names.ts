// Display names of everything that has an id.
import type { AdapterReport } from "../adapters/report.ts";
import type { MethodId, PresetId } from "../stylus/options.ts";
import type { HiresOptions, MaskValues } from "../stylus/image-options.ts";
import type { StageId } from "../stylus/run-types.ts";
import type { AdapterCategory } from "../retrieval/card.ts";
import type { DevicePreference, ScheduleId } from "../shared/request.ts";

export const scheduleNames: Readonly<Record<ScheduleId, string>> = {
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

/** The reranker of the paper needs a cross-encoder; none ships, so it is not offered. */
export const methodNames: Readonly<Record<Exclude<MethodId, "reranker">, string>> = {
  stylus: "Stylus: by parts of the prompt",
  retriever: "Nearest three to the whole prompt",
  random: "Three at random",
  sd: "Nobody: only what I pin or tag",
};

export const methodHints: Readonly<Record<MethodId, string>> = {
  stylus: "Each part of the prompt gets the adapters that fit it.",
  retriever: "A baseline of the paper: similarity alone decides.",
  reranker: "",
  random: "A baseline of the paper: drawn by the seed.",
  sd: "The base model, with pinned adapters and <lora:…> tags only.",
};

export const presetNames: Readonly<Record<PresetId, string>> = {
  balanced: "Balanced",
  paper: "As in the paper",
  reference: "As in the paper’s code",
};

export const presetHints: Readonly<Record<PresetId, string>> = {
  balanced: "Strengths stay within a budget; every image keeps its adapters.",
  paper: "Each image may use one, all or none of a part’s adapters.",
  reference: "Each image may use any mix of a part’s adapters.",
};

export const deviceNames: Readonly<Record<DevicePreference, string>> = {
  auto: "Best available",
  webgpu: "WebGPU",
  wasm: "WebAssembly (CPU)",
};

export const regionNames: Readonly<Record<MaskValues["region"], string>> = {
  whole: "The whole picture is seen",
  masked: "Only the marked part, enlarged",
};

export const fillNames: Readonly<Record<MaskValues["fill"], string>> = {
  original: "What is there",
  noise: "Noise",
  nothing: "Nothing",
};

export const upscalerNames: Readonly<Record<HiresOptions["upscaler"], string>> = {
  "pixel-lanczos": "Lanczos",
  "pixel-bicubic": "Bicubic",
  "pixel-nearest": "Nearest",
  "latent-bilinear": "Latent",
  "latent-bicubic": "Latent, bicubic",
  "latent-nearest": "Latent, nearest",
  "latent-nearest-exact": "Latent, nearest exact",
};

export const stageNames: Readonly<Record<StageId, { readonly running: string; readonly done: string }>> = {
  load: { running: "Loading the model", done: "Load" },
  embed: { running: "Reading the prompt", done: "Read" },
  retrieve: { running: "Finding adapters", done: "Retrieve" },
  compose: { running: "Matching them to the parts", done: "Compose" },
  plan: { running: "Weighing", done: "Weigh" },
  fetch: { running: "Downloading adapters", done: "Download" },
  generate: { running: "Painting", done: "Paint" },
};

type Family = AdapterReport["families"][number]["family"];

export const familyNames: Readonly<Record<Family, string>> = {
  LoRA: "LoRA",
  LoCon: "LoCon (LoRA for convolutions)",
  "LoCon-Tucker": "LoCon, Tucker form",
  LoHa: "LoHa",
  "LoHa-Tucker": "LoHa, Tucker form",
  LoKr: "LoKr",
  full: "whole weights",
  norm: "norms",
  IA3: "(IA)³",
  GLoRA: "GLoRA",
  OFT: "OFT",
  BOFT: "BOFT",
};

export const categoryNames: Readonly<Record<AdapterCategory, string>> = {
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
};
