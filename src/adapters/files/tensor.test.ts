import * as fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import { fromFloat32, toFloat32, type DType } from "../../shared/dtype.ts";
import {
  allFinite,
  elementCount,
  scalarValue,
  shownName,
  tensorMatrix,
  type AdapterTensor,
} from "./tensor.ts";

it.each(["F16", "BF16", "F32"] as const)("%s: finds infinities and NaN at any position", (dtype) => {
  const value = fc.oneof(
    { weight: 100, arbitrary: fc.float({ noNaN: true, min: -60000, max: 60000 }) },
    { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -Infinity) },
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 40 }), fc.boolean(), (values, isOdd) => {
      const stored = fromFloat32(Float32Array.from(values), dtype);
      const start = isOdd ? 2 : 0; // tensors may start anywhere in their file
      const bytes = new Uint8Array(stored.length + start).subarray(start);
      bytes.set(stored);
      const expected = toFloat32(stored, dtype).every((number) => Number.isFinite(number));
      expect(allFinite({ dtype, shape: [values.length], bytes })).toBe(expected);
    }),
    propertyRuns(100),
  );
});

it.each<[DType, number[], boolean]>([
  ["F8_E5M2", [0x7b, 0xfb, 0], true],
  ["F8_E5M2", [0, 0x7c], false],
  ["F8_E5M2", [0xff], false],
  ["F8_E4M3", [0x7e, 0xfe, 0], true],
  ["F8_E4M3", [0, 0x7f], false],
  ["F8_E4M3", [0xff], false],
  ["F64", [0, 0, 0, 0, 0, 0, 0xf0, 0x3f], true],
  ["F64", [0, 0, 0, 0, 0, 0, 0xf0, 0x7f], false],
  ["I8", [255, 127], true],
])("%s %j is finite: %s", (dtype, bytes, finite) => {
  expect(allFinite({ dtype, shape: [bytes.length], bytes: Uint8Array.from(bytes) })).toBe(finite);
});

it.each<[DType, number, number]>([
  // [type, the largest finite value's bits, infinity's]
  ["F16", 0x7bff, 0x7c00],
  ["BF16", 0x7f7f, 0x7f80],
])("%s: one value that is not finite is found at any place and at any offset", (dtype, largest, infinity) => {
  for (const offset of [0, 1, 2, 3, 4]) {
    const bytes = new Uint8Array(2 * 21 + offset).subarray(offset);
    const view = new DataView(bytes.buffer, offset);
    const isFinite = (): boolean => allFinite({ dtype, shape: [21], bytes });
    for (let at = 0; at < 21; at++) view.setUint16(2 * at, largest | (at % 2 === 0 ? 0x8000 : 0), true);
    expect(isFinite()).toBe(true);
    for (let at = 0; at < 21; at++) {
      for (const bits of [infinity, infinity | 0x8000, infinity + 1, 0xffff]) {
        const before = view.getUint16(2 * at, true);
        view.setUint16(2 * at, bits, true);
        expect(isFinite(), `${bits} at ${at}`).toBe(false);
        view.setUint16(2 * at, before, true);
      }
    }
  }
});

const tensor = (shape: number[], ...values: number[]): AdapterTensor => ({
  dtype: "F32",
  shape,
  bytes: fromFloat32(Float32Array.from(values), "F32"),
});

it("flattens all but the first dimension, and counts elements", () => {
  const [rows, columns] = [2, 6];
  const values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
  expect(tensorMatrix(tensor([2, 1, 2, 3], ...values))).toEqual({
    rows,
    columns,
    values: Float32Array.from(values),
  });
  expect(tensorMatrix(tensor([], 5))).toMatchObject({ rows: 1, columns: 1 });
  expect(tensorMatrix(tensor([0, 4]))).toMatchObject({ rows: 0, columns: 0 });
  expect([elementCount([]), elementCount([3]), elementCount([2, 0])]).toEqual([1, 3, 0]);
});

it("knows the one value of a tensor, once or repeated", () => {
  expect(scalarValue(tensor([], 0))).toBe(0);
  expect(scalarValue(tensor([3], 2, 2, 2))).toBe(2);
  expect(scalarValue(tensor([3], 2, 2, 3))).toBeNull();
  expect(scalarValue(tensor([0]))).toBeNull();
});

it("shows long names cut and empty ones as such", () => {
  expect(shownName("a.b")).toBe("a.b");
  expect(shownName(" \n")).toBe("(unnamed)");
  expect(shownName("x".repeat(160))).toBe("x".repeat(160));
  expect(shownName("x".repeat(161))).toBe(`${"x".repeat(159)}…`);
});
