// Plain attention (for heads too wide for the fused WebGPU kernel) against the fused operator, on the CPU, whole and in
// blocks of queries. Tolerance 1e-6 relative.

import { expect, it } from "vitest";
import { runModel } from "../../tests/fixtures/onnx-node.ts";
import { relativeError } from "../../tests/parity/cases.ts";
import { noise } from "../../tests/parity/noise.ts";
import { attention, plainAttention } from "./attention.ts";
import type { OrtModel } from "./model.ts";
import { OnnxBuilder } from "./onnx-builder.ts";

it.each([2 ** 24, 40, 7, 1])(
  "plain attention equals the fused one with at most %i scores at once",
  async (maxScores) => {
    const g = new OnnxBuilder("vae", { device: "wasm", dtype: "f32" });
    const shapes = { query: [2, 11, 16], key: [2, 7, 16], value: [2, 7, 16] };
    const query = g.input("query", shapes.query);
    const key = g.input("key", shapes.key);
    const value = g.input("value", shapes.value);
    g.output("fused", attention(g, query, { key, value, heads: 1, label: "attention" }));
    g.output("plain", plainAttention(g, query, { key, value, maxScores }));
    const inputs = Object.entries(shapes).map(([name, shape]) => [
      name,
      { values: noise(name, shape), shape },
    ]);
    const { fused, plain } = await runModel(g.finish(), Object.fromEntries(inputs));
    expect(plain!.shape).toEqual(fused!.shape);
    expect(relativeError(plain!.values, fused!.values)).toBeLessThan(1e-6);
  },
);

/** The VAE's attention at 512×512, and a U-Net's at 1,024×1,024. */
it.each([
  { tokens: 4096, channels: 96, heads: 1 },
  { tokens: 16_384, channels: 32, heads: 4 },
])("$tokens tokens of $channels channels: more than one call of the WASM kernel accepts", async (size) => {
  const { tokens, channels, heads } = size;
  const shape = [1, tokens, channels];
  const model = (count: number): OrtModel => {
    const g = new OnnxBuilder("vae", { device: "wasm", dtype: "f32" });
    const query = g.input("query", [1, count, channels]);
    const context = { key: g.input("key", shape), value: g.input("value", shape) };
    g.output("y", attention(g, query, { ...context, heads, label: "attention" }));
    return g.finish();
  };
  const run = async (count: number): Promise<Float32Array> => {
    const rows = (name: string, number: number): { values: Float32Array; shape: number[] } => ({
      values: noise(name, shape).slice(0, number * channels),
      shape: [1, number, channels],
    });
    const { y } = await runModel(model(count), {
      query: rows("query", count),
      key: rows("key", tokens),
      value: rows("value", tokens),
    });
    return y!.values;
  };
  const few = await run(100); // a query's result does not depend on the other queries
  const all = await run(tokens);
  expect(all.length).toBe(tokens * channels);
  expect(relativeError(all.subarray(0, few.length), few)).toBeLessThan(1e-6);
});
