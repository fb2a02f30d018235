// From the U-Net's prediction to the sampler's denoiser: input scaling, classifier-free guidance (Ho & Salimans 2022),
// composition of prompts (Liu et al. 2022), prompts that change during the run.

import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { Conditioning, GuidedPrompt, ScheduledConditioning } from "../prompt/conditioning.ts";
import type { Denoiser } from "./sampler-contract.ts";
import type { TrainingSchedule } from "./schedules.ts";

export interface GuidanceOptions {
  readonly training: TrainingSchedule;
  readonly predictionType: "epsilon" | "v_prediction";
  readonly cfgScale: number;
  readonly prompts: readonly GuidedPrompt[];
  readonly negative: readonly ScheduledConditioning[];
  /**
   * Runs the U-Net on one scaled sample for several conditionings at once, with one prediction each.
   * @param sample [C, H, W]
   */
  readonly predict: (
    sample: Float32Array<ArrayBuffer>,
    timestep: number,
    conditionings: readonly Conditioning[],
  ) => Promise<readonly Float32Array[]>;
}

/** A denoiser for one run, because it counts its evaluations. */
export function guidedDenoiser({
  training,
  predictionType,
  cfgScale,
  prompts,
  negative,
  predict,
}: GuidanceOptions): Denoiser {
  // At scale 1 the negative prompt cancels out, so its half of the work is skipped.
  const single = prompts.length === 1 && prompts[0]!.weight * cfgScale === 1;
  let evaluation = 0;
  return async (x, sigma) => {
    evaluation++;
    const conditionings = prompts.map(({ schedule }) => inForce(schedule, evaluation));
    if (!single) conditionings.push(inForce(negative, evaluation));
    const inputScale = 1 / Math.sqrt(sigma * sigma + 1);
    const sample = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) sample[i] = x[i]! * inputScale;
    const predictions = await predict(sample, training.timestepOf(sigma), conditionings);

    // denoised = skip · x + out · prediction, linear, so guiding the predictions guides x0.
    const skip = predictionType === "epsilon" ? 1 : inputScale * inputScale;
    const out = predictionType === "epsilon" ? -sigma : -sigma * inputScale;
    const unconditional = predictions.at(-1)!;
    const denoised = new Float32Array(x.length);
    for (let i = 0; i < x.length; i++) {
      const base = unconditional[i]!;
      let guided = base;
      if (!single)
        for (const [k, { weight }] of prompts.entries())
          guided += weight * cfgScale * (predictions[k]![i]! - base);
      denoised[i] = skip * x[i]! + out * guided;
    }
    if (!Number.isFinite(denoised[0]!) || !denoised.every(Number.isFinite)) throw notFinite();
    return denoised;
  };
}

function inForce(schedule: readonly ScheduledConditioning[], evaluation: number): Conditioning {
  return (schedule.find(({ until }) => evaluation <= until) ?? schedule.at(-1)!).conditioning;
}

function notFinite(): StylusError {
  return new StylusError("device", say`The U-Net's output overflowed (NaN or infinity).`, {
    remedy: say`Lower the adapters' strengths or the CFG scale; with a 16-bit model, try the device wasm.`,
  });
}
