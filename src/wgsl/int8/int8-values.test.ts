// Weights in 8 bits, computed on the CPU.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import type { WgslParameter } from "../parameters.ts";
import { int8Values } from "./int8-values.ts";

const weight = (shape: number[], group: number): WgslParameter => ({
  name: "w",
  shape,
  layout: "transpose",
  int8: { group },
});

it("gives each group of an output's inputs a scale of its own, the last one too if it is shorter", () => {
  // Two outputs of five inputs, by two.
  const values = Float32Array.of(1, -0.5, 0.25, 0.25, -0.125, 2, 0, 0, 0, 4);
  const share = (numerator: number, scale: number): number => Math.fround((numerator / 127) * scale);
  const byTwo = [
    [1, share(-63, 1), 0.25, 0.25, -0.125],
    [2, 0, 0, 0, 4],
  ];
  expect([...int8Values(values, weight([2, 5], 2))]).toEqual(byTwo.flat());
  const byEight = [
    [1, share(-63, 1), share(32, 1), share(32, 1), share(-16, 1)],
    [share(64, 4), 0, 0, 0, 4],
  ];
  expect([...int8Values(values, weight([2, 5], 8))]).toEqual(byEight.flat());
});

it("groups the inputs of a convolution for each position of its kernel", () => {
  const shape = [4, 2, 3, 3];
  const values = Float32Array.from({ length: 72 }, (_, i) => 2 ** ((i % 18) - 9));
  // The two inputs at a position are 2⁹ apart.
  const rounded = int8Values(values, weight(shape, 2));
  for (let i = 0; i < 72; i++) expect(rounded[i]).toBe(i % 18 < 9 ? 0 : values[i]);
  expect(int8Values(values, weight(shape, 1))).toEqual(values);
});

it("leaves other parameters as they are", () => {
  const values = Float32Array.of(0.1, 0.2);
  expect(int8Values(values, { name: "b", shape: [2], layout: "same", int8: null })).toBe(values);
});

it("is off by at most half a step of the largest value in the group", () => {
  const value = fc.float({ min: -100, max: 100, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 24, maxLength: 24 }),
      fc.integer({ min: 1, max: 7 }),
      (list, group) => {
        const values = Float32Array.from(list);
        const rounded = int8Values(values, weight([4, 6], group));
        for (let i = 0; i < 24; i++) {
          const row = Math.floor(i / 6) * 6;
          const first = row + Math.floor((i % 6) / group) * group;
          const most = Math.max(...values.slice(first, Math.min(first + group, row + 6)).map(Math.abs));
          // The scale is a half, which cuts off at most 2⁻¹¹ of the largest value, and smallest halves have steps of 2⁻²⁴.
          expect(Math.abs(rounded[i]! - values[i]!)).toBeLessThanOrEqual(
            most * (0.5 / 127 + 2 ** -10) + 2 ** -24,
          );
        }
      },
    ),
    propertyRuns(200),
  );
});
