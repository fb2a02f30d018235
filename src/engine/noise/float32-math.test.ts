// Single precision against exact arithmetic.
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import { fusedMultiplyAdd, log32, sincos32 } from "./float32-math.ts";

/** A float32 as an integer times 2^−149. */
function exact(value: number): bigint {
  const word = new DataView(new ArrayBuffer(4));
  word.setFloat32(0, value);
  const bits = word.getUint32(0);
  const exponent = (bits >>> 23) & 255;
  const mantissa = BigInt(bits & 0x7fffff) | (exponent === 0 ? 0n : 1n << 23n);
  const magnitude = mantissa << BigInt(Math.max(0, exponent - 1));
  return bits >>> 31 === 1 ? -magnitude : magnitude;
}

/** `value` · 2^−298 rounded once, to nearest with ties to even. */
function rounded(value: bigint): number {
  if (value === 0n) return 0;
  const magnitude = value < 0n ? -value : value;
  const dropped = Math.max(149, magnitude.toString(2).length - 24);
  const shift = BigInt(dropped);
  const rest = magnitude & ((1n << shift) - 1n);
  const half = 1n << (shift - 1n);
  let kept = magnitude >> shift;
  if (rest > half || (rest === half && kept % 2n === 1n)) kept += 1n;
  return (value < 0n ? -1 : 1) * Math.fround(Number(kept) * 2 ** (dropped - 298));
}

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -(2 ** 50), max: 2 ** 50 });
const check = (a: number, b: number, c: number): void => {
  const expected = rounded(exact(a) * exact(b) + (exact(c) << 149n));
  expect(fusedMultiplyAdd(a, b, c) + 0, `${a} · ${b} + ${c}`).toBe(expected + 0);
};

it("a fused multiply-add rounds once", () => {
  fc.assert(fc.property(float, float, float, check), propertyRuns(2_000));
  // Near a tie, where two roundings differ from one: c's last bit is half of the sum's.
  const small = fc.integer({ min: -(2 ** 24), max: 2 ** 24 });
  fc.assert(
    fc.property(small, small, small, fc.integer({ min: -60, max: 60 }), (a, b, c, shift) =>
      check(a, b, Math.fround(c * 2 ** shift)),
    ),
    propertyRuns(4_000),
  );
});

it("keeps infinities", () => {
  expect(fusedMultiplyAdd(3e38, 3e38, 1)).toBe(Infinity);
  expect(fusedMultiplyAdd(1, 1, -Infinity)).toBe(-Infinity);
});

const ulps = (actual: number, expected: number): number =>
  Math.abs(actual - expected) / Math.max(2 ** -24, Math.abs(expected) * 2 ** -23);

it("logarithm, sine and cosine are within a few last places", () => {
  const out = new Float32Array(2);
  for (let i = 1; i <= 2_000; i++) {
    const value = Math.fround(i / 300 + i ** 3 * 1e-6);
    expect(ulps(log32(value), Math.log(value)), `log ${value}`).toBeLessThan(1.5);
    const angle = Math.fround(i * 0.00315);
    sincos32(angle, out);
    expect(Math.abs(out[0]! - Math.sin(angle)), `sin ${angle}`).toBeLessThan(1.3e-7);
    expect(Math.abs(out[1]! - Math.cos(angle)), `cos ${angle}`).toBeLessThan(1.3e-7);
  }
  expect(log32(1)).toBe(0);
  // √½ itself counts as more than √½, as in the reference; the other branch ends one place higher.
  expect(log32(2 * Math.fround(Math.SQRT1_2))).toBe(0.3465735614299774);
  sincos32(0, out);
  expect([...out]).toEqual([0, 1]);
});
