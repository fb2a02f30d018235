import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { fromFloat32 } from "../shared/dtype.ts";
import { StylusError } from "../shared/errors.ts";
import { readHeader, readTensor, streamTensors, type TensorData, writeSafetensors } from "./safetensors.ts";
import { readRowsF32, readTensorF32 } from "./tensor-values.ts";

const options = { fileName: "test.safetensors" };

function f32(name: string, shape: number[], values: number[]): TensorData {
  return { name, dtype: "F32", shape, bytes: fromFloat32(Float32Array.from(values), "F32") };
}

/** A file with any header and data, valid or not. */
function rawFile(header: string | Uint8Array, dataBytes: number, length?: bigint): Blob {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  return new Blob([prefix, text as Uint8Array<ArrayBuffer>, new Uint8Array(dataBytes)]);
}

async function failure(blob: Blob): Promise<StylusError> {
  const error: unknown = await readHeader(blob, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StylusError);
  return error as StylusError;
}

describe("round trip", () => {
  const file = writeSafetensors(
    [
      f32("b", [2, 2], [1, 2, 3, 4]),
      f32("a", [], [5]),
      { name: "h", dtype: "F16", shape: [3], bytes: fromFloat32(Float32Array.of(1, -2, 0.5), "F16") },
    ],
    { note: "tëst" },
  );

  it("preserves names, shapes, values and metadata", async () => {
    const read = await readHeader(new Blob([file]), options);
    expect([...read.tensors.keys()]).toEqual(["a", "b", "h"]);
    expect(read.metadata.get("note")).toBe("tëst");
    expect([...(await readTensorF32(read.tensors.get("b")!))]).toEqual([1, 2, 3, 4]);
    expect([...(await readTensorF32(read.tensors.get("h")!))]).toEqual([1, -2, 0.5]);
    expect([...(await readRowsF32(read.tensors.get("b")!, { begin: 1, end: 2 }))]).toEqual([3, 4]);
  });

  it("has metadata only where there is some, and a header of whole 8 bytes", () => {
    const headerOf = (metadata: Record<string, string>): [padding: string, header: unknown] => {
      const bytes = writeSafetensors([f32("a", [1], [5])], metadata);
      const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      const text = new TextDecoder().decode(bytes.subarray(8, 8 + length));
      expect([length % 8, bytes.length]).toEqual([0, 8 + length + 4]);
      return [text.slice(text.trimEnd().length), JSON.parse(text)];
    };
    const a = { dtype: "F32", shape: [1], data_offsets: [0, 4] };
    expect(headerOf({})[1]).toEqual({ a });
    const paddings = ["", "1", "12", "123", "1234", "12345", "123456", "1234567"].map((k) => {
      const [padding, header] = headerOf({ k });
      expect(header).toEqual({ a, __metadata__: { k } });
      return padding;
    });
    expect(paddings.toSorted()).toEqual(paddings.map((_, i) => " ".repeat(i)));
  });

  it.each([1, 8, 1000])("streams in file order with chunks of %i bytes", async (chunkBytes) => {
    const read = await readHeader(new Blob([file]), options);
    const seen: string[] = [];
    for await (const { source, bytes } of streamTensors([...read.tensors.values()].reverse(), {
      chunkBytes,
    })) {
      seen.push(source.name);
      expect(bytes).toEqual(await readTensor(source));
    }
    expect(seen).toEqual(["a", "b", "h"]);
  });

  it("reads neighbours at once up to the size of a chunk, and no tensors with a gap between them", async () => {
    const read = await readHeader(new Blob([file]), options);
    const slice = vi.spyOn(Blob.prototype, "slice");
    // a: 4 bytes, b: 16, h: 6
    const reads = async (chunkBytes: number, names = ["a", "b", "h"]): Promise<number> => {
      slice.mockClear();
      const sources = names.map((name) => read.tensors.get(name)!);
      for await (const { bytes } of streamTensors(sources, { chunkBytes }))
        expect(bytes.length).toBeGreaterThan(3);
      return slice.mock.calls.length;
    };
    expect([await reads(26), await reads(25), await reads(20), await reads(19)]).toEqual([1, 2, 2, 3]);
    expect(await reads(100, ["a", "h"])).toBe(2);
    slice.mockRestore();
  });

  it("stops streaming when aborted", async () => {
    const read = await readHeader(new Blob([file]), options);
    const stream = streamTensors(read.tensors.values(), { signal: AbortSignal.abort() });
    await expect(stream.next()).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("malformed files", () => {
  const entry = (shape: number[], offsets: [number, number], dtype = "F32"): string =>
    JSON.stringify({ dtype, shape, data_offsets: offsets });
  it.each<[string, Blob, RegExp]>([
    ["empty", new Blob([]), /only 0 bytes/],
    ["header length over the limit", rawFile("{}", 0, 100_000_001n), /over 100000000/],
    ["header length near 2^64", rawFile("{}", 0, (1n << 64n) - 1n), /over 100000000/],
    ["header longer than the file", rawFile("{}", 0, 3n), /truncated/],
    ["no brace", rawFile(" {}", 0), /does not start/],
    ["JSON array", rawFile("[]", 0), /does not start/],
    ["broken JSON", rawFile('{"a":', 0), /not valid JSON/],
    ["broken UTF-8", rawFile(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), 0), /not valid JSON/],
    ["duplicate tensor", rawFile(`{"a":${entry([1], [0, 4])},"a":${entry([1], [0, 4])}}`, 4), /"a" twice/],
    [
      "duplicate tensor, escaped",
      rawFile(`{"a":${entry([1], [0, 4])},"\\u0061":${entry([1], [0, 4])}}`, 4),
      /"a" twice/,
    ],
    [
      "duplicate field",
      rawFile('{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4),
      /"dtype" twice/,
    ],
    ["entry not an object", rawFile('{"a":7}', 0), /not an object/],
    ["entry without a type", rawFile('{"a":{"shape":[0],"data_offsets":[0,0]}}', 0), /dtype is missing/],
    ["entry null", rawFile('{"a":null}', 0), /not an object/],
    ["negative size", rawFile(`{"a":${entry([-1, -1], [0, 4])}}`, 4), /shape/],
    ["fractional size", rawFile(`{"a":${entry([0.5], [0, 2])}}`, 2), /shape/],
    ["huge shape", rawFile(`{"a":${entry([2 ** 40, 2 ** 40], [0, 4])}}`, 4), /takes/],
    ["reversed offsets", rawFile(`{"a":${entry([1], [4, 0])}}`, 4), /span/],
    ["three offsets", rawFile('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}', 8), /pair/],
    ["size disagrees", rawFile(`{"a":${entry([2], [0, 4])}}`, 4), /takes 8 bytes/],
    ["past the end", rawFile(`{"a":${entry([2], [0, 8])}}`, 4), /past the end/],
    ["overlap", rawFile(`{"a":${entry([2], [0, 8])},"b":${entry([1], [4, 8])}}`, 8), /overlaps/],
    ["gap", rawFile(`{"a":${entry([1], [0, 4])},"b":${entry([1], [8, 12])}}`, 12), /4 unused bytes/],
    [
      "gap of one",
      rawFile(`{"a":${entry([1], [0, 4])},"b":${entry([1], [5, 9])}}`, 9),
      /follows 1 unused byte\./,
    ],
    ["gap of two", rawFile(`{"a":${entry([1], [0, 4])},"b":${entry([1], [6, 10])}}`, 10), /2 unused bytes\./],
    ["bytes after the last tensor", rawFile(`{"a":${entry([1], [0, 4])}}`, 6), /tensors end/],
    ["metadata a text", rawFile('{"__metadata__":"x"}', 0), /not an object/],
    ["metadata a list", rawFile('{"__metadata__":[]}', 0), /not an object/],
  ])("%s", async (_, blob, message) => {
    const error = await failure(blob);
    expect(error.code).toBe("bad-file");
    expect(error.message).toMatch(message);
    expect(error.where).toBe("test.safetensors");
    expect(error.remedy).toBeTruthy();
  });

  it("reads metadata that names a field twice, or is nested beyond what can be written again", async () => {
    const twice = await readHeader(rawFile('{"__metadata__":{"a":"1","a":"2"}}', 0), options);
    expect([...twice.metadata]).toEqual([["a", "2"]]);
    const deep = "[".repeat(20_000) + "]".repeat(20_000);
    const nested = await readHeader(rawFile(`{"__metadata__":{"a":${deep},"b":"c"}}`, 0), options);
    expect([...nested.metadata]).toEqual([
      ["a", ""],
      ["b", "c"],
    ]);
  });

  it("reads metadata that is null, or not strings", async () => {
    const read = async (metadata: string): Promise<unknown> => [
      ...(await readHeader(rawFile(`{"__metadata__":${metadata}}`, 0), options)).metadata,
    ];
    expect(await read("null")).toEqual([]);
    expect(
      await read('{"steps":1500,"none":null,"text":"a","done":true,"args":{"dim":4},"__proto__":2}'),
    ).toEqual([
      ["steps", "1500"],
      ["text", "a"],
      ["done", "true"],
      ["args", '{"dim":4}'],
      ["__proto__", "2"],
    ]);
  });

  it("accepts an empty list of tensors and names like __proto__", async () => {
    expect((await readHeader(rawFile("{}", 0), options)).tensors.size).toBe(0);
    const odd = await readHeader(rawFile(`{"__proto__":${entry([1], [0, 4])}}`, 4), options);
    expect([...odd.tensors.keys()]).toEqual(["__proto__"]);
  });

  it.each<[string, number[] | string, RegExp]>([
    ["zip pickle", "PK\u0003\u0004aaaaaaaaaaaa", /pickle/],
    ["bare pickle", [0x80, 2, 0x7d, 0x71, 0, 0x58, 5, 0, 0, 0], /pickle/],
    ["GGUF", "GGUF\u0003\u0000\u0000\u0000aaaa", /GGUF/],
    ["LFS pointer", "version https://git-lfs.github.com/spec/v1\noid", /Git LFS/],
    ["web page", "<!DOCTYPE html><html>", /web page/],
    ["text file", "Liebe Grüße,\r\n\tdas ist keine LoRA.", /text file/],
    ["short text file", "Hi", /text file/],
  ])("names a %s", async (_, content, message) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : Uint8Array.from(content);
    const error = await failure(new Blob([bytes]));
    expect(error.code).toBe("unsupported");
    expect(error.message).toMatch(message);
  });

  it("reports an unknown type as unsupported, not damaged", async () => {
    const error = await failure(rawFile(`{"a":${entry([1], [0, 4], "F99")}}`, 4));
    expect(error).toMatchObject({ code: "unsupported", remedy: expect.stringContaining("fp16") });
  });

  it("accepts a safetensors file whose length starts like a pickle", async () => {
    const header = `{"a":${entry([1], [0, 4])}`.padEnd(0x280 - 1) + "}";
    expect((await readHeader(rawFile(header, 4), options)).tensors.size).toBe(1);
  });

  it("reports a file that shrank after its header was read", async () => {
    const read = await readHeader(rawFile(`{"a":${entry([1], [0, 4])}}`, 4), options);
    const source = { ...read.tensors.get("a")!, blob: new Blob([new Uint8Array(3)]) };
    await expect(readTensor(source)).rejects.toMatchObject({ code: "bad-file" });
  });
});

describe("fuzz", () => {
  const tensor = fc.record({
    name: fc.string(),
    shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
  });

  it("round-trips any set of tensors", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(tensor, { selector: (t) => t.name, maxLength: 6 }), async (list) => {
        const data = list
          .filter(({ name }) => name !== "__metadata__" && name.isWellFormed())
          .map(({ name, shape }, i) =>
            f32(
              name,
              shape,
              Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => i + k),
            ),
          );
        const read = await readHeader(new Blob([writeSafetensors(data)]), options);
        expect(read.tensors.size).toBe(data.length);
        for (const { name, shape, bytes } of data) {
          expect(read.tensors.get(name)!.shape).toEqual(shape);
          expect(await readTensor(read.tensors.get(name)!)).toEqual(bytes);
        }
      }),
      propertyRuns(300),
    );
  });

  it("reads mutated files or rejects them with a StylusError, never out of bounds", async () => {
    const valid = writeSafetensors([f32("a.weight", [2, 2], [1, 2, 3, 4]), f32("b.bias", [2], [5, 6])], {
      k: "v",
    });
    const edit = fc.record({ at: fc.nat(valid.length - 1), value: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 4 }), fc.nat(valid.length), async (edits, cut) => {
        const bytes = valid.slice(0, edits.length === 0 ? cut : valid.length);
        for (const { at, value } of edits) bytes[at] = value;
        try {
          const read = await readHeader(new Blob([bytes]), options);
          for (const source of read.tensors.values())
            expect((await readTensor(source)).length).toBe(source.sizeBytes);
        } catch (error) {
          expect(error).toBeInstanceOf(StylusError);
        }
      }),
      propertyRuns(3000),
    );
  });
});
