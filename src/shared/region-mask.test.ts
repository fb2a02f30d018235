// Masks of drawn regions as text and back.
import { expect, it } from "vitest";
import { readRegionMask, regionMaskSide, writeRegionMask } from "./region-mask.ts";

it("a mask is the same after its text", () => {
  const cells = Uint8Array.from({ length: regionMaskSide ** 2 }, (_, i) => Number((i * 7) % 5 < 2));
  const text = writeRegionMask(cells);
  expect(text).toMatch(/^[\w-]{171}$/);
  expect(readRegionMask(text)).toEqual(cells);
});

it("the first cell is the highest bit", () => {
  const text = writeRegionMask(Uint8Array.from({ length: regionMaskSide ** 2 }, (_, i) => Number(i === 0)));
  expect(text).toBe(`g${"A".repeat(170)}`);
});

it.each(["", "g", "A".repeat(171), `g${"A".repeat(171)}`, `g${"A".repeat(169)}+`])("%j is none", (text) => {
  expect(readRegionMask(text)).toBeNull();
});
