// What the engine can do, checked before any work is done. Every complaint names the field and the remedy.

import { StylusError } from "../shared/errors.ts";
import type { DiffusionRequest } from "../shared/request.ts";
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
  for (const { id, unetStrength, textStrength } of uses) {
    if (!hasAdapter(id))
      throw refused("adapters", `There is no adapter "${id}".`, "Check its name, or add its file first.");
    if (!Number.isFinite(unetStrength) || !Number.isFinite(textStrength))
      throw refused(
        "adapters",
        `The strength of adapter "${id}" is not a number.`,
        "Use a number; 0.8 is usual.",
      );
  }
  for (const { seed } of request.images) {
    if (!Number.isSafeInteger(seed))
      throw refused("seed", `${seed} cannot be a seed.`, "Use a whole number of at most 15 digits.");
  }
}

function refused(where: string, message: string, remedy: string): StylusError {
  return new StylusError("bad-input", message, { where, remedy });
}

function nearest(pixels: number, multiple: number): number {
  const wanted = Number.isFinite(pixels) ? pixels : 512;
  return Math.min(MAX_PIXELS_PER_SIDE, Math.max(2 * multiple, Math.round(wanted / multiple) * multiple));
}
