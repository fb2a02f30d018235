// Dense products and inverses against small cases by hand and their laws.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import type { Matrix } from "../delta.ts";
import { contractCore, invert, multiply, transpose } from "./matrix.ts";

const matrix = (rows: number, columns: number, ...values: number[]): Matrix => ({
  rows,
  columns,
  values: Float32Array.from(values),
});

it("multiplies and transposes matrices that are not square", () => {
  const a = matrix(2, 3, 1, 2, 3, 4, 5, 6);
  const b = matrix(3, 2, 7, 8, 9, 10, 11, 12);
  expect(multiply(a, b)).toEqual(matrix(2, 2, 58, 64, 139, 154));
  expect(multiply(b, a)).toEqual(matrix(3, 3, 39, 54, 69, 49, 68, 87, 59, 82, 105));
  expect(transpose(a)).toEqual(matrix(3, 2, 1, 4, 2, 5, 3, 6));
});

it("sums in more than single precision", () => {
  expect([...multiply(matrix(1, 3, 2 ** 24, 1, -(2 ** 24)), matrix(3, 1, 1, 1, 1)).values]).toEqual([1]);
});

it("contracts the middle of a core [2, 2, 3] with a factor [2, 2], kernel positions innermost", () => {
  const core = { outer: 2, inner: 2, kernelArea: 3, values: Float32Array.from({ length: 12 }, (_, i) => i) };
  const factor = matrix(2, 2, 1, 10, 100, 1_000);
  expect(contractCore(core, factor)).toEqual(
    matrix(2, 6, 300, 401, 502, 3_000, 4_010, 5_020, 906, 1_007, 1_108, 9_060, 10_070, 11_080),
  );
});

it("inverts any matrix but singular ones, also with zeros on the diagonal", () => {
  expect([...invert(Float64Array.of(0, 2, 4, 0), 2)!]).toEqual([0, 0.25, 0.5, 0]);
  expect(invert(Float64Array.of(1, 2, 2, 4), 2)).toBeNull();
  expect(invert(Float64Array.of(0, 0, 0, 0), 2)).toBeNull();
  expect(invert(Float64Array.of(NaN, 1, 1, 1), 2)).toBeNull();
  expect([...invert(Float64Array.of(1, 0, 9, 0, 0, 4, 0, 2, 0), 3)!]).toEqual([
    1, -2.25, 0, 0, 0, 0.5, 0, 0.25, 0,
  ]);
  // Without exchanging rows the small pivot would lose everything.
  const [a, b, c, d] = invert(Float64Array.of(1e-20, 1, 1, 1), 2)!;
  for (const [value, expected] of [
    [a, -1],
    [b, 1],
    [c, 1],
    [d, 0],
  ] as const)
    expect(value).toBeCloseTo(expected, 12);
  const size = fc.integer({ min: 1, max: 6 });
  const entries = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 36, maxLength: 36 });
  fc.assert(
    fc.property(size, entries, (n, values) => {
      const original = Float64Array.from(values.slice(0, n * n));
      for (let i = 0; i < n; i++) original[i * n + i]! += 60; // far from singular
      const before = original.slice();
      const inverse = invert(original, n)!;
      expect(original).toEqual(before);
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < n; k++) sum += original[i * n + k]! * inverse[k * n + j]!;
          expect(sum).toBeCloseTo(i === j ? 1 : 0, 10);
        }
    }),
    propertyRuns(100),
  );
});
