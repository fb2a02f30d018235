// The detail pass: parts of a finished image as init images of their own, with a mask whose soft edge lies inside the part.
import type { DetailArea, DiffusionRequest, ImageJob, RgbaImage } from "../../shared/request.ts";
import { regionPixels } from "../../shared/region-mask.ts";
import { seedOfImage } from "../../shared/seeds.ts";
import { blurMask } from "./inpaint-mask.ts";

/** The same as a request, with one area in place of the whole. */
export interface DetailRequest {
  readonly request: DiffusionRequest;
  readonly job: ImageJob;
}

/** Areas that are generated, with their places among all: strength 0 leaves the image as it is. */
export const detailAreas = ({ details }: ImageJob): (readonly [index: number, area: DetailArea])[] =>
  details === undefined || details.strength === 0 ? [] : [...details.areas.entries()];

/** The share of the new pixels, 0 … 255: 0 outside of the area, rising to 255 as far inside as a Gaussian of `feather` reaches. */
function softMask(
  area: DetailArea,
  { image, feather }: { readonly image: RgbaImage; readonly feather: number },
): Uint8Array<ArrayBuffer> | null {
  const values = regionPixels(area, image);
  if (!values.includes(255)) return null; // finer than a pixel
  const blurred = blurMask(Float32Array.from(values), image, feather);
  // At a straight edge the blurred mask is one half.
  const soft = values.map((value, i) => (value === 0 ? 0 : Math.max(0, 2 * blurred[i]! - 255)));
  return soft.some((value) => value > 127) ? soft : values; // too narrow for a soft edge
}

/**
 * What generates one area of `image` again: seeds go up with the areas, as in ADetailer, and regions are those of the whole image.
 * @returns null for an area without pixels
 */
export function detailRequest(
  { request, job }: DetailRequest,
  { index, image }: { readonly index: number; readonly image: RgbaImage },
): DetailRequest | null {
  const { width, height, strength, padding, feather, areas } = job.details!;
  const area = areas[index]!;
  const values = softMask(area, { image, feather });
  if (values === null) return null;
  const mask = { values, blur: 0, region: "masked", padding, fill: "original" } as const;
  return {
    request: { ...request, width, height, imageToImage: { image, strength, mask } },
    job: {
      seed: seedOfImage(job.seed, index),
      ...(job.variation && { variation: job.variation }),
      prompt: area.prompt ?? job.prompt ?? request.prompt,
      negativePrompt: job.negativePrompt ?? request.negativePrompt,
      adapters: area.adapters ?? job.adapters,
    },
  };
}
