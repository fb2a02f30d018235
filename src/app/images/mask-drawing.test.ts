import { describe, expect, it } from "vitest";
import {
  blankMask,
  invert,
  markedShare,
  MaskHistory,
  markTransparent,
  drawBox,
  drawStroke,
  type MaskImage,
} from "./mask-drawing.ts";

const drawn = ({ width, height, values }: MaskImage): string[] =>
  Array.from({ length: height }, (_, y) =>
    [...values.subarray(y * width, (y + 1) * width)].map((value) => (value > 0 ? "#" : ".")).join(""),
  );

describe("drawStroke", () => {
  it("draws a round dot", () => {
    const mask = blankMask({ width: 7, height: 7 });
    const dot = { x: 3.5, y: 3.5 };
    const box = drawStroke(mask, { from: dot, to: dot, radius: 2.3, value: 255 });
    expect(drawn(mask)).toEqual([
      ".......",
      "..###..",
      ".#####.",
      ".#####.",
      ".#####.",
      "..###..",
      ".......",
    ]);
    expect(box).toEqual({ left: 1, top: 1, right: 7, bottom: 7 });
  });

  it("joins two points, cut at the edge", () => {
    const mask = blankMask({ width: 6, height: 3 });
    drawStroke(mask, { from: { x: -2, y: 1.5 }, to: { x: 3.5, y: 1.5 }, radius: 0.6, value: 255 });
    expect(drawn(mask)).toEqual(["......", "####..", "......"]);
  });

  it("erases, and a brush thinner than a pixel still draws the one under it", () => {
    const mask = blankMask({ width: 3, height: 1 });
    mask.values.fill(255);
    const at = { x: 1.1, y: 0.1 };
    drawStroke(mask, { from: at, to: at, radius: 0.1, value: 0 });
    expect(drawn(mask)).toEqual(["#.#"]);
  });

  it("outside the image changes nothing", () => {
    const mask = blankMask({ width: 3, height: 3 });
    const at = { x: 90, y: -40 };
    drawStroke(mask, { from: at, to: at, radius: 5, value: 255 });
    expect(markedShare(mask)).toBe(0);
  });
});

it("rectangles are cut at the edge; an empty one marks nothing", () => {
  const mask = blankMask({ width: 4, height: 3 });
  drawBox(mask, { left: 2, top: 1, right: 9, bottom: 9 }, 255);
  expect(drawn(mask)).toEqual(["....", "..##", "..##"]);
  drawBox(mask, { left: 3, top: 0, right: 1, bottom: 3 }, 255);
  expect(markedShare(mask)).toBe(4 / 12);
});

it("inverts, and marks what is transparent", () => {
  const mask = blankMask({ width: 2, height: 1 });
  expect(markTransparent(mask, Uint8ClampedArray.of(0, 0, 0, 255, 0, 0, 0, 10))).toBe(true);
  expect(drawn(mask)).toEqual([".#"]);
  invert(mask);
  expect(drawn(mask)).toEqual(["#."]);
  expect(markTransparent(mask, new Uint8ClampedArray(8).fill(255))).toBe(false);
});

it("goes back and forth; a new change drops what was undone; the oldest are forgotten", () => {
  const mask = blankMask({ width: 4, height: 1 });
  const history = new MaskHistory(mask, { maxBytes: 8 });
  const mark = (x: number): void => {
    history.remember();
    mask.values[x] = 255;
  };
  for (const x of [0, 1, 2]) mark(x);
  history.undo();
  expect(drawn(mask)).toEqual(["##.."]);
  history.redo();
  expect(drawn(mask)).toEqual(["###."]);
  history.undo();
  mark(3);
  expect([drawn(mask), history.canRedo]).toEqual([["##.#"], false]);
  for (let i = 0; i < 5; i++) history.undo();
  expect([drawn(mask), history.canUndo]).toEqual([["#..."], false]);
});
