// The detail pass: what is in no area stays to the bit, what is in one is what inpainting "only masked" gives; after hires fix, too.
import { beforeAll, describe, expect, it } from "vitest";
import { engineRuns, REQUEST, type EngineRuns } from "../../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../../tests/fixtures/engine/miniature-pack.ts";
import { regionPixels, writeRegionMask } from "../../shared/region-mask.ts";
import type { DetailArea, DetailPass, DiffusionRequest, ImageJob, RgbaImage } from "../../shared/request.ts";
import { detailRequest } from "./details.ts";

let runs: EngineRuns;
beforeAll(async () => {
  runs = await engineRuns(miniaturePack());
});

const middle = { x: 0.25, y: 0.375, width: 0.5, height: 0.375 };
const pass = (change: Partial<DetailPass> = {}): DetailPass => ({
  width: 64,
  height: 64,
  strength: 0.8,
  padding: 4,
  feather: 0,
  areas: [middle],
  ...change,
});
const withDetails = (
  details: DetailPass | undefined,
  { job = {}, ...change }: Partial<DiffusionRequest> & { job?: Partial<ImageJob> } = {},
): Partial<DiffusionRequest> => ({
  steps: 3,
  ...change,
  images: [{ ...REQUEST.images[0]!, ...job, ...(details && { details }) }],
});
const image = async (change: Partial<DiffusionRequest>): Promise<RgbaImage> => {
  const { width, height, rgba } = (await runs.images(change))[0]!;
  return { width, height, rgba };
};

/** Counts of differing pixels inside and outside of an area. */
function changed(
  a: RgbaImage,
  b: RgbaImage,
  area: DetailArea,
): { inside: number; outside: number; of: number } {
  const inArea = regionPixels(area, a);
  const counts = { inside: 0, outside: 0, of: inArea.filter((value) => value === 255).length };
  for (const [i, value] of inArea.entries())
    if ([0, 1, 2, 3].some((c) => a.rgba[4 * i + c] !== b.rgba[4 * i + c]))
      counts[value ? "inside" : "outside"]++;
  return counts;
}

describe("an area", () => {
  it("changes, and nothing else does", async () => {
    const plain = await image(withDetails(undefined));
    const counts = changed(await image(withDetails(pass())), plain, middle);
    expect(counts.outside).toBe(0);
    expect(counts.of).toBe(32 * 24);
    expect(counts.inside).toBeGreaterThan(0.9 * counts.of);
  });

  it("with a soft edge, and drawn, changes nothing outside either", async () => {
    const plain = await image(withDetails(undefined));
    const hard = changed(await image(withDetails(pass())), plain, middle).inside;
    const soft = changed(await image(withDetails(pass({ feather: 3 }))), plain, middle);
    expect([soft.outside, soft.inside > 0, soft.inside < hard]).toEqual([0, true, true]);

    // A ring: its hole is outside.
    const cells = Uint8Array.from({ length: 32 * 32 }, (_, i) => {
      const [x, y] = [i % 32, Math.floor(i / 32)];
      return Number(Math.max(Math.abs(x - 15.5), Math.abs(y - 15.5)) > 8);
    });
    const ring = { x: 0, y: 0, width: 1, height: 1, mask: writeRegionMask(cells) };
    const drawn = changed(await image(withDetails(pass({ areas: [ring], feather: 2 }))), plain, ring);
    expect([drawn.outside, drawn.inside > 1000]).toEqual([0, true]);
  });

  it("is what inpainting only masked makes of the finished image", async () => {
    const plain = await image(withDetails(undefined));
    const details = pass({ strength: 0.5, padding: 8 });
    const values = regionPixels(middle, plain);
    const inpainted = await image({
      ...withDetails(undefined),
      imageToImage: {
        image: plain,
        strength: 0.5,
        mask: { values, blur: 0, region: "masked", padding: 8, fill: "original" },
      },
    });
    expect(await image(withDetails(details))).toEqual(inpainted);
    // Enlarged: its own size has the proportions and the pixels of another one.
    const wide = await image(withDetails({ ...details, width: 96 }));
    expect(changed(wide, plain, middle).outside).toBe(0);
    expect(wide).not.toEqual(inpainted);
  });

  it("strength 0 leaves everything, and runs nothing", async () => {
    const plain = await runs.events(withDetails(undefined));
    const none = await runs.events(withDetails(pass({ strength: 0 })));
    const without = (events: typeof plain) => events.map((event) => ({ ...event, milliseconds: 0 }));
    expect(without(none)).toEqual(without(plain));
  });

  it("has words and adapters of its own", async () => {
    const plain = await image(withDetails(pass()));
    const worded = await image(withDetails(pass({ areas: [{ ...middle, prompt: "a blue cat" }] })));
    expect(changed(worded, plain, middle)).toMatchObject({
      outside: 0,
      inside: expect.any(Number) as number,
    });
    expect(worded).not.toEqual(plain);
    const same = await image(withDetails(pass({ areas: [{ ...middle, prompt: "a red fox" }] })));
    expect(same).toEqual(plain);
    const adapters = [{ id: "paint", unetStrength: 1, textStrength: 1 }];
    const adapted = await image(withDetails(pass({ areas: [{ ...middle, adapters }] })));
    expect(changed(adapted, plain, middle)).toMatchObject({ outside: 0 });
    expect(adapted).not.toEqual(plain);
    expect(await image(withDetails(pass()))).toEqual(plain); // the adapter is gone again
  });

  it("knows nothing of the image's regions", async () => {
    const regions = { baseWeight: 0, areas: [{ ...middle, prompt: "a blue cat", weight: 1, adapters: [] }] };
    const plain = await image(withDetails(undefined, { job: { regions } }));
    const detailed = await image(withDetails(pass(), { job: { regions } }));
    expect(changed(detailed, plain, middle)).toMatchObject({ outside: 0 });
    expect(detailed).not.toEqual(plain);
  });
});

describe("several areas", () => {
  const left = { x: 0, y: 0, width: 0.25, height: 0.25 };
  it("come one after the other, each with the next seed", async () => {
    const one = await image(withDetails(pass({ areas: [left] })));
    const both = await image(withDetails(pass({ areas: [left, middle] })));
    expect(changed(both, one, middle)).toMatchObject({ outside: 0 });
    const again = await image({
      ...withDetails(undefined),
      images: [{ seed: 2, adapters: [] }],
      imageToImage: {
        image: one,
        strength: 0.8,
        mask: { values: regionPixels(middle, one), blur: 0, region: "masked", padding: 4, fill: "original" },
      },
    });
    expect(again).toEqual(both);
  });

  it("count their steps with the image's, and show no previews", async () => {
    const events = await runs.events(withDetails(pass({ strength: 0.4, areas: [left, middle] })));
    const steps = events.filter((event) => event.type === "step");
    // Two of three steps for each area: 0.4 · 3 rounded down, and one.
    expect(steps.map(({ step, steps: of }) => [step, of])).toEqual(
      [1, 2, 3, 4, 5, 6, 7].map((step) => [step, 7]),
    );
    expect(events.filter(({ type }) => type === "preview").length).toBe(3);
    expect(events.filter(({ type }) => type === "image").length).toBe(1);
    const stages = events.flatMap((event) => (event.type === "stage" ? [event.stage] : []));
    expect(stages.filter((name) => name === "VAE decoder").length).toBe(3);
  });
});

describe("after other passes", () => {
  it("works on the result of hires fix, at its size", async () => {
    const hires = { width: 96, height: 96, upscaler: "pixel-lanczos", strength: 0.5, steps: 2 } as const;
    const plain = await image(withDetails(undefined, { hires }));
    const detailed = await image(withDetails(pass(), { hires }));
    expect([detailed.width, detailed.height]).toEqual([96, 96]);
    const counts = changed(detailed, plain, middle);
    expect([counts.outside, counts.of]).toEqual([0, 48 * 36]);
    expect(counts.inside).toBeGreaterThan(0.9 * counts.of);
  });

  it("works on what inpainting has put back", async () => {
    const start: RgbaImage = {
      width: 80,
      height: 72,
      rgba: Uint8ClampedArray.from({ length: 4 * 80 * 72 }, (_, i) => (i % 4 === 3 ? 255 : (i * 13) % 256)),
    };
    const values = regionPixels({ x: 0, y: 0, width: 0.5, height: 0.5 }, start);
    const mask = { values, blur: 0, region: "masked", padding: 0, fill: "original" } as const;
    const imageToImage = { image: start, strength: 0.8, mask };
    const plain = await image(withDetails(undefined, { imageToImage }));
    const detailed = await image(withDetails(pass(), { imageToImage }));
    expect([detailed.width, detailed.height]).toEqual([80, 72]);
    const counts = changed(detailed, plain, middle);
    expect([counts.outside, counts.inside > 0]).toEqual([0, true]);
  });
});

it("gives each image of a batch its own", async () => {
  const images = [1, 2].map((seed) => ({ seed, adapters: [], details: pass() }));
  const both = await runs.images({ steps: 3, images });
  const alone = await runs.images({ steps: 3, images: images.slice(1) });
  expect(both[1]!.rgba).toEqual(alone[0]!.rgba);
});

it("passes over an area without pixels, and does without a soft edge where there is no room", () => {
  const blank = { width: 64, height: 64, rgba: new Uint8ClampedArray(4 * 64 * 64) };
  const one = new Uint8Array(32 * 32);
  one[0] = 1;
  const speck = { x: 0.5, y: 0.5, width: 0.05, height: 0.05, mask: writeRegionMask(one) };
  const asked = (area: DetailArea, feather: number) => {
    const job = { seed: 1, adapters: [], details: pass({ areas: [area], feather }) };
    return detailRequest({ request: REQUEST, job }, { index: 0, image: blank })?.request.imageToImage?.mask
      ?.values;
  };
  expect(asked(speck, 0)).toBeUndefined();
  const thin = { x: 0.25, y: 0.25, width: 0.0625, height: 0.5 };
  expect(asked(thin, 8)).toEqual(regionPixels(thin, blank));
  const soft = asked(middle, 2)!;
  expect([Math.max(...soft), soft[32 * 64 + 16], soft[32 * 64 + 15]! > 0]).toEqual([
    255,
    expect.any(Number),
    false,
  ]);
});

it.each([
  [{ strength: 1.5 }, "Denoising strength of the detail pass must be 0–1, not 1.5."],
  [{ padding: 0.5 }, "Detail padding must be a whole number, not 0.5."],
  [{ feather: 99 }, "Detail edge must be 0–32, not 99."],
  [{ areas: [{ ...middle, x: 0.9 }] }, "Detail 1 is not inside the image."],
  [{ areas: [{ ...middle, mask: "x" }] }, "The mask of detail 1 is empty or damaged."],
  [{ areas: Array.from({ length: 9 }, () => middle) }, "The detail pass has 9 areas; the limit is 8."],
  [{ width: 63 }, "Width must be 64–2048, not 63."],
  [
    { areas: [{ ...middle, adapters: [{ id: "none", unetStrength: 1, textStrength: 1 }] }] },
    "There is no adapter “none”.",
  ],
])("refuses %j", async (change, message) => {
  await expect(runs.images(withDetails(pass(change as Partial<DetailPass>)))).rejects.toMatchObject({
    code: "bad-input",
    message,
  });
});
