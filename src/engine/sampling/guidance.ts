// From the U-Net's prediction to the sampler's denoiser: input scaling, classifier-free guidance (Ho & Salimans 2022) and the
// interval in which it works, composition of prompts (Liu et al. 2022), regions (regions.ts), prompts that change during the run.

import { StylusError } from "../../shared/errors.ts";
import type { GuidanceInterval } from "../../shared/request.ts";
import { say } from "../../shared/saying.ts";
import type { Conditioning, GuidedPrompt, ScheduledConditioning } from "../prompt/conditioning.ts";
import type { LatentSize } from "../latent-size.ts";
import { type LatentWindow, sizeOf, windowOf } from "./regions.ts";
import type { Denoiser } from "./sampler-contract.ts";
import type { TrainingSchedule } from "./schedules.ts";

/** A prompt, whose conjuncts are summed, and how much it counts at each latent. */
export interface GuidedPart {
  readonly prompts: readonly GuidedPrompt[];
  /** [H, W]; null: the only one everywhere. */
  readonly share: Float32Array | null;
}

/** Parts that the same weights predict in the same window of the latent, from one negative prompt. */
export interface GuidedGroup {
  readonly parts: readonly GuidedPart[];
  /** Null: the whole latent. */
  readonly window: LatentWindow | null;
  readonly negative: readonly ScheduledConditioning[];
}

/** How much is guided, and where. */
export interface Guidance {
  readonly cfgScale: number;
  /** Undefined: everywhere. */
  readonly interval: GuidanceInterval | undefined;
}

export interface GuidanceOptions<Group extends GuidedGroup = GuidedGroup> {
  readonly training: TrainingSchedule;
  readonly predictionType: "epsilon" | "v_prediction";
  readonly guidance: Guidance;
  readonly groups: readonly Group[];
  readonly size: LatentSize;
  /**
   * Runs the U-Net on one scaled sample for the conditionings of a group, with one prediction each.
   * @param sample [C, H, W] of the group's window
   * @param step.scale of guidance
   */
  readonly predict: (
    sample: Float32Array<ArrayBuffer>,
    step: { readonly timestep: number; readonly scale: number },
    conditionings: readonly Conditioning[],
    group: Group,
  ) => Promise<readonly Float32Array[]>;
}

/** At scale 1 the negative prompt cancels out, so its half of the work is skipped. */
const needsNegative = ({ parts }: GuidedGroup, scale: number): boolean =>
  parts.some(({ prompts }) => prompts.length !== 1 || prompts[0]!.weight * scale !== 1);

/** How many predictions a group takes. */
export const predictionsOf = (group: GuidedGroup, scale: number): number =>
  group.parts.reduce((sum, { prompts }) => sum + prompts.length, needsNegative(group, scale) ? 1 : 0);

/** Outside its interval guidance is off. */
function scaleAt(timestep: number, { cfgScale, interval }: Guidance, training: TrainingSchedule): number {
  if (interval === undefined) return cfgScale;
  const denoised = 1 - timestep / (training.length - 1);
  return denoised >= interval.start && denoised <= interval.end ? cfgScale : 1;
}

/** The scales that a run may have. */
export const scalesOf = ({ cfgScale, interval }: Guidance): number[] =>
  interval === undefined || cfgScale === 1 ? [cfgScale] : [cfgScale, 1];

/** A denoiser for one run, because it counts its evaluations. */
export function guidedDenoiser<Group extends GuidedGroup>({
  training,
  predictionType,
  guidance,
  groups,
  size,
  predict,
}: GuidanceOptions<Group>): Denoiser {
  let evaluation = 0;
  return async (x, sigma) => {
    evaluation++;
    const inputScale = 1 / Math.sqrt(sigma * sigma + 1);
    const sample = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) sample[i] = x[i]! * inputScale;
    const timestep = training.timestepOf(sigma);
    const scale = scaleAt(timestep, guidance, training);
    const terms: Term[][] = groups.map(() => []);
    // There and back, so that an evaluation starts with the weights that the last one ended with.
    const order = [...groups.entries()];
    for (const [index, group] of evaluation % 2 === 1 ? order : order.reverse()) {
      const conditionings = group.parts.flatMap(({ prompts }) =>
        prompts.map(({ schedule }) => inForce(schedule, evaluation)),
      );
      const negated = needsNegative(group, scale);
      if (negated) conditionings.push(inForce(group.negative, evaluation));
      const seen = windowOf(sample, group.window, size);
      const predictions = await predict(seen, { timestep, scale }, conditionings, group);
      terms[index] = termsOf(group, { predictions, negated });
    }

    // denoised = skip · x + out · prediction, linear, so guiding the predictions guides x0.
    const skip = predictionType === "epsilon" ? 1 : inputScale * inputScale;
    const out = predictionType === "epsilon" ? -sigma : -sigma * inputScale;
    const sum = new Float64Array(x.length);
    for (const term of terms.flat()) addGuided(term, { to: sum, scale, size });
    const denoised = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) denoised[i] = skip * x[i]! + out * sum[i]!;
    if (!Number.isFinite(denoised[0]!) || !denoised.every(Number.isFinite)) throw notFinite();
    return denoised;
  };
}

/** The predictions of a part. */
interface Term extends Pick<GuidedGroup, "window"> {
  readonly share: Float32Array | null;
  readonly unconditional: Float32Array;
  /** None where the unconditional prediction stands for all: that of the prompt at scale 1. */
  readonly prompts: readonly { readonly weight: number; readonly prediction: Float32Array }[];
}

/** @param predictions of the group's prompts in their order, then of the negative prompt if it is `negated` */
function termsOf(
  { parts, window }: GuidedGroup,
  { predictions, negated }: { predictions: readonly Float32Array[]; negated: boolean },
): Term[] {
  let next = 0;
  return parts.map(({ prompts, share }) => {
    if (!negated) return { window, share, unconditional: predictions[next++]!, prompts: [] };
    return {
      window,
      share,
      unconditional: predictions.at(-1)!,
      prompts: prompts.map(({ weight }) => ({ weight, prediction: predictions[next++]! })),
    };
  });
}

/** Adds a term's prediction, guided, at the latents of its window. */
function addGuided(
  { window, share, unconditional, prompts }: Term,
  { to, scale, size }: { to: Float64Array; scale: number; size: LatentSize },
): void {
  const { width, height } = window ? sizeOf(window) : size;
  for (let i = 0; i < unconditional.length; i++) {
    const base = unconditional[i]!;
    let guided = base;
    for (const { weight, prediction } of prompts) guided += weight * scale * (prediction[i]! - base);
    if (share === null) to[i]! += guided;
    else {
      const row = Math.floor(i / width);
      const y = (row % height) + (window?.top ?? 0);
      const at = y * size.width + (i % width) + (window?.left ?? 0);
      const channel = Math.floor(row / height) * share.length;
      to[channel + at]! += share[at]! * guided;
    }
  }
}

function inForce(schedule: readonly ScheduledConditioning[], evaluation: number): Conditioning {
  return (schedule.find(({ until }) => evaluation <= until) ?? schedule.at(-1)!).conditioning;
}

function notFinite(): StylusError {
  return new StylusError("device", say`The U-Net's output overflowed (NaN or infinity).`, {
    remedy: say`Lower the adapters' strengths or the CFG scale; with a 16-bit model, try the device wasm.`,
  });
}
