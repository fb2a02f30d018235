// What the sampler gets out of predictions, against the definitions: x0 = x − σε, and for v (Salimans & Ho 2022) with x = x0 + σε scaled by
// 1/√(σ²+1): x0 = x/(σ²+1) − vσ/√(σ²+1).
import { describe, expect, it } from "vitest";
import type { Conditioning, GuidedPrompt, ScheduledConditioning } from "../prompt/conditioning.ts";
import { guidedDenoiser, type GuidedGroup } from "./guidance.ts";
import type { TrainingSchedule } from "./schedules.ts";

const training = { timestepOf: (sigma: number) => sigma * 10 } as TrainingSchedule;
const conditioning = (value: number): Conditioning => ({ tokens: 1, values: Float32Array.of(value) });
const always = (value: number) => [{ until: 99, conditioning: conditioning(value) }];
const of = (prompts: readonly GuidedPrompt[], negative: readonly ScheduledConditioning[]): GuidedGroup => ({
  parts: [{ prompts, share: null }],
  window: null,
  negative,
});
/** Of two latents. */
const pair = { width: 2, height: 1 };

const noise = [0.5, -1.25];
const image = [0.3, -0.7];

describe.each([0.1, 1, 7.5])("σ = %f", (sigma) => {
  const scale = 1 / Math.sqrt(sigma * sigma + 1);
  const x = Float32Array.from(image, (value, i) => value + sigma * noise[i]!);

  it.each(["epsilon", "v_prediction"] as const)(
    "%s: a true prediction gives the image",
    async (predictionType) => {
      const seen: number[][] = [];
      const denoise = guidedDenoiser({
        training,
        predictionType,
        guidance: { cfgScale: 1, interval: undefined },
        groups: [of([{ weight: 1, schedule: always(1) }], always(0))],
        size: pair,
        predict: async (sample, { timestep }) => {
          seen.push([timestep, ...sample]);
          // v = ε·α − x0·s with α = 1/√(σ²+1) and s = σ·α
          return [
            Float32Array.from(image, (value, i) =>
              predictionType === "epsilon" ? noise[i]! : scale * noise[i]! - sigma * scale * value,
            ),
          ];
        },
      });
      const denoised = await denoise(x, sigma);
      for (const [i, value] of image.entries()) expect(denoised[i]).toBeCloseTo(value, 5);
      expect(seen[0]![0]).toBe(sigma * 10);
      for (const [i, value] of x.entries()) expect(seen[0]![i + 1]).toBeCloseTo(value * scale, 6);
    },
  );
});

it("guidance goes from the negative prompt along each prompt, by weight and scale", async () => {
  const denoise = guidedDenoiser({
    training,
    predictionType: "epsilon",
    guidance: { cfgScale: 2, interval: undefined },
    groups: [
      of(
        [
          { weight: 1, schedule: always(3) },
          {
            weight: -0.5,
            schedule: [
              { until: 1, conditioning: conditioning(5) },
              { until: 9, conditioning: conditioning(7) },
            ],
          },
        ],
        always(1),
      ),
    ],
    size: pair,
    predict: async (_sample, _step, conditionings) =>
      conditionings.map(({ values }) => values as Float32Array<ArrayBuffer>),
  });
  expect([...(await denoise(Float32Array.of(0), 1))]).toEqual([-(1 + 2 * (3 - 1) - 0.5 * 2 * (5 - 1))]);
  expect([...(await denoise(Float32Array.of(0), 1))]).toEqual([-(1 + 2 * (3 - 1) - 0.5 * 2 * (7 - 1))]);
});

it("asks for no negative prompt where weight times scale is 1, and only there", async () => {
  const counts = async (weight: number, cfgScale: number): Promise<number> => {
    let count = 0;
    const denoise = guidedDenoiser({
      training,
      predictionType: "epsilon",
      guidance: { cfgScale, interval: undefined },
      groups: [of([{ weight, schedule: always(1) }], always(0))],
      size: pair,
      predict: async (_sample, _step, conditionings) => {
        count = conditionings.length;
        return conditionings.map(({ values }) => values as Float32Array<ArrayBuffer>);
      },
    });
    expect([...(await denoise(Float32Array.of(0), 1))]).toEqual([-weight * cfgScale]);
    return count;
  };
  expect([await counts(1, 1), await counts(0.5, 2), await counts(2, 2), await counts(1, 2)]).toEqual([
    1, 1, 2, 2,
  ]);
});

it("a part counts by its share at each latent, from its group's own negative prompt", async () => {
  const [left, right] = [Float32Array.of(1, 0.25), Float32Array.of(0, 0.75)];
  const asked: number[][] = [];
  const denoise = guidedDenoiser({
    training,
    predictionType: "epsilon",
    guidance: { cfgScale: 2, interval: undefined },
    groups: [
      {
        parts: [{ prompts: [{ weight: 1, schedule: always(3) }], share: left }],
        window: null,
        negative: always(1),
      },
      {
        parts: [{ prompts: [{ weight: 1, schedule: always(5) }], share: right }],
        window: null,
        negative: always(2),
      },
    ],
    size: pair,
    predict: async (_sample, _step, conditionings) => {
      asked.push(conditionings.map(({ values }) => values[0]!));
      return conditionings.map(({ values }) => Float32Array.of(values[0]!, values[0]!));
    },
  });
  const [own, other] = [1 + 2 * (3 - 1), 2 + 2 * (5 - 2)];
  const expected = [-own, -(0.25 * own + 0.75 * other)];
  expect([...(await denoise(Float32Array.of(0, 0), 1))]).toEqual(expected);
  // The second evaluation starts with the group that the first has ended with.
  expect([...(await denoise(Float32Array.of(0, 0), 1))]).toEqual(expected);
  expect(asked).toEqual([
    [3, 1],
    [5, 2],
    [5, 2],
    [3, 1],
  ]);
});

it("a group sees its window only, and its prediction counts there only", async () => {
  const size = { width: 3, height: 2 };
  const share = Float32Array.of(0, 1, 0.5, 0, 0.25, 0);
  const rest = share.map((value) => 1 - value);
  const seen: number[][] = [];
  const denoise = guidedDenoiser({
    training,
    predictionType: "epsilon",
    guidance: { cfgScale: 1, interval: undefined },
    size,
    groups: [
      { parts: [{ prompts: [{ weight: 1, schedule: always(1) }], share: rest }], window: null, negative: [] },
      {
        parts: [{ prompts: [{ weight: 1, schedule: always(2) }], share }],
        window: { left: 1, top: 0, right: 3, bottom: 2 },
        negative: [],
      },
    ],
    // Two channels; a prediction is the prompt's number times the sample.
    predict: async (sample, _step, conditionings) => {
      seen.push([...sample]);
      return [sample.map((value) => value * conditionings[0]!.values[0]!)];
    },
  });
  const sigma = Math.sqrt(3); // scales samples by 0.5
  const x = Float32Array.of(2, 4, 6, 8, 10, 12, 20, 40, 60, 80, 100, 120);
  const denoised = await denoise(x, sigma);
  expect(seen).toEqual([
    [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60],
    [2, 3, 5, 6, 20, 30, 50, 60],
  ]);
  for (const [i, value] of x.entries()) {
    const guided = (value / 2) * (rest[i % 6]! + 2 * share[i % 6]!);
    expect(denoised[i]).toBeCloseTo(value - sigma * guided, 4);
  }
});
