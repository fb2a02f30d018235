// What the engine can do, checked before any work is done. Every complaint names the field and the remedy.

import { StylusError } from "../shared/errors.ts";
import type { AdapterUse, DiffusionRequest } from "../shared/request.ts";
import { SAMPLERS } from "./samplers.ts";

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
  for (const side of ["width", "height"] as const) {
    const pixels = request[side];
    const fits =
      Number.isInteger(pixels) &&
      pixels % latentScale === 0 &&
      pixels >= 2 * latentScale &&
      pixels <= MAX_PIXELS_PER_SIDE;
    if (!fits)
      throw refused(
        side,
        `An image cannot have a ${side} of ${pixels} pixels.`,
        `Use a multiple of ${latentScale} up to ${MAX_PIXELS_PER_SIDE}, for example ${nearest(pixels, latentScale)}.`,
      );
  }
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
  for (const { seed } of request.images) {
    if (!Number.isSafeInteger(seed))
      throw refused("seed", `${seed} cannot be a seed.`, "Use a whole number of at most 15 digits.");
  }
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
