// Guidance at some noise levels only: which they are, and how many predictions a run makes of each.

import { beforeAll, describe, expect, it } from "vitest";
import { engineRuns, type EngineRuns } from "../../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../../tests/fixtures/engine/miniature-pack.ts";
import type { DiffusionRequest, SamplerId } from "../../shared/request.ts";
import { SAMPLERS } from "./samplers.ts";

let runs: EngineRuns;
beforeAll(async () => {
  runs = await engineRuns(miniaturePack());
});

/** Timestep and number of predictions of each of the U-Net's evaluations. */
async function evaluations(change: Partial<DiffusionRequest>): Promise<[timestep: number, count: number][]> {
  const { networks } = runs.pipeline;
  const seen: [number, number][] = [];
  const predict = networks.predict.bind(networks);
  networks.predict = (sample, options) => {
    seen.push([options.timestep, options.conditionings.length]);
    return predict(sample, options);
  };
  await runs.events(change);
  networks.predict = predict;
  return seen;
}

const middle = { start: 0.25, end: 0.75 };
/** Of 1,000 timesteps the last is 999. */
const isGuided = (timestep: number): boolean => timestep >= 0.25 * 999 && timestep <= 0.75 * 999;
const samplers = Object.keys(SAMPLERS) as SamplerId[];

it("counts from the most noise of training to the least, both ends inclusive", async () => {
  // A uniform schedule of four steps has the timesteps 999, 666, 333 and 0.
  const counts = async (start: number, end: number): Promise<number[]> =>
    (await evaluations({ steps: 4, guidanceInterval: { start, end } })).map(([, count]) => count);
  expect(await evaluations({ steps: 4 })).toEqual([999, 666, 333, 0].map((timestep) => [timestep, 2]));
  expect(await counts(0, 0)).toEqual([2, 1, 1, 1]);
  expect(await counts(1, 1)).toEqual([1, 1, 1, 2]);
  expect(await counts(0.3, 0.7)).toEqual([1, 2, 2, 1]);
  expect(await counts(0.34, 0.66)).toEqual([1, 1, 1, 1]);
  expect(await counts(0.3, 1)).toEqual([1, 2, 2, 2]);
});

describe.each(samplers)("%s", (sampler) => {
  const change = { sampler, steps: 6 };

  it("all levels give the plain image, none that of the scale 1", async () => {
    const all = { ...change, guidanceInterval: { start: 0, end: 1 } };
    expect(await runs.imageHash(all)).toBe(await runs.imageHash(change));
    const none = { ...change, guidanceInterval: { start: 0.12345, end: 0.12345 } };
    expect(await runs.imageHash(none)).toBe(await runs.imageHash({ ...change, cfgScale: 1 }));
  });

  it("each evaluation is guided by its own noise level", async () => {
    const seen = await evaluations({ ...change, guidanceInterval: middle });
    const plain = await evaluations(change);
    expect(seen).toEqual(plain.map(([timestep]) => [timestep, isGuided(timestep) ? 2 : 1]));
    expect(new Set(seen.map(([, count]) => count))).toEqual(new Set([1, 2]));
  });
});

it("holds in an image that starts from another one, and in a second pass", async () => {
  const image = { width: 64, height: 64, rgba: new Uint8ClampedArray(4 * 64 * 64).fill(99) };
  const started = await evaluations({
    steps: 8,
    imageToImage: { image, strength: 0.5 },
    guidanceInterval: { start: 0.6, end: 0.8 },
  });
  // The last five of eight timesteps: 4/7, 3/7, 2/7 and 1/7 of 999, and 0.
  expect(started.map(([, count]) => count)).toEqual([1, 1, 2, 1, 1]);
  const twice = await evaluations({
    steps: 3,
    hires: { width: 96, height: 64, upscaler: "latent-bilinear", strength: 0.7, steps: 4 },
    guidanceInterval: middle,
  });
  expect(twice).toHaveLength(7);
  for (const [timestep, count] of twice) expect(count).toBe(isGuided(timestep) ? 2 : 1);
});

it("a region is guided at the same levels as the whole, and conjunctions keep their negative prompt", async () => {
  const left = { x: 0, y: 0, width: 0.5, height: 1, weight: 1, adapters: [] };
  const asked: Partial<DiffusionRequest> = {
    steps: 4,
    width: 512,
    guidanceInterval: { start: 0.3, end: 0.7 },
    images: [{ seed: 1, adapters: [], regions: { baseWeight: 0.2, areas: [{ ...left, prompt: "snow" }] } }],
  };
  // The whole and its region in turn, there and back.
  expect((await evaluations(asked)).map(([, count]) => count)).toEqual([1, 1, 2, 2, 2, 2, 1, 1]);
  const joined = await evaluations({
    ...asked,
    images: [{ seed: 1, adapters: [] }],
    prompt: "a fox AND snow",
  });
  expect(joined.map(([, count]) => count)).toEqual([3, 3, 3, 3]);
});
