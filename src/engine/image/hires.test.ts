// Hires fix: two passes, their steps and noise, every upscaler, and invalid requests.

import { beforeAll, expect, it } from "vitest";
import { engineRuns, type EngineRuns } from "../../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../../tests/fixtures/engine/miniature-pack.ts";
import type { DiffusionRequest, HiresFix } from "../../shared/request.ts";
import { createGenerator } from "../noise/noise.ts";
import { upscaled } from "./hires.ts";
import { resizeLatent } from "./resample.ts";
import { alphasCumprod, scheduleSigmas, SD1_BETAS, TrainingSchedule } from "../sampling/schedules.ts";

const training = new TrainingSchedule(alphasCumprod(SD1_BETAS));

let runs: EngineRuns;
beforeAll(async () => {
  runs = await engineRuns(miniaturePack());
});

const hires = (change: Partial<HiresFix> = {}, request: Partial<DiffusionRequest> = {}) => ({
  steps: 2,
  hires: { width: 96, height: 80, upscaler: "latent-bilinear" as const, strength: 0.7, steps: 3, ...change },
  ...request,
});

it("samples twice and counts the steps of both passes together", async () => {
  const all = await runs.events(hires());
  const steps = all.filter((event) => event.type === "step");
  expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5]);
  expect(steps.every((event) => event.steps === 5)).toBe(true);
  expect(
    all.filter(({ type }) => type === "preview").map((event) => "width" in event && event.width),
  ).toEqual([8, 8, 12, 12, 12]);
  expect(all.at(-1)).toMatchObject({ type: "image", width: 96, height: 80 });
});

it("the second pass starts with the enlarged latent and fresh noise of the same seed", async () => {
  const { networks } = runs.pipeline;
  const plain: Float32Array[] = [];
  const decode = networks.decode.bind(networks);
  networks.decode = (latent, options) => {
    plain.push(latent.slice());
    return decode(latent, options);
  };
  await runs.imageHash({ steps: 2 });
  networks.decode = decode;
  const samples: Float32Array[] = [];
  const predict = networks.predict.bind(networks);
  networks.predict = (sample, options) => {
    samples.push(sample.slice());
    return predict(sample, options);
  };
  await runs.imageHash(hires());
  networks.predict = predict;

  const large = resizeLatent(plain[0]!, {
    channels: 4,
    from: { width: 8, height: 8 },
    to: { width: 12, height: 10 },
    filter: "bilinear",
  });
  // int(3 / 0.7) = 4 steps, of which the last 3 run.
  const sigma = scheduleSigmas(training, { sampler: "euler", schedule: "uniform", steps: 4 })[1]!;
  const noise = createGenerator("cpu", 1).randn(large.length);
  const scale = 1 / Math.sqrt(sigma * sigma + 1);
  const second = samples[2]!;
  expect(samples.length).toBe(5);
  const worst = large.reduce(
    (most, value, i) => Math.max(most, Math.abs((value + sigma * noise[i]!) * scale - second[i]!)),
    0,
  );
  expect(worst).toBeLessThan(1e-5);
});

it.each<HiresFix["upscaler"]>([
  "latent-nearest",
  "latent-nearest-exact",
  "latent-bicubic",
  "pixel-nearest",
  "pixel-bicubic",
  "pixel-lanczos",
])("%s works, reproduces, and is not bilinear", async (upscaler) => {
  const first = await runs.imageHash(hires({ upscaler }));
  expect(first).toContain("96×80");
  expect(await runs.imageHash(hires({ upscaler }))).toBe(first);
  expect(first).not.toBe(await runs.imageHash(hires()));
});

it("a schedule in the prompt continues in the second pass", async () => {
  const late = await runs.imageHash(hires({}, { prompt: "a [red:blue:1.5] fox" }));
  const early = await runs.imageHash(hires({}, { prompt: "a [red:blue:0.5] fox" }));
  expect(new Set([late, early, await runs.imageHash(hires({}, { prompt: "a red fox" }))]).size).toBe(3);
});

it("adapters that take turns restart in the second pass, and images of a batch stay separate", async () => {
  const steps = { start: 0, end: 1 };
  const paint = { id: "paint", unetStrength: 1, textStrength: 1, steps };
  const images = [paint, paint].map((use, i) => ({ seed: i + 1, adapters: [use] }));
  const [, second] = await runs.images(hires({}, { images }));
  const [alone] = await runs.images(hires({}, { images: [images[1]!] }));
  expect(second!.rgba).toEqual(alone!.rgba);
});

it("works with an inpainting U-Net", async () => {
  const nine = await engineRuns(miniaturePack({ inChannels: 9 }));
  expect(await nine.imageHash(hires())).toContain("96×80");
});

it.each<[string, Partial<HiresFix>]>([
  ["hires.width", { width: 100 }],
  ["hires.height", { height: 8192 }],
  ["hires.steps", { steps: 0 }],
  ["hires.strength", { strength: 0 }],
  ["hires.strength", { strength: 1.5 }],
  ["hires.upscaler", { upscaler: "magic" as "latent-nearest" }],
])("checks %s", async (where, change) => {
  await expect(runs.imageHash(hires(change))).rejects.toMatchObject({ code: "bad-input", where });
});

it("cannot be combined with an init image", async () => {
  const image = { width: 8, height: 8, rgba: new Uint8ClampedArray(256) };
  await expect(runs.imageHash(hires({}, { imageToImage: { image, strength: 0.5 } }))).rejects.toMatchObject({
    code: "bad-input",
    where: "hires",
  });
});

it("pixel upscalers enlarge the decoded image", async () => {
  const { networks } = runs.pipeline;
  const { decode, encode } = networks;
  let decoded: Float32Array = new Float32Array();
  let encoded = new Float32Array();
  networks.decode = async (latent, options) => (decoded = await decode.call(networks, latent, options));
  networks.encode = (image, options) => encode.call(networks, (encoded = image.slice()), options);
  const [from, to] = [
    { width: 8, height: 6 },
    { width: 16, height: 12 },
  ];
  const latent = createGenerator("cpu", 3).randn(4 * from.width * from.height);
  const { hires: pass } = hires({ width: 128, height: 96, upscaler: "pixel-nearest" });
  const result = await upscaled(latent, pass, { networks, from, to, tile: undefined, signal: undefined });
  Object.assign(networks, { decode, encode });
  expect(result).toHaveLength(4 * to.width * to.height);
  const byte = (value: number): number => Math.min(255, Math.max(0, Math.round((value + 1) * 127.5)));
  const expected = Float32Array.from({ length: 3 * 128 * 96 }, (_, i) => {
    const [x, y, channel] = [i % 128, Math.floor(i / 128) % 96, Math.floor(i / 128 / 96)];
    return byte(decoded[(channel * 48 + (y >> 1)) * 64 + (x >> 1)]!);
  });
  const worst = Math.max(...encoded.map((value, i) => Math.abs(byte(value) - expected[i]!)));
  expect(encoded).toHaveLength(expected.length);
  expect(worst).toBeLessThanOrEqual(1); // halves
  expect(new Set(expected).size).toBeGreaterThan(20);
});
