// How many steps of a schedule a denoising strength runs. k-diffusion's samplers follow AUTOMATIC1111
// (modules/sd_samplers_common.py, setup_img2img_steps), DDIM and UniPC follow diffusers
// (StableDiffusionImg2ImgPipeline.get_timesteps); the two differ by one step.

import type { SamplerId } from "../../shared/request.ts";
import { secondPassLength } from "../../shared/schedule-length.ts";
import { SAMPLERS } from "./samplers.ts";

/** The last `run` of `scheduled` steps. */
export interface PassSteps {
  readonly scheduled: number;
  readonly run: number;
}

/** All steps, from pure noise. */
export function allSteps(steps: number): PassSteps {
  return { scheduled: steps, run: steps };
}

/** img2img: runs a share of the steps. */
export function shareOfSteps(
  steps: number,
  { strength, sampler }: { strength: number; sampler: SamplerId },
): PassSteps {
  const run = SAMPLERS[sampler].unitVarianceStart
    ? Math.max(1, Math.min(steps, Math.trunc(steps * strength)))
    : Math.trunc(Math.min(strength, 0.999) * steps) + 1;
  return { scheduled: steps, run };
}

/** Hires fix: runs as many steps as requested, from a schedule so long that they start at the denoising strength. */
export function fixedSteps(steps: number, { strength }: { strength: number }): PassSteps {
  return { scheduled: secondPassLength({ steps, strength }), run: steps };
}
