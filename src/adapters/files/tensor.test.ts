import * as fc from "fast-check";
import { expect, it } from "vitest";
import { fromFloat32, toFloat32 } from "../../shared/dtype.ts";
import { allFinite } from "./tensor.ts";

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
  );
});
