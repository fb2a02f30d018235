// Noise levels against k-diffusion, diffusers and the formulas of AUTOMATIC1111 (tests/fixtures/engine/make_goldens.py).
// Tolerance: 5e-6 relative, for float32 arithmetic in the references.

import { describe, expect, it } from "vitest";
import goldens from "../../../tests/fixtures/engine/goldens/schedules.json" with { type: "json" };
import type { SamplerId, ScheduleId } from "../../shared/request.ts";
import { alphasCumprod, betasOf, SD1_BETAS, scheduleSigmas, TrainingSchedule } from "./schedules.ts";

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

  it("is linear in the logarithm between timesteps, and clamps to the first and the last", () => {
    for (const t of [0.5, 1.25, 500.75, 998.5]) {
      expect(training.timestepOf(training.sigmaOf(t))).toBeCloseTo(t, 9);
      const [low, high] = [training.sigmas[Math.floor(t)]!, training.sigmas[Math.ceil(t)]!];
      const share = t - Math.floor(t);
      expect(training.sigmaOf(t)).toBeCloseTo(low ** (1 - share) * high ** share, 9);
    }
    expect([training.sigmaOf(0), training.sigmaOf(999)]).toEqual([training.sigmaMin, training.sigmaMax]);
    expect([1e-9, training.sigmaMin, training.sigmaMax, 1e9].map((s) => training.timestepOf(s))).toEqual([
      0, 0, 999, 999,
    ]);
    expect(training.timestepOf(training.sigmaOf(500) * 1.000001)).toBe(500);
    for (const outside of [-0.5, -1, 999.5, 1000])
      expect(() => training.sigmaOf(outside)).toThrow("is in the trained range");
    expect(() => new TrainingSchedule(Float32Array.of(0.5))).toThrow("at least two timesteps");
    expect(new TrainingSchedule(Float32Array.of(0.5, 0.0625)).sigmas).toEqual(
      Float32Array.of(1, Math.sqrt(15)),
    );
  });

  it("takes betas from a configuration, SD 1.x's for what it lacks", () => {
    expect(betasOf(null)).toEqual(SD1_BETAS);
    expect(
      betasOf({ beta_schedule: "linear", beta_start: 0.1, beta_end: 0.2, num_train_timesteps: 10 }),
    ).toEqual({
      kind: "linear",
      start: 0.1,
      end: 0.2,
      timesteps: 10,
    });
    for (const value of [0, -1, "1", Infinity, true])
      expect(() => betasOf({ beta_end: value })).toThrow(
        expect.objectContaining({
          code: "bad-file",
          message: `"beta_end" should be a positive number, but is ${JSON.stringify(value)}.`,
        }),
      );
    expect(() => betasOf({ beta_schedule: "cosine" })).toThrow(
      expect.objectContaining({
        code: "unsupported",
        message: 'The beta schedule "cosine" is not supported.',
      }),
    );
    expect([...alphasCumprod({ kind: "linear", start: 0.5, end: 0.75, timesteps: 3 })]).toEqual([
      0.5, 0.1875, 0.046875,
    ]);
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

  it("trailing rounds halves to even timesteps, as numpy does", () => {
    const sigmas = scheduleSigmas(training, { schedule: "trailing", sampler: "euler", steps: 16 });
    // 1000, 937.5, 875, 812.5 …, rounded, less 1
    const timesteps = [999, 937, 874, 811, 749, 687, 624, 561, 499, 437, 374, 311, 249, 187, 124, 61];
    expect([...sigmas]).toEqual([...timesteps.map((timestep) => training.sigmas[timestep]!), 0]);
  });

  it("rejects more LCM steps than were distilled", () => {
    expect(() => scheduleSigmas(training, { schedule: "lcm", sampler: "lcm", steps: 51 })).toThrow(
      /at most 50 steps/,
    );
  });
});
