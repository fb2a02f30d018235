// Checks a diffusion request against the loaded model before any work, field by field with src/shared/request-check.ts.

import { limits } from "../shared/limits.ts";
import { say } from "../shared/saying.ts";
import {
  checkDetails,
  checkHiresPass,
  checkInitImage,
  checkRegions,
  checkSampling,
  checkSeed,
  checkSize,
  checkText,
  checkTile,
  checkUse,
  checkVariation,
  refuse,
} from "../shared/request-check.ts";
import type { DiffusionRequest, ImageToImage } from "../shared/request.ts";

export interface ModelLimits {
  readonly hasAdapter: (id: string) => boolean;
  /** Layers of the text encoder. */
  readonly textLayers: number;
  /** Image sizes are multiples of this: pixels per latent. */
  readonly latentScale: number;
}

/** @throws StylusError bad-input. An empty prompt is valid: it gives the unconditional image. */
export function checkDiffusionRequest(
  request: DiffusionRequest,
  { hasAdapter, textLayers, latentScale }: ModelLimits,
): void {
  const sizes = { min: limits.size.min, max: limits.finishedSide, step: latentScale };
  checkSampling(request, sizes);
  if (request.clipSkip > textLayers)
    refuse(
      "clipSkip",
      say`Clip skip must be 1–${textLayers} for this text encoder, not ${request.clipSkip}.`,
      say`Use 1 (none) to ${textLayers}.`,
    );
  if (request.images.length === 0)
    refuse("images", say`The request has no images.`, say`Request at least one image.`);
  const { imageToImage, hires, vaeTilePixels, fewStepAdapter } = request;
  const uses = request.images.flatMap(({ adapters, regions, details }) => [
    ...adapters,
    ...(regions?.areas.flatMap((area) => area.adapters) ?? []),
    ...(details?.areas.flatMap((area) => area.adapters ?? []) ?? []),
  ]);
  for (const use of fewStepAdapter === null ? uses : [...uses, fewStepAdapter]) {
    if (!hasAdapter(use.id))
      refuse("adapters", say`There is no adapter “${use.id}”.`, say`Check its name, or add its file first.`);
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
  const maskedOnly = imageToImage?.mask?.region === "masked";
  for (const { seed, variation, regions, details, prompt = "", negativePrompt = "" } of request.images) {
    checkSeed(seed);
    if (variation !== undefined) checkVariation(variation);
    checkText("prompt", prompt, say`The prompt`);
    checkText("negativePrompt", negativePrompt, say`The negative prompt`);
    if (regions !== undefined) checkRegions(regions, { maskedOnly });
    if (details !== undefined) {
      checkDetails(details);
      checkSize(details, { field: "details.", sizes });
    }
  }
}

function checkPixels({ image: { width, height, rgba }, mask }: ImageToImage): void {
  if (!(width > 0 && height > 0 && rgba.length === 4 * width * height))
    refuse(
      "imageToImage.image",
      say`The init image has ${rgba.length} bytes, which is not ${width} × ${height} pixels.`,
      say`Choose the image again.`,
    );
  if (mask !== undefined && mask.values.length !== width * height)
    refuse(
      "imageToImage.mask",
      say`The mask has ${mask.values.length} pixels, but the init image has ${width * height}.`,
      say`Use a mask that was made for this image.`,
    );
}
