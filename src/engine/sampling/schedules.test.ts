// Noise levels against k-diffusion, diffusers and the formulas of AUTOMATIC1111 (tests/fixtures/engine/make_goldens.py).
// Tolerance: 5e-6 relative, for float32 arithmetic in the references.

import { describe, expect, it } from "vitest";
import goldens from "../../../tests/fixtures/engine/goldens/schedules.json" with { type: "json" };
import type { SamplerId, ScheduleId } from "../../shared/request.ts";
import { alphasCumprod, SD1_BETAS, scheduleSigmas, TrainingSchedule } from "./schedules.ts";

const training = new TrainingSchedule(alphasCumprod(SD1_BETAS));
const TOLERANCE = 5e-6;

function worstError(values: ArrayLike<number>, expected: readonly number[]): number {
  expect(values.length).toBe(expected.length);
  return Math.max(
    ...expected.map((value, i) =>
      value === 0 ? Math.abs(values[i]!) : Math.abs(values[i]! - value) / value,
    ),
  );
}

describe("training schedule", () => {
  it("has SD 1.x's noise levels", () => {
    const picked = [0, 1, 2, 499, 998, 999].map((t) => training.sigmas[t]!);
    expect(worstError(picked, goldens.sigmas)).toBeLessThan(1e-6);
    expect(training.sigmaMin).toBeCloseTo(0.0292, 4);
    expect(training.sigmaMax).toBeCloseTo(14.6146, 4);
  });

  it.each(goldens.timesteps)("timestep of sigma $sigma", ({ sigma, timestep }) => {
    expect(Math.abs(training.timestepOf(sigma) - timestep)).toBeLessThan(2e-3);
  });

  it("round-trips whole timesteps exactly", () => {
    for (let t = 0; t < 1000; t++) expect(training.timestepOf(training.sigmaOf(t))).toBe(t);
  });
});

describe("inference schedules", () => {
  it.each(goldens.rows)("$schedule for $sampler, $steps steps", ({ schedule, sampler, steps, sigmas }) => {
    const values = scheduleSigmas(training, {
      schedule: schedule as ScheduleId,
      sampler: sampler as SamplerId,
      steps,
    });
    expect(worstError(values, sigmas)).toBeLessThan(TOLERANCE);
  });

  it("is sensitive: sigmas of linear betas fail the comparison", () => {
    const wrong = new TrainingSchedule(alphasCumprod({ ...SD1_BETAS, kind: "linear" }));
    const failures = goldens.rows.filter(({ schedule, sampler, steps, sigmas }) => {
      if (schedule === "ays") return false; // a fixed table
      const values = scheduleSigmas(wrong, {
        schedule: schedule as ScheduleId,
        sampler: sampler as SamplerId,
        steps,
      });
      return worstError(values, sigmas) >= TOLERANCE;
    });
    expect(failures.length).toBe(goldens.rows.filter(({ schedule }) => schedule !== "ays").length);
  });

  const schedules: ScheduleId[] = [
    "uniform",
    "karras",
    "exponential",
    "sgm_uniform",
    "simple",
    "beta",
    "ays",
    "trailing",
  ];
  const samplers: SamplerId[] = [
    "euler",
    "euler_a",
    "dpmpp_2m",
    "dpmpp_sde",
    "dpmpp_2m_sde",
    "ddim",
    "unipc",
  ];
  it.each(schedules)("%s never rises, for 1 to 150 steps and every sampler", (schedule) => {
    for (const sampler of samplers) {
      for (let steps = 1; steps <= 150; steps++) {
        const sigmas = scheduleSigmas(training, { schedule, sampler, steps });
        expect(sigmas.length).toBe(steps + 1);
        for (let i = 0; i < steps; i++)
          if (!(sigmas[i]! > sigmas[i + 1]!))
            throw new Error(`${schedule}/${sampler}/${steps}: ${sigmas[i]} then ${sigmas[i + 1]}`);
      }
    }
  });

  it("rejects more LCM steps than were distilled", () => {
    expect(() => scheduleSigmas(training, { schedule: "lcm", sampler: "lcm", steps: 51 })).toThrow(
      /at most 50 steps/,
    );
  });
});
