// Tensors of torch.save files: every layout in a storage, every damage, and where each name comes from.
import { describe, expect, test } from "vitest";
import {
  dictionary,
  ramp,
  writeLegacyTorchFile,
  writeTorchFile,
  writeZip,
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
  ])("are read from %s", async (_, value, names) => {
    expect(await read(value)).toEqual(Object.fromEntries(names.map((name) => [name, found])));
  });

  test("are refused when they occur twice", async () => {
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
    code: "bad-file",
    message: "The file is truncated.",
    remedy: "Download it again.",
  });
  await expect(open(legacy.slice(0, -17))).rejects.toMatchObject({
    message: "The file is truncated.",
  });
  const other = legacy.slice();
  other[4]! += 1; // in the magic number
  await expect(open(other)).rejects.toMatchObject({
    message: "This pickle cannot be read: torch.save did not write it.",
  });
});

test("tensors that share their numbers must not ask for far more than the file has", async () => {
  const storage = new Float32Array(1_000_000); // 4 MB
  const copies = new Map(Array.from({ length: 20 }, (_, i) => [`copy${i}`, { storage, shape: [1_000_000] }]));
  await expect(readTorchFile(new Blob([writeTorchFile(copies)]), { fileName: "x" })).rejects.toMatchObject({
    message: 'This pickle cannot be read: its tensors share their storages, "copy17" among them.',
  });
});

test("a hypernetwork is named as one", async () => {
  const layers = dictionary({ "linear.weight": ramp([2, 2]) });
  const hypernetwork = new Map<string | number, Value>([
    [768, [layers, layers]],
    ["step", 3],
  ]);
  await expect(
    readTorchFile(new Blob([writeTorchFile(hypernetwork)]), { fileName: "x.pt" }),
  ).rejects.toMatchObject({
    code: "unsupported",
    message: "This is a hypernetwork, not a LoRA or an embedding.",
    where: "x.pt",
  });
});

test("a storage without a type gives the type to its tensors", async () => {
  const text = (value: string): string => `X${String.fromCharCode(value.length)}\0\0\0${value}`;
  const file = (type: string): Blob => {
    const id = `(${text("storage")}ctorch.storage\nUntypedStorage\n${text("0")}${text("cpu")}K\x03tQ`;
    const rebuilt = `ctorch._utils\n_rebuild_tensor_v3\n(${id}K\x01K\x02\x85K\x01\x85\x89Nctorch\n${type}\ntR`;
    const pickle = `\x80\x02}${text("a")}${rebuilt}s.`;
    return new Blob([
      writeZip([
        ["x/data.pkl", Uint8Array.from(pickle, (character) => character.charCodeAt(0))],
        ["x/data/0", Uint8Array.of(0, 0x38, 0xc0)],
      ]),
    ]);
  };
  const tensor = (await readTorchFile(file("float8_e4m3fn"), { fileName: "x" })).get("a")!;
  expect([tensor.dtype, ...tensorValues(tensor)]).toEqual(["F8_E4M3", 1, -2]);
  await expect(readTorchFile(file("complex64"), { fileName: "x" })).rejects.toMatchObject({
    message: 'This pickle cannot be read: "a" has the type complex64.',
  });
});
