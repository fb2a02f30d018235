// Request checks that need no model, shared by the page, window.stylus and the engine, with one table of limits. Each
// failure is a StylusError bad-input that names the field and the remedy.
import { isBlock } from "./block-names.ts";
import { StylusError } from "./errors.ts";
import { say, type Saying } from "./saying.ts";
import { choices, limits, type Range } from "./limits.ts";
import { readRegionMask } from "./region-mask.ts";
import type {
  AdapterUse,
  DetailPass,
  DiffusionRequest,
  HiresFix,
  ImageRegions,
  ImageToImage,
  InpaintMask,
  RegionArea,
  Variation,
} from "./request.ts";

export const refuse = (field: string, message: Saying, remedy: Saying): never => {
  throw new StylusError("bad-input", message, { where: field, remedy });
};

/** @param rule.name starts a sentence; @param rule.step the value must be a multiple of it; 1 for whole numbers */
export function checkRange(
  field: string,
  value: number,
  { min, max, step, name }: Range & { readonly step?: number; readonly name: Saying },
): void {
  if (!Number.isFinite(value) || value < min || value > max) {
    refuse(
      field,
      min < 0
        ? say`${name} must be ${min} to ${max}, not ${value}.`
        : say`${name} must be ${min}–${max}, not ${value}.`,
      say`Choose a value in that range.`,
    );
  }
  if (step === undefined || value % step === 0) return;
  if (step === 1) refuse(field, say`${name} must be a whole number, not ${value}.`, say`Round it.`);
  refuse(
    field,
    say`${name} must be a multiple of ${step}, not ${value}.`,
    say`Use ${Math.min(Math.floor(max / step), Math.max(Math.ceil(min / step), Math.round(value / step))) * step}.`,
  );
}

export function checkOneOf(
  field: string,
  value: string,
  { among, name }: { readonly among: readonly string[]; readonly name: Saying },
): void {
  if (!among.includes(value)) refuse(field, say`${name} cannot be “${value}”.`, say`Use one of ${among}.`);
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
  checkText("prompt", request.prompt, say`The prompt`);
  checkText("negativePrompt", request.negativePrompt, say`The negative prompt`);
  checkRange("steps", request.steps, { ...limits.steps, step: 1, name: say`Steps` });
  checkRange("cfgScale", request.cfgScale, { ...limits.cfgScale, name: say`CFG scale` });
  checkRange("clipSkip", request.clipSkip, { ...limits.clipSkip, step: 1, name: say`Clip skip` });
  checkOneOf("sampler", request.sampler, { among: choices.sampler, name: say`Sampler` });
  checkOneOf("schedule", request.schedule, { among: choices.schedule, name: say`Schedule` });
  checkOneOf("noise", request.noise, { among: choices.noise, name: say`Noise` });
  checkSize(request, { field: "", sizes });
}

/** @throws StylusError bad-input */
export function checkText(field: string, text: string, name: Saying): void {
  if (typeof text !== "string") refuse(field, say`${name} must be text.`, say`Pass a string.`);
  if (text.length > limits.promptLength) {
    refuse(
      field,
      say`${name} is ${text.length.toLocaleString("en")} characters long; the limit is ${limits.promptLength.toLocaleString("en")}.`,
      say`Shorten it; the first words count most.`,
    );
  }
}

export function checkSize(
  { width, height }: { readonly width: number; readonly height: number },
  { field, sizes }: { readonly field: string; readonly sizes: SizeRange },
): void {
  checkRange(`${field}width`, width, { ...sizes, name: say`Width` });
  checkRange(`${field}height`, height, { ...sizes, name: say`Height` });
}

export function checkSeed(seed: number): void {
  checkRange("seed", seed, { ...limits.seed, step: 1, name: say`Seed` });
}

export function checkVariation({ seed, strength }: Variation): void {
  checkRange("variation.seed", seed, { ...limits.seed, step: 1, name: say`Variation seed` });
  checkRange("variation.strength", strength, { ...limits.variationStrength, name: say`Variation strength` });
}

export function checkStrength(field: string, id: string, strength: number): void {
  checkRange(field, strength, { ...limits.adapterStrength, name: say`Strength of ${id}` });
}

export function checkUse({ id, unetStrength, textStrength, blockWeights = {}, steps }: AdapterUse): void {
  for (const strength of [unetStrength, textStrength]) checkStrength("adapters", id, strength);
  for (const [block, weight] of Object.entries(blockWeights)) {
    if (!isBlock(block) || !Number.isFinite(weight))
      refuse(
        "adapters",
        say`Adapter “${id}” has the invalid block weight ${block}=${weight}.`,
        say`Use numbers for BASE, IN00 to IN11, M00, OUT00 to OUT11 and OTHER.`,
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
      say`The steps of adapter “${id}” are not a valid window.`,
      say`Start at step 0 or later, end after the start, and hold each turn for at least one step.`,
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
  checkRange(`${field}.strength`, strength, { ...limits.denoisingStrength, name: say`Denoising strength` });
  if (!mask) return;
  checkRange(`${field}.mask.blur`, mask.blur, { ...limits.maskBlur, name: say`Mask blur` });
  checkRange(`${field}.mask.padding`, mask.padding, {
    ...limits.maskPadding,
    step: 1,
    name: say`Mask padding`,
  });
  checkOneOf(`${field}.mask.region`, mask.region, { among: choices.maskRegion, name: say`Inpaint area` });
  checkOneOf(`${field}.mask.fill`, mask.fill, { among: choices.maskFill, name: say`Masked content` });
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
    readonly areas: readonly (RegionArea & { readonly prompt: string; readonly weight: number })[];
  },
  { maskedOnly }: { readonly maskedOnly: boolean },
): void {
  if (areas.length > limits.regions)
    refuse(
      "regions",
      say`The image has ${areas.length} regions; the limit is ${limits.regions}.`,
      say`Remove some, or put their words into one.`,
    );
  if (maskedOnly)
    refuse(
      "regions",
      say`Regions do not work with the inpaint area “Only masked”.`,
      say`Choose “Whole picture”, or remove the regions.`,
    );
  checkRange("regions.baseWeight", baseWeight, {
    ...limits.baseWeight,
    name: say`The share of the prompt in regions`,
  });
  for (const [index, { prompt, weight, ...area }] of areas.entries()) {
    checkText("regions", prompt, say`The prompt of region ${index + 1}`);
    checkRange("regions", weight, { ...limits.regionWeight, name: say`The weight of region ${index + 1}` });
    checkArea("regions", area, {
      outside: say`Region ${index + 1} is not inside the image.`,
      blank: say`The mask of region ${index + 1} is empty or damaged.`,
    });
  }
}

/** @param says where it lies outside of the image, and that its mask has nothing in it */
function checkArea(
  field: string,
  { x, y, width, height, mask }: RegionArea,
  says: { readonly outside: Saying; readonly blank: Saying },
): void {
  const fits = (from: number, side: number): boolean =>
    from >= -ROUNDING && side >= limits.regionSide - ROUNDING && from + side <= 1 + ROUNDING;
  if (!fits(x, width) || !fits(y, height))
    refuse(
      field,
      says.outside,
      say`Give left, top, width and height as shares of the image, 0 to 1; sides of ${limits.regionSide} or more.`,
    );
  if (mask !== undefined && readRegionMask(mask) === null)
    refuse(field, says.blank, say`Draw it again, or leave it out.`);
}

/** A detail pass, except its size and adapters. */
export function checkDetails({
  strength,
  padding,
  feather,
  areas,
}: Pick<DetailPass, "strength" | "padding" | "feather"> & {
  readonly areas: readonly (RegionArea & { readonly prompt?: string })[];
}): void {
  if (areas.length > limits.details)
    refuse(
      "details",
      say`The detail pass has ${areas.length} areas; the limit is ${limits.details}.`,
      say`Remove some.`,
    );
  checkRange("details.strength", strength, {
    ...limits.denoisingStrength,
    name: say`Denoising strength of the detail pass`,
  });
  checkRange("details.padding", padding, { ...limits.maskPadding, step: 1, name: say`Detail padding` });
  checkRange("details.feather", feather, { ...limits.detailFeather, name: say`Detail edge` });
  for (const [index, { prompt = "", ...area }] of areas.entries()) {
    checkText("details", prompt, say`The prompt of detail ${index + 1}`);
    checkArea("details", area, {
      outside: say`Detail ${index + 1} is not inside the image.`,
      blank: say`The mask of detail ${index + 1} is empty or damaged.`,
    });
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
      say`Hires fix does not work with an init image.`,
      say`Remove one of them, or set a larger size for the init image.`,
    );
  }
  checkRange("hires.strength", strength, {
    ...limits.hiresStrength,
    name: say`Hires denoising strength`,
  });
  checkRange("hires.steps", steps, { ...limits.steps, step: 1, name: say`Hires steps` });
  checkOneOf("hires.upscaler", upscaler, { among: choices.upscaler, name: say`Upscaler` });
}

export function checkTile(vaeTilePixels: number, step: number): void {
  checkRange("vaeTilePixels", vaeTilePixels, { ...limits.tile, step, name: say`VAE tile` });
}
