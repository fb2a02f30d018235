// Samplers against k-diffusion and diffusers, step by step, on a toy problem with a known denoiser: the goldens are
// trajectories of those programs' own code (tests/fixtures/engine/make_goldens.py). Tolerance 5e-6 of the state's largest
// value after every step, because the references compute in float32.

import { describe, expect, it } from "vitest";
import goldens from "../../../tests/fixtures/engine/goldens/samplers.json" with { type: "json" };
import type { SamplerId } from "../../shared/request.ts";
import { BrownianTree } from "../noise/brownian.ts";
import { createGenerator } from "../noise/noise.ts";
import type { Denoiser, SamplerOptions, SamplerStep } from "./sampler-contract.ts";
import { initialNoiseScale, SAMPLERS } from "./samplers.ts";
import { alphasCumprod, SD1_BETAS, TrainingSchedule } from "./schedules.ts";

const training = new TrainingSchedule(alphasCumprod(SD1_BETAS));
const COUNT = goldens.shape.reduce((product, size) => product * size, 1);
const TOLERANCE = 5e-6;

/** The denoiser of make_goldens.py. */
const toyDenoiser: Denoiser = (x, sigma) =>
  Promise.resolve(
    Float32Array.from(x, (value, i) => {
      const variance = 0.2 + 0.05 * (i % 7);
      const s2 = sigma * sigma;
      return (
        (value * variance + s2 * 0.3 * Math.sin(i)) / (variance + s2) +
        0.1 * Math.sin((3 * value) / (1 + sigma))
      );
    }),
  );

interface Run {
  readonly name: string;
  readonly seed: number;
  readonly eta: number | null;
  readonly sigmas: number[];
  readonly states: number[][];
}

async function trajectory(
  run: Run,
  model: Denoiser = toyDenoiser,
  overrides: Partial<SamplerOptions> = {},
): Promise<SamplerStep[]> {
  const name = run.name as SamplerId;
  const sigmas = Float64Array.from(run.sigmas);
  const generator = createGenerator("cpu", run.seed);
  const scale = initialNoiseScale(name, sigmas[0]!);
  const x = generator.randn(COUNT).map((value) => value * scale);
  const positive = run.sigmas.filter((sigma) => sigma > 0);
  const tree = SAMPLERS[name].brownian
    ? new BrownianTree({
        seed: run.seed,
        kind: "cpu",
        count: COUNT,
        sigmaMin: Math.min(...positive),
        sigmaMax: Math.max(...positive),
      })
    : null;
  const noise = (from: number, to: number) =>
    tree === null ? generator.randn(COUNT) : tree.between(from, to);
  const options: SamplerOptions = {
    noise,
    timestepOf: (sigma) => training.timestepOf(sigma),
    ...(run.eta === null ? {} : { eta: run.eta }),
    ...overrides,
  };
  return collect(SAMPLERS[name].sample(model, x, sigmas, options));
}

async function collect(steps: AsyncIterable<SamplerStep>): Promise<SamplerStep[]> {
  const out = [];
  for await (const step of steps) out.push(step);
  return out;
}

function worstError(steps: readonly SamplerStep[], states: readonly (readonly number[])[]): number {
  let worst = 0;
  for (const [i, state] of states.entries()) {
    const largest = Math.max(...state.map(Math.abs));
    for (const [j, expected] of state.entries())
      worst = Math.max(worst, Math.abs(steps[i]!.x[j]! - expected) / largest);
  }
  return worst;
}

describe("samplers follow the recorded trajectories", () => {
  it.each(goldens.runs)("$name, eta $eta, sigmas $sigmas", async (run) => {
    const steps = await trajectory(run);
    expect(steps.map(({ step }) => step)).toEqual(run.states.map((_, i) => i + 1));
    expect(worstError(steps, run.states)).toBeLessThan(TOLERANCE);
  });

  it("covers every sampler", () => {
    expect(new Set(goldens.runs.map(({ name }) => name))).toEqual(new Set(Object.keys(SAMPLERS)));
  });
});

describe("the comparison is sensitive", () => {
  it.each(goldens.runs)("$name: a denoiser off by 0.1 % fails", async (run) => {
    const wrong: Denoiser = async (x, sigma) => (await toyDenoiser(x, sigma)).map((value) => value * 1.001);
    expect(worstError(await trajectory(run, wrong), run.states)).toBeGreaterThan(TOLERANCE);
  });

  it.each(
    goldens.runs.filter(
      ({ name, eta }) => ["euler_a", "dpmpp_sde", "dpmpp_2m_sde", "lcm"].includes(name) || eta !== null,
    ),
  )("$name: other noise fails", async (run) => {
    const wrong = createGenerator("cpu", run.seed + 1);
    expect(
      worstError(await trajectory(run, toyDenoiser, { noise: () => wrong.randn(COUNT) }), run.states),
    ).toBeGreaterThan(TOLERANCE);
  });

  it("UniPC as plain DPM++ 2M fails, so the corrector has an effect", async () => {
    for (const run of goldens.runs.filter(({ name }) => name === "unipc")) {
      const steps = await collect(
        SAMPLERS.dpmpp_2m.sample(
          toyDenoiser,
          createGenerator("cpu", run.seed)
            .randn(COUNT)
            .map((value) => value * initialNoiseScale("unipc", run.sigmas[0]!)),
          Float64Array.from(run.sigmas),
          { noise: () => new Float32Array(COUNT), timestepOf: () => 0 },
        ),
      );
      expect(worstError(steps, run.states)).toBeGreaterThan(TOLERANCE);
    }
  });
});

describe("samplers as generators", () => {
  it("evaluate the network as often as declared", async () => {
    for (const [name, entry] of Object.entries(SAMPLERS)) {
      let calls = 0;
      const counting: Denoiser = (x, sigma) => {
        calls++;
        return toyDenoiser(x, sigma);
      };
      const run = goldens.runs.find((candidate) => candidate.name === name)!;
      const steps = await trajectory(run, counting);
      const last = run.sigmas.at(-1) === 0 && entry.evaluations === 2 ? 1 : entry.evaluations;
      expect(calls, name).toBe((steps.length - 1) * entry.evaluations + last);
    }
  });

  it("stop where the caller stops", async () => {
    let calls = 0;
    const counting: Denoiser = (x, sigma) => {
      calls++;
      return toyDenoiser(x, sigma);
    };
    const sampler = SAMPLERS.euler.sample(counting, new Float32Array(COUNT), Float64Array.of(3, 2, 1, 0), {
      noise: () => new Float32Array(COUNT),
      timestepOf: () => 0,
    });
    for await (const { step } of sampler) if (step === 2) break;
    expect(calls).toBe(2);
  });

  it("ask for noise between the levels of a step, none for the step to 0 and none without eta", async () => {
    const whole = [
      [8, 2],
      [2, 1],
    ];
    const middles = [
      [8, 4],
      [8, 2],
      [2, expect.closeTo(Math.SQRT2, 6)],
      [2, 1],
    ];
    const stochastic = new Map<SamplerId, unknown>([
      ["euler_a", whole],
      ["dpmpp_sde", middles],
      ["dpmpp_2m_sde", whole],
      ["lcm", whole],
    ]);
    for (const name of Object.keys(SAMPLERS) as SamplerId[])
      for (const eta of [undefined, 0]) {
        const asked: number[][] = [];
        const noise = (from: number, to: number) => {
          asked.push([from, to].map((sigma) => Number(sigma.toFixed(6))));
          return new Float32Array(COUNT);
        };
        const run: Run = { name, seed: 1, eta: eta ?? null, sigmas: [8, 2, 1, 0], states: [] };
        await trajectory(run, toyDenoiser, { noise });
        const isAsked = eta === undefined || name === "lcm"; // LCM has no eta
        expect(asked, `${name}, eta ${eta}`).toEqual(isAsked ? (stochastic.get(name) ?? []) : []);
      }
  });

  it("LCM keeps of its state the more, the nearer its timestep is to 0", async () => {
    const stateAfter = async (timestep: number): Promise<number> => {
      const options = { noise: () => new Float32Array(1), timestepOf: () => timestep };
      const ones: Denoiser = async () => Float32Array.of(1);
      const steps = SAMPLERS.lcm.sample(ones, Float32Array.of(2), Float64Array.of(Math.sqrt(3), 0), options);
      return (await collect(steps))[0]!.x[0]!;
    };
    // Of a state of 2 at sigma √3, half is left in unit variance.
    expect(await stateAfter(0)).toBeCloseTo(1, 6);
    expect(await stateAfter(0.05)).toBeCloseTo(Math.SQRT1_2 + 0.5, 6);
    expect(await stateAfter(999)).toBeCloseTo(1, 6);
  });

  it("do not change the initial latent", async () => {
    const x = createGenerator("cpu", 1).randn(COUNT);
    const copy = Float32Array.from(x);
    for (const entry of Object.values(SAMPLERS)) {
      await collect(
        entry.sample(toyDenoiser, x, Float64Array.of(3, 1, 0), {
          noise: () => new Float32Array(COUNT),
          timestepOf: () => 500,
        }),
      );
    }
    expect(x).toEqual(copy);
  });
});
