// Weights of 4 bits times multipliers of 4 bits, in the layout of training/choice/quantise.py.
import { expect, it } from "vitest";
import type { ExternalTensor } from "../../formats/onnx-external.ts";
import { unpackWeights } from "./packed-weights.ts";

const tensor = (name: string, rows: number, width: number, offset: number): ExternalTensor => ({
  name,
  shape: [rows, width],
  location: "w",
  offset,
  sizeBytes: rows * width,
});
const tensors = [tensor("a", 2, 32, 64), tensor("b", 1, 64, 0)];

/** Levels 0 … 15 over and over, with multipliers of one group each. */
const packedOf = (...multipliers: readonly (readonly [low: number, high: number])[]): Uint8Array =>
  Uint8Array.from(
    multipliers.flatMap(([low, high]) => [
      ...Array.from({ length: 32 }, (_, i) => ((2 * i) % 16) + ((2 * i + 1) % 16) * 16),
      low + high * 16,
    ]),
  );
const levels = Array.from({ length: 32 }, (_, i) => (i % 16) - 8);
const times = (factor: number): number[] => levels.map((level) => level * factor || 0);

it("puts each tensor at its offset, each group by its own multiplier", () => {
  const weights = unpackWeights(packedOf([1, 15], [0, 7]), { tensors, fileName: "w.bin" });
  expect([...weights].map((weight) => weight || 0)).toEqual([
    ...times(0),
    ...times(7),
    ...times(1),
    ...times(15),
  ]);
});

it.each<[string, Uint8Array, ExternalTensor[], string]>([
  ["a byte too few", packedOf([1, 1], [1, 1]).subarray(1), tensors, "b"],
  ["a byte too many", Uint8Array.of(...packedOf([1, 1], [1, 1]), 0), tensors, "its end"],
  ["another shape", packedOf([1, 1], [1, 1]), [tensors[0]!, { ...tensors[1]!, shape: [2, 64] }], "b"],
  ["rows that groups straddle", packedOf([1, 1]), [tensor("a", 4, 16, 0)], "a"],
  ["half a byte of multipliers", packedOf([1, 1]), [tensor("a", 3, 32, 0)], "a"],
  ["an offset past the end", packedOf([1, 1], [1, 1]), [tensor("a", 2, 32, 65), tensors[1]!], "a"],
])("refuses %s", (_, packed, graph, where) => {
  expect(() => unpackWeights(packed, { tensors: graph, fileName: "w.bin" })).toThrow(
    expect.objectContaining({ code: "bad-file", message: `w.bin does not fit its graph at ${where}.` }),
  );
});
