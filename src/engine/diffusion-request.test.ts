// A request against the loaded model: each limit from both sides, by field.
import { expect, it } from "vitest";
import { limits } from "../shared/limits.ts";
import type { AdapterUse, DiffusionRequest, ImageToImage } from "../shared/request.ts";
import { checkDiffusionRequest } from "./diffusion-request.ts";

const use = (id: string): AdapterUse => ({ id, unetStrength: 1, textStrength: 1 });
const request: DiffusionRequest = {
  packId: "p",
  prompt: "",
  negativePrompt: "",
  width: 64,
  height: 64,
  steps: 2,
  cfgScale: 1,
  sampler: "euler",
  schedule: "karras",
  clipSkip: 1,
  noise: "cpu",
  fewStepAdapter: null,
  images: [{ seed: 1, adapters: [use("known")] }],
};
const image = { width: 2, height: 3, rgba: new Uint8ClampedArray(24) };
const initImage: ImageToImage = { image, strength: 0.5 };
const hires = { width: 128, height: 128, strength: 0.5, steps: 2, upscaler: "latent-bilinear" } as const;
const tooLong = "a".repeat(limits.promptLength + 1);
const masked = (pixels: number): ImageToImage => ({
  ...initImage,
  mask: { values: new Uint8Array(pixels), blur: 0, region: "whole", padding: 0, fill: "original" },
});

function fieldRefused(change: Partial<DiffusionRequest>): string | undefined {
  try {
    checkDiffusionRequest(
      { ...request, ...change },
      { hasAdapter: (id) => id === "known", textLayers: 3, latentScale: 8 },
    );
  } catch (error) {
    return (error as { where?: string }).where ?? String(error);
  }
  return undefined;
}

it.each<[string, Partial<DiffusionRequest>, string | undefined]>([
  ["a sound request", {}, undefined],
  ["as many layers as there are", { clipSkip: 3 }, undefined],
  ["one more", { clipSkip: 4 }, "clipSkip"],
  ["no image", { images: [] }, "images"],
  ["deep features of ten evaluations", { cacheInterval: 10 }, undefined],
  ["deep features of half an evaluation", { cacheInterval: 0.5 }, "cacheInterval"],
  ["deep features of eleven", { cacheInterval: 11 }, "cacheInterval"],
  ["guidance at one noise level", { guidanceInterval: { start: 0.5, end: 0.5 } }, undefined],
  ["guidance that ends before it starts", { guidanceInterval: { start: 0.5, end: 0.4 } }, "guidanceInterval"],
  [
    "guidance that ends after the last step",
    { guidanceInterval: { start: 0, end: 1.5 } },
    "guidanceInterval",
  ],
  [
    "a variation that is too strong",
    { images: [{ seed: 1, adapters: [], variation: { seed: 2, strength: 1.5 } }] },
    "variation.strength",
  ],
  [
    "a negative variation seed",
    { images: [{ seed: 1, adapters: [], variation: { seed: -2, strength: 0.5 } }] },
    "variation.seed",
  ],
  ["an unknown adapter", { images: [{ seed: 1, adapters: [use("known"), use("other")] }] }, "adapters"],
  ["an unknown few-step adapter", { fewStepAdapter: use("other") }, "adapters"],
  ["a known few-step adapter", { fewStepAdapter: use("known") }, undefined],
  ["an endless strength", { fewStepAdapter: { ...use("known"), unetStrength: Infinity } }, "adapters"],
  [
    "a second seed below zero",
    {
      images: [
        { seed: 1, adapters: [] },
        { seed: -1, adapters: [] },
      ],
    },
    "seed",
  ],
  ["a width of no whole latents", { width: 68 }, "width"],
  ["a hires pass of no whole latents", { hires: { ...hires, width: 132 } }, "hires.width"],
  ["a hires pass that is too strong", { hires: { ...hires, strength: 2 } }, "hires.strength"],
  [
    "an init image that is too strong",
    { imageToImage: { ...initImage, strength: 2 } },
    "imageToImage.strength",
  ],
  ["a prompt that is too long", { images: [{ seed: 1, adapters: [], prompt: tooLong }] }, "prompt"],
  [
    "a negative prompt that is too long",
    { images: [{ seed: 1, adapters: [], negativePrompt: tooLong }] },
    "negativePrompt",
  ],
  ["tiles of no whole latents", { vaeTilePixels: 260 }, "vaeTilePixels"],
])("%s", (_, change, field) => {
  const refused = fieldRefused(change);
  if (field === undefined) expect(refused).toBeUndefined();
  else expect(refused).toBe(field);
});

it.each([
  ["prompt", "The prompt"],
  ["negativePrompt", "The negative prompt"],
])("%s that is too long is called that", (field, name) => {
  const images = [{ seed: 1, adapters: [], [field]: tooLong }];
  expect(() =>
    checkDiffusionRequest({ ...request, images }, { hasAdapter: () => true, textLayers: 3, latentScale: 8 }),
  ).toThrow(new RegExp(`^${name} `, "u"));
});

it("the pixels of image and mask must be as many as it says", () => {
  const withImage = (change: object) =>
    fieldRefused({ imageToImage: { ...initImage, image: { ...image, ...change } } });
  const sound = fieldRefused({ imageToImage: initImage });
  expect(sound).toBeUndefined();
  expect(withImage({ height: 2 })).toBe("imageToImage.image");
  expect(withImage({ width: 0, rgba: new Uint8ClampedArray(0) })).toBe("imageToImage.image");
  expect(withImage({ height: 0, rgba: new Uint8ClampedArray(0) })).toBe("imageToImage.image");
  expect(fieldRefused({ imageToImage: masked(6) })).toBeUndefined();
  expect(fieldRefused({ imageToImage: masked(5) })).toBe("imageToImage.mask");
});
