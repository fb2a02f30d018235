// One pass with stand-ins for the networks: which noise it adds, where it starts, what stays of the original, when adapters change.
import { describe, expect, it } from "vitest";
import type { StepSegment } from "../../adapters/merging/step-window.ts";
import type { DiffusionEvent, DiffusionRequest } from "../../shared/request.ts";
import { BrownianTree } from "../noise/brownian.ts";
import { createGenerator } from "../noise/noise.ts";
import { type PassGroup, type SamplingEngine, type SamplingPass, samplingPass } from "./pass.ts";
import { linearCombination } from "./sampler-contract.ts";
import { scheduleSigmas, TrainingSchedule } from "./schedules.ts";

const training = new TrainingSchedule(Float32Array.from({ length: 1_000 }, (_, i) => 0.9999 * 0.993 ** i));
const size = { width: 2, height: 2 };
const request: DiffusionRequest = {
  packId: "none",
  prompt: "",
  negativePrompt: "",
  width: 16,
  height: 16,
  steps: 4,
  cfgScale: 1,
  sampler: "euler",
  schedule: "uniform",
  clipSkip: 1,
  noise: "cpu",
  fewStepAdapter: null,
  images: [],
};
const channels = 4;
const count = channels * size.width * size.height;

const always = [{ until: 999, conditioning: { tokens: 1, values: Float32Array.of(0) } }];
const segment = (begin: number, end: number, ...ids: string[]): StepSegment => ({
  begin,
  end,
  adapters: ids.map((id) => ({ id, updates: [], unetStrength: 1, textStrength: 1 })),
});
const group = (change: Partial<PassGroup> = {}): PassGroup => ({
  parts: [{ prompts: [{ weight: 1, schedule: always }], share: null }],
  window: null,
  negative: always,
  segments: [segment(0, 999)],
  ...change,
});

interface Done {
  readonly latent: Float32Array;
  readonly events: readonly DiffusionEvent[];
  /** What the U-Net was given: how many values, and predictions at once. */
  readonly inputs: readonly { readonly values: readonly number[]; readonly atOnce: number | undefined }[];
  readonly merges: readonly (readonly string[])[];
  readonly sessions: readonly number[];
}

/** A network that predicts no noise at all, so that only what the sampler adds changes the latent. */
async function run(
  change: Partial<DiffusionRequest> = {},
  pass: Partial<SamplingPass> = {},
  signal?: AbortSignal,
): Promise<Done> {
  const [inputs, merges, sessions]: [Done["inputs"][number][], string[][], number[]] = [[], [], []];
  const networks: SamplingEngine["networks"] = {
    checkpoint: { predictionType: "epsilon", vae: { config: { latentChannels: channels } } },
    batchOf: (atOnce) => atOnce,
    keepSessions: (sizes) => void sessions.push(sizes),
    predict: async (sample, { conditionings, atOnce }) => {
      inputs.push({ values: [...sample], atOnce });
      return conditionings.map(() => new Float32Array(sample.length));
    },
  };
  const adapters: SamplingEngine["adapters"] = {
    merge: async (uses) => merges.push(uses.map(({ id }) => id)),
  };
  const wanted = { ...request, ...change };
  const generator = samplingPass(
    {
      request: wanted,
      imageIndex: 3,
      job: { seed: 7 },
      size,
      groups: [group()],
      steps: { scheduled: wanted.steps, run: wanted.steps },
      original: null,
      mask: null,
      channels: null,
      progress: { done: 0, total: wanted.steps },
      hasPreview: true,
      ...pass,
    },
    {
      networks,
      adapters,
      training,
      preview: { factors: Array.from({ length: channels }, () => [1, 0, 0]), bias: [0, 0, 0] },
      signal,
    },
  );
  const events: DiffusionEvent[] = [];
  for (;;) {
    const next = await generator.next();
    if (next.done) return { latent: next.value, events, inputs, merges, sessions };
    events.push(next.value);
  }
}

const sigmasOf = (steps: number): number[] => [
  ...scheduleSigmas(training, { ...request, steps, sampler: "euler_a" }),
];
/** Deviation of the noise that Euler's ancestral method adds down to `to`. */
const up = (from: number, to: number): number =>
  Math.sqrt((to * to * (from * from - to * to)) / (from * from));

describe("noise", () => {
  it("starts at the first level, and Euler adds none", async () => {
    const { latent } = await run();
    const first = createGenerator("cpu", 7).randn(count);
    expect(latent).toEqual(first.map((value) => value * sigmasOf(4)[0]!));
  });

  it.each(["cpu", "nv"] as const)(
    "of ancestral samplers: further draws of the same generator (%s)",
    async (noise) => {
      const { latent } = await run({ sampler: "euler_a", noise });
      const sigmas = sigmasOf(4);
      const generator = createGenerator(noise, 7);
      let expected = linearCombination([sigmas[0]!, generator.randn(count)]);
      for (let i = 0; i < 3; i++)
        expected = linearCombination([1, expected], [up(sigmas[i]!, sigmas[i + 1]!), generator.randn(count)]);
      expect([...latent]).toEqual([...expected].map((value) => expect.closeTo(value, 5)));
    },
  );

  it("of SDE samplers: one Brownian path over the whole schedule, wherever the pass starts in it", async () => {
    const original = new Float32Array(count).fill(0.5);
    const steps = { scheduled: 4, run: 2 };
    const { latent } = await run({ sampler: "dpmpp_2m_sde" }, { original, steps });
    const sigmas = sigmasOf(4);
    const positive = sigmas.filter((sigma) => sigma > 0);
    const tree = new BrownianTree({
      seed: 7,
      kind: "cpu",
      count,
      sigmaMin: positive.at(-1)!,
      sigmaMax: positive[0]!,
    });
    const first = createGenerator("cpu", 7).randn(count);
    // With x0 = x, a step from σ to s is x + s √(1 − (s/σ)²) times the path's increment; the last one gives x0.
    const [from, to] = [sigmas[2]!, sigmas[3]!];
    const added = to * Math.sqrt(1 - (to / from) ** 2);
    const expected = linearCombination([1, original], [from, first], [added, tree.between(from, to)]);
    expect([...latent]).toEqual([...expected].map((value) => expect.closeTo(value, 4)));
  });

  it("of a variation turns the start alone", async () => {
    const job = { seed: 7, variation: { seed: 8, strength: 1 } };
    const sigmas = sigmasOf(2);
    const { latent } = await run({ sampler: "euler_a", steps: 2 }, { job });
    const own = createGenerator("cpu", 7);
    own.randn(count);
    const expected = linearCombination(
      [sigmas[0]!, createGenerator("cpu", 8).randn(count)],
      [up(sigmas[0]!, sigmas[1]!), own.randn(count)],
    );
    expect([...latent]).toEqual([...expected].map((value) => expect.closeTo(value, 4)));
  });
});

describe("an original", () => {
  const original = Float32Array.from({ length: count }, (_, i) => i / 10);

  it("gets the noise of the level at which the pass starts", async () => {
    const { latent, inputs } = await run({}, { original, steps: { scheduled: 4, run: 1 } });
    const level = sigmasOf(4)[3]!;
    const expected = linearCombination([1, original], [level, createGenerator("cpu", 7).randn(count)]);
    expect(latent).toEqual(expected);
    expect(inputs).toHaveLength(1);
    expect(inputs[0]!.values[0]).toBeCloseTo(expected[0]! / Math.sqrt(level ** 2 + 1), 5);
  });

  it("stays where the mask is 0, in all channels, and shows in the previews", async () => {
    const mask = Float32Array.of(1, 0, 0, 1);
    const masked = await run({}, { original, mask });
    const free = await run({}, { original });
    for (const [i, value] of masked.latent.entries())
      expect(value).toBeCloseTo(mask[i % 4] === 1 ? free.latent[i]! : original[i]!, 5);
    const red = 127.5 * ([1, 5, 9, 13].reduce((sum, i) => sum + original[i]!, 0) + 1);
    for (const event of masked.events)
      if (event.type === "preview") expect(event.rgba[4]).toBe(Math.min(255, Math.round(red)));
  });

  it("is an input of an inpainting U-Net behind the latent", async () => {
    const { inputs } = await run({ steps: 1 }, { channels: Float32Array.of(5, 6, 7, 8) });
    expect(inputs[0]!.values).toHaveLength(count + 4);
    expect(inputs[0]!.values.slice(-4)).toEqual([5, 6, 7, 8]);
  });
});

describe("events", () => {
  it("count on from earlier passes", async () => {
    const { events } = await run({ steps: 2 }, { progress: { done: 5, total: 9 } });
    expect(events).toMatchObject([
      { type: "step", imageIndex: 3, step: 6, steps: 9 },
      { type: "preview", imageIndex: 3, width: 2, height: 2 },
      { type: "step", imageIndex: 3, step: 7, steps: 9 },
      { type: "preview", imageIndex: 3, width: 2, height: 2 },
    ]);
  });

  it("end with the signal, before the next prediction", async () => {
    await expect(run({}, {}, AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("adapters", () => {
  it("change with their steps; those of the first are there already", async () => {
    const segments = [segment(0, 1, "a"), segment(1, 3, "b"), segment(3, 4)];
    expect((await run({}, { groups: [group({ segments })] })).merges).toEqual([["b"], []]);
  });

  it("of the last segment stay, should the sampler evaluate more often", async () => {
    const segments = [segment(0, 1, "a"), segment(1, 2, "b")];
    expect((await run({}, { groups: [group({ segments })] })).merges).toEqual([["b"]]);
  });

  it("of several groups take turns, there and back", async () => {
    const half = new Float32Array(4).fill(0.5);
    const of = (id: string) =>
      group({
        parts: [{ prompts: [{ weight: 1, schedule: always }], share: half }],
        segments: [segment(0, 9, id)],
      });
    expect((await run({ steps: 3 }, { groups: [of("a"), of("b")] })).merges).toEqual([["b"], ["a"], ["b"]]);
  });
});

describe("predictions at once", () => {
  const part = (prompts: number) => ({
    prompts: Array.from({ length: prompts }, () => ({ weight: 1, schedule: always })),
    share: new Float32Array(4).fill(1),
  });
  it.each<[string, PassGroup[], number]>([
    ["all of a step without regions", [group()], 2],
    ["at most four", [group({ parts: [part(3), part(3)] })], 4],
    ["of one group as many as it has, with the negative prompt", [group({ parts: [part(1), part(1)] })], 3],
    ["of several groups as many as the smallest has", [group({ parts: [part(1), part(2)] }), group()], 2],
  ])("%s", async (_, groups, atOnce) => {
    const { inputs } = await run({ steps: 1, cfgScale: 5 }, { groups });
    expect(inputs.map((input) => input.atOnce)).toEqual(groups.map(() => atOnce));
  });

  it("keep one session for each size of window", async () => {
    const of = (left: number, top: number, right: number, bottom: number) =>
      group({ window: { left, top, right, bottom } });
    const groups = [group(), of(0, 0, 1, 2), of(1, 0, 2, 2), of(0, 1, 2, 2)];
    const { sessions, inputs } = await run({ steps: 1 }, { groups });
    expect(sessions).toEqual([3]);
    expect(inputs.map(({ values }) => values.length)).toEqual([16, 8, 8, 8]);
  });
});
