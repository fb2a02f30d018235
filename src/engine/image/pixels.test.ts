// Latents and decoded images as pixels, and the table of preview factors.
import { expect, it } from "vitest";
import { parsePreviewFactors, previewOf, rgbaOf, SD1_PREVIEW } from "./pixels.ts";

it("a decoded image becomes opaque pixels, rounded and clamped", () => {
  const image = Float32Array.of(-1, 1, 0, 2, /* green */ 0.5, -2, -0.5, 0, /* blue */ 1, 0.004, -1, 0);
  expect(rgbaOf(image, { width: 2, height: 2 })).toEqual({
    width: 2,
    height: 2,
    rgba: Uint8ClampedArray.of(0, 191, 255, 255, 255, 0, 128, 255, 128, 64, 0, 255, 255, 128, 128, 255),
  });
});

it("a preview is bias and factors of all channels, one pixel per latent", () => {
  const preview = {
    factors: [
      [1, 0, 0.5],
      [0, -1, 0.5],
    ],
    bias: [0, 0.5, -1],
  };
  const latent = Float32Array.of(0, 1, -1, /* second */ 0, 0.5, 1);
  expect(previewOf(latent, { width: 3, height: 1, preview })).toEqual({
    width: 3,
    height: 1,
    rgba: Uint8ClampedArray.of(128, 191, 0, 255, 255, 128, 96, 255, 0, 64, 0, 255),
  });
});

it("the table for SD 1.x has a row for each of four channels", () => {
  expect(parsePreviewFactors(JSON.stringify(SD1_PREVIEW), 4)).toEqual({
    factors: [
      [0.3512, 0.2297, 0.3227],
      [0.325, 0.4974, 0.235],
      [-0.2829, 0.1762, 0.2721],
      [-0.212, -0.2616, -0.7177],
    ],
    bias: [0, 0, 0],
  });
});

it.each([
  ["no JSON", "{"],
  ["nothing", "null"],
  ["too few rows", `{"factors":[[1,2,3]],"bias":[1,2,3]}`],
  ["too many rows", `{"factors":[[1,2,3],[1,2,3],[1,2,3]],"bias":[1,2,3]}`],
  ["a short row", `{"factors":[[1,2,3],[1,2]],"bias":[1,2,3]}`],
  ["a long row", `{"factors":[[1,2,3,4],[1,2,3]],"bias":[1,2,3]}`],
  ["a row that is none", `{"factors":[[1,2,3],"123"],"bias":[1,2,3]}`],
  ["text in a row", `{"factors":[[1,2,3],[1,"2",3]],"bias":[1,2,3]}`],
  ["no factors", `{"factors":{"length":2},"bias":[1,2,3]}`],
  ["no bias", `{"factors":[[1,2,3],[1,2,3]]}`],
])("names a damaged table: %s", (_, text) => {
  expect(() => parsePreviewFactors(text, 2)).toThrow(
    expect.objectContaining({
      code: "bad-file",
      message: "preview.json must have 2 rows of 3 factors and a bias of 3 numbers.",
    }),
  );
});
