import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { readHeader, type TensorSource, writeSafetensors } from "../formats/safetensors.ts";
import { withScales } from "../formats/tensor-values.ts";
import { type DType, fromFloat32 } from "../shared/dtype.ts";
import { fromInputLayout, toInputLayout, transposeMatrix } from "../runtime/shared/parameter-layout.ts";
import { loadParameters } from "./load-parameters.ts";
import type { OrtParameter } from "./model.ts";
import { loadOrt, type OrtModule } from "./ort.ts";

type FloatDType = "F32" | "F16" | "BF16" | "F8_E4M3" | "F8_E5M2";

const options = { gpu: null, dtype: "f32" } as const;
let ort: OrtModule;

beforeAll(async () => {
  ({ ort } = await loadOrt({ device: "wasm", threads: 1 }));
});

const spec = (name: string, shape: number[], layout: OrtParameter["layout"] = "same"): OrtParameter => ({
  name,
  shape,
  layout,
  inputShape: layout === "same" ? shape : shape.toReversed(),
});

async function tensors(
  list: readonly { name: string; shape: number[]; values: number[]; dtype?: FloatDType }[],
): Promise<ReadonlyMap<string, TensorSource>> {
  const data = list.map(({ name, shape, values, dtype = "F32" }) => ({
    name,
    shape,
    dtype,
    bytes: fromFloat32(Float32Array.from(values), dtype),
  }));
  return (await readHeader(new Blob([writeSafetensors(data)]), { fileName: "test.safetensors" })).tensors;
}

/** A matrix in int8 with a scale for each row. */
async function scaled(
  name: string,
  { shape, numbers, scale }: { shape: number[]; numbers: number[]; scale: number[] },
): Promise<ReadonlyMap<string, TensorSource>> {
  const file = writeSafetensors([
    { name: `${name}.weight`, dtype: "I8", shape, bytes: new Uint8Array(Int8Array.from(numbers).buffer) },
    {
      name: `${name}.weight_scale`,
      dtype: "F32",
      shape: [shape[0]!, 1],
      bytes: fromFloat32(Float32Array.from(scale), "F32"),
    },
  ]);
  const { tensors: all } = await readHeader(new Blob([file]), { fileName: "test.safetensors" });
  return new Map([[name, withScales(all).get(`${name}.weight`)!]]);
}

describe("CPU store", () => {
  it("feeds the values in the graph's layout and returns them in checkpoint order", async () => {
    const source = await tensors([{ name: "w", shape: [2, 3], values: [1, 2, 3, 4, 5, 6], dtype: "BF16" }]);
    const store = await loadParameters([spec("w", [2, 3], "transpose")], source, { ort, ...options });
    expect([...(store.tensor("w").data as Float32Array)]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...(await store.pristine("w"))]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(store.sizeBytes).toBe(24);
  });

  it("writing twice and restoring returns the pristine bits and frees memory", async () => {
    const source = await tensors([{ name: "w", shape: [2], values: [0.1, -0] }]);
    const store = await loadParameters([spec("w", [2])], source, { ort, ...options });
    store.write("w", Float32Array.of(7, 8));
    store.write("w", Float32Array.of(9, 10));
    expect([...(store.tensor("w").data as Float32Array)]).toEqual([9, 10]);
    expect([...(await store.pristine("w"))]).toEqual([Math.fround(0.1), -0]);
    expect(store.sizeBytes).toBe(16);
    await store.restore("w");
    await store.restore("w");
    expect([...(store.tensor("w").data as Float32Array)]).toEqual([Math.fround(0.1), -0]);
    expect(store.sizeBytes).toBe(8);
  });

  it("feeds and merges a weight in 8 bits as its values", async () => {
    const stored = await scaled("w", { shape: [2, 3], numbers: [1, 2, 3, 4, 5, -6], scale: [0.5, 2] });
    const store = await loadParameters([spec("w", [2, 3], "transpose")], stored, { ort, ...options });
    expect([...(store.tensor("w").data as Float32Array)]).toEqual([0.5, 8, 1, 10, 1.5, -12]);
    expect([...(await store.pristine("w"))]).toEqual([0.5, 1, 1.5, 8, 10, -12]);
    expect(store.sizeBytes).toBe(24);
  });

  it.each(["F8_E4M3", "F8_E5M2"] as const)("feeds plain %s", async (dtype) => {
    const source = await tensors([{ name: "w", shape: [3], values: [0.5, -2, 1.25], dtype }]);
    const store = await loadParameters([spec("w", [3])], source, { ort, ...options });
    expect([...(store.tensor("w").data as Float32Array)]).toEqual([0.5, -2, 1.25]);
  });

  it("reports progress up to 100 %", async () => {
    const source = await tensors([
      { name: "a", shape: [2], values: [1, 2] },
      { name: "b", shape: [1], values: [3], dtype: "F16" },
    ]);
    const seen: number[] = [];
    await loadParameters([spec("a", [2]), spec("b", [1])], source, {
      ort,
      ...options,
      onProgress: ({ loadedBytes, totalBytes }) => seen.push(loadedBytes / totalBytes),
    });
    expect(seen).toEqual([0.8, 1]);
  });

  it("stops when aborted", async () => {
    const source = await tensors([{ name: "a", shape: [1], values: [1] }]);
    await expect(
      loadParameters([spec("a", [1])], source, { ort, ...options, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("files that do not fit", () => {
  it("names missing tensors", async () => {
    const source = await tensors([{ name: "a", shape: [1], values: [1] }]);
    const wanted = ["a", "b", "c", "d", "e"].map((name) => spec(name, [1]));
    await expect(loadParameters(wanted, source, { ort, ...options })).rejects.toMatchObject({
      code: "bad-file",
      where: "test.safetensors",
      message: expect.stringMatching(/b, c, d and 1 more/),
    });
  });

  it("names a wrong shape with both shapes", async () => {
    const source = await tensors([{ name: "a", shape: [2, 2], values: [1, 2, 3, 4] }]);
    await expect(loadParameters([spec("a", [4])], source, { ort, ...options })).rejects.toMatchObject({
      code: "bad-file",
      message: expect.stringMatching(/"a" is 2×2.*needs 4/),
    });
  });

  it("rejects integers", async () => {
    const source = new Map(
      [...(await tensors([{ name: "a", shape: [1], values: [1] }]))].map(([name, one]) => [
        name,
        { ...one, dtype: "I32" as DType },
      ]),
    );
    await expect(loadParameters([spec("a", [1])], source, { ort, ...options })).rejects.toMatchObject({
      message: expect.stringMatching(/I32/),
    });
  });

  it("treats a 1×1 kernel and a matrix alike", async () => {
    const source = await tensors([{ name: "a", shape: [1, 2, 1, 1], values: [1, 2] }]);
    expect((await loadParameters([spec("a", [1, 2])], source, { ort, ...options })).sizeBytes).toBe(8);
  });
});

it("transposing twice gives the same matrix", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 70 }), (rows, columns) => {
      const values = Float32Array.from({ length: rows * columns }, (_, i) => i);
      const transposed = transposeMatrix(values, { rows, columns });
      for (let row = 0; row < rows; row += 7) {
        for (let column = 0; column < columns; column += 5)
          expect(transposed[column * rows + row]).toBe(row * columns + column);
      }
      const matrix = spec("w", [rows, columns], "transpose");
      expect(fromInputLayout(toInputLayout(values, matrix), matrix)).toEqual(values);
    }),
    propertyRuns(100),
  );
});

it("a transposed convolution is a matrix [in, out] for each position of its kernel", () => {
  const [out, inputs, area] = [37, 41, 9];
  const values = Float32Array.from({ length: out * inputs * area }, (_, i) => i);
  const convolution = spec("w", [out, inputs, 3, 3], "transpose");
  const arranged = toInputLayout(values, convolution);
  for (let o = 0; o < out; o += 5) {
    for (let i = 0; i < inputs; i += 7) {
      for (let k = 0; k < area; k++)
        expect(arranged[(k * inputs + i) * out + o]).toBe(values[(o * inputs + i) * area + k]);
    }
  }
  expect(fromInputLayout(arranged, convolution)).toEqual(values);
});
