// Deep features that are used again: at which evaluations the whole U-Net runs, what a run gives back, and the image.

import { beforeAll, describe, expect, it } from "vitest";
import { engineRuns, type EngineRuns } from "../../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../../tests/fixtures/engine/miniature-pack.ts";
import type { KeptPart } from "../../runtime/backend.ts";
import type { AdapterUse, DiffusionRequest, SamplerId } from "../../shared/request.ts";
import type { Conditioning } from "../prompt/conditioning.ts";
import { DeepFeatures } from "./deep-features.ts";
import { SAMPLERS } from "./samplers.ts";

let runs: EngineRuns;
beforeAll(async () => {
  runs = await engineRuns(miniaturePack());
});

/** One letter for each evaluation of a group: "w" whole, "s" shallow, "p" plain. */
async function evaluations(change: Partial<DiffusionRequest>): Promise<string> {
  const { networks } = runs.pipeline;
  let letters = "";
  const predict = networks.predict.bind(networks);
  networks.predict = (sample, options) => {
    letters += options.deep ? (options.deep.serve ? "s" : "w") : "p";
    return predict(sample, options);
  };
  await runs.events(change);
  networks.predict = predict;
  return letters;
}

const use = (id: string, change: Partial<AdapterUse> = {}): AdapterUse => ({
  id,
  unetStrength: 1,
  textStrength: 1,
  ...change,
});
const steps = 6;

it("every N-th evaluation is whole; with 1 all are, and the image is the plain one to the bit", async () => {
  const letters = async (cacheInterval?: number): Promise<string> =>
    evaluations({ steps, ...(cacheInterval && { cacheInterval }) });
  expect(await letters()).toBe("pppppp");
  expect(await letters(1)).toBe("pppppp");
  expect(await letters(2)).toBe("wswsws");
  expect(await letters(3)).toBe("wsswss");
  expect(await letters(10)).toBe("wsssss");
  const plain = await runs.imageHash({ steps });
  expect(await runs.imageHash({ steps, cacheInterval: 1 })).toBe(plain);
  expect(await runs.imageHash({ steps, cacheInterval: 2 })).not.toBe(plain);
});

it("a run of one whole evaluation gives the plain image to the bit: the whole network is the plain one", async () => {
  expect(await runs.imageHash({ steps: 1, cacheInterval: 2 })).toBe(await runs.imageHash({ steps: 1 }));
});

it.each(Object.keys(SAMPLERS) as SamplerId[])("%s: counts evaluations, and reproduces", async (sampler) => {
  const plain = await evaluations({ steps, sampler });
  const change = { steps, sampler, cacheInterval: 2 };
  expect(await evaluations(change)).toBe("ws".repeat(steps).slice(0, plain.length));
  expect(await runs.imageHash(change)).toBe(await runs.imageHash(change));
});

describe("begins anew", () => {
  const change = { steps, cacheInterval: 3 };

  it("with each image and each pass", async () => {
    const images = [1, 2].map((seed) => ({ seed, adapters: [] }));
    expect(await evaluations({ ...change, steps: 4, images })).toBe("wsswwssw");
    const [, second] = await runs.images({ ...change, images });
    expect(second!.rgba).toEqual((await runs.images({ ...change, images: [images[1]!] }))[0]!.rgba);
    const hires = { width: 96, height: 64, upscaler: "latent-bilinear", strength: 0.7, steps: 2 } as const;
    expect(await evaluations({ ...change, steps: 4, hires })).toBe("wsswws");
  });

  it("with other weights", async () => {
    const late = use("paint", { steps: { start: 2 } });
    expect(await evaluations({ ...change, images: [{ seed: 1, adapters: [late] }] })).toBe("wswssw");
    const turns = [0, 1].map((index) =>
      use(["paint", "quick"][index]!, { steps: { start: 0, turn: { index, count: 2, hold: 1 } } }),
    );
    expect(await evaluations({ ...change, images: [{ seed: 1, adapters: turns }] })).toBe("wwwwww");
  });

  it("with a prompt that changes, and a negative prompt that comes in", async () => {
    expect(await evaluations({ ...change, prompt: "a [red:blue:4] fox" })).toBe("wsswws");
    expect(await evaluations({ ...change, prompt: "a [red|blue] fox" })).toBe("wwwwww");
    // A uniform schedule of six steps: the middle two are guided, then the prompt goes on alone.
    const guidanceInterval = { start: 0.3, end: 0.7 };
    expect(await evaluations({ ...change, guidanceInterval })).toBe("wswssw");
  });
});

it("regions count for themselves, with weights of their own", async () => {
  const left = { x: 0, y: 0, width: 0.5, height: 1, weight: 1, prompt: "snow", adapters: [use("paint")] };
  const change: Partial<DiffusionRequest> = {
    steps: 4,
    width: 512,
    cacheInterval: 2,
    images: [{ seed: 1, adapters: [], regions: { baseWeight: 0.2, areas: [left] } }],
  };
  expect(await evaluations(change)).toBe("wwsswwss");
  const { networks } = runs.pipeline;
  const built = networks.sessions.created;
  await runs.events(change);
  expect(networks.sessions.created).toBe(built); // whole and shallow at two sizes are all kept
});

describe("kept parts", () => {
  class Part implements KeptPart {
    static live = 0;
    length = 1;
    constructor() {
      Part.live++;
    }
    dispose(): void {
      Part.live--;
    }
  }

  it("are given back: old ones with new ones, all at the end of a run, or when it fails", async () => {
    const [a, b] = [1, 2].map((value): Conditioning => ({ tokens: 1, values: Float32Array.of(value) }));
    const features = new DeepFeatures(2);
    expect(features.serve([a!, b!], "weights")).toBe(false);
    for (const one of [a!, b!, a!]) features.keep(one, new Part());
    expect([Part.live, features.serve([a!], "weights")]).toEqual([2, true]);
    expect([features.serve([a!], "weights"), Part.live]).toEqual([false, 0]);

    const { networks } = runs.pipeline;
    const predict = networks.predict.bind(networks);
    let left = 5;
    networks.predict = async (sample, { deep, ...options }) => {
      if (left-- === 0) throw new Error("no more");
      if (deep?.serve === false) for (const one of options.conditionings) deep.features.keep(one, new Part());
      return predict(sample, options);
    };
    await runs.events({ steps: 4, cacheInterval: 2 });
    expect([left, Part.live]).toEqual([1, 0]);
    await expect(runs.events({ steps: 4, cacheInterval: 2 })).rejects.toThrow("no more");
    expect(Part.live).toBe(0);
    networks.predict = predict;
  });
});
