// Products of every rank against sums written out, and the magnitudes of DoRA.
import { expect, it } from "vitest";
import type { Delta, Matrix } from "../families/delta.ts";
import { mergeParameter } from "./merge.ts";

const [rows, columns] = [3, 5];
let seed = 1;
/** Small multiples of 1/4, so that sums are exact. */
const next = (): number => ((seed = (seed * 1_103 + 12_345) % 65_536) % 17) / 4 - 2;
const matrix = (height: number, width: number): Matrix => ({
  rows: height,
  columns: width,
  values: Float32Array.from({ length: height * width }, next),
});
const product = (a: Matrix, b: Matrix, o: number, c: number): number => {
  let sum = 0;
  for (let r = 0; r < a.columns; r++) sum += a.values[o * a.columns + r]! * b.values[r * b.columns + c]!;
  return sum;
};
const weight = matrix(rows, columns).values;
const merged = (delta: Delta, strength: number): number[] => [
  ...mergeParameter(weight, [rows, columns], [{ update: { delta: () => delta, magnitude: null }, strength }]),
];
const expected = (change: (o: number, c: number) => number): number[] =>
  [...weight].map((value, i) => value + change(Math.floor(i / columns), i % columns));

it.each([1, 2, 3, 4, 5, 7, 8, 9, 13])("rank %i: low-rank, and products of two of them", (rank) => {
  const [up, down] = [matrix(rows, rank), matrix(rank, columns)];
  const before = weight.slice();
  expect(merged({ kind: "low-rank", scale: 0.5, up, down }, -2)).toEqual(
    expected((o, c) => -product(up, down, o, c)),
  );
  const [up2, down2] = [matrix(rows, 6), matrix(6, columns)];
  const hadamard: Delta = { kind: "hadamard", scale: 0.25, up1: up, down1: down, up2, down2 };
  expect(merged(hadamard, 2)).toEqual(
    expected((o, c) => 0.5 * product(up, down, o, c) * product(up2, down2, o, c)),
  );
  const swapped: Delta = { kind: "hadamard", scale: 0.25, up1: up2, down1: down2, up2: up, down2: down };
  expect(merged(swapped, 2)).toEqual(merged(hadamard, 2));
  expect(weight).toEqual(before);
});

it("DoRA: rows get the magnitude's length; rows of zeros stay, and so does the weight at strength 0", () => {
  const zeroed = Float32Array.of(3, 4, 0, 0, 1, 0);
  const delta: Delta = { kind: "dense", values: Float32Array.of(0, 0, 0, 0, -1, 2) };
  const of = (axis: "row" | "column", values: number[], strength: number): number[] => [
    ...mergeParameter(
      zeroed,
      [3, 2],
      [
        {
          update: {
            delta: () => delta,
            magnitude: () => ({ axis, values: Float32Array.from(values), kernelArea: 1 }),
          },
          strength,
        },
      ],
    ),
  ];
  expect(of("row", [10, 7, 1], 1)).toEqual([6, 8, 0, 0, 0, 1]);
  expect(of("row", [10, 7, 1], 0)).toEqual([...zeroed]);
  // V's columns are [3, 0, 0] and [4, 0, 2].
  const length = Math.sqrt(20);
  expect(of("column", [6, length], 1)).toEqual([6, 4, 0, 0, 0, 2]);
});
