// Pictures to start from, masks and second passes in a `parameters` text, under AUTOMATIC1111's labels and names. The
// picture itself is not in the text: what is read are the values it was painted over with. Pure.
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

function numberIn(
  fields: Fields,
  label: string,
  { min, max }: { readonly min: number; readonly max: number },
): number | undefined {
  const value = Number(fields.get(label) || Number.NaN);
  return value >= min && value <= max ? value : undefined;
}

const idOf = <Id extends string>(
  labels: Readonly<Record<Id, string>>,
  label: string | undefined,
): Id | undefined =>
  (Object.keys(labels) as Id[]).find((id) => labels[id].toLowerCase() === label?.trim().toLowerCase());

const present = <Value extends object>(values: Value): Partial<Value> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Value>;

/** The second pass of a text; undefined when there was none. A size instead of a scale is read as a scale. */
export function readHires(fields: Fields): PartialOptions["hires"] {
  const scale = numberIn(fields, "Hires upscale", limits.hiresScale) ?? scaleOfSize(fields);
  if (scale === undefined) return undefined;
  return present({
    scale,
    steps: numberIn(fields, "Hires steps", limits.steps),
    // Upscaling networks are not there yet: the default takes their place.
    upscaler: idOf(UPSCALER_LABELS, fields.get("Hires upscaler")),
    strength: numberIn(fields, "Denoising strength", limits.hiresStrength),
  });
}

function scaleOfSize(fields: Fields): number | undefined {
  const [first, second] = ["Size", "Hires resize"].map((label) =>
    /^(\d+)x(\d+)$/
      .exec(fields.get(label) ?? "")
      ?.slice(1)
      .map(Number),
  );
  if (!first || !second) return undefined;
  const scale = second[0]! / first[0]!;
  const size = hiresSize({ width: first[0]!, height: first[1]! }, scale);
  const { min, max } = limits.hiresScale;
  return scale >= min && scale <= max && size.height === second[1] ? scale : undefined;
}

export function readTile(fields: Fields): number | undefined {
  const tile = numberIn(fields, TILE_LABEL, limits.tile);
  return tile !== undefined && tile % 8 === 0 ? tile : undefined;
}

/** The values that a picture was painted over with; null when it was painted from words only. */
export function readInitImageValues(fields: Fields): ({ strength: number } & MaskValues) | null {
  const strength = numberIn(fields, "Denoising strength", limits.denoisingStrength);
  if (strength === undefined || readHires(fields) !== undefined) return null;
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
