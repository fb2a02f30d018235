// How many steps a schedule may have, and how many a pass asks of it.
import { limits } from "./limits.ts";
import type { DiffusionRequest } from "./request.ts";

/** Timesteps that LCM was distilled on, every 20th of 1,000: its schedule has no others. */
export const lcmTimesteps = 50;

type Scheduled = Pick<DiffusionRequest, "schedule" | "sampler">;

/** Even steps are those of LCM with the sampler of that name. */
export const hasLcmSchedule = ({ schedule, sampler }: Scheduled): boolean =>
  schedule === "lcm" || (schedule === "uniform" && sampler === "lcm");

export const mostSteps = (sampling: Scheduled): number =>
  hasLcmSchedule(sampling) ? lcmTimesteps : limits.steps.max;

/** A second pass runs the last `steps` of a schedule so long that they start at its denoising strength. */
export const secondPassLength = ({
  steps,
  strength,
}: {
  readonly steps: number;
  readonly strength: number;
}): number => Math.max(steps, Math.trunc(steps / Math.min(strength, 0.999)));
