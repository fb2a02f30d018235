import { expect, test } from "vitest";
import { cellAfter, columnsOf, rowsInView } from "./grid-layout.ts";

test("columns share the width, two at least", () => {
  expect(columnsOf(1032, { least: 132, gap: 14 })).toEqual({ count: 7, width: (1032 - 6 * 14) / 7 });
  expect(columnsOf(264, { least: 132, gap: 14 })).toEqual({ count: 2, width: 125 });
  expect(columnsOf(100, { least: 132, gap: 14 })).toEqual({ count: 2, width: 43 });
  expect(columnsOf(0, { least: 132, gap: 14 })).toEqual({ count: 2, width: 0 });
});

test("rows in view, with spare ones on both sides, within the grid", () => {
  const grid = { stride: 100, rows: 50, spare: 2 };
  expect(rowsInView({ top: -40, height: 500 }, grid)).toEqual([0, 7]);
  expect(rowsInView({ top: 1010, height: 500 }, grid)).toEqual([8, 18]);
  expect(rowsInView({ top: 4900, height: 500 }, grid)).toEqual([47, 50]);
  expect(rowsInView({ top: 90_000, height: 500 }, grid)).toEqual([50, 50]);
  expect(rowsInView({ top: -900, height: 500 }, grid)).toEqual([0, 0]);
  expect(rowsInView({ top: 0, height: 500 }, { ...grid, stride: 0 })).toEqual([0, 1]);
});

test("keys move by cell, row, page and to the ends", () => {
  const grid = { cells: 20, columns: 6, page: 2 };
  const from = (at: number) => (key: string) => cellAfter(key, { at, ...grid });
  expect(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].map(from(7))).toEqual([8, 6, 13, 1]);
  expect(["PageDown", "PageUp", "Home", "End"].map(from(7))).toEqual([19, 0, 0, 19]);
  expect(["ArrowDown", "ArrowRight"].map(from(19))).toEqual([19, 19]);
  expect(["Tab", "Enter", "a"].map(from(7))).toEqual([null, null, null]);
});
