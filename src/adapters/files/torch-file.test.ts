// Pickles: reads what torch.save writes, and nothing else.
// The files come from torch (tests/fixtures/adapters/make_pickles.py).
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readPickle } from "./pickle.ts";
import { openTensorFile } from "./read.ts";
import { tensorValues } from "./tensor.ts";
import { isTorchFile, readTorchFile } from "./torch-file.ts";

const FOLDER = new URL("../../../tests/fixtures/adapters/pickles/", import.meta.url);

function open(name: string): Promise<Awaited<ReturnType<typeof readTorchFile>>> {
  return readTorchFile(new Blob([readFileSync(new URL(name, FOLDER))]), { fileName: name });
}

function ramp(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i - 3) / 8);
}

test("a plain list becomes numbered entries", async () => {
  const tensors = await open("list.pt");
  expect([...tensors].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
    ["list:0", "F16", [6, 2]],
    ["list:1", "F16", [2, 4]],
    ["list:2", "F16", [4, 2]],
    ["list:3", "F16", [2, 6]],
  ]);
  expect([...tensorValues(tensors.get("list:0")!)]).toEqual(ramp(12));
});

test("gives those of the tensors asked for that it has", async () => {
  const blob = new Blob([readFileSync(new URL("list.pt", FOLDER))]);
  const read = await (await openTensorFile(blob, { fileName: "list.pt" })).read(["list:2", "none", "list:1"]);
  expect([...read].map(([name, { shape, isFinite }]) => [name, shape, isFinite])).toEqual([
    ["list:2", [4, 2], true],
    ["list:1", [2, 4], true],
  ]);
});

test.each(["state.bin", "nested.ckpt", "legacy.pt"])(
  "%s: reads tensors of a state dict and copies views",
  async (name) => {
    const tensors = await open(name);
    const value = (key: string) => [...tensorValues(tensors.get(key)!)];
    const grid = ramp(15);
    expect(tensors.get("transposed")!.shape).toEqual([5, 3]);
    expect(value("transposed")).toEqual(
      Array.from({ length: 15 }, (_, i) => grid[(i % 3) * 5 + Math.floor(i / 3)]),
    );
    expect(value("slice")).toEqual(ramp(10).slice(4, 7));
    expect(tensors.get("bfloat16")!.dtype).toBe("BF16");
    expect(value("bfloat16")).toEqual(ramp(6));
    expect(tensors.get("scalar")!.shape).toEqual([]);
    expect(value("scalar")).toEqual([2.5]);
    expect(value("integers")).toEqual([1, -2, 3]);
    expect(tensors.size).toBe(5);
  },
);

test.each(["inversion.pt", "inversion-old.pt"])("%s: reads a textual inversion", async (name) => {
  const tensors = await open(name);
  const vectors = tensors.get("string_to_param.*")!;
  expect(vectors.shape).toEqual([2, 12]);
  expect([...tensorValues(vectors)]).toEqual(ramp(24));
});

test("rejects a pickle that would call a function, naming the function", async () => {
  await expect(open("hostile.pt")).rejects.toMatchObject({
    code: "unsupported",
    message: expect.stringContaining("__builtin__.print"),
  });
});

/** A ZIP archive with one entry whose data is stored uncompressed, whatever `method` says. */
function archive(name: string, { method }: { method: number }): Uint8Array {
  const data = new TextEncoder().encode("something");
  const label = new TextEncoder().encode(name);
  const record = (signature: number, size: number, fields: Record<number, number>): Uint8Array => {
    const view = new DataView(new ArrayBuffer(size));
    view.setUint32(0, signature, true);
    for (const [at, value] of Object.entries(fields)) view.setUint16(Number(at), value, true);
    return new Uint8Array(view.buffer);
  };
  const local = [
    record(0x04034b50, 30, { 8: method, 18: data.length, 22: data.length, 26: label.length }),
    label,
    data,
  ];
  const directory = [
    record(0x02014b50, 46, { 10: method, 20: data.length, 24: data.length, 28: label.length }),
    label,
  ];
  const at = 30 + label.length + data.length;
  const end = record(0x06054b50, 22, { 8: 1, 10: 1, 12: 46 + label.length, 16: at });
  return Uint8Array.from([...local, ...directory, end].flatMap((part) => [...part]));
}

test.each([
  ["compressed", 8],
  ["stored", 0],
])("an archive that torch.save did not write (%s): asks to unpack it", async (_, method) => {
  const bytes = archive("lora/my-style.safetensors", { method });
  const error = await readTorchFile(new Blob([bytes as BlobPart]), { fileName: "x.zip" }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    code: "unsupported",
    message: "This is a ZIP archive, not an adapter file.",
    remedy: "Unpack it and use the .safetensors or .pt file inside.",
  });
});

test("reads tensors that share one storage", async () => {
  expect((await open("shared.pt")).size).toBe(60);
});

/** A pickle from text, one byte per character. */
function pickle(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

test.each([
  ["os.system", "\x80\x02cposix\nsystem\nX\x01\0\0\0x\x85R."],
  ["eval by STACK_GLOBAL", "\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R."],
  ["STACK_GLOBAL without names", "\x80\x04]]\x93."],
  ["INST", "\x80\x02(S'x'\niposix\nsystem\n."],
  ["OBJ", "\x80\x02(cposix\nsystem\no."],
  ["a dotted allowed name", "\x80\x02ctorch._utils\n_rebuild_tensor_v2.__globals__\n."],
  ["an extension code", "\x80\x02\x82\x01."],
  ["a text number", "\x80\x02I1\n."],
  ["a call of a tensor", "\x80\x02]]R."],
  ["a call without arguments", "\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R."],
  ["a build of a list", "\x80\x02]}b."],
])("refused: %s", (_, text) => {
  expect(() => readPickle(pickle(text))).toThrow(/it |a tensor/);
});

test.each([
  ["nothing", ""],
  ["no STOP", "\x80\x02]"],
  ["an empty stack", "\x80\x02."],
  ["a missing mark", "\x80\x02]e."],
  ["an unknown memo", "\x80\x02h\x05."],
  ["text past the end", "\x80\x02X\xff\xff\xff\x7fab."],
  ["append to nothing", "\x80\x02NNa."],
  ["a name without end", "\x80\x02ctorch"],
])("malformed: %s", (_, text) => {
  expect(() => readPickle(pickle(text))).toThrow(/truncated|empty|mark|memo|list/);
});

test("deep nesting and self-references terminate", async () => {
  const deep = pickle("\x80\x02" + "]".repeat(200_000));
  expect(() => readPickle(deep)).toThrow(/nested too deeply/);
  // A list that contains itself 100 times, which a naive traversal would follow forever.
  const knot = pickle("\x80\x02]q\0(" + "h\0".repeat(100) + "e.");
  expect(Array.isArray(readPickle(knot).value)).toBe(true);
});

test("old files store a module's class as a persistent id", () => {
  const text = "\x80\x02(X\x06\0\0\0modulectorch.nn.modules.container\nParameterDict\nNNtQ)\x81.";
  expect(readPickle(pickle(text)).value).toEqual(new Map());
});

test("recognises containers by their first bytes", () => {
  expect(isTorchFile(pickle("PK\x03\x04"))).toBe(true);
  expect(isTorchFile(pickle("\x80\x02\x8a\x0a"))).toBe(true);
  expect(isTorchFile(pickle("\x80\x02\0\0\0\0\0\0{"))).toBe(false); // a safetensors header of 640 bytes
  expect(isTorchFile(pickle(""))).toBe(false);
});

test("reads or rejects every truncation of a real file, never out of bounds", async () => {
  for (const name of ["state.bin", "legacy.pt"]) {
    const bytes = readFileSync(new URL(name, FOLDER));
    for (let length = 0; length < bytes.length; length += 7) {
      const result = await readTorchFile(new Blob([bytes.subarray(0, length)]), { fileName: name }).catch(
        (error: Error) => error,
      );
      if (result instanceof Error)
        expect(result.name, `${name} cut at ${length}: ${result.message}`).toBe("StylusError");
    }
  }
});

test("refuses numbers of the other byte order", async () => {
  const bytes = readFileSync(new URL("legacy.pt", FOLDER));
  const [newTrue, newFalse] = [0x88, 0x89]; // pickle's opcodes
  bytes[bytes.indexOf(newTrue, bytes.indexOf("little_endian"))] = newFalse;
  await expect(readTorchFile(new Blob([bytes]), { fileName: "legacy.pt" })).rejects.toMatchObject({
    message: "This pickle cannot be read: its numbers are big-endian.",
  });
});
