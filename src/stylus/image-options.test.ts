import { describe, expect, it } from "vitest";
import { StylusError } from "../shared/errors.ts";
import { checkOptions, completeOptions, type PackDefaults, type PartialOptions } from "./options.ts";
import { finishedSize, hiresSize, isStretched, sizeForImage } from "./image-options.ts";

const defaults: PackDefaults = {
  width: 256,
  height: 256,
  maxSide: 768,
  full: { steps: 20, cfgScale: 5, sampler: "dpmpp_2m", schedule: "karras" },
  fewStep: null,
};
const picture = { id: "a", width: 640, height: 480 };
const complete = (partial: Omit<PartialOptions, "prompt">) =>
  completeOptions({ prompt: "a fox", ...partial }, defaults);

describe("sizes", () => {
  it("second pass: whole latents, rounded down", () => {
    expect(hiresSize({ width: 256, height: 192 }, 2)).toEqual({ width: 512, height: 384 });
    expect(hiresSize({ width: 256, height: 200 }, 1.35)).toEqual({ width: 344, height: 264 });
  });

  it.each([
    [256, 256, 256, 256],
    [320, 200, 320, 200], // can be generated as it is
    [512, 512, 512, 512],
    [640, 480, 296, 224], // too many pixels: the model's number of them
    [250, 250, 256, 256], // no multiple of 8
    [2048, 100, 768, 64], // sides stay within the limits
  ])("an init image of %i × %i is generated at %i × %i", (width, height, ...expected) => {
    const size = sizeForImage({ width, height }, { width: 256, height: 256, minSide: 64, maxSide: 768 });
    expect([size.width, size.height]).toEqual(expected);
  });

  it("knows a size that would stretch an image", () => {
    expect(isStretched({ width: 640, height: 480 }, { width: 296, height: 224 })).toBe(false);
    expect(isStretched({ width: 640, height: 480 }, { width: 256, height: 256 })).toBe(true);
  });

  it("the finished image has the init image's size where only the masked area is inpainted", () => {
    const mask = { id: "m", region: "masked" } as const;
    expect(finishedSize(complete({ start: { picture, mask } }))).toEqual({ width: 640, height: 480 });
    expect(finishedSize(complete({ start: { picture } }))).toEqual({ width: 296, height: 224 });
    expect(finishedSize(complete({ hires: { scale: 1.5 } }))).toEqual({ width: 384, height: 384 });
  });
});

describe("completeOptions", () => {
  it("fills a start, its mask and a second pass", () => {
    expect(complete({ start: { picture, mask: { id: "m" } } })).toMatchObject({
      start: {
        picture,
        strength: 0.75,
        mask: { id: "m", blur: 4, region: "whole", padding: 32, fill: "original" },
      },
      hires: null,
      width: 296,
      height: 224,
    });
    expect(complete({ hires: { scale: 1.5 }, steps: 9 }).hires).toEqual({
      scale: 1.5,
      upscaler: "pixel-lanczos",
      strength: 0.4,
      steps: 9,
    });
    expect(complete({ start: { picture }, width: 128 })).toMatchObject({ width: 128, height: 224 });
  });
});

describe("checkOptions", () => {
  it("accepts what the defaults make", () => {
    checkOptions(complete({ start: { picture, mask: { id: "m" } } }), { defaults });
    checkOptions(complete({ hires: {} }), { defaults });
  });

  it.each<[string, Omit<PartialOptions, "prompt">]>([
    ["start.strength", { start: { picture, strength: 1.2 } }],
    ["start.mask.blur", { start: { picture, mask: { id: "m", blur: 65 } } }],
    ["start.mask.padding", { start: { picture, mask: { id: "m", padding: 1.5 } } }],
    ["start.mask.region", { start: { picture, mask: { id: "m", region: "half" as "whole" } } }],
    ["start.mask.fill", { start: { picture, mask: { id: "m", fill: "red" as "noise" } } }],
    ["hires", { start: { picture }, hires: {} }],
    ["hires.scale", { hires: { scale: 4 } }],
    ["hires.scale", { hires: { scale: Number.NaN } }],
    ["hires.strength", { hires: { strength: 0 } }],
    ["hires.steps", { hires: { steps: 0 } }],
    ["hires.upscaler", { hires: { upscaler: "ESRGAN" as "pixel-lanczos" } }],
    ["vaeTilePixels", { vaeTilePixels: 100 }],
    ["vaeTilePixels", { vaeTilePixels: 8 }],
    ["width", { width: 776 }],
  ])("names %s", (field, change) => {
    let error: unknown;
    try {
      checkOptions(complete(change), { defaults });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(StylusError);
    expect(error).toMatchObject({ code: "bad-input", where: field });
    expect((error as StylusError).remedy).toBeTruthy();
  });
});
