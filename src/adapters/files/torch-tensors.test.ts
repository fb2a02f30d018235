// Tensors of torch.save files: every layout in a storage, every damage, and where each name comes from.
import { describe, expect, test } from "vitest";
import {
  dictionary,
  ramp,
  writeLegacyTorchFile,
  writeTorchFile,
  type Value,
} from "../../../tests/fixtures/adapters/write-torch.ts";
import { tensorValues } from "./tensor.ts";
import { isTorchFile, readTorchFile } from "./torch-file.ts";

const read = async (
  value: Value,
): Promise<Record<string, readonly [readonly number[], readonly number[]]>> => {
  const tensors = await readTorchFile(new Blob([writeTorchFile(value)]), { fileName: "x.pt" });
  return Object.fromEntries(
    [...tensors].map(([name, tensor]) => [name, [tensor.shape, [...tensorValues(tensor)]]]),
  );
};
const six = Float32Array.of(1, 2, 3, 4, 5, 6);

test.each([
  ["PK\x03\x04", true],
  ["PK\x03\x05", false],
  ["PK\x01\x04", false],
  ["Pk\x03\x04", false],
  ["pK\x03\x04", false],
  ["\x80\x01ccccccc", false],
  ["\x80\x02ccccccc", true],
  ["\x80\x05ccccccc", true],
  ["\x80\x06ccccccc", false],
  ["\x81\x02ccccccc", false],
  ["\x80\x02\0ccccc{", false],
  ["\x80\x02\0ccccc}", true],
  ["\x80\x02cccccc{", true],
])("the first bytes %j: %s", (text, isTorch) => {
  expect(isTorchFile(Uint8Array.from(text, (character) => character.charCodeAt(0)))).toBe(isTorch);
});

describe("layouts", () => {
  test.each<[string, Value, readonly number[], readonly number[]]>([
    ["row by row", { storage: six, shape: [2, 3], strides: [3, 1] }, [2, 3], [1, 2, 3, 4, 5, 6]],
    ["transposed", { storage: six, shape: [3, 2], strides: [1, 3] }, [3, 2], [1, 4, 2, 5, 3, 6]],
    ["every other", { storage: six, shape: [3], strides: [2] }, [3], [1, 3, 5]],
    ["any stride for one row", { storage: six, shape: [1, 3], strides: [99, 1] }, [1, 3], [1, 2, 3]],
    ["repeated rows", { storage: six, shape: [2, 3], strides: [0, 1] }, [2, 3], [1, 2, 3, 1, 2, 3]],
    ["three axes", { storage: six, shape: [1, 2, 3], strides: [6, 1, 2] }, [1, 2, 3], [1, 3, 5, 2, 4, 6]],
    ["a scalar", { storage: six, shape: [], strides: [] }, [], [1]],
    ["nothing", { storage: six, shape: [0, 3], strides: [3, 1] }, [0, 3], []],
  ])("%s", async (_, value, shape, values) => {
    expect(await read(dictionary({ a: value }))).toEqual({ a: [shape, values] });
  });

  test("the last number of a storage may be used, the one behind it not", async () => {
    await expect(read(dictionary({ a: { storage: six, shape: [3], strides: [3] } }))).rejects.toMatchObject({
      code: "unsupported",
      message: 'This pickle cannot be read: "a" extends past its storage.',
      where: "x.pt",
      remedy: "Use the .safetensors version, or convert it with a tool you trust.",
    });
    expect(await read(dictionary({ a: { storage: six, shape: [2], strides: [5] } }))).toEqual({
      a: [[2], [1, 6]],
    });
  });
});

describe("names", () => {
  const one = { storage: Float32Array.of(7), shape: [1] };
  const found = [[1], [7]];
  test.each<[string, Value, readonly string[]]>([
    ["alone", one, [""]],
    ["a path", dictionary({ a: dictionary({ b: one }) }), ["a.b"]],
    ["numbers", new Map<number | string, Value>([[3, one]]) as Value, ["3"]],
    ["state_dict at the top", dictionary({ state_dict: dictionary({ b: one }) }), ["b"]],
    ["state_dict below", dictionary({ a: dictionary({ state_dict: one }) }), ["a.state_dict"]],
    ["a list", dictionary({ a: [null, one] }), ["a.list:1"]],
    ["a dictionary in a list", [dictionary({ a: one })], ["a"]],
  ])("of %s", async (_, value, names) => {
    expect(await read(value)).toEqual(Object.fromEntries(names.map((name) => [name, found])));
  });

  test("that occur twice are refused", async () => {
    const twice = [dictionary({ a: one }), dictionary({ a: one })];
    await expect(read(twice)).rejects.toMatchObject({
      message: 'This pickle cannot be read: it names "a" twice.',
    });
  });
});

test("old files have the same tensors, and each damage has its name", async () => {
  const value = dictionary({ a: ramp([2, 3]), b: ramp([4], 3) });
  const legacy = new Uint8Array(writeLegacyTorchFile(value));
  const open = async (bytes: Uint8Array<ArrayBuffer>) => readTorchFile(new Blob([bytes]), { fileName: "x" });
  const whole = await open(legacy);
  expect(whole).toEqual(await readTorchFile(new Blob([writeTorchFile(value)]), { fileName: "x" }));
  await expect(open(legacy.slice(0, -1))).rejects.toMatchObject({
    message: "This pickle cannot be read: it is truncated.",
  });
  await expect(open(legacy.slice(0, -17))).rejects.toMatchObject({
    message: "This pickle cannot be read: it is truncated.",
  });
  const other = legacy.slice();
  other[4]! += 1; // in the magic number
  await expect(open(other)).rejects.toMatchObject({
    message: "This pickle cannot be read: torch.save did not write it.",
  });
});
