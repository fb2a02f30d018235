// Request checks that need no model, shared by the page, window.stylus and the engine, with one table of limits. Each
// failure is a StylusError bad-input that names the field and the remedy.
import { StylusError } from "./errors.ts";
import { choices, limits, type Range } from "./limits.ts";
import type {
  AdapterUse,
  DiffusionRequest,
  HiresFix,
  ImageRegions,
  ImageToImage,
  InpaintMask,
  Rectangle,
  Variation,
} from "./request.ts";

export const refuse = (field: string, message: string, remedy: string): never => {
  throw new StylusError("bad-input", message, { where: field, remedy });
};

/** @param rule.name starts a sentence; @param rule.step the value must be a multiple of it; 1 for whole numbers */
export function checkRange(
  field: string,
  value: number,
  { min, max, step, name }: Range & { readonly step?: number; readonly name: string },
): void {
  if (!Number.isFinite(value) || value < min || value > max) {
    refuse(
      field,
      `${name} must be ${min}${min < 0 ? " to " : "–"}${max}, not ${value}.`,
      "Choose a value in that range.",
    );
  }
  if (step === undefined || value % step === 0) return;
  if (step === 1) refuse(field, `${name} must be a whole number, not ${value}.`, "Round it.");
  refuse(
    field,
    `${name} must be a multiple of ${step}, not ${value}.`,
    `Use ${Math.min(Math.floor(max / step), Math.max(Math.ceil(min / step), Math.round(value / step))) * step}.`,
  );
}

export function checkOneOf(
  field: string,
  value: string,
  { among, name }: { readonly among: readonly string[]; readonly name: string },
): void {
  if (!among.includes(value))
    refuse(field, `${name} cannot be “${value}”.`, `Use one of ${among.join(", ")}.`);
}

/** The engine's request. */
export type Sampling = Pick<
  DiffusionRequest,
  | "prompt"
  | "negativePrompt"
  | "width"
  | "height"
  | "steps"
  | "cfgScale"
  | "sampler"
  | "schedule"
  | "clipSkip"
  | "noise"
>;

/** Sides of an image in pixels. */
export type SizeRange = Range & { readonly step: number };

export function checkSampling(request: Sampling, sizes: SizeRange): void {
  checkText("prompt", request.prompt, "The prompt");
  checkText("negativePrompt", request.negativePrompt, "The negative prompt");
  checkRange("steps", request.steps, { ...limits.steps, step: 1, name: "Steps" });
  checkRange("cfgScale", request.cfgScale, { ...limits.cfgScale, name: "CFG scale" });
  checkRange("clipSkip", request.clipSkip, { ...limits.clipSkip, step: 1, name: "Clip skip" });
  checkOneOf("sampler", request.sampler, { among: choices.sampler, name: "Sampler" });
  checkOneOf("schedule", request.schedule, { among: choices.schedule, name: "Schedule" });
  checkOneOf("noise", request.noise, { among: choices.noise, name: "Noise" });
  checkSize(request, { field: "", sizes });
}

/** @throws StylusError bad-input */
export function checkText(field: string, text: string, name: string): void {
  if (typeof text !== "string") refuse(field, `${name} must be text.`, "Pass a string.");
  if (text.length > limits.promptLength) {
    refuse(
      field,
      `${name} is ${text.length.toLocaleString("en")} characters long; the limit is ${limits.promptLength.toLocaleString("en")}.`,
      "Shorten it; the first words count most.",
    );
  }
}

export function checkSize(
  { width, height }: { readonly width: number; readonly height: number },
  { field, sizes }: { readonly field: string; readonly sizes: SizeRange },
): void {
  checkRange(`${field}width`, width, { ...sizes, name: "Width" });
  checkRange(`${field}height`, height, { ...sizes, name: "Height" });
}

export function checkSeed(seed: number): void {
  checkRange("seed", seed, { ...limits.seed, step: 1, name: "Seed" });
}

export function checkVariation({ seed, strength }: Variation): void {
  checkRange("variation.seed", seed, { ...limits.seed, step: 1, name: "Variation seed" });
  checkRange("variation.strength", strength, { ...limits.variationStrength, name: "Variation strength" });
}

export function checkStrength(field: string, id: string, strength: number): void {
  checkRange(field, strength, { ...limits.adapterStrength, name: `Strength of ${id}` });
}

const BLOCK = /^(?:BASE|OTHER|M00|(?:IN|OUT)(?:0\d|1[01]))$/u;

export function checkUse({ id, unetStrength, textStrength, blockWeights = {}, steps }: AdapterUse): void {
  for (const strength of [unetStrength, textStrength]) checkStrength("adapters", id, strength);
  for (const [block, weight] of Object.entries(blockWeights)) {
    if (!BLOCK.test(block) || !Number.isFinite(weight))
      refuse(
        "adapters",
        `Adapter “${id}” has the invalid block weight ${block}=${weight}.`,
        "Use numbers for BASE, IN00 to IN11, M00, OUT00 to OUT11.",
      );
  }
  if (steps === undefined) return;
  const { start, end = Infinity, turn } = steps;
  const isWhole = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;
  const endFits = end === Infinity || isWhole(end, start + 1);
  const turnFits =
    turn === undefined ||
    (isWhole(turn.count, 1) && isWhole(turn.hold, 1) && isWhole(turn.index, 0) && turn.index < turn.count);
  if (!isWhole(start, 0) || !endFits || !turnFits)
    refuse(
      "adapters",
      `The steps of adapter “${id}” are not a valid window.`,
      "Start at step 0 or later, end after the start, and hold each turn for at least one step.",
    );
}

/** @param field the request's name for the init image: "start" or "imageToImage" */
export function checkInitImage(
  field: string,
  {
    strength,
    mask,
  }: Pick<ImageToImage, "strength"> & {
    readonly mask?: Pick<InpaintMask, "blur" | "padding" | "region" | "fill"> | null;
  },
): void {
  checkRange(`${field}.strength`, strength, { ...limits.denoisingStrength, name: "Denoising strength" });
  if (!mask) return;
  checkRange(`${field}.mask.blur`, mask.blur, { ...limits.maskBlur, name: "Mask blur" });
  checkRange(`${field}.mask.padding`, mask.padding, {
    ...limits.maskPadding,
    step: 1,
    name: "Mask padding",
  });
  checkOneOf(`${field}.mask.region`, mask.region, { among: choices.maskRegion, name: "Inpaint area" });
  checkOneOf(`${field}.mask.fill`, mask.fill, { among: choices.maskFill, name: "Masked content" });
}

/** Sums of decimal fractions are not exact. */
const ROUNDING = 1e-6;

/**
 * Regions, except their adapters. An empty prompt is valid, as elsewhere.
 * @param options.maskedOnly whether the image is only the masked area of an init image, enlarged
 */
export function checkRegions(
  {
    areas,
    baseWeight,
  }: Pick<ImageRegions, "baseWeight"> & {
    readonly areas: readonly (Rectangle & { readonly prompt: string; readonly weight: number })[];
  },
  { maskedOnly }: { readonly maskedOnly: boolean },
): void {
  if (areas.length > limits.regions)
    refuse(
      "regions",
      `The image has ${areas.length} regions; the limit is ${limits.regions}.`,
      "Remove some, or put their words into one.",
    );
  if (maskedOnly)
    refuse(
      "regions",
      "Regions do not work with the inpaint area “Only masked”.",
      "Choose “Whole picture”, or remove the regions.",
    );
  checkRange("regions.baseWeight", baseWeight, {
    ...limits.baseWeight,
    name: "The share of the prompt in regions",
  });
  for (const [index, { x, y, width, height, prompt, weight }] of areas.entries()) {
    const name = `Region ${index + 1}`;
    checkText("regions", prompt, `The prompt of region ${index + 1}`);
    checkRange("regions", weight, { ...limits.regionWeight, name: `The weight of region ${index + 1}` });
    const fits = (from: number, side: number): boolean =>
      from >= -ROUNDING && side >= limits.regionSide - ROUNDING && from + side <= 1 + ROUNDING;
    if (!fits(x, width) || !fits(y, height))
      refuse(
        "regions",
        `${name} is not inside the image.`,
        `Give left, top, width and height as shares of the image, 0 to 1; sides of ${limits.regionSide} or more.`,
      );
  }
}

/** A hires pass, except its size. */
export function checkHiresPass(
  { strength, steps, upscaler }: Pick<HiresFix, "strength" | "steps" | "upscaler">,
  { overImage }: { readonly overImage: boolean },
): void {
  if (overImage) {
    refuse(
      "hires",
      "Hires fix does not work with an init image.",
      "Remove one of them, or set a larger size for the init image.",
    );
  }
  checkRange("hires.strength", strength, {
    ...limits.hiresStrength,
    name: "Hires denoising strength",
  });
  checkRange("hires.steps", steps, { ...limits.steps, step: 1, name: "Hires steps" });
  checkOneOf("hires.upscaler", upscaler, { among: choices.upscaler, name: "Upscaler" });
}

export function checkTile(vaeTilePixels: number, step: number): void {
  checkRange("vaeTilePixels", vaeTilePixels, { ...limits.tile, step, name: "VAE tile" });
}
