// The shares of regions: exact inside, soft at edges, one in all; and what predictions they make of an image, against runs of each
// prompt alone on the miniature networks.

import { beforeAll, describe, expect, it } from "vitest";
import { engineRuns, type EngineRuns } from "../../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../../tests/fixtures/engine/miniature-pack.ts";
import { writeRegionMask } from "../../shared/region-mask.ts";
import type {
  AdapterUse,
  DiffusionRequest,
  ImageRegion,
  ImageRegions,
  RegionArea,
} from "../../shared/request.ts";
import { alphasCumprod, betasOf, scheduleSigmas, TrainingSchedule } from "./schedules.ts";
import { regionShares, regionWindow, windowOf } from "./regions.ts";

const left = { x: 0, y: 0, width: 0.5, height: 1, weight: 1 };
const right = { ...left, x: 0.5 };
const wide = { width: 64, height: 8 };
const row = (shares: Float32Array, from: number, to: number): number[] => [...shares.subarray(from, to)];

describe("regionShares", () => {
  it("are exact inside, linear across the edge between two halves, and hard at the edges of the image", () => {
    const size = { width: 64, height: 64 }; // an edge of 4 latents
    const [base, first, second] = regionShares({ areas: [left, right], baseWeight: 0.25 }, size);
    expect(row(base!, 0, 64)).toEqual(Array(64).fill(0.25));
    expect(row(first!, 0, 30)).toEqual(Array(30).fill(0.75));
    expect(row(first!, 30, 34)).toEqual([0.65625, 0.46875, 0.28125, 0.09375]);
    expect(row(first!, 34, 64)).toEqual(Array(30).fill(0));
    expect(row(second!, 0, 64)).toEqual(row(first!, 0, 64).reverse());
    expect(row(first!, 64 * 63, 64 * 64)).toEqual(row(first!, 0, 64));
  });

  it("follow what is drawn of a rectangle, as soft as its edges", () => {
    const size = { width: 64, height: 48 };
    const drawn = (isDrawn: (column: number, row: number) => boolean): string =>
      writeRegionMask(
        Uint8Array.from({ length: 32 * 32 }, (_, i) => Number(isDrawn(i % 32, Math.floor(i / 32)))),
      );
    const of = (area: RegionArea): Float32Array[] =>
      regionShares({ areas: [{ ...area, weight: 1 }], baseWeight: 0.25 }, size);
    const whole = { x: 0, y: 0, width: 1, height: 1 };
    const half = drawn((column) => column < 16);
    const part = { x: 0.25, y: 0.5, width: 0.5, height: 0.25 };
    for (const [actual, expected] of [
      [of({ ...whole, mask: half }), of({ ...whole, width: 0.5 })],
      [of({ ...part, mask: drawn(() => true) }), of(part)],
    ] as const)
      for (const [k, share] of expected.entries())
        for (const [i, value] of share.entries()) expect(actual[k]![i]).toBeCloseTo(value, 6);

    // Of the middle rectangle, the upper triangle.
    const centre = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };
    const [base, own] = of({ ...centre, mask: drawn((column, row) => column > row) });
    const at = (x: number, y: number): number[] => [base![64 * y + x]!, own![64 * y + x]!];
    expect([at(44, 16), at(20, 32), at(44, 4)]).toEqual([
      [0.25, 0.75],
      [1, 0],
      [1, 0],
    ]);
    for (let i = 0; i < 64 * 48; i++) expect(base![i]! + own![i]!).toBeCloseTo(1, 6);
  });

  it("leave the rest of the image to its own prompt", () => {
    const part = { x: 0.25, y: 0.25, width: 0.25, height: 0.5, weight: 1 };
    const [base, own] = regionShares({ areas: [part], baseWeight: 0.25 }, { width: 32, height: 32 });
    const at = (x: number, y: number): number[] => [base![32 * y + x]!, own![32 * y + x]!];
    expect([at(0, 0), at(12, 16), at(20, 16), at(12, 4)]).toEqual([
      [1, 0],
      [0.25, 0.75],
      [1, 0],
      [1, 0],
    ]);
  });

  it("share where regions overlap, by their weights, and a larger weight takes from the base too", () => {
    const all = { x: 0, y: 0, width: 1, height: 1 };
    const of = (...weights: number[]): number[] =>
      regionShares({ areas: weights.map((weight) => ({ ...all, weight })), baseWeight: 0.2 }, wide).map(
        ([share]) => share!,
      );
    for (const [weights, expected] of [
      [[1], [0.2, 0.8]],
      [
        [1, 1],
        [0.2 / 1.8, 0.8 / 1.8, 0.8 / 1.8],
      ],
      [
        [1, 3],
        [0.2 / 3.4, 0.8 / 3.4, 2.4 / 3.4],
      ],
      [[2], [0.2 / 1.8, 1.6 / 1.8]],
    ] as const)
      for (const [i, share] of of(...weights).entries()) expect(share).toBeCloseTo(expected[i]!, 6);
  });

  it("add up to 1 everywhere, whatever overlaps, without a base too", () => {
    const areas = [
      { x: 0.1, y: 0.2, width: 0.5, height: 0.3, weight: 0.5 },
      { x: 0.4, y: 0.1, width: 0.333, height: 0.8, weight: 2 },
      { x: 0, y: 2 / 3, width: 1 / 3, height: 1 / 3, weight: 1 },
    ];
    for (const baseWeight of [0, 0.2, 1]) {
      const shares = regionShares({ areas, baseWeight }, { width: 24, height: 40 });
      for (let i = 0; i < 24 * 40; i++)
        expect(shares.reduce((sum, share) => sum + share[i]!, 0)).toBeCloseTo(1, 6);
    }
  });
});

describe("regionWindow", () => {
  const latents = { width: 64, height: 32 };
  it.each([
    ["a half: with its soft edge, at a multiple of 4", left, { left: 0, top: 0, right: 36, bottom: 32 }],
    ["the other half", right, { left: 28, top: 0, right: 64, bottom: 32 }],
    [
      "a small one: 24 latents around it, inside the image",
      { x: 0.05, y: 0.75, width: 0.1, height: 0.1 },
      { left: 0, top: 8, right: 24, bottom: 32 },
    ],
  ] as const)("of %s", (_, area, expected) => {
    expect(regionWindow(area, latents)).toEqual(expected);
  });

  it("is the whole of a small image, and has all of the region's mask", () => {
    expect(regionWindow(left, { width: 24, height: 24 })).toBe(null);
    for (let i = 0; i < 50; i++) {
      const area = { x: i / 100, y: (49 - i) / 80, width: 0.07 + i / 120, height: 0.3, weight: 1 };
      const size = { width: 40 + (i % 7), height: 33 + i };
      const {
        left: from,
        top,
        right: to,
        bottom,
      } = regionWindow(area, size) ?? {
        left: 0,
        top: 0,
        right: size.width,
        bottom: size.height,
      };
      expect([from, top, size.width - to, size.height - bottom].every((edge) => edge >= 0)).toBe(true);
      const [, share] = regionShares({ areas: [area], baseWeight: 0.2 }, size);
      for (const [at, value] of share!.entries()) {
        const [x, y] = [at % size.width, Math.floor(at / size.width)];
        if (value > 0) expect(x >= from && x < to && y >= top && y < bottom).toBe(true);
      }
    }
  });

  it("cuts every channel", () => {
    const values = Float32Array.from({ length: 2 * 3 * 4 }, (_, i) => i);
    const window = { left: 1, top: 1, right: 3, bottom: 3 };
    expect([...windowOf(values, window, { width: 4, height: 3 })]).toEqual([5, 6, 9, 10, 17, 18, 21, 22]);
  });
});

const use = (id: string): AdapterUse => ({ id, unetStrength: 1, textStrength: 1 });
const baseWeight = 0.25;
const base = "a red fox";
const [one, other] = ["snow, blue", "a house"];

const area = (
  place: Pick<ImageRegion, "x" | "y" | "width" | "height" | "weight">,
  prompt: string,
  ...adapters: AdapterUse[]
): ImageRegion => ({ ...place, prompt, adapters });

describe("a run with regions", () => {
  let runs: EngineRuns;
  beforeAll(async () => {
    runs = await engineRuns(miniaturePack());
  });

  /** [C, H, W] of the latent before it is decoded: after one step it is linear in the prediction. */
  async function latentOf(change: Partial<DiffusionRequest>): Promise<Float32Array> {
    const { networks } = runs.pipeline;
    const decode = networks.decode.bind(networks);
    let latent = new Float32Array();
    networks.decode = (value, options) => {
      latent = Float32Array.from(value);
      return decode(value, options);
    };
    await runs.events({ width: 128, steps: 1, ...change });
    networks.decode = decode;
    return latent;
  }
  const regional = (...areas: ImageRegion[]): Partial<DiffusionRequest> => ({
    prompt: base,
    images: [{ seed: 1, adapters: [], regions: { baseWeight, areas } }],
  });
  const alone = (prompt: string, ...adapters: AdapterUse[]): Promise<Float32Array> =>
    latentOf({ prompt, images: [{ seed: 1, adapters }] });

  /** Largest difference in the columns [from, to) of 16, away from the edge in the middle. */
  function difference(
    actual: Float32Array,
    [own, common]: readonly [Float32Array, Float32Array],
    [from, to]: readonly [number, number],
  ): number {
    let most = 0;
    for (const [i, value] of actual.entries()) {
      if (i % 16 < from || i % 16 >= to) continue;
      most = Math.max(most, Math.abs(value - ((1 - baseWeight) * own[i]! + baseWeight * common[i]!)));
    }
    return most;
  }
  const LEFT = [0, 7] as const;
  const RIGHT = [9, 16] as const;

  it("predicts in each region its own prompt and the base’s share, and nothing else", async () => {
    const [common, first, second] = [await alone(base), await alone(one), await alone(other)];
    const actual = await latentOf(regional(area(left, one), area(right, other)));
    expect(difference(actual, [first, common], LEFT)).toBeLessThan(1e-5);
    expect(difference(actual, [second, common], RIGHT)).toBeLessThan(1e-5);
    // Swapped regions are another image.
    const swapped = await latentOf(regional(area(right, one), area(left, other)));
    expect(difference(swapped, [first, common], LEFT)).toBeGreaterThan(1e-2);
    expect(difference(swapped, [second, common], LEFT)).toBeLessThan(1e-5);
  });

  it("predicts a drawn region where it is drawn", async () => {
    const leftHalf = Uint8Array.from({ length: 32 * 32 }, (_, i) => Number(i % 32 < 16));
    const drawn = { ...area({ ...left, width: 1 }, one), mask: writeRegionMask(leftHalf) };
    const [common, own] = [await alone(base), await alone(one)];
    const actual = await latentOf(regional(drawn));
    expect(difference(actual, [own, common], LEFT)).toBeLessThan(1e-5);
    expect(difference(actual, [common, common], RIGHT)).toBeLessThan(1e-5);
    expect(difference(actual, [own, common], RIGHT)).toBeGreaterThan(1e-2);
  });

  it("a wide image predicts each region in its window, at one session for all that are as large", async () => {
    const whole = { baseWeight: 0, areas: [area(left, one), area(right, other)] };
    const sessions = runs.pipeline.networks.sessions.created;
    const run = () =>
      runs.imageHash({ width: 512, steps: 2, images: [{ seed: 1, adapters: [], regions: whole }] });
    const first = await run();
    expect(runs.pipeline.networks.sessions.created).toBe(sessions + 3); // U-Net whole and window, decoder
    expect(await run()).toBe(first);
    expect(runs.pipeline.networks.sessions.created).toBe(sessions + 3);
  });

  it("what a window predicts counts in its place", async () => {
    const { networks } = runs.pipeline;
    const predict = networks.predict.bind(networks);
    const seen: { readonly sample: Float32Array; readonly prediction: Float32Array }[] = [];
    networks.predict = async (sample, options) => {
      const predictions = await predict(sample, options);
      seen.push({ sample, prediction: predictions[0]! });
      return predictions;
    };
    const latent = await latentOf({ ...regional(area(right, one, use("paint"))), width: 512, cfgScale: 1 });
    networks.predict = predict;
    const [whole, own] = seen as [(typeof seen)[number], (typeof seen)[number]];
    const size = { width: 64, height: 8 };
    const window = regionWindow(right, size)!;
    expect(own.sample).toEqual(windowOf(Float32Array.from(whole.sample), window, size));
    // denoised = x − σε with x = √(σ² + 1) · sample
    const { scheduler } = networks.checkpoint;
    const [sigma] = scheduleSigmas(new TrainingSchedule(alphasCumprod(betasOf(scheduler))), {
      sampler: "euler",
      schedule: "uniform",
      steps: 1,
    });
    const x = windowOf(Float32Array.from(whole.sample), window, size);
    const common = windowOf(Float32Array.from(whole.prediction), window, size);
    const actual = windowOf(Float32Array.from(latent), window, size);
    for (const [i, value] of actual.entries()) {
      if (i % 36 < 6) continue; // near the edge
      const noise = (1 - baseWeight) * own.prediction[i]! + baseWeight * common[i]!;
      expect(Math.abs(value - (Math.sqrt(sigma! ** 2 + 1) * x[i]! - sigma! * noise))).toBeLessThan(1e-4);
    }
  });

  it("an adapter of a region works there only, in the U-Net and in its text", async () => {
    const [common, plain] = [await alone(base), await alone(other)];
    for (const id of ["paint", "words"]) {
      const styled = await alone(one, use(id));
      const actual = await latentOf(regional(area(left, one, use(id)), area(right, other)));
      expect(difference(actual, [styled, common], LEFT)).toBeLessThan(1e-5);
      expect(difference(actual, [plain, common], RIGHT)).toBeLessThan(1e-5);
      expect(difference(actual, [await alone(one), common], LEFT)).toBeGreaterThan(1e-2);
    }
  });

  it("works with the CFG scale 1, conjunctions and long prompts", async () => {
    const long = Array(40).fill("snow").join(", ");
    for (const [cfgScale, prompt] of [
      [1, one],
      [5, `${one} AND a hill :0.5`],
    ] as const) {
      const [common, own] = [
        await latentOf({ cfgScale, prompt: base }),
        await latentOf({ cfgScale, prompt }),
      ];
      const actual = await latentOf({ cfgScale, ...regional(area(left, prompt, use("paint"))) });
      const styled = await latentOf({ cfgScale, prompt, images: [{ seed: 1, adapters: [use("paint")] }] });
      expect(difference(actual, [styled, common], LEFT)).toBeLessThan(1e-5);
      const plain = await latentOf({ cfgScale, ...regional(area(left, prompt)) });
      expect(difference(plain, [own, common], LEFT)).toBeLessThan(1e-5);
    }
    expect(await runs.imageHash(regional(area(left, long, use("paint")), area(right, other)))).toContain(
      "64×64",
    );
  });

  it("leaves no trace: the parameters are pristine afterwards, and the same image comes again", async () => {
    const { adapters, networks } = runs.pipeline;
    const plain: Partial<DiffusionRequest> = { images: [{ seed: 1, adapters: [] }] };
    const [before, painted] = [await runs.imageHash(plain), regional(area(left, one, use("paint")))];
    await adapters.apply([]);
    const bytes = networks.sizeBytes;
    const first = await runs.imageHash({ ...painted, steps: 3 });
    expect(networks.sizeBytes).toBeGreaterThan(bytes);
    await adapters.apply([]);
    expect(networks.sizeBytes).toBe(bytes); // no parameter has values beside its pristine ones
    expect(await runs.imageHash(plain)).toBe(before);
    await adapters.apply([use("quick")]);
    expect(await runs.imageHash({ ...painted, steps: 3 })).toBe(first);
    await runs.imageHash(plain);
    expect(networks.sizeBytes).toBe(bytes);
  });

  it("merges once less than there are sets of adapters in each step, and not at all without any", async () => {
    const { adapters } = runs.pipeline;
    const merge = adapters.merge.bind(adapters);
    let merged: number[] = [];
    adapters.merge = async (wanted, options) => {
      merged.push(await merge(wanted, options));
      return merged.at(-1)!;
    };
    await adapters.apply([]);
    merged = [];
    await runs.events({ steps: 4, ...regional(area(left, one), area(right, other)) });
    expect(merged).toEqual([0]);
    merged = [];
    await runs.events({
      steps: 4,
      ...regional(
        area(left, one, use("paint")),
        area(right, other, use("quick")),
        area(right, one, use("paint")),
      ),
    });
    adapters.merge = merge;
    // One for each text, then paint and quick, back to paint and none, and so on.
    expect(merged.filter((count) => count > 0)).toHaveLength(4 * 2);
  });

  it("step windows and the few-step adapter work in regions", async () => {
    const late: AdapterUse = { ...use("paint"), steps: { start: 2 } };
    const run = (adapters: AdapterUse[], steps: number, fewStepAdapter: AdapterUse | null = null) =>
      runs.imageHash({ ...regional(area(left, one, ...adapters)), steps, fewStepAdapter });
    expect(await run([late], 2)).toBe(await run([], 2));
    expect(await run([late], 3)).not.toBe(await run([], 3));
    expect(await run([], 2, use("quick"))).not.toBe(await run([], 2));
  });

  it("a second pass has the regions at its size, and a batch has them in each image", async () => {
    const regions: ImageRegions = { baseWeight, areas: [area(left, one, use("paint"))] };
    const request: Partial<DiffusionRequest> = {
      images: [1, 2].map((seed) => ({ seed, adapters: [], regions })),
      hires: { width: 128, height: 128, upscaler: "latent-nearest", strength: 0.7, steps: 2 },
    };
    const both = await runs.images(request);
    expect(both.map(({ width }) => width)).toEqual([128, 128]);
    const [second] = await runs.images({ ...request, images: [request.images![1]!] });
    expect(both[1]!.rgba).toEqual(second!.rgba);
  });
});
