// Where each part of a file is read: with its header, in another worker, or here; and how many at once.
import { expect, test } from "vitest";
import { writeSafetensors } from "../../formats/safetensors.ts";
import { openTensorFile, type PartRequest, type ReadElsewhere, readPart } from "./read.ts";

const MEGABYTES = 2 ** 20;
/** Six tensors of 7 MB: the first lies in the bytes read with the header, the others make parts of two, one or so. */
const tensor = (name: string, first: number) => {
  const bytes = new Uint8Array(7 * MEGABYTES);
  bytes[0] = first;
  return { name, dtype: "F16", shape: [bytes.length / 2], bytes } as const;
};
const names = ["a", "b", "c", "d", "e", "f"];
const blob = new Blob([writeSafetensors(names.map((name, i) => tensor(name, i + 1)))]);

async function readWith(
  readElsewhere: ReadElsewhere | undefined,
): Promise<readonly (readonly [string, number])[]> {
  const file = await openTensorFile(blob, { fileName: "large", readElsewhere });
  return [...(await file.read(names))].map(([name, { bytes }]) => [name, bytes[0]!] as const);
}
const expected = names.map((name, i) => [name, i + 1] as const);

test("parts behind the first go to another worker, if one is free and works", async () => {
  const requests: PartRequest[] = [];
  expect(
    await readWith((given, part) => {
      expect(given).toBe(blob);
      requests.push(part);
      return readPart(given, part);
    }),
  ).toEqual(expected);
  expect(requests.map(({ tensors }) => tensors.length)).toEqual([2, 2, 1]);
  expect(requests.map(({ begin }) => begin)).toEqual(
    [1, 3, 5].map((i) => requests[0]!.begin + (i - 1) * 7 * MEGABYTES),
  );
  expect(requests.at(-1)!.end).toBe(blob.size);
  expect(await readWith(() => null)).toEqual(expected);
  expect(await readWith(() => Promise.reject(new Error("the worker has gone")))).toEqual(expected);
  expect(await readWith(undefined)).toEqual(expected);
});

test("what another worker says of values holds", async () => {
  const file = await openTensorFile(blob, {
    fileName: "large",
    readElsewhere: async (given, part) => {
      const { buffer } = await readPart(given, part);
      return { buffer, areFinite: part.tensors.map((_, i) => i === 0) };
    },
  });
  const read = await file.read(names);
  expect([...read].map(([name, { isFinite }]) => [name, isFinite])).toEqual([
    ["a", true],
    ["b", true],
    ["c", false],
    ["d", true],
    ["e", false],
    ["f", true],
  ]);
});

test("two parts are read at once; the next begins when one is done", async () => {
  const begun: number[] = [];
  const file = await openTensorFile(blob, {
    fileName: "large",
    readElsewhere: (given, part) => {
      begun.push(part.tensors.length);
      return readPart(given, part);
    },
  });
  const parts: number[] = [];
  const whole = file.read(names, { onPart: () => void parts.push(begun.length) });
  expect(begun).toEqual([2]); // and the first, which came with the header
  await whole;
  expect(parts).toEqual([2, 3, 3, 3]);
});

test("a file that shrinks, or that cannot be read, is reported by its name", async () => {
  const request = { begin: 0, end: blob.size + 4, tensors: [] };
  expect((await readPart(blob, request)).buffer.byteLength).toBe(blob.size);
  class Shrunk extends Blob {
    override slice(from?: number, to = this.size): Blob {
      return super.slice(from, Math.min(to, 9 * MEGABYTES));
    }
  }
  const file = await openTensorFile(new Shrunk([blob]), { fileName: "folder/large" });
  await expect(file.read(names)).rejects.toMatchObject({
    code: "bad-file",
    message: "The file could not be read: it was moved or changed.",
    where: "folder/large",
    remedy: "Choose the file again.",
  });
  expect([...(await file.read(["a"])).keys()]).toEqual(["a"]);
});

test("a cancelled reading reads nothing", async () => {
  const file = await openTensorFile(blob, { fileName: "large" });
  await expect(file.read(names, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "cancelled",
  });
  expect((await file.read(["none"])).size).toBe(0);
});
