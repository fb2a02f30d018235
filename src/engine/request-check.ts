// What the loaded model can do, checked before any work is done; what needs no model is checked by src/shared/request-check.ts.
// Every refusal names the field and the remedy.

import { limits } from "../shared/limits.ts";
import {
  checkHiresPass,
  checkInitImage,
  checkSampling,
  checkSeed,
  checkSize,
  checkTile,
  checkUse,
  refuse,
} from "../shared/request-check.ts";
import type { DiffusionRequest, ImageToImage } from "../shared/request.ts";

export interface EngineLimits {
  readonly hasAdapter: (id: string) => boolean;
  /** Layers of the text encoder. */
  readonly textLayers: number;
  /** Image sizes are multiples of this: pixels per latent. */
  readonly latentScale: number;
}

/** @throws StylusError bad-input. An empty prompt is fine: it is the unconditional picture. */
export function checkRequest(
  request: DiffusionRequest,
  { hasAdapter, textLayers, latentScale }: EngineLimits,
): void {
  const sizes = { min: limits.size.min, max: limits.finishedSide, step: latentScale };
  checkSampling(request, sizes);
  if (request.clipSkip > textLayers)
    refuse(
      "clipSkip",
      `Clip skip ${request.clipSkip} leaves nothing of the text encoder's ${textLayers} layers.`,
      `Use 1 (none) to ${textLayers}.`,
    );
  if (request.images.length === 0) refuse("images", "No image was asked for.", "Ask for one image or more.");
  const { imageToImage, hires, vaeTilePixels, fewStepAdapter } = request;
  const uses = request.images.flatMap(({ adapters }) => adapters);
  for (const use of fewStepAdapter === null ? uses : [...uses, fewStepAdapter]) {
    if (!hasAdapter(use.id))
      refuse("adapters", `There is no adapter “${use.id}”.`, "Check its name, or add its file first.");
    checkUse(use);
  }
  if (imageToImage !== undefined) {
    checkInitImage("imageToImage", imageToImage);
    checkPixels(imageToImage);
  }
  if (hires !== undefined) {
    checkHiresPass(hires, { overImage: imageToImage !== undefined });
    checkSize(hires, { field: "hires.", sizes });
  }
  if (vaeTilePixels !== undefined) checkTile(vaeTilePixels, latentScale);
  for (const { seed } of request.images) checkSeed(seed);
}

function checkPixels({ image: { width, height, rgba }, mask }: ImageToImage): void {
  if (!(width > 0 && height > 0 && rgba.length === 4 * width * height))
    refuse(
      "imageToImage.image",
      `The init image's ${rgba.length} bytes are not ${width} × ${height} pixels.`,
      "Choose the image again.",
    );
  if (mask !== undefined && mask.values.length !== width * height)
    refuse(
      "imageToImage.mask",
      `The mask has ${mask.values.length} pixels, the init image ${width * height}.`,
      "Draw the mask on the image it is for.",
    );
}
