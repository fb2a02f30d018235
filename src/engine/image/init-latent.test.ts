// What fills the masked area of a latent first.
import { expect, it } from "vitest";
import type { ImageToImage, InpaintMask } from "../../shared/request.ts";
import { createGenerator } from "../noise/noise.ts";
import { filledLatent, type InitLatent } from "./init-latent.ts";

const latent = Float32Array.of(1, 2, 3, 4, 5, 6);
const init = (change: Partial<InitLatent>): InitLatent => ({
  latent,
  mask: Float32Array.of(0, 1, 0.5),
  channels: null,
  finish: (image) => image,
  ...change,
});
const imageToImage: ImageToImage = {
  image: { width: 1, height: 1, rgba: new Uint8ClampedArray(4) },
  strength: 1,
};
const mask = { values: Uint8Array.of(255), blur: 4, region: "whole", padding: 0 } as const;
const filled = (change: Partial<InitLatent>, fill?: InpaintMask["fill"]) => {
  const start = fill === undefined ? imageToImage : { ...imageToImage, mask: { ...mask, fill } };
  return filledLatent(init(change), { request: { noise: "cpu", imageToImage: start }, seed: 3 });
};

it("keeps the original unless a mask and another filling are asked for", () => {
  expect(filled({}, "original")).toBe(latent);
  expect(filled({})).toBe(latent);
  expect(filled({ mask: null }, "noise")).toBe(latent);
  expect(filled({ latent: null }, "noise")).toBeNull();
});

it("fills every channel's masked area with zeros, or with the image's noise", () => {
  expect([...filled({}, "nothing")!]).toEqual([1, 0, 0, 4, 0, 0]);
  const noise = createGenerator("cpu", 3).randn(6);
  expect([...filled({}, "noise")!]).toEqual([1, noise[1], noise[2], 4, noise[4], noise[5]]);
});
