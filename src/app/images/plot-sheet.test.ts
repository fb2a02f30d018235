// Where images and labels stand on the sheet of a plot.
import { describe, expect, it } from "vitest";
import { layoutSheet, wrap, type SheetLabels } from "./plot-sheet.ts";

const half = (text: string, pixels = 2): number => (text.length * pixels) / 2;
const none: SheetLabels = { x: [], y: [], z: [] };
const layout = (labels: Partial<SheetLabels>, size = { width: 100, height: 100 }) =>
  layoutSheet({ ...size, labels: { ...none, ...labels } }, half);

describe("wrap", () => {
  it.each([
    ["a fox in snow", 6, ["a fox", "in", "snow"]],
    ["unbelievable", 5, ["unbel", "ievab", "le"]],
    ["a b c d e f", 1, ["a", "b", "c", "…"]],
    ["", 5, []],
  ])("%j", (text, room, lines) => {
    expect(wrap(text, room, half)).toEqual(lines);
  });
});

describe("layoutSheet", () => {
  it("has columns, rows and pages with their labels", () => {
    const { width, height, cells, labels, fontPixels } = layout({
      x: ["Steps: 4", "Steps: 8"],
      y: ["Seed: 1", "Seed: 2"],
      z: ["fox", "cat"],
    });
    expect(fontPixels).toBe(11);
    // Margins of 11, row labels of 38.5, gaps of 6.
    expect([width, height]).toEqual([278, 529]);
    expect(cells).toEqual([
      { x: 61, y: 53 },
      { x: 167, y: 53 },
      { x: 61, y: 159 },
      { x: 167, y: 159 },
      { x: 61, y: 312 },
      { x: 167, y: 312 },
      { x: 61, y: 418 },
      { x: 167, y: 418 },
    ]);
    expect(labels.slice(0, 5).map(({ lines, x, y, align }) => [lines[0], x, y, align])).toEqual([
      ["fox", 11, 18.5, "left"],
      ["Steps: 4", 111, 39.5, "center"],
      ["Steps: 8", 217, 39.5, "center"],
      ["Seed: 1", 50, 103, "right"],
      ["Seed: 2", 50, 209, "right"],
    ]);
  });

  it("has only the images and a margin when there are no labels", () => {
    const { width, height, cells, labels } = layout({});
    expect([width, height, cells, labels]).toEqual([122, 122, [{ x: 11, y: 11 }], []]);
  });

  it("a large plot has smaller images, and fits a phone’s canvas", () => {
    const ten = Array.from({ length: 10 }, (_, index) => String(index));
    const big = layout({ x: ten, y: ten }, { width: 1024, height: 768 });
    expect(big.width * big.height).toBeLessThanOrEqual(4096 * 4096);
    expect([big.cellWidth, big.cellHeight]).toEqual([428, 321]);
    const wide = layout({ x: Array.from({ length: 100 }, () => "a") }, { width: 256, height: 64 });
    expect([wide.width <= 16_384, wide.cellWidth]).toEqual([true, 153]);
  });
});
