// Drawn regions: from what is drawn on a canvas to a rectangle with a small mask, and back.
import { describe, expect, it } from "vitest";
import { readRegionMask, regionMaskSide, writeRegionMask } from "../../shared/region-mask.ts";
import { blankMask, drawBox, drawStroke, markedShare } from "./mask-drawing.ts";
import { maskPath, drawnMask, regionOfMask } from "./drawn-region.ts";

const size = { width: 200, height: 100 };

describe("a drawn region", () => {
  it("lies in the rectangle around it, in whole percents", () => {
    const mask = blankMask(size);
    drawBox(mask, { left: 21, top: 10, right: 60, bottom: 30 }, 255);
    drawBox(mask, { left: 80, top: 40, right: 101, bottom: 60 }, 255);
    const region = regionOfMask(mask)!;
    expect(region).toMatchObject({ x: 0.1, y: 0.1, width: 0.41, height: 0.5 });
    const cells = readRegionMask(region.mask!)!;
    expect([0, 31, 31 * 32, 31 * 32 + 31].map((i) => cells[i])).toEqual([1, 0, 0, 1]); // its corners
  });

  it("comes back as it was, to a cell", () => {
    const mask = blankMask(size);
    drawStroke(mask, { from: { x: 40, y: 30 }, to: { x: 160, y: 70 }, radius: 20, value: 255 });
    const back = drawnMask(regionOfMask(mask)!, size);
    const wrong = back.values.filter((value, i) => value !== mask.values[i]).length;
    expect(wrong / mask.values.length).toBeLessThan(0.02);
    expect(regionOfMask(back)).toEqual(regionOfMask(drawnMask(regionOfMask(back)!, size)));
  });

  it("begins as its rectangle, and is one again when all of that is drawn", () => {
    const area = { x: 0.25, y: 0, width: 0.5, height: 0.5 };
    const mask = drawnMask(area, size);
    expect(markedShare(mask)).toBe(0.25);
    expect(regionOfMask(mask)).toEqual({ ...area, mask: undefined });
  });

  it("keeps lines that are finer than its cells", () => {
    const mask = blankMask(size);
    drawBox(mask, { left: 0, top: 50, right: 200, bottom: 51 }, 255);
    drawBox(mask, { left: 100, top: 0, right: 101, bottom: 100 }, 255);
    const cells = readRegionMask(regionOfMask(mask)!.mask!)!;
    expect(cells.reduce((sum, cell) => sum + cell, 0)).toBe(2 * regionMaskSide - 1);
  });

  it("keeps them beside what fills cells", () => {
    const mask = blankMask({ width: 320, height: 320 });
    drawBox(mask, { left: 0, top: 0, right: 320, bottom: 100 }, 255);
    drawBox(mask, { left: 0, top: 312, right: 320, bottom: 320 }, 255);
    drawBox(mask, { left: 162, top: 100, right: 163, bottom: 312 }, 255);
    const cells = readRegionMask(regionOfMask(mask)!.mask!)!;
    expect([15, 20, 25, 30].map((row) => [15, 16, 17].map((column) => cells[row * 32 + column]))).toEqual([
      [0, 1, 0],
      [0, 1, 0],
      [0, 1, 0],
      [0, 0, 0], // beside the bar below it
    ]);
  });

  it("is drawn as one path", () => {
    const cells = new Uint8Array(regionMaskSide ** 2);
    for (const i of [0, 1, 3, regionMaskSide + 31]) cells[i] = 1;
    expect(maskPath(writeRegionMask(cells))).toBe("M0 0h2v1h-2zM3 0h1v1h-1zM31 1h1v1h-1z");
  });

  it("has at least the least sides, at the image's edges too, and is none when nothing is drawn", () => {
    const mask = blankMask(size);
    expect(regionOfMask(mask)).toBeNull();
    drawBox(mask, { left: 199, top: 0, right: 200, bottom: 1 }, 255);
    expect(regionOfMask(mask)).toMatchObject({ x: 0.95, y: 0, width: 0.05, height: 0.05 });
  });
});
