// The three forms of a 3×3 convolution for WebGPU, all with standard operators, on the CPU: the runtime's convolution, and
// with the parameter layout of small maps nine products or, for large images, the convolution again. Tolerance 1e-6
// relative.

import { expect, it } from "vitest";
import { runModel } from "../../tests/fixtures/onnx-node.ts";
import { relativeError } from "../../tests/parity/cases.ts";
import { noise } from "../../tests/parity/noise.ts";
import { WebgpuLayers } from "./layers-webgpu.ts";
import type { ConvOptions } from "./layers.ts";
import { OnnxBuilder } from "./onnx-builder.ts";
import { toInputLayout } from "../runtime/shared/parameter-layout.ts";

const shape = [2, 4, 7, 5]; // [B, C, H, W]

async function convolve(
  options: Pick<ConvOptions, "stride" | "padding" | "smallMap">,
  maxTapValues: number,
): Promise<{ values: Float32Array; operators: string }> {
  const g = new OnnxBuilder("unet", { device: "webgpu", dtype: "f32" });
  const layers = new WebgpuLayers(g, { maxTapValues });
  const y = layers.conv3x3(layers.fromImage(g.input("x", shape)), { name: "conv", channels: 8, ...options });
  g.output("y", layers.toImage(y));
  const model = g.finish();
  const parameters = model.parameters.map((spec) => {
    const values = toInputLayout(noise(spec.name, spec.shape), spec);
    return [spec.name, { values, shape: spec.inputShape }];
  });
  const inputs = { x: { values: noise("x", shape), shape }, ...Object.fromEntries(parameters) };
  const { y: result } = await runModel(model, inputs);
  return { values: result!.values, operators: new TextDecoder("latin1").decode(model.bytes) };
}

it.each([
  { stride: 1, padding: "same" },
  { stride: 2, padding: "same" },
  { stride: 2, padding: "end" },
] as const)("stride $stride, padding $padding", async (window) => {
  const plain = await convolve(window, Infinity);
  const products = await convolve({ ...window, smallMap: true }, Infinity);
  const large = await convolve({ ...window, smallMap: true }, 100);
  expect(products.operators).toContain("ReduceSum");
  expect(large.operators).not.toContain("ReduceSum");
  expect(relativeError(products.values, plain.values)).toBeLessThan(1e-6);
  expect(relativeError(large.values, plain.values)).toBeLessThan(1e-6);
});
