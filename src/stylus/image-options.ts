// What is asked for beside text to image at one size: an init image, a mask on it, a second and larger pass.
// Plain data. Images and masks are named by the SHA-256 of their files; the input store (input-store.ts) has the files.
import type { HiresFix, ImageToImage, InpaintMask } from "../shared/request.ts";
import { say } from "../shared/saying.ts";
import { limits } from "../shared/limits.ts";
import { checkHiresPass, checkRange, refuse, type Sampling } from "../shared/request-check.ts";

/** An image of the input store, sizes in pixels. */
export interface InitImage {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** How a masked image is inpainted; see InpaintMask. */
export type MaskValues = Pick<InpaintMask, "blur" | "region" | "padding" | "fill">;

/** Stored in the gallery and the settings as `start`, with its image as `picture`: these names must stay. */
export interface InitImageOptions {
  readonly picture: InitImage;
  /** Denoising strength: 0 keeps the image, 1 forgets it. */
  readonly strength: number;
  /** `id` names an image of the same size: what is white there is inpainted. Null: everything changes. */
  readonly mask: (MaskValues & { readonly id: string }) | null;
}

/** Ids of the stored image and mask. Older stored runs do not have the field. */
export const storedIds = (start: InitImageOptions | null | undefined): string[] =>
  start ? [start.picture.id, ...(start.mask ? [start.mask.id] : [])] : [];

/** A second pass over the first one's result, at `scale` times its size. */
export interface HiresOptions extends Pick<HiresFix, "upscaler" | "strength" | "steps"> {
  readonly scale: number;
}

/** As in AUTOMATIC1111, but for the second pass: pixels at a low strength keep what the first pass generated. */
export const defaultStrength = 0.75;
export const defaultMask: MaskValues = { blur: 4, region: "whole", padding: 32, fill: "original" };
export const defaultHires: Omit<HiresOptions, "steps"> = {
  scale: 2,
  upscaler: "pixel-lanczos",
  strength: 0.4,
};

const { step: sideStep } = limits.size;

/** The size of the second pass: whole latents, rounded down. */
export const hiresSize = (
  { width, height }: { readonly width: number; readonly height: number },
  scale: number,
): { width: number; height: number } => ({
  width: Math.floor((width * scale) / sideStep) * sideStep,
  height: Math.floor((height * scale) / sideStep) * sideStep,
});

/**
 * The size to generate from an init image: its own if the model can take it, else one of its shape and about the model's number of
 * pixels.
 */
export function sizeForImage(
  image: { readonly width: number; readonly height: number },
  { width, height, minSide, maxSide }: { width: number; height: number; minSide: number; maxSide: number },
): { width: number; height: number } {
  const fits = (side: number): boolean => side % sideStep === 0 && side >= minSide && side <= maxSide;
  if (fits(image.width) && fits(image.height) && image.width * image.height <= 4 * width * height)
    return { width: image.width, height: image.height };
  const scale = Math.sqrt((width * height) / (image.width * image.height));
  const near = (side: number): number =>
    Math.min(maxSide, Math.max(minSide, Math.round((side * scale) / sideStep) * sideStep));
  return { width: near(image.width), height: near(image.height) };
}

/** Whether resizing `image` to `size` pulls it out of shape: by more than 3 percent. */
export const isStretched = (
  image: { readonly width: number; readonly height: number },
  size: { readonly width: number; readonly height: number },
): boolean => Math.abs(Math.log((image.width * size.height) / (image.height * size.width))) > Math.log(1.03);

/** Size of the finished image: the init image's where only the masked area is inpainted. */
export const finishedSize = (options: {
  readonly width: number;
  readonly height: number;
  readonly start: InitImageOptions | null;
  readonly hires: HiresOptions | null;
}): { width: number; height: number } => {
  const { width, height, start, hires } = options;
  if (start?.mask?.region === "masked") return { width: start.picture.width, height: start.picture.height };
  return hires === null ? { width, height } : hiresSize({ width, height }, hires.scale);
};

/**
 * @param options.maxSide of the pack
 * @throws StylusError bad-input
 */
export function checkHires(
  hires: HiresOptions,
  options: {
    readonly width: number;
    readonly height: number;
    readonly maxSide: number;
    readonly overImage: boolean;
  } & Pick<Sampling, "schedule" | "sampler">,
): void {
  checkRange("hires.scale", hires.scale, { ...limits.hiresScale, name: say`Upscale by` });
  checkHiresPass(hires, options);
  const large = hiresSize(options, hires.scale);
  const most = Math.min(options.maxSide, limits.finishedSide);
  if (Math.max(large.width, large.height) > most) {
    refuse(
      "hires.scale",
      say`Hires fix would reach ${large.width} × ${large.height}; this model goes up to ${most} px a side.`,
      say`Lower “Upscale by”, or the image size.`,
    );
  }
}

/** The engine's form of a second pass. */
export const hiresFix = (
  { scale, upscaler, strength, steps }: HiresOptions,
  size: { readonly width: number; readonly height: number },
): HiresFix => ({ ...hiresSize(size, scale), upscaler, strength, steps });

/** A request's image as the report has it: sizes instead of pixels. */
export const describeInitImage = (
  { image, strength }: ImageToImage,
  { picture, mask }: InitImageOptions,
): unknown => ({
  image: { sha256: picture.id, width: image.width, height: image.height },
  strength,
  ...(mask === null
    ? {}
    : {
        mask: {
          sha256: mask.id,
          blur: mask.blur,
          region: mask.region,
          padding: mask.padding,
          fill: mask.fill,
        },
      }),
});
