// Noise of variations against a reference in float64 that takes another way: the angle by Kahan's formula, the turn in an orthonormal basis.
import { describe, expect, it } from "vitest";
import { createGenerator } from "./noise.ts";
import { slerp } from "./variation.ts";

const size = { width: 5, height: 7 };
const channels = 4;
const count = channels * size.width * size.height;
const noiseOf = (seed: number, kind: "cpu" | "nv" = "cpu") => createGenerator(kind, seed).randn(count);

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, v, i) => sum + v * b[i]!, 0);
const scaled = (a: readonly number[], by: number): number[] => a.map((value) => value * by);
const sum = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);
const unit = (a: readonly number[]): number[] => scaled(a, 1 / Math.sqrt(dot(a, a)));

/** Unlike unit vectors these have lengths of their own, between which the interpolation goes as the sines do. */
function turned(strength: number, from: readonly number[], to: readonly number[]): number[] {
  const [u, v] = [unit(from), unit(to)];
  const difference = sum(u, scaled(v, -1));
  const whole = sum(u, v);
  const angle = 2 * Math.atan2(Math.sqrt(dot(difference, difference)), Math.sqrt(dot(whole, whole)));
  // In the basis (u, w) the unit vector at share s of the angle is (cos s·angle, sin s·angle).
  const w = unit(sum(v, scaled(u, -dot(u, v))));
  const [lengthFrom, lengthTo] = [Math.sqrt(dot(from, from)), Math.sqrt(dot(to, to))];
  const turn = Math.sin(strength * angle) / Math.sin(angle);
  const along = Math.cos(strength * angle) - Math.cos(angle) * turn;
  return sum(
    scaled(u, along * lengthFrom + turn * lengthTo * Math.cos(angle)),
    scaled(w, turn * lengthTo * Math.sin(angle)),
  );
}

function reference(strength: number, from: Float32Array, to: Float32Array): number[] {
  const out = Array.from({ length: count }, () => Number.NaN);
  for (let c = 0; c < channels; c++)
    for (let x = 0; x < size.width; x++) {
      const indices = Array.from(
        { length: size.height },
        (_, y) => c * size.width * size.height + y * size.width + x,
      );
      const column = turned(
        strength,
        indices.map((i) => from[i]!),
        indices.map((i) => to[i]!),
      );
      for (const [y, i] of indices.entries()) out[i] = column[y]!;
    }
  return out;
}

/** Largest difference from the reference, in units of float32 precision at 4, which no value of these noises exceeds. */
const error = (noise: Float32Array, expected: readonly number[]): number =>
  Math.max(...noise.map((value, i) => Math.abs(value - expected[i]!))) / 2 ** -21;

describe("slerp", () => {
  it.each([
    [0, 1, 0.1, "cpu"],
    [7, 8, 0.5, "cpu"],
    [7, 4_294_967_295, 0.93, "nv"],
  ] as const)(
    "seeds %i and %i at %f: equals the reference within one unit of float32",
    (a, b, strength, kind) => {
      const [from, to] = [noiseOf(a, kind), noiseOf(b, kind)];
      expect(error(slerp(strength, { from, to }, size), reference(strength, from, to))).toBeLessThan(1);
    },
  );

  it("the comparison detects a turn along the rows, or a linear blend", () => {
    const [from, to] = [noiseOf(7), noiseOf(8)];
    const expected = reference(0.5, from, to);
    const rows = slerp(0.5, { from, to }, { width: 1, height: size.width });
    const blend = from.map((value, i) => (value + to[i]!) / 2);
    expect(error(rows, expected)).toBeGreaterThan(1000);
    expect(error(blend, expected)).toBeGreaterThan(1000);
  });

  it("its ends are the two noises, and the same noise stays as it is", () => {
    const [from, to] = [noiseOf(1), noiseOf(2)];
    expect(slerp(0, { from, to }, size)).toEqual(from);
    expect(error(slerp(1, { from, to }, size), [...to])).toBe(0);
    expect(slerp(0.5, { from, to: noiseOf(1) }, size)).toEqual(from);
  });
});
