// Files larger than a part: all tensors and all forwarded parts have the file's exact bytes.
import { expect, test } from "vitest";
import { dtypeSizeBytes, type DType } from "../../shared/dtype.ts";
import { elementCount } from "./tensor.ts";
import { type FilePart, openTensorFile } from "./read.ts";

/** Tensors of 25 MB in total: 16 and 32 bits, odd lengths, one larger than a part, some empty. */
const TENSORS: readonly (readonly [name: string, dtype: DType, shape: readonly number[]])[] = [
  ["a", "F16", [1001, 999]],
  ["b", "F32", [1000, 1000]],
  ["c", "F16", [3, 577, 577]],
  ["d", "BF16", [0, 4]],
  ["e", "F16", []],
  ["f", "F32", [2500, 1100]],
  ["g", "F8_E4M3", [7]],
];

/** @param spaces after the header's JSON, which shift the start of the tensors */
function makeFile(spaces: number): { bytes: Uint8Array<ArrayBuffer>; dataOffset: number } {
  let end = 0;
  const entries = TENSORS.map(([name, dtype, shape]) => {
    const begin = end;
    end += elementCount(shape) * dtypeSizeBytes(dtype);
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)) + " ".repeat(spaces));
  const dataOffset = 8 + header.length;
  const bytes = new Uint8Array(dataOffset + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  for (let i = dataOffset; i < bytes.length; i++) bytes[i] = (i * 2654435761) >>> 13;
  return { bytes, dataOffset };
}

const names = TENSORS.map(([name]) => name);

test.each([
  { from: "all", wanted: names, count: 3 },
  { from: "some, with gaps", wanted: ["g", "b", "f"], count: 3 },
  { from: "none", wanted: [], count: 0 },
])("$from of the tensors", async ({ wanted, count }) => {
  for (const spaces of [0, 1, 2, 3]) {
    const { bytes, dataOffset } = makeFile(spaces);
    const file = await openTensorFile(new Blob([bytes]), { fileName: "large" });
    expect(file.dataOffset).toBe(dataOffset);
    const parts: FilePart[] = [];
    const tensors = await file.read(wanted, { onPart: (part) => parts.push(part) });
    expect([...tensors.keys()].toSorted()).toEqual(wanted.toSorted());
    const data = Buffer.from(bytes.buffer, dataOffset);
    let at = 0;
    for (const [name, dtype, shape] of TENSORS) {
      const size = elementCount(shape) * dtypeSizeBytes(dtype);
      const tensor = tensors.get(name);
      if (tensor) {
        expect(tensor).toMatchObject({ dtype, shape });
        expect(Buffer.compare(tensor.bytes, data.subarray(at, at + size)), name).toBe(0);
        const part = parts.find((one) => one.bytes.buffer === tensor.bytes.buffer)!;
        expect(part.offset + tensor.bytes.byteOffset - part.bytes.byteOffset, name).toBe(at);
      }
      at += size;
    }
    for (const { bytes: part, offset, fileBytes } of parts) {
      expect(fileBytes).toBe(data.length);
      expect(offset % 4).toBe(0);
      expect(part.byteOffset % 4).toBe(0);
      expect(Buffer.compare(part, data.subarray(offset, offset + part.length))).toBe(0);
    }
    // Unaligned data cannot use the bytes read with the header, so its parts have other boundaries.
    if (dataOffset % 4 === 0) expect(parts.length).toBe(count);
  }
});

test("aborts between parts", async () => {
  const file = await openTensorFile(new Blob([makeFile(0).bytes]), { fileName: "large" });
  const controller = new AbortController();
  let parts = 0;
  const onPart = (): void => {
    parts++;
    controller.abort();
  };
  await expect(file.read(names, { signal: controller.signal, onPart })).rejects.toMatchObject({
    code: "cancelled",
  });
  expect(parts).toBe(1);
});

test("finds NaN and infinity in every part", async () => {
  const { bytes, dataOffset } = makeFile(0);
  let at = dataOffset;
  for (const [name, dtype, shape] of TENSORS) {
    const size = elementCount(shape) * dtypeSizeBytes(dtype);
    if (size > 0) {
      const odd = bytes.slice();
      for (let i = dataOffset; i < odd.length; i++) odd[i] = 0x11; // finite in every type
      odd.fill(0xff, at + size - dtypeSizeBytes(dtype), at + size);
      const file = await openTensorFile(new Blob([odd]), { fileName: "large" });
      const tensors = await file.read(names);
      expect([...tensors].filter(([, { isFinite }]) => !isFinite).map(([key]) => key)).toEqual([name]);
    }
    at += size;
  }
});
