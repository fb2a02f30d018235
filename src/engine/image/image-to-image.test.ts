// img2img: how many steps a denoising strength runs, the initial noise level, and what the result keeps.

import { beforeAll, describe, expect, it } from "vitest";
import { engineRuns, type EngineRuns, REQUEST } from "../../../tests/fixtures/engine/engine-runs.ts";
import { miniaturePack } from "../../../tests/fixtures/engine/miniature-pack.ts";
import type { DiffusionRequest, RgbaImage, SamplerId } from "../../shared/request.ts";
import { imageTensor } from "./init-image.ts";
import { createGenerator } from "../noise/noise.ts";
import { fixedSteps, shareOfSteps } from "../sampling/pass-steps.ts";
import { SAMPLERS } from "../sampling/samplers.ts";
import { alphasCumprod, scheduleSigmas, SD1_BETAS, TrainingSchedule } from "../sampling/schedules.ts";

const training = new TrainingSchedule(alphasCumprod(SD1_BETAS));

function gradientImage(width = 64, height = 64): RgbaImage {
  const rgba = Uint8ClampedArray.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : (i * 13) % 256,
  );
  return { width, height, rgba };
}

let runs: EngineRuns;
beforeAll(async () => {
  runs = await engineRuns(miniaturePack());
});

const from = (strength: number, change: Partial<DiffusionRequest> = {}): Partial<DiffusionRequest> => ({
  imageToImage: { image: gradientImage(), strength },
  steps: 8,
  ...change,
});

/** The U-Net's first sample and timestep of each evaluation. */
async function evaluations(change: Partial<DiffusionRequest>) {
  const { networks } = runs.pipeline;
  const seen: { sample: Float32Array; timestep: number }[] = [];
  const predict = networks.predict.bind(networks);
  networks.predict = (sample, options) => {
    seen.push({ sample: sample.slice(), timestep: options.timestep });
    return predict(sample, options);
  };
  await runs.imageHash(change);
  networks.predict = predict;
  return seen;
}

describe("steps of a denoising strength", () => {
  it.each<[SamplerId, number, number, number]>([
    // modules/sd_samplers_common.py, setup_img2img_steps: t_enc = int(min(strength, 0.999) · steps), t_enc + 1 are run
    ["euler", 20, 0.75, 16],
    ["dpmpp_2m", 20, 0.7, 15],
    ["euler_a", 30, 0.5, 16],
    ["lcm", 4, 0.5, 3],
    ["euler", 20, 1, 20],
    ["euler", 20, 0, 1],
    // diffusers: min(int(steps · strength), steps)
    ["ddim", 20, 0.75, 15],
    ["unipc", 50, 0.8, 40],
    ["ddim", 20, 1, 20],
    ["ddim", 20, 0.01, 1],
  ])("%s, %i steps at %f: %i", (sampler, steps, strength, run) => {
    expect(shareOfSteps(steps, { strength, sampler })).toEqual({ scheduled: steps, run });
  });

  it.each([
    [20, 0.7, 28],
    [10, 0.5, 20],
    [15, 1, 15],
    [10, 0.35, 28],
  ])("a second pass of %i steps at %f is the end of %i", (steps, strength, scheduled) => {
    expect(fixedSteps(steps, { strength })).toEqual({ scheduled, run: steps });
  });
});

describe("a run from an init image", () => {
  it("starts with the encoded init image plus the first noise at the strength's sigma", async () => {
    for (const [sampler, skipped] of [
      ["euler", 3],
      ["ddim", 4],
    ] as const) {
      const [first] = await evaluations(from(0.5, { sampler }));
      const sigma = scheduleSigmas(training, { sampler, schedule: "uniform", steps: 8 })[skipped]!;
      const { networks } = runs.pipeline;
      const latent = await networks.encode(imageTensor(gradientImage()), { size: { width: 8, height: 8 } });
      const noise = createGenerator("cpu", 1).randn(latent.length);
      const scale = 1 / Math.sqrt(sigma * sigma + 1);
      const wanted = latent.map((value, i) => (value + sigma * noise[i]!) * scale);
      const worst = Math.max(...wanted.map((value, i) => Math.abs(value - first!.sample[i]!)));
      expect(worst).toBeLessThan(1e-5);
      expect(first!.timestep).toBe(training.timestepOf(sigma));
    }
  });

  it.each(Object.keys(SAMPLERS) as SamplerId[])("works and reproduces with %s", async (sampler) => {
    const change = from(0.6, { sampler, steps: 4 });
    const first = await runs.imageHash(change);
    expect(await runs.imageHash(change)).toBe(first);
    expect(await runs.imageHash({ sampler, steps: 4 })).not.toBe(first);
  });

  it("reports its steps and stages", async () => {
    const all = await runs.events(from(0.5));
    expect(all.filter(({ type }) => type === "step").at(-1)).toMatchObject({ step: 5, steps: 5 });
    expect(all[0]).toMatchObject({ type: "stage", stage: "VAE encoder" });
  });

  it("keeps more of the init image at a lower strength", async () => {
    const { networks } = runs.pipeline;
    const size = { width: 8, height: 8 };
    const latent = await networks.encode(imageTensor(gradientImage()), { size });
    const kept = await networks.decode(latent, { size });
    const distance = async (strength: number): Promise<number> => {
      const [image] = await runs.images(from(strength));
      return imageTensor(image!).reduce(
        (sum, value, i) => sum + (value - Math.max(-1, Math.min(1, kept[i]!))) ** 2,
        0,
      );
    };
    expect(await distance(0)).toBeLessThan(await distance(0.9));
  });

  it("resizes the init image to the request's size", async () => {
    const change = from(0.5, { imageToImage: { image: gradientImage(100, 40), strength: 0.5 } });
    expect(await runs.imageHash(change)).toContain("64×64");
    expect(await runs.imageHash({ ...change, width: 96, height: 72 })).toContain("96×72");
  });

  it("encodes it once for all images, each with its own seed's noise", async () => {
    const images = [1, 2].map((seed) => ({ seed, adapters: [] }));
    const [first, second] = await runs.images(from(0.5, { images }));
    expect(second!.rgba).not.toEqual(first!.rgba);
    const [alone] = await runs.images(from(0.5, { images: [images[1]!] }));
    expect(alone!.rgba).toEqual(second!.rgba);
  });

  it("composites a transparent init image on white", async () => {
    const clear = { ...gradientImage(), rgba: new Uint8ClampedArray(4 * 64 * 64) };
    const white = { ...clear, rgba: clear.rgba.map(() => 255) };
    const run = (image: RgbaImage) => runs.imageHash(from(0.5, { imageToImage: { image, strength: 0.5 } }));
    expect(await run(clear)).toBe(await run(white));
  });

  it.each([
    ["imageToImage.strength", { image: gradientImage(), strength: 1.1 }],
    ["imageToImage.strength", { image: gradientImage(), strength: Number.NaN }],
    ["imageToImage.image", { image: { ...gradientImage(), width: 63 }, strength: 0.5 }],
  ])("checks %s", async (where, imageToImage) => {
    await expect(runs.imageHash({ ...REQUEST, imageToImage })).rejects.toMatchObject({
      code: "bad-input",
      where,
    });
  });

  it("reports a VAE without an encoder, and txt2img still works", async () => {
    const { vae } = runs.pipeline.networks.checkpoint;
    const broken = await engineRuns(miniaturePack());
    const tensors = broken.pipeline.networks.checkpoint.vae.tensors as Map<string, unknown>;
    tensors.delete("encoder.conv_in.weight");
    await expect(broken.imageHash(from(0.5))).rejects.toMatchObject({ code: "bad-file" });
    expect(await broken.imageHash()).toBe(await runs.imageHash());
    expect(vae.tensors.has("encoder.conv_in.weight")).toBe(true);
  });
});
