// The transforms of Winograd's filtering are bilinear, so they are right for every filter and window if they are for all pairs of unit
// vectors. All coefficients are exact in float64.
import { describe, expect, it } from "vitest";
import { TRANSFORMS, type WinogradKind } from "./winograd.ts";

type Matrix = readonly (readonly number[])[];
type Transforms = (typeof TRANSFORMS)[WinogradKind];

const unit = (size: number, at: number): number[] => Array.from({ length: size }, (_, i) => Number(i === at));
const times = (matrix: Matrix, vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, value, i) => sum + value * vector[i]!, 0));

const filtered = ({ weights, windows, after }: Transforms, filter: number[], map: number[]): number[] => {
  const window = times(windows, map);
  return times(
    after,
    times(weights, filter).map((value, i) => value * window[i]!),
  );
};

/** Two neighbouring results by definition. */
const expected = (kind: WinogradKind, filter: number[], [a, b, c, d]: number[]): number[] => {
  const rows = kind === "plain" ? [a!, b!, c!, d!] : [a!, b!, b!, c!];
  return [0, 1].map((y) => filter.reduce((sum, value, i) => sum + value * rows[y + i]!, 0));
};

const isRight = (kind: WinogradKind, transforms: Transforms): boolean => {
  const size = transforms.windows[0]!.length;
  const pairs = [0, 1, 2].flatMap((i) =>
    Array.from({ length: size }, (_, j) => [unit(3, i), unit(size, j)] as const),
  );
  return pairs.every(([filter, map]) =>
    filtered(transforms, filter, map).every((value, y) => value === expected(kind, filter, map)[y]),
  );
};

describe.each(["plain", "doubled"] as const)("%s", (kind) => {
  const transforms = TRANSFORMS[kind];

  it("computes two results of every filter and window", () => {
    expect(isRight(kind, transforms)).toBe(true);
  });

  it("does not with any other coefficient", () => {
    for (const part of ["weights", "windows", "after"] as const)
      transforms[part].forEach((row, i) =>
        row.forEach((_, j) => {
          const changed = transforms[part].map((values, k) =>
            values.map((value, l) => (k === i && l === j ? value + 0.5 : value)),
          );
          expect(isRight(kind, { ...transforms, [part]: changed }), `${part} ${i} ${j}`).toBe(false);
        }),
      );
  });

  it("enlarges no window", () => {
    for (const row of transforms.windows)
      expect(row.reduce((sum, value) => sum + Math.abs(value), 0)).toBeLessThanOrEqual(0.5);
  });
});
