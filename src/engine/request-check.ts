// What the engine can do, checked before any work is done. Every complaint names the field and the remedy.

import { StylusError } from "../shared/errors.ts";
import type { AdapterUse, DiffusionRequest, HiresFix, ImageToImage } from "../shared/request.ts";
import { SAMPLERS } from "./sampling/samplers.ts";

export interface EngineLimits {
  readonly hasAdapter: (id: string) => boolean;
  /** Layers of the text encoder. */
  readonly textLayers: number;
  /** Image sizes are multiples of this: pixels per latent. */
  readonly latentScale: number;
}

const STEPS = { min: 1, max: 150 };
const MAX_PIXELS_PER_SIDE = 2048;

/** @throws StylusError bad-input. An empty prompt is fine: it is the unconditional picture. */
export function checkRequest(
  request: DiffusionRequest,
  { hasAdapter, textLayers, latentScale }: EngineLimits,
): void {
  const { steps, cfgScale, clipSkip, sampler } = request;
  if (!Number.isInteger(steps) || steps < STEPS.min || steps > STEPS.max)
    throw refused(
      "steps",
      `${steps} steps cannot be done.`,
      `Use a whole number from ${STEPS.min} to ${STEPS.max}.`,
    );
  checkSize(request, { field: "", latentScale });
  if (!Number.isFinite(cfgScale) || cfgScale < 0)
    throw refused(
      "cfgScale",
      `A CFG scale of ${cfgScale} cannot be used.`,
      "Use a number from 0 on; 7 is usual.",
    );
  if (!Number.isInteger(clipSkip) || clipSkip < 1 || clipSkip > textLayers)
    throw refused(
      "clipSkip",
      `Clip skip ${clipSkip} cannot be used.`,
      `Use 1 (none) to ${textLayers}, the text encoder's layers.`,
    );
  if (!Object.hasOwn(SAMPLERS, sampler))
    throw refused(
      "sampler",
      `There is no sampler "${sampler}".`,
      `Use one of ${Object.keys(SAMPLERS).join(", ")}.`,
    );
  if (request.images.length === 0)
    throw refused("images", "No image was asked for.", "Ask for one image or more.");
  const uses = request.images.flatMap(({ adapters }) => adapters);
  if (request.fewStepAdapter !== null) uses.push(request.fewStepAdapter);
  for (const use of uses) {
    if (!hasAdapter(use.id))
      throw refused("adapters", `There is no adapter "${use.id}".`, "Check its name, or add its file first.");
    checkUse(use);
  }
  if (request.imageToImage !== undefined) checkImageToImage(request.imageToImage);
  if (request.hires !== undefined) checkHires(request.hires, { request, latentScale });
  const tile = request.vaeTilePixels;
  if (tile !== undefined && !(Number.isInteger(tile) && tile % latentScale === 0 && tile >= 8 * latentScale))
    throw refused(
      "vaeTilePixels",
      `A picture cannot be decoded in squares of ${tile} pixels.`,
      `Use a multiple of ${latentScale} from ${8 * latentScale} on; 512 is usual.`,
    );
  for (const { seed } of request.images) {
    if (!Number.isSafeInteger(seed))
      throw refused("seed", `${seed} cannot be a seed.`, "Use a whole number of at most 15 digits.");
  }
}

function checkSize(
  size: { readonly width: number; readonly height: number },
  { field, latentScale }: { field: string; latentScale: number },
): void {
  for (const side of ["width", "height"] as const) {
    const pixels = size[side];
    const fits =
      Number.isInteger(pixels) &&
      pixels % latentScale === 0 &&
      pixels >= 2 * latentScale &&
      pixels <= MAX_PIXELS_PER_SIDE;
    if (!fits)
      throw refused(
        field + side,
        `An image cannot have a ${side} of ${pixels} pixels.`,
        `Use a multiple of ${latentScale} up to ${MAX_PIXELS_PER_SIDE}, for example ${nearest(pixels, latentScale)}.`,
      );
  }
}

function checkImageToImage({ image, strength, mask }: ImageToImage): void {
  const { width, height, rgba } = image;
  if (!(strength >= 0 && strength <= 1))
    throw refused(
      "imageToImage.strength",
      `A strength of ${strength} cannot be used.`,
      "Use a number from 0 (keeps the picture) to 1 (forgets it); 0.75 is usual.",
    );
  if (!(width > 0 && height > 0 && rgba.length === 4 * width * height))
    throw refused(
      "imageToImage.image",
      `The picture's ${rgba.length} bytes are not ${width} × ${height} pixels.`,
      "Choose the picture again.",
    );
  if (mask === undefined) return;
  if (mask.values.length !== width * height)
    throw refused(
      "imageToImage.mask",
      `The mask has ${mask.values.length} pixels, the picture ${width * height}.`,
      "Draw the mask on the picture it is for.",
    );
  if (!(mask.blur >= 0 && mask.blur <= 64))
    throw refused(
      "imageToImage.mask.blur",
      `A mask blur of ${mask.blur} pixels cannot be used.`,
      "Use a number from 0 to 64; 4 is usual.",
    );
  if (!(Number.isInteger(mask.padding) && mask.padding >= 0))
    throw refused(
      "imageToImage.mask.padding",
      `A padding of ${mask.padding} pixels cannot be used.`,
      "Use a whole number; 32 is usual.",
    );
}

const UPSCALERS: readonly HiresFix["upscaler"][] = [
  "latent-nearest",
  "latent-nearest-exact",
  "latent-bilinear",
  "latent-bicubic",
  "pixel-nearest",
  "pixel-bicubic",
  "pixel-lanczos",
];

function checkHires(
  hires: HiresFix,
  { request, latentScale }: { request: DiffusionRequest; latentScale: number },
): void {
  if (request.imageToImage !== undefined)
    throw refused(
      "hires",
      "The second pass of hires fix follows a text-to-image pass only.",
      "Leave out the picture, or make the picture larger and start from that.",
    );
  checkSize(hires, { field: "hires.", latentScale });
  const { steps, strength, upscaler } = hires;
  if (!UPSCALERS.includes(upscaler))
    throw refused(
      "hires.upscaler",
      `There is no upscaler "${upscaler}".`,
      `Use one of ${UPSCALERS.join(", ")}.`,
    );
  if (!Number.isInteger(steps) || steps < STEPS.min || steps > STEPS.max)
    throw refused(
      "hires.steps",
      `${steps} steps cannot be done.`,
      `Use a whole number from ${STEPS.min} to ${STEPS.max}.`,
    );
  if (!(strength >= 0.05 && strength <= 1))
    throw refused(
      "hires.strength",
      `A strength of ${strength} cannot be used.`,
      "Use a number from 0.05 to 1; 0.7 is usual.",
    );
}

const BLOCK = /^(?:BASE|OTHER|M00|(?:IN|OUT)(?:0\d|1[01]))$/u;

function checkUse({ id, unetStrength, textStrength, blockWeights = {}, steps }: AdapterUse): void {
  if (!Number.isFinite(unetStrength) || !Number.isFinite(textStrength))
    throw refused(
      "adapters",
      `The strength of adapter "${id}" is not a number.`,
      "Use a number; 0.8 is usual.",
    );
  for (const [block, weight] of Object.entries(blockWeights)) {
    if (!BLOCK.test(block) || !Number.isFinite(weight))
      throw refused(
        "adapters",
        `Adapter "${id}" cannot have a weight of ${weight} for a block "${block}".`,
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
    throw refused(
      "adapters",
      `The steps of adapter "${id}" make no window.`,
      "Begin at step 0 or later, end after the beginning, and take turns of one step or more.",
    );
}

function refused(where: string, message: string, remedy: string): StylusError {
  return new StylusError("bad-input", message, { where, remedy });
}

function nearest(pixels: number, multiple: number): number {
  const wanted = Number.isFinite(pixels) ? pixels : 512;
  return Math.min(MAX_PIXELS_PER_SIDE, Math.max(2 * multiple, Math.round(wanted / multiple) * multiple));
}
