// Every kind of change against its definition written out, and the magnitudes of DoRA.
import { expect, it } from "vitest";
import type { Delta, Matrix } from "../delta.ts";
import { type MergeSource, mergeParameter } from "./merge.ts";

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

it("DoRA of a weight that is wider than high, and of one that is higher", () => {
  const delta: Delta = { kind: "dense", values: new Float32Array(3) };
  const of = (shape: number[], axis: "row" | "column", ...values: number[]): number[] => {
    const magnitude = () => ({ axis, values: Float32Array.from(values), kernelArea: 1 });
    return [
      ...mergeParameter(Float32Array.of(3, 0, -4), shape, [
        { update: { delta: () => delta, magnitude }, strength: 1 },
      ]),
    ];
  };
  expect(of([1, 3], "column", 6, 7, 8)).toEqual([6, 0, -8]);
  expect(of([3, 1], "row", 6, 7, 8)).toEqual([6, 0, -8]);
  expect(of([1, 3], "row", 10)).toEqual([6, 0, -8]);
  expect(of([3, 1], "column", 10)).toEqual([6, 0, -8]);
});

const floats = (count: number): Float32Array => matrix(1, count).values;

it.each([-2, 0.5, 1])("every other kind of change against its definition, at strength %f", (strength) => {
  const values = floats(rows * columns);
  expect(merged({ kind: "dense", values }, strength)).toEqual(
    expected((o, c) => strength * values[o * columns + c]!),
  );
  expect(merged({ kind: "replacement", values }, strength)).toEqual(
    expected((o, c) => strength * (values[o * columns + c]! - weight[o * columns + c]!)),
  );
  const gain = floats(rows);
  expect(merged({ kind: "gain", axis: "row", values: gain, kernelArea: 1 }, strength)).toEqual(
    expected((o, c) => strength * gain[o]! * weight[o * columns + c]!),
  );
  const inputs = floats(columns);
  expect(merged({ kind: "gain", axis: "column", values: inputs, kernelArea: 1 }, strength)).toEqual(
    expected((o, c) => strength * inputs[c]! * weight[o * columns + c]!),
  );
});

/** A convolution [4, 3, 1, 2]: two kernel positions. */
const kernel = matrix(4, 6).values;
const mergedKernel = (delta: Delta, strength: number): number[] => [
  ...mergeParameter(kernel, [4, 3, 1, 2], [{ update: { delta: () => delta, magnitude: null }, strength }]),
];
const expectedKernel = (change: (o: number, c: number) => number): number[] =>
  [...kernel].map((value, i) => value + change(Math.floor(i / 6), i % 6));

it.each([-2, 0.5])("changes of a convolution, position by position, at strength %f", (strength) => {
  const gain = floats(3);
  expect(mergedKernel({ kind: "gain", axis: "column", values: gain, kernelArea: 2 }, strength)).toEqual(
    expectedKernel((o, c) => strength * gain[Math.floor(c / 2)]! * kernel[o * 6 + c]!),
  );
  const [left, right] = [matrix(2, 3), matrix(2, 2)];
  expect(mergedKernel({ kind: "kronecker", scale: 0.5, left, right }, strength)).toEqual(
    expectedKernel(
      (o, c) =>
        0.5 *
        strength *
        left.values[Math.floor(o / 2) * 3 + Math.floor(c / 2)]! *
        right.values[(o % 2) * 2 + (c % 2)]!,
    ),
  );
  const [a1, a2, b1, b2] = [matrix(3, 2), matrix(2, 3), matrix(4, 5), matrix(5, 6)];
  expect(mergedKernel({ kind: "projected", scale: 0.5, a1, a2, b1, b2, kernelArea: 2 }, strength)).toEqual(
    expectedKernel((o, c) => {
      let sum = product(b1, b2, o, c);
      for (let i = 0; i < 3; i++)
        for (let n = 0; n < 2; n++)
          sum +=
            kernel[o * 6 + 2 * i + (c % 2)]! * a1.values[i * 2 + n]! * a2.values[n * 3 + Math.floor(c / 2)]!;
      return 0.5 * strength * sum;
    }),
  );
});

it.each([-2, 0.5, 1])(
  "rotations in two stages, one of them reordered, and a gain, at strength %f",
  (strength) => {
    const order = Uint32Array.of(0, 2, 1, 3);
    for (const axis of ["row", "column"] as const) {
      // Lines of 4: the rows of [4, 3], or the columns of [3, 4].
      const [height, width] = axis === "row" ? [4, 3] : [3, 4];
      const start = matrix(height, width).values;
      const stages = [
        { blockSize: 2, blocks: floats(8), order: null },
        { blockSize: 2, blocks: floats(8), order },
      ];
      const gain = floats(height);
      let current = [...start];
      for (const { blocks, order: lines } of stages) {
        const line = (place: number): number => (lines ? lines[place]! : place);
        const next = current.slice();
        for (let place = 0; place < 4; place++)
          for (let other = 0; other < (axis === "row" ? width : height); other++) {
            const at = (p: number): number =>
              axis === "row" ? line(p) * width + other : other * width + line(p);
            const first = place - (place % 2);
            let turned = 0;
            for (let j = 0; j < 2; j++) turned += blocks[place * 2 + j]! * current[at(first + j)]!;
            next[at(place)] = current[at(place)]! + strength * (turned - current[at(place)]!);
          }
        current = next;
      }
      const result = (factors: Float32Array | null): number[] => [
        ...mergeParameter(
          start,
          [height, width],
          [
            {
              update: { delta: () => ({ kind: "rotation", axis, stages, gain: factors }), magnitude: null },
              strength,
            },
          ],
        ),
      ];
      expect(result(null)).toEqual(current);
      expect(result(gain)).toEqual(
        current.map((value, i) => value * (1 + strength * (gain[Math.floor(i / width)]! - 1)) + 0),
      );
    }
  },
);

it("adapters add up in the given order, those of strength 0 unread; a weight without rows stays", () => {
  const dense = (value: number): Delta => ({ kind: "dense", values: new Float32Array(6).fill(value) });
  const update = (delta: () => Delta) => ({ delta, magnitude: null });
  const unread = update(() => {
    throw new Error("read");
  });
  const result = mergeParameter(
    Float32Array.of(1, 2, 3, 4, 5, 6),
    [2, 3],
    [
      { update: update(() => dense(2)), strength: 0.5 },
      { update: unread, strength: 0 },
      { update: update(() => dense(10)), strength: -1 },
    ],
  );
  expect([...result]).toEqual([-8, -7, -6, -5, -4, -3]);
  expect([
    ...mergeParameter(new Float32Array(0), [0, 3], [{ update: update(() => dense(1)), strength: 1 }]),
  ]).toEqual([]);
  expect([
    ...mergeParameter(Float32Array.of(5), [], [{ update: update(() => dense(1)), strength: 1 }]),
  ]).toEqual([6]);
});

it("DoRA of a convolution's inputs has one length for all kernel positions", () => {
  const pristine = Float32Array.of(3, 4, 0, 0, 0, 0, 6, 8);
  const update: MergeSource = {
    delta: () => ({ kind: "dense", values: new Float32Array(8) }),
    magnitude: () => ({ axis: "column", values: Float32Array.of(10, 20), kernelArea: 2 }),
  };
  const result = mergeParameter(pristine, [2, 2, 1, 2], [{ update, strength: 0.5 }]);
  // The inputs' lengths are 5 and 10, both doubled at strength 1.
  expect([...result]).toEqual([4.5, 6, 0, 0, 0, 0, 9, 12]);
});
