// Prepares an init image for the networks: resized to the request, with its mask, cropped to the masked region for "only
// masked"; and composites the generated region back into the whole image.

import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { ImageToImage, RgbaImage } from "../../shared/request.ts";
import { blurMask, type Mask, maskRegion, type Region } from "./inpaint-mask.ts";
import { type PlaneSize, resizeImage } from "./resample.ts";

export interface PreparedImage {
  /** [3, H, W], −1 … 1, at the request's size. */
  readonly image: Float32Array<ArrayBuffer>;
  /** [H, W], 0 … 255, at the request's size; null without a mask. */
  readonly mask: Mask | null;
  /** Composites the protected pixels over the generated image. */
  readonly finish: (generated: RgbaImage) => RgbaImage;
}

/** @throws StylusError bad-input for an empty mask */
export function prepareImage({ image, mask }: ImageToImage, target: PlaneSize): PreparedImage {
  const pixels = planes(image);
  if (mask === undefined) {
    return {
      image: signed(resized(pixels, { from: image, to: target })),
      mask: null,
      finish: (generated) => generated,
    };
  }
  const soft = blurMask(Float32Array.from(mask.values), image, mask.blur);
  const { width, height } = image;
  const region = maskRegion(soft, { width, height, padding: mask.padding, target });
  if (region === null) {
    throw new StylusError("bad-input", say`The mask is empty, so nothing would change.`, {
      where: "imageToImage.mask",
      remedy: say`Mark the area of the init image to regenerate.`,
    });
  }
  if (mask.region === "whole") {
    const fitted = resized(pixels, { from: image, to: target });
    const fittedMask = resizeImage(soft, { channels: 1, from: image, to: target, filter: "lanczos" });
    // Pixels that are at least half masked come only from the generated image, as in AUTOMATIC1111.
    const overlay = fittedMask.map((value) => Math.min(255, 2 * value));
    return {
      image: signed(fitted),
      mask: fittedMask,
      finish: (generated) => overlaid(generated, { original: fitted, mask: overlay }),
    };
  }
  const cutSize = { width: region.right - region.left, height: region.bottom - region.top };
  const cut = (values: Float32Array): Float32Array<ArrayBuffer> => cutOut(values, { from: image, region });
  const cutMask = cut(soft);
  return {
    image: signed(resized(cut(pixels), { from: cutSize, to: target })),
    mask: resizeImage(cutMask, { channels: 1, from: cutSize, to: target, filter: "lanczos" }),
    finish: (generated) => {
      const small = {
        ...cutSize,
        rgba: bytesOf(resized(planes(generated), { from: generated, to: cutSize }), cutSize),
      };
      const done = overlaid(small, { original: cut(pixels), mask: cutMask });
      return pasted(done, { into: { width, height, rgba: bytesOf(pixels, image) }, region });
    },
  };
}

/** [3, H, W], 0 … 255, composited on white. */
function planes({ width, height, rgba }: RgbaImage): Float32Array<ArrayBuffer> {
  const size = width * height;
  const out = new Float32Array(3 * size);
  for (let i = 0; i < size; i++) {
    const alpha = rgba[4 * i + 3]! / 255;
    for (let c = 0; c < 3; c++) out[c * size + i] = Math.round(rgba[4 * i + c]! * alpha + 255 * (1 - alpha));
  }
  return out;
}

function bytesOf(image: Float32Array, { width, height }: PlaneSize): Uint8ClampedArray<ArrayBuffer> {
  const size = width * height;
  const rgba = new Uint8ClampedArray(4 * size).fill(255);
  for (let c = 0; c < 3; c++) for (let i = 0; i < size; i++) rgba[4 * i + c] = image[c * size + i]!;
  return rgba;
}

/** The image in the VAE encoder's form. */
export function imageTensor(image: RgbaImage): Float32Array<ArrayBuffer> {
  return signed(planes(image));
}

/** Resizes an image for hires fix. */
export function resizeRgba(
  image: RgbaImage,
  { to, filter }: { to: PlaneSize; filter: "nearest" | "bicubic" | "lanczos" },
): RgbaImage {
  const values = resizeImage(planes(image), { channels: 3, from: image, to, filter });
  return { width: to.width, height: to.height, rgba: bytesOf(values, to) };
}

function signed(image: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(image, (value) => value / 127.5 - 1);
}

function resized(
  image: Float32Array,
  { from, to }: { from: PlaneSize; to: PlaneSize },
): Float32Array<ArrayBuffer> {
  return resizeImage(image, { channels: 3, from, to, filter: "lanczos" });
}

function cutOut(
  values: Float32Array,
  { from, region }: { from: PlaneSize; region: Region },
): Float32Array<ArrayBuffer> {
  const { left, top, right, bottom } = region;
  const [width, height] = [right - left, bottom - top];
  const channels = values.length / (from.width * from.height);
  const out = new Float32Array(channels * width * height);
  for (let row = 0; row < channels * height; row++) {
    const y = Math.floor(row / height) * from.height + top + (row % height);
    out.set(values.subarray(y * from.width + left, y * from.width + right), row * width);
  }
  return out;
}

function overlaid(
  generated: RgbaImage,
  { original, mask }: { original: Float32Array; mask: Mask },
): RgbaImage {
  const rgba = generated.rgba.slice();
  for (const [i, value] of mask.entries()) {
    const share = value / 255;
    for (let c = 0; c < 3; c++)
      rgba[4 * i + c] = share * generated.rgba[4 * i + c]! + (1 - share) * original[c * mask.length + i]!;
  }
  return { width: generated.width, height: generated.height, rgba };
}

function pasted(patch: RgbaImage, { into, region }: { into: RgbaImage; region: Region }): RgbaImage {
  for (let y = 0; y < patch.height; y++) {
    const row = patch.rgba.subarray(4 * y * patch.width, 4 * (y + 1) * patch.width);
    into.rgba.set(row, 4 * ((region.top + y) * into.width + region.left));
  }
  return into;
}
