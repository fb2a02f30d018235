// ONNX files byte by byte: what is written is read back field by field, and external tensors are found in what others write.
import { expect, it } from "vitest";
import { onnxTypeCode, writeOnnx, type OnnxGraph } from "./onnx.ts";
import { externalTensors } from "./onnx-external.ts";

type Field = readonly [number: number, value: bigint | Uint8Array];

/** A message's fields in order, by the wire format's definition. */
function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(message[at++]!);
      value |= (byte & 127n) << shift;
      if (byte < 128n) return value;
    }
  };
  const take = (length: number): Uint8Array => message.slice(at, (at += length));
  while (at < message.length) {
    const tag = varint();
    const type = tag & 7n;
    fields.push([Number(tag >> 3n), type === 0n ? varint() : take(type === 5n ? 4 : Number(varint()))]);
  }
  return fields;
}

type Tree = readonly (readonly [number, bigint | string | Tree])[];
/** Nested messages and texts as the schema says. */
const treeOf = (message: Uint8Array, schema: Readonly<Record<number, unknown>>): Tree =>
  fieldsOf(message).map(([number, value]) => {
    const inner = schema[number];
    if (typeof value === "bigint") return [number, value];
    if (typeof inner === "object") return [number, treeOf(value, inner as Record<number, unknown>)];
    return [number, inner === "bytes" ? Buffer.from(value).toString("hex") : new TextDecoder().decode(value)];
  });
const attribute = { 2: "bytes" };
const valueInfo = { 2: { 1: { 2: { 1: {} } } } };
const schema = { 7: { 1: { 5: attribute }, 5: { 9: "bytes" }, 11: valueInfo, 12: valueInfo }, 8: {} };

const graph: OnnxGraph = {
  name: "g",
  nodes: [
    {
      name: "n",
      op: "Conv",
      domain: "com.x",
      inputs: ["x", "", "c"],
      outputs: ["y"],
      attributes: { axis: -1, big: 300, mode: "é", eps: { float: 0.5 }, pads: [0, 128], none: [] },
    },
    { name: "m", op: "Relu", domain: "", inputs: ["y"], outputs: ["z"], attributes: {} },
  ],
  inputs: [{ name: "x", dtype: "f16", shape: [1, 129] }],
  outputs: [{ name: "z", dtype: "f32", shape: [] }],
  constants: [{ name: "c", dtype: "i64", shape: [2], bytes: Uint8Array.of(1, 2, 255) }],
  opsets: { "": 21, "com.x": 1 },
};

it("writes every field of a model at its number", () => {
  const two = 2n ** 64n - 1n; // −1 in 64 bits
  expect(treeOf(writeOnnx(graph), schema)).toEqual([
    [1, 9n],
    [2, "stylus-web"],
    [
      7,
      [
        [
          1,
          [
            [1, "x"],
            [1, ""],
            [1, "c"],
            [2, "y"],
            [3, "n"],
            [4, "Conv"],
            [
              5,
              [
                [1, "axis"],
                [3, two],
                [20, 2n],
              ],
            ],
            [
              5,
              [
                [1, "big"],
                [3, 300n],
                [20, 2n],
              ],
            ],
            [
              5,
              [
                [1, "mode"],
                [4, "é"],
                [20, 3n],
              ],
            ],
            [
              5,
              [
                [1, "eps"],
                [2, "0000003f"],
                [20, 1n],
              ],
            ],
            [
              5,
              [
                [1, "pads"],
                [8, 0n],
                [8, 128n],
                [20, 7n],
              ],
            ],
            [
              5,
              [
                [1, "none"],
                [20, 7n],
              ],
            ],
            [7, "com.x"],
          ],
        ],
        [
          1,
          [
            [1, "y"],
            [2, "z"],
            [3, "m"],
            [4, "Relu"],
          ],
        ],
        [2, "g"],
        [
          5,
          [
            [1, 2n],
            [2, 7n],
            [8, "c"],
            [9, "0102ff"],
          ],
        ],
        [
          11,
          [
            [1, "x"],
            [
              2,
              [
                [
                  1,
                  [
                    [1, 10n],
                    [
                      2,
                      [
                        [1, [[1, 1n]]],
                        [1, [[1, 129n]]],
                      ],
                    ],
                  ],
                ],
              ],
            ],
          ],
        ],
        [
          12,
          [
            [1, "z"],
            [
              2,
              [
                [
                  1,
                  [
                    [1, 1n],
                    [2, []],
                  ],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
    [
      8,
      [
        [1, ""],
        [2, 21n],
      ],
    ],
    [
      8,
      [
        [1, "com.x"],
        [2, 1n],
      ],
    ],
  ]);
});

it("numbers types as ONNX does", () => {
  expect((["f32", "i32", "i64", "bool", "f16"] as const).map(onnxTypeCode)).toEqual([1, 6, 7, 9, 10]);
});

const message = (...fields: readonly (readonly [tag: number, ...bytes: number[]])[]): number[] =>
  fields.flat();
/** A length-delimited field. */
const nested = (field: number, bytes: readonly number[]): [number, ...number[]] => [
  field * 8 + 2,
  ...(bytes.length > 127 ? [(bytes.length & 127) | 128, bytes.length >> 7] : [bytes.length]),
  ...bytes,
];
const text = (field: number, value: string) => nested(field, [...new TextEncoder().encode(value)]);
const entry = (key: string, value: string) => nested(13, message(text(1, key), text(2, value)));

it("finds external tensors, their shapes in either form, and nothing else", () => {
  const packed = message(
    nested(1, [2, 172, 2]),
    text(8, "a"),
    entry("location", "w.bin"),
    entry("length", "600"),
  );
  const single = message(
    [1 * 8, 3],
    [1 * 8, 0],
    [3 * 8, 1], // of no interest: a number, 4 bytes, 8 bytes
    [4 * 8 + 5, 1, 2, 3, 4],
    [6 * 8 + 1, 1, 2, 3, 4, 5, 6, 7, 8],
    text(8, "b"),
    entry("offset", "600"),
    entry("location", "w.bin"),
    entry("length", "12"),
  );
  const inside = message([1 * 8, 1], text(8, "c"), nested(9, [1, 2, 3, 4]));
  const node = message(text(1, "x"), entry("location", "no.bin"));
  const model = message(
    [8, 9],
    nested(8, message(entry("location", "no.bin"))),
    nested(7, message(nested(1, node), nested(5, packed), nested(5, single), nested(5, inside))),
  );
  expect(externalTensors(Uint8Array.from(model), "m.onnx")).toEqual([
    { name: "a", shape: [2, 300], location: "w.bin", offset: 0, sizeBytes: 600 },
    { name: "b", shape: [3, 0], location: "w.bin", offset: 600, sizeBytes: 12 },
  ]);
  expect(externalTensors(new Uint8Array(0), "m.onnx")).toEqual([]);
});

it.each([
  ["a field longer than the file", [7 * 8 + 2, 5, 1], "field 7 is cut off"],
  ["a number without end", [8, 128], "a number is cut off"],
  ["no number", [8], "a number is cut off"],
  ["eleven bytes of one number", [8, ...Array<number>(11).fill(128), 0], "a number is cut off"],
  ["an unknown wire type", [3], "field 0 is cut off"],
  ["four bytes that are three", [13, 0, 0, 0], "field 1 is cut off"],
  ["eight bytes that are seven", [9, 0, 0, 0, 0, 0, 0, 0], "field 1 is cut off"],
])("names a damaged file: %s", (_, bytes, problem) => {
  expect(() => externalTensors(Uint8Array.from(bytes), "m.onnx")).toThrow(
    expect.objectContaining({
      code: "bad-file",
      message: `m.onnx is not a complete ONNX file: RangeError: ${problem}.`,
    }),
  );
});

const modelWith = (...fields: readonly (readonly [number, ...number[]])[]): Uint8Array =>
  Uint8Array.from(nested(7, nested(5, message(...fields))));

it("skips fields of every wire type up to the last byte", () => {
  const whole = [text(8, "a"), entry("location", "w.bin"), entry("length", "4")] as const;
  const found = { name: "a", shape: [], location: "w.bin", offset: 0, sizeBytes: 4 };
  const read = (field: readonly [number, ...number[]]) =>
    externalTensors(modelWith(...whole, field), "m.onnx");
  expect(read([6 * 8 + 1, 1, 2, 3, 4, 5, 6, 7, 8])).toEqual([found]);
  expect(read([4 * 8 + 5, 1, 2, 3, 4])).toEqual([found]);
  expect(read([3 * 8, 1])).toEqual([found]);
  // A field of fixed size has no text.
  expect(read([8 * 8 + 5, 1, 2, 3, 4])).toEqual([{ ...found, name: "" }]);
  for (const wireType of [3, 4, 6, 7])
    expect(() => read([6 * 8 + wireType, 9])).toThrow("field 6 is cut off");
});

it("reads numbers of up to ten bytes", () => {
  const dims = (...bytes: number[]): readonly number[] | undefined =>
    externalTensors(modelWith([8, ...bytes], entry("location", "w"), entry("length", "4")), "m.onnx")[0]
      ?.shape;
  expect(dims(0x80, 0x01)).toEqual([128]);
  expect(dims(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f)).toEqual([2 ** 53 - 1]);
  expect(dims(...Array<number>(9).fill(0x80), 0x01)).toEqual([2 ** 63]);
});
