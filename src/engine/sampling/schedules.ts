// The noise levels that a sampler visits: the discrete schedule that a network was trained with (sigma of each of its 1,000
// timesteps, and the conversion between them), and the inference schedules, each a decreasing list of sigmas. Sigma is
// the noise level in the variance-exploding scale of Karras et al. (2022): x = x0 + sigma · noise,
// sigma = sqrt((1 - ᾱ) / ᾱ). Values follow k-diffusion and AUTOMATIC1111, or diffusers for `trailing` and `lcm`.

import { assert, unreachable } from "../../shared/assert.ts";
import { StylusError } from "../../shared/errors.ts";
import { checkScheduleLength } from "../../shared/request-check.ts";
import { say } from "../../shared/saying.ts";
import { hasLcmSchedule, lcmTimesteps } from "../../shared/schedule-length.ts";
import type { SamplerId, ScheduleId } from "../../shared/request.ts";
import { inverseRegularizedBeta } from "./beta-distribution.ts";

/** The noise levels a network was trained on. */
export class TrainingSchedule {
  /** Of timestep 0, 1, …; increasing. */
  readonly sigmas: Float32Array;
  readonly #logSigmas: Float64Array;

  /** @param alphasCumprod ᾱ of timestep 0, 1, …; decreasing. */
  constructor(alphasCumprod: Float32Array) {
    assert(alphasCumprod.length >= 2, "a schedule has at least two timesteps");
    this.sigmas = alphasCumprod.map((alpha) => Math.sqrt(Math.fround(Math.fround(1 - alpha) / alpha)));
    this.#logSigmas = Float64Array.from(this.sigmas, Math.log);
  }

  get length(): number {
    return this.sigmas.length;
  }
  get sigmaMin(): number {
    return this.sigmas[0]!;
  }
  get sigmaMax(): number {
    return this.sigmas[this.sigmas.length - 1]!;
  }

  /** Fractional timestep of `sigma`, linear in log sigma, clamped to the trained range. */
  timestepOf(sigma: number): number {
    const logs = this.#logSigmas;
    const wanted = Math.log(sigma);
    let low = 0;
    let high = logs.length - 1;
    if (wanted <= logs[low]!) return 0;
    if (wanted >= logs[high]!) return high;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (logs[middle]! <= wanted) low = middle;
      else high = middle;
    }
    const timestep = low + (wanted - logs[low]!) / (logs[high]! - logs[low]!);
    // A sigma from a whole timestep maps back to exactly that timestep.
    const nearest = Math.round(timestep);
    return Math.abs(timestep - nearest) < 1e-3 ? nearest : timestep;
  }

  /** @param timestep may be fractional. */
  sigmaOf(timestep: number): number {
    const low = Math.floor(timestep);
    const high = Math.ceil(timestep);
    assert(low >= 0 && high < this.length, `timestep ${timestep} is in the trained range`);
    if (low === high) return this.sigmas[low]!;
    const fraction = timestep - low;
    return Math.exp((1 - fraction) * this.#logSigmas[low]! + fraction * this.#logSigmas[high]!);
  }
}

export interface BetaSchedule {
  readonly kind: "scaled_linear" | "linear";
  readonly start: number;
  readonly end: number;
  readonly timesteps: number;
}

/** SD 1.x: 1,000 timesteps, betas linear in their square roots from 0.00085 to 0.012 (Rombach et al. 2022). */
export const SD1_BETAS: BetaSchedule = { kind: "scaled_linear", start: 0.00085, end: 0.012, timesteps: 1000 };

/**
 * Betas of a scheduler_config.json; SD 1.x's for missing fields.
 * @throws StylusError unsupported for an unknown kind of schedule
 */
export function betasOf(config: Readonly<Record<string, unknown>> | null): BetaSchedule {
  const number = (field: string, fallback: number): number => {
    const value = config?.[field] ?? fallback;
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
    throw new StylusError(
      "bad-file",
      say`"${field}" should be a positive number, but is ${JSON.stringify(value)}.`,
      {
        where: "scheduler/scheduler_config.json",
      },
    );
  };
  const kind = config?.["beta_schedule"] ?? SD1_BETAS.kind;
  if (kind !== "scaled_linear" && kind !== "linear") {
    throw new StylusError("unsupported", say`The beta schedule ${JSON.stringify(kind)} is not supported.`, {
      where: "scheduler/scheduler_config.json",
      remedy: say`Use a Stable Diffusion 1.x model.`,
    });
  }
  return {
    kind,
    start: number("beta_start", SD1_BETAS.start),
    end: number("beta_end", SD1_BETAS.end),
    timesteps: number("num_train_timesteps", SD1_BETAS.timesteps),
  };
}

/** ᾱ_t = Π (1 - β_i), in double precision, stored as float32 like in the reference checkpoints. */
export function alphasCumprod({ kind, start, end, timesteps }: BetaSchedule): Float32Array {
  const alphas = new Float32Array(timesteps);
  let product = 1;
  for (let i = 0; i < timesteps; i++) {
    const fraction = i / (timesteps - 1);
    const beta =
      kind === "linear"
        ? start + fraction * (end - start)
        : (Math.sqrt(start) + fraction * (Math.sqrt(end) - Math.sqrt(start))) ** 2;
    product *= 1 - beta;
    alphas[i] = product;
  }
  return alphas;
}

/** Align Your Steps (Sabour et al. 2024), the 10-step schedule for SD 1.5. */
const ALIGN_YOUR_STEPS = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029];

export interface ScheduleRequest {
  readonly schedule: ScheduleId;
  readonly sampler: SamplerId;
  readonly steps: number;
}

/**
 * The sigmas of a run: `steps + 1` values, decreasing; the last is 0, or the smallest trained one for DDIM.
 *
 * "uniform" means the sampler's own: leading timesteps for DDIM, the distillation timesteps for LCM.
 * @throws StylusError bad-input if the schedule has fewer steps
 */
export function scheduleSigmas(
  training: TrainingSchedule,
  { schedule, sampler, steps }: ScheduleRequest,
): Float64Array {
  const sigmas = new Float64Array(steps + 1);
  sigmas.set(descending(training, ownSchedule(schedule, sampler), steps));
  // DDIM ends at the first trained level, not at zero (`set_alpha_to_one: false` of SD 1.x). A schedule that has already reached that level ends at zero.
  if (sampler === "ddim" && sigmas[steps - 1]! > training.sigmaMin * 1.000001)
    sigmas[steps] = training.sigmaMin;
  return sigmas;
}

function ownSchedule(schedule: ScheduleId, sampler: SamplerId): ScheduleId | "leading" {
  if (hasLcmSchedule({ schedule, sampler })) return "lcm";
  return schedule === "uniform" && sampler === "ddim" ? "leading" : schedule;
}

function descending(training: TrainingSchedule, schedule: ScheduleId | "leading", steps: number): number[] {
  const { sigmaMin, sigmaMax } = training;
  const last = training.length - 1;
  switch (schedule) {
    case "uniform":
      return linspace(last, 0, steps).map((t) => training.sigmaOf(t));
    case "sgm_uniform":
      return linspace(last, 0, steps + 1)
        .slice(0, -1)
        .map((t) => training.sigmaOf(t));
    case "karras": {
      const rho = 7; // Karras et al. (2022), equation 5
      const low = sigmaMin ** (1 / rho);
      const high = sigmaMax ** (1 / rho);
      return linspace(0, 1, steps).map((ramp) => (high + ramp * (low - high)) ** rho);
    }
    case "exponential":
      return linspace(Math.log(sigmaMax), Math.log(sigmaMin), steps).map(Math.exp);
    case "simple":
      return Array.from(
        { length: steps },
        (_, i) => training.sigmas[last - Math.trunc(i * (training.length / steps))]!,
      );
    case "beta":
      // Lee et al. (2024), α = β = 0.6, over sigma as in AUTOMATIC1111 and diffusers (the paper spaces timesteps).
      return linspace(1, 0, steps).map(
        (p) => sigmaMin + inverseRegularizedBeta(p, 0.6, 0.6) * (sigmaMax - sigmaMin),
      );
    case "ays":
      return steps === ALIGN_YOUR_STEPS.length ? [...ALIGN_YOUR_STEPS] : logLinear(ALIGN_YOUR_STEPS, steps);
    case "trailing":
      // Lin et al. (2023), table 2.
      return Array.from(
        { length: steps },
        (_, i) =>
          training.sigmas[Math.max(0, roundHalfEven(training.length - (i * training.length) / steps) - 1)]!,
      );
    case "leading": {
      const stride = Math.max(1, Math.floor(training.length / steps));
      return Array.from(
        { length: steps },
        (_, i) => training.sigmas[Math.min((steps - 1 - i) * stride + 1, last)]!,
      );
    }
    case "lcm": {
      checkScheduleLength("steps", steps, { schedule, sampler: "lcm" });
      const stride = Math.floor(training.length / lcmTimesteps);
      return Array.from({ length: steps }, (_, i) => {
        const index = Math.floor((i * lcmTimesteps) / steps);
        return training.sigmas[(lcmTimesteps - index) * stride - 1]!;
      });
    }
    default:
      return unreachable(schedule);
  }
}

/** `count` values from `start` to `end` inclusive; the single value of a list of one is `start`. */
function linspace(start: number, end: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) =>
    i === 0 ? start : i === count - 1 ? end : start + (i * (end - start)) / (count - 1),
  );
}

/** Resamples a decreasing list to `count` values, linear in the logarithm. */
function logLinear(values: readonly number[], count: number): number[] {
  return linspace(0, values.length - 1, count).map((position) => {
    const low = Math.min(Math.floor(position), values.length - 2);
    const fraction = position - low;
    return Math.exp((1 - fraction) * Math.log(values[low]!) + fraction * Math.log(values[low + 1]!));
  });
}

/** numpy's rounding, which diffusers applies to timesteps. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
