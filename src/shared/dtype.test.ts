import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { dtypeSizeBytes, float32ToF16, fromFloat32, toFloat32 } from "./dtype.ts";

const allHalves = new Uint16Array(65536).map((_, i) => i);
const bytesOf = (array: Uint16Array | Uint8Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const bitsOf = (values: Float32Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length);

/** IEEE definition, written without bit tricks. */
function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const mantissa = half & 0x3ff;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return sign * (exponent ? (1 + mantissa / 1024) * 2 ** (exponent - 15) : mantissa * 2 ** -24);
}

describe("float16", () => {
  it("widens all 65,536 patterns exactly", () => {
    const values = toFloat32(bytesOf(allHalves), "F16");
    for (let i = 0; i < 65536; i++) expect(Object.is(values[i], halfValue(i))).toBe(true);
  });

  it("narrows every widened pattern back to itself", () => {
    const back = float32ToF16(toFloat32(bytesOf(allHalves), "F16"));
    for (let i = 0; i < 65536; i++) expect(back[i]).toBe((i & 0x7fff) > 0x7c00 ? i | 0x200 : i);
  });

  it("rounds to the nearest half, ties to even", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) => {
        const half = float32ToF16(Float32Array.of(value))[0]!;
        const got = halfValue(half);
        if (Math.abs(value) >= 65520) return Math.abs(got) === Infinity;
        const error = Math.abs(got - value);
        const magnitude = half & 0x7fff;
        for (const other of [magnitude - 1, magnitude + 1]) {
          if (other < 0 || other > 0x7bff) continue;
          const otherError = Math.abs(Math.abs(value) - halfValue(other));
          if (otherError < error || (otherError === error && magnitude % 2 === 1)) return false;
        }
        return true;
      }),
      propertyRuns(20_000),
    );
  });
});

describe("bfloat16", () => {
  it("widens to the upper half of a float32", () => {
    const bits = bitsOf(toFloat32(bytesOf(allHalves), "BF16"));
    for (let i = 0; i < 65536; i++) expect(bits[i]! >>> 16).toBe(i);
  });

  it("rounds ties to even and keeps NaN", () => {
    const values = new Float32Array(4);
    bitsOf(values).set([0x3f808000, 0x3f818000, 0x3f808001, 0x7f800001]);
    expect([...new Uint16Array(fromFloat32(values, "BF16").buffer)]).toEqual([
      0x3f80, 0x3f82, 0x3f81, 0x7fc0,
    ]);
  });
});

describe("float8", () => {
  // Values from the OCP 8-bit floating point specification.
  it("converts the extremes", () => {
    expect([...toFloat32(Uint8Array.of(0x7e, 0x08, 0x01, 0xfe, 0x80), "F8_E4M3")]).toEqual([
      448,
      2 ** -6,
      2 ** -9,
      -448,
      -0,
    ]);
    expect(toFloat32(Uint8Array.of(0x7f), "F8_E4M3")[0]).toBeNaN();
    expect([...toFloat32(Uint8Array.of(0x7b, 0x7c, 0x01), "F8_E5M2")]).toEqual([57344, Infinity, 2 ** -16]);
  });

  it.each(["F8_E4M3", "F8_E5M2"] as const)("%s: every pattern narrows back to itself", (dtype) => {
    const all = new Uint8Array(256).map((_, i) => i);
    const wide = toFloat32(all, dtype);
    const back = fromFloat32(wide, dtype);
    for (let i = 0; i < 256; i++) if (!Number.isNaN(wide[i])) expect(back[i]).toBe(i);
  });

  it("rounds ties to even", () => {
    // Between 448 (even) and the NaN code lies 464: the tie goes to 448, past it to NaN, as in torch.
    expect([...fromFloat32(Float32Array.of(464, 465, 1.0625, 1.1875, 2 ** -10), "F8_E4M3")]).toEqual([
      0x7e, 0x7f, 0x38, 0x3a, 0x00,
    ]);
  });
});

it("reads unaligned bytes and wide types", () => {
  const bytes = new Uint8Array(9);
  new DataView(bytes.buffer).setFloat64(1, 0.5, true);
  expect([...toFloat32(bytes.subarray(1), "F64")]).toEqual([0.5]);
  const ints = new BigInt64Array([-3n]);
  expect([...toFloat32(new Uint8Array(ints.buffer), "I64")]).toEqual([-3]);
  expect(dtypeSizeBytes("BF16")).toBe(2);
});
