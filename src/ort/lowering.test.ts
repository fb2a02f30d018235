// Models of Stable Diffusion 1.5's U-Net: their size, and parameters that are stored once and serve every image size.

import { describe, expect, it } from "vitest";
import sizes from "../../tests/parity/full-size.json" with { type: "json" };
import { parseUnetConfig } from "../graph/config.ts";
import { buildUnet } from "../graph/unet.ts";
import { lower } from "./lowering.ts";
import type { OrtTarget } from "./model.ts";

const config = parseUnetConfig(sizes.full.unet.config, { path: "config.json" });
const size = { batch: 1, height: 64, width: 64, contextTokens: 77 };

describe.each<OrtTarget>([
  { device: "wasm", dtype: "f32" },
  { device: "webgpu", dtype: "f16" },
])("$device $dtype", (target) => {
  it("a model contains operators but no weights", () => {
    const { bytes, parameters } = lower(buildUnet(config, size), target);
    expect(bytes.length).toBeLessThan(400_000);
    expect(parameters.length).toBe(686);
  });

  it("parameters have the same layout for all sizes", () => {
    const [first, ...others] = [size, { ...size, batch: 2 }, { ...size, height: 128, width: 96 }].map(
      (one) => lower(buildUnet(config, one), target).parameters,
    );
    for (const other of others) expect(other).toEqual(first);
  });
});

it("lowering a graph for two targets does not change it", () => {
  const graph = buildUnet(config, size);
  const before = structuredClone(graph);
  const [wasm, webgpu] = (["wasm", "webgpu"] as const).map((device) =>
    lower(graph, { device, dtype: "f32" }),
  );
  expect(graph).toEqual(before);
  const names = (model: typeof wasm): string[] => model!.parameters.map(({ name }) => name).toSorted();
  expect(names(wasm)).toEqual(names(webgpu));
  expect(names(wasm)).toEqual(graph.parameters.map(({ name }) => name).toSorted());
});
