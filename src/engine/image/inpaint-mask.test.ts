// Masks in pixels and latents: the blur against numpy's (recorded), regions counted by hand.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blurMask, latentMask, type Mask, maskRegion, type Region } from "./inpaint-mask.ts";

const { blur } = JSON.parse(
  readFileSync(new URL("../../../tests/fixtures/engine/goldens/images.json", import.meta.url), "utf8"),
) as {
  blur: { sigma: number; size: [number, number]; box: [number, number, number, number]; values: number[] }[];
};

/** @param box top, left, bottom, right */
function boxMask(width: number, height: number, [top, left, bottom, right]: readonly number[]): Mask {
  return Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= left! && x < right! && y >= top! && y < bottom! ? 255 : 0;
  });
}

describe("blur", () => {
  it.each(blur)("$sigma pixels", ({ sigma, size: [height, width], box, values }) => {
    const out = blurMask(boxMask(width, height, box), { width, height }, sigma);
    const worst = Math.max(...values.map((value, i) => Math.abs(value - out[i]!)));
    expect(worst).toBeLessThanOrEqual(1); // halves round differently
    const other = blurMask(boxMask(width, height, box), { width, height }, sigma * 1.2);
    expect(Math.max(...values.map((value, i) => Math.abs(value - other[i]!)))).toBeGreaterThan(3);
  });

  it("a line of one pixel's height is blurred along itself alone", () => {
    const out = blurMask(boxMask(9, 1, [0, 4, 1, 5]), { width: 9, height: 1 }, 1);
    expect(out).toEqual(blurMask(boxMask(1, 9, [4, 0, 5, 1]), { width: 1, height: 9 }, 1));
    expect([...out]).toEqual([...out].toReversed());
    expect(Math.max(...out)).toBe(out[4]);
    expect(out[4]).toBeGreaterThan(90); // 255 · 0.399
    expect(out[4]).toBeLessThan(110);
  });

  it("keeps the mask when it is 0, and may be wider than the image", () => {
    const mask = boxMask(5, 3, [0, 0, 2, 2]);
    expect(blurMask(mask, { width: 5, height: 3 }, 0)).toEqual(mask);
    const flat = blurMask(mask, { width: 5, height: 3 }, 30);
    expect(Math.max(...flat) - Math.min(...flat)).toBeLessThan(30);
  });
});

describe("the region of a mask", () => {
  const region = (
    box: readonly number[],
    { padding = 0, width = 100, height = 80, target = { width: 64, height: 64 } } = {},
  ): Region | null => maskRegion(boxMask(width, height, box), { width, height, padding, target });

  it("is the mask's box if the proportions match", () => {
    expect(region([20, 30, 40, 50])).toEqual({ top: 20, left: 30, bottom: 40, right: 50 });
  });
  it("has padding, up to the image's edge", () => {
    expect(region([20, 30, 40, 50], { padding: 5 })).toEqual({ top: 15, left: 25, bottom: 45, right: 55 });
    expect(region([0, 0, 20, 20], { padding: 10 })).toEqual({ top: 0, left: 0, bottom: 30, right: 30 });
  });
  it("grows to the target's proportions, around the mask", () => {
    expect(region([20, 30, 30, 50])).toEqual({ top: 15, left: 30, bottom: 35, right: 50 });
    expect(region([20, 30, 40, 50], { target: { width: 128, height: 64 } })).toEqual({
      top: 20,
      left: 20,
      bottom: 40,
      right: 60,
    });
  });
  it("moves to stay inside the image", () => {
    expect(region([70, 30, 80, 50])).toEqual({ top: 60, left: 30, bottom: 80, right: 50 });
    expect(region([0, 30, 10, 50])).toEqual({ top: 0, left: 30, bottom: 20, right: 50 });
    expect(region([0, 0, 80, 100])).toEqual({ top: 0, left: 0, bottom: 80, right: 100 });
  });
  it("is null for an empty mask", () => {
    expect(region([0, 0, 0, 0])).toBeNull();
  });
});

it("masks the latents with mostly masked pixels", () => {
  const sizes = { from: { width: 32, height: 32 }, to: { width: 4, height: 4 } };
  expect([...latentMask(boxMask(32, 32, [8, 8, 24, 16]), sizes)]).toEqual([
    0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
  ]);
  expect(latentMask(boxMask(32, 32, [8, 8, 10, 10]), sizes).includes(1)).toBe(false);
});
