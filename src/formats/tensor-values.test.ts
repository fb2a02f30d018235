import { describe, expect, it } from "vitest";
import { type DType, fromFloat32 } from "../shared/dtype.ts";
import {
  readHeader,
  readTensor,
  type TensorData,
  type TensorSource,
  writeSafetensors,
} from "./safetensors.ts";
import { readRowsF32, readScales, readTensorF32, valuesOf, withScales } from "./tensor-values.ts";

const int8 = (name: string, shape: number[], values: number[]): TensorData => ({
  name,
  dtype: "I8",
  shape,
  bytes: new Uint8Array(Int8Array.from(values).buffer),
});

const float = (
  name: string,
  shape: number[],
  values: number[],
  dtype: "F32" | "F16" | "F8_E4M3" = "F32",
): TensorData => ({ name, dtype, shape, bytes: fromFloat32(Float32Array.from(values), dtype) });

const open = async (...tensors: TensorData[]): Promise<ReadonlyMap<string, TensorSource>> =>
  (await readHeader(new Blob([writeSafetensors(tensors)]), { fileName: "q.safetensors" })).tensors;

const weight = async (...tensors: TensorData[]): Promise<TensorSource> =>
  withScales(await open(...tensors)).get("x.weight")!;

const refusal = async (...tensors: TensorData[]): Promise<unknown> =>
  weight(...tensors).catch((error: unknown) => error);

const numbers = [1, -2, 3, 4, -128, 127, 0, 8];

describe("values of a weight in 8 bits", () => {
  it.each<[string, number[], number[], number[]]>([
    ["one scale without a shape", [], [0.5], [0.5, -1, 1.5, 2, -64, 63.5, 0, 4]],
    ["one scale", [1], [0.5], [0.5, -1, 1.5, 2, -64, 63.5, 0, 4]],
    ["one for each row", [2], [2, 0.25], [2, -4, 6, 8, -32, 31.75, 0, 2]],
    ["one for each row, in a column", [2, 1], [2, 0.25], [2, -4, 6, 8, -32, 31.75, 0, 2]],
    ["groups of inputs", [2, 2], [1, 2, 3, 4], [1, -2, 6, 8, -384, 381, 0, 32]],
    ["blocks over rows", [1, 2], [1, 2], [1, -2, 6, 8, -128, 127, 0, 16]],
  ])("%s", async (_, shape, scale, expected) => {
    const source = await weight(int8("x.weight", [2, 4], numbers), float("x.weight_scale", shape, scale));
    expect([...(await readTensorF32(source))]).toEqual(expected);
    const [bytes, scales] = [await readTensor(source), await readScales([source])];
    const target = new Float32Array(8);
    expect(valuesOf({ source, bytes, scale: scales.get(source) }, target)).toBe(target);
    expect([...target]).toEqual(expected);
    expect([...(await readRowsF32(source, { begin: 1, end: 2 }))]).toEqual(expected.slice(4));
  });

  it("a convolution: groups of inputs with all their kernel positions", async () => {
    const source = await weight(
      int8("x.weight", [2, 2, 1, 2], numbers),
      float("x.weight_scale", [2, 2, 1, 1], [1, 2, 3, 4], "F16"),
    );
    expect([...(await readTensorF32(source))]).toEqual([1, -2, 6, 8, -384, 381, 0, 32]);
  });

  it("products are float32's nearest", async () => {
    const source = await weight(int8("x.weight", [1, 1], [3]), float("x.weight_scale", [1], [0.1]));
    expect(await readTensorF32(source)).toEqual(Float32Array.of(3 * Math.fround(0.1)));
  });

  it.each(["x.weight_scale", "x.scale_weight"])("float8 with %s", async (name) => {
    const source = await weight(
      float("x.weight", [2, 2], [1, -448, 0.5, 2], "F8_E4M3"),
      float(name, [], [0.125]),
    );
    expect([...(await readTensorF32(source))]).toEqual([0.125, -56, 0.0625, 0.25]);
  });

  it("a scale with float32 numbers leaves the bytes that were read as they are", async () => {
    const source = await weight(float("x.weight", [2], [1, 2]), float("x.weight_scale", [1], [3]));
    const bytes = await readTensor(source);
    const copy = bytes.slice();
    expect([...valuesOf({ source, bytes, scale: Float32Array.of(3) })]).toEqual([3, 6]);
    expect(bytes).toEqual(copy);
  });

  it("two rows' scales exchanged give other values", async () => {
    const read = async (scale: number[]): Promise<number[]> => [
      ...(await readTensorF32(
        await weight(int8("x.weight", [2, 4], numbers), float("x.weight_scale", [2], scale)),
      )),
    ];
    expect(await read([2, 0.25])).not.toEqual(await read([0.25, 2]));
  });

  it("scales are read together where they lie together", async () => {
    const names = ["a", "b", "c"];
    const tensors = withScales(
      await open(
        ...names.flatMap((name, i) => [
          int8(`${name}.weight`, [1], [i]),
          float(`${name}.weight_scale`, [1], [i]),
        ]),
      ),
    );
    let reads = 0;
    const counting = new Proxy(tensors.get("a.weight")!.blob, {
      get: (blob, key) => {
        if (key === "slice") reads++;
        const value: unknown = Reflect.get(blob, key);
        return typeof value === "function" ? value.bind(blob) : value;
      },
    });
    const sources = [...tensors.values()].map((source) => ({
      ...source,
      scale: { ...source.scale!, blob: counting },
    }));
    const bias = (await open(float("x.bias", [1], [1]))).values();
    const scales = await readScales([...bias, ...sources]);
    expect([...scales.values()].map(([value]) => value)).toEqual([0, 1, 2]);
    expect(reads).toBe(1);
  });
});

it("scales and notes are no tensors of their own", async () => {
  const tensors = withScales(
    await open(
      int8("x.weight", [1], [1]),
      float("x.weight_scale", [1], [1]),
      float("x.input_scale", [], [1]),
      float("x.bias", [1], [1]),
      int8("x.comfy_quant", [2], [123, 125]),
      float("scaled_fp8", [0], []),
    ),
  );
  expect([...tensors.keys()].toSorted()).toEqual(["x.bias", "x.weight"]);
});

describe("files that do not fit", () => {
  it("an int8 weight without a scale", async () => {
    expect(await refusal(int8("x.weight", [2, 4], numbers))).toMatchObject({
      code: "bad-file",
      where: "q.safetensors",
      message: 'Tensor "x.weight" has type I8, but no scale x.weight_scale.',
    });
  });

  it.each<[string, number[]]>([
    ["of another number of rows", [3]],
    ["of groups that do not divide the inputs", [2, 3]],
    ["with more axes than the weight", [2, 1, 4]],
    ["that is empty", [0, 4]],
  ])("a scale %s", async (_, shape) => {
    const count = shape.reduce((product, size) => product * size, 1);
    const scale = float("x.weight_scale", shape, Array<number>(count).fill(1));
    expect(await refusal(int8("x.weight", [2, 4], numbers), scale)).toMatchObject({
      code: "bad-file",
      where: "q.safetensors",
      message: `Tensor "x.weight" is [2, 4], and its scale "x.weight_scale" is F32 [${shape.join(", ")}].`,
    });
  });

  it("whole numbers where values are asked for", async () => {
    const raw = (await open(int8("x.weight", [1], [1]))).get("x.weight")!;
    await expect(readTensorF32(raw)).rejects.toMatchObject({
      code: "bad-file",
      where: "q.safetensors",
      message: 'Tensor "x.weight" has type I8, not floating point.',
    });
  });

  it("a scale in integers", async () => {
    expect(await refusal(int8("x.weight", [1], [1]), int8("x.weight_scale", [1], [1]))).toMatchObject({
      message: 'Tensor "x.weight" is [1], and its scale "x.weight_scale" is I8 [1].',
    });
  });

  it.each<DType>(["U8", "I32"])("a scale for %s", async (dtype) => {
    const packed = { name: "x.weight", dtype, shape: [0], bytes: new Uint8Array(0) };
    expect(await refusal(packed, float("x.weight_scale", [1], [1]))).toMatchObject({
      code: "bad-file",
      message: `Tensor "x.weight" has type ${dtype} and a scale; only int8 and floating-point types can have one.`,
    });
  });

  it.each([Number.NaN, Infinity])("a scale of %s, whoever reads it", async (bad) => {
    const source = await weight(int8("x.weight", [2, 1], [1, 2]), float("x.weight_scale", [2], [1, bad]));
    const error = {
      code: "bad-file",
      message: `Tensor "x.weight_scale" contains ${bad}, which is no scale.`,
    };
    await expect(readTensorF32(source)).rejects.toMatchObject(error);
    await expect(readScales([source])).rejects.toMatchObject(error);
    await expect(readRowsF32(source, { begin: 1, end: 2 })).rejects.toMatchObject(error);
    expect([...(await readRowsF32(source, { begin: 0, end: 1 }))]).toEqual([1]); // of another row
  });
});
