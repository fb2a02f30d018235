// The plain form of attention (for heads too wide for the fused WebGPU kernel) against the fused one, on the CPU, in one piece
// and cut into pieces of queries. Tolerance 1e-6 relative.

import { expect, it } from "vitest";
import { attention, plainAttention } from "../../src/graph/attention.ts";
import { GraphBuilder } from "../../src/graph/builder.ts";
import { createRuntime } from "../../src/runtime/runtime.ts";
import { createOrtSession } from "../../src/runtime/session.ts";
import { relativeError } from "./cases.ts";
import { noise } from "./noise.ts";

it.each([2 ** 24, 40, 7, 1])("with at most %i scores at once", async (maxScores) => {
  const { ort } = await createRuntime({ preference: "wasm" });
  const g = new GraphBuilder("vae", { device: "wasm", dtype: "f32" });
  const shapes = { query: [2, 11, 16], key: [2, 7, 16], value: [2, 7, 16] };
  const query = g.input("query", shapes.query);
  const key = g.input("key", shapes.key);
  const value = g.input("value", shapes.value);
  g.output("fused", attention(g, query, { key, value, heads: 1, label: "attention" }));
  g.output("plain", plainAttention(g, query, { key, value, maxScores }));
  const { session } = await createOrtSession(ort, { gpu: null, model: g.finish(), graphCapture: false });
  const feeds = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      new ort.Tensor("float32", noise(name, shape), shape),
    ]),
  );
  const { fused, plain } = await session.run(feeds);
  expect(plain!.dims).toEqual(fused!.dims);
  expect(relativeError(plain!.data as Float32Array, fused!.data as Float32Array)).toBeLessThan(1e-6);
});
