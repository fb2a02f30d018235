// Init images, masks and hires fix in a `parameters` text, under AUTOMATIC1111's labels and names. The image itself is
// not in the text, only the settings it was regenerated with. Pure.
import type { GenerateOptions, PartialOptions } from "./options.ts";
import { defaultMask, hiresSize, type HiresOptions, type MaskValues } from "./image-options.ts";
import { limits } from "../shared/limits.ts";

type Fields = ReadonlyMap<string, string>;

const UPSCALER_LABELS: Readonly<Record<HiresOptions["upscaler"], string>> = {
  "latent-bilinear": "Latent",
  "latent-bicubic": "Latent (bicubic)",
  "latent-nearest": "Latent (nearest)",
  "latent-nearest-exact": "Latent (nearest-exact)",
  "pixel-lanczos": "Lanczos",
  "pixel-bicubic": "Bicubic",
  "pixel-nearest": "Nearest",
};
const FILL_LABELS: Readonly<Record<MaskValues["fill"], string>> = {
  original: "original",
  noise: "latent noise",
  nothing: "latent nothing",
};
const REGION_LABELS: Readonly<Record<MaskValues["region"], string>> = {
  whole: "Whole picture",
  masked: "Only masked",
};

/** Ours: tools with an own tiling extension name it otherwise. */
const TILE_LABEL = "VAE tile";

/** Label and value pairs; empty values are left out of the text. */
export function imageFields({ start, hires, vaeTilePixels }: GenerateOptions): [string, string][] {
  const fields: [string, string][] = [];
  const strength = start?.strength ?? hires?.strength;
  if (strength !== undefined) fields.push(["Denoising strength", String(strength)]);
  if (start?.mask) {
    const { blur, fill, region, padding } = start.mask;
    fields.push(["Mask blur", String(blur)]);
    fields.push(["Masked content", FILL_LABELS[fill]]);
    fields.push(["Inpaint area", REGION_LABELS[region]]);
    if (region === "masked") fields.push(["Masked area padding", String(padding)]);
  }
  if (hires) {
    fields.push(["Hires upscale", String(hires.scale)]);
    fields.push(["Hires steps", String(hires.steps)]);
    fields.push(["Hires upscaler", UPSCALER_LABELS[hires.upscaler]]);
  }
  if (vaeTilePixels !== null) fields.push([TILE_LABEL, String(vaeTilePixels)]);
  return fields;
}

/** Undefined for an empty field too: Number("") is 0. */
export function numberIn(
  fields: Fields,
  label: string,
  { min, max, whole = false }: { readonly min: number; readonly max: number; readonly whole?: boolean },
): number | undefined {
  const text = fields.get(label)?.trim() ?? "";
  const value = text === "" ? Number.NaN : Number(text);
  return value >= min && value <= max && (!whole || Number.isInteger(value)) ? value : undefined;
}

const idOf = <Id extends string>(
  labels: Readonly<Record<Id, string>>,
  label: string | undefined,
): Id | undefined =>
  (Object.keys(labels) as Id[]).find((id) => labels[id].toLowerCase() === label?.trim().toLowerCase());

const present = <Value extends object>(values: Value): Partial<Value> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Value>;

interface Size {
  readonly width: number;
  readonly height: number;
}

const wholeLatents = (size: Size): Size => hiresSize(size, 1);

function sizeIn(fields: Fields, label: string): Size | undefined {
  const match = /^(\d{1,6}) *[x×] *(\d{1,6})$/iu.exec(fields.get(label)?.trim() ?? "");
  return match ? { width: Number(match[1]), height: Number(match[2]) } : undefined;
}

/** Of Civitai's generator. */
const sizeOfSides = (fields: Fields): Size | undefined =>
  sizeIn(new Map([["Size", `${fields.get("width") ?? ""}x${fields.get("height") ?? ""}`]]), "Size");

/** AUTOMATIC1111's first pass when none was given (old_hires_fix_first_pass_dimensions): as many pixels as 512 × 512, sides of 64. */
function usualFirstPass({ width, height }: Size): Size {
  const scale = Math.sqrt((512 * 512) / (width * height));
  const near = (length: number): number => Math.ceil((length * scale) / 64) * 64;
  return { width: near(width), height: near(height) };
}

/** Sizes of the first and, if it was given as one, of the second pass. Early files have the latter as "Size". */
function passSizes(fields: Fields): { readonly first: Size | undefined; readonly second: Size | undefined } {
  const size = sizeIn(fields, "Size") ?? sizeOfSides(fields);
  const firstPass = sizeIn(fields, "First pass size");
  if (!size || size.width * size.height === 0) return { first: undefined, second: undefined };
  if (firstPass)
    return {
      first: firstPass.width * firstPass.height === 0 ? usualFirstPass(size) : firstPass,
      second: size,
    };
  const resize = sizeIn(fields, "Hires resize");
  return { first: size, second: resize && resize.width + resize.height > 0 ? resize : undefined };
}

/** The size of the first pass; undefined for none, or one that cannot be generated here. */
export function readSize(fields: Fields): Size | undefined {
  const { first } = passSizes(fields);
  if (!first) return undefined;
  const { width, height } = wholeLatents(first);
  const { min, max } = limits.size;
  return Math.min(width, height) >= min && Math.max(width, height) <= max ? { width, height } : undefined;
}

/** Whether a text tells of a second pass at all, one that can be taken over or not. */
const hasHires = (fields: Fields): boolean =>
  ["First pass size", "Hires upscale", "Hires resize"].some((label) => (fields.get(label) ?? "") !== "");

/** The second pass of a text; undefined when there was none. A size instead of a scale is read as a scale. */
export function readHires(fields: Fields): PartialOptions["hires"] {
  const scale = numberIn(fields, "Hires upscale", limits.hiresScale) ?? scaleOfSize(fields);
  if (scale === undefined) return undefined;
  return present({
    scale,
    steps: numberIn(fields, "Hires steps", { ...limits.steps, whole: true }),
    // Upscaling networks are not there yet: the default takes their place.
    upscaler: idOf(UPSCALER_LABELS, fields.get("Hires upscaler")),
    strength: numberIn(fields, "Denoising strength", limits.hiresStrength),
  });
}

/** A side of 0 follows from the other one. */
function scaleOfSize(fields: Fields): number | undefined {
  const { first, second } = passSizes(fields);
  if (!first || !second) return undefined;
  const { min, max } = limits.hiresScale;
  const wanted = wholeLatents(second);
  return [second.width / first.width, second.height / first.height].find((scale) => {
    if (!(scale >= min && scale <= max)) return false;
    const { width, height } = hiresSize(first, scale);
    return (
      (second.width === 0 || width === wanted.width) && (second.height === 0 || height === wanted.height)
    );
  });
}

/** Labels of a second pass that have no part in `readHires`. */
export function droppedHires(fields: Fields): readonly string[] {
  if (!hasHires(fields)) return [];
  const hires = readHires(fields);
  const given = (label: string): boolean => (fields.get(label) ?? "") !== "";
  if (!hires)
    return ["First pass size", "Hires upscale", "Hires resize", "Hires upscaler", "Hires steps"].filter(
      given,
    );
  return [
    ...(hires.upscaler === undefined ? ["Hires upscaler"] : []),
    // 0 stands for as many as the first pass.
    ...(hires.steps === undefined && fields.get("Hires steps") !== "0" ? ["Hires steps"] : []),
    ...(hires.strength === undefined ? ["Denoising strength"] : []),
  ].filter(given);
}

export function readTile(fields: Fields): number | undefined {
  const tile = numberIn(fields, TILE_LABEL, limits.tile);
  return tile !== undefined && tile % 8 === 0 ? tile : undefined;
}

/** The values of an image's init image and mask; null when it was generated from words only. */
export function readInitImageValues(fields: Fields): ({ strength: number } & MaskValues) | null {
  const strength = numberIn(fields, "Denoising strength", limits.denoisingStrength);
  // Other tools write 0 for none.
  const isNone = strength === 0 && !fields.get("Version")?.startsWith("Stylus Web");
  if (strength === undefined || isNone || hasHires(fields)) return null;
  return {
    strength,
    ...defaultMask,
    ...present({
      blur: numberIn(fields, "Mask blur", limits.maskBlur),
      fill: idOf(FILL_LABELS, fields.get("Masked content")),
      region: idOf(REGION_LABELS, fields.get("Inpaint area")),
      padding: numberIn(fields, "Masked area padding", limits.maskPadding),
    }),
  };
}
