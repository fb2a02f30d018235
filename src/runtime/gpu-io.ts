// GPU buffers for a session's inputs and outputs, allocated once: graph capture demands fixed addresses, and without it the
// fixed buffers still save an allocation per run.

import type { OnnxValue } from "../formats/onnx.ts";
import type { GraphModel } from "../graph/model.ts";
import type { OrtModule, Tensor } from "./ort.ts";

interface IoOptions {
  readonly ort: OrtModule;
  readonly gpu: GPUDevice;
  readonly model: GraphModel;
}

function sizeBytes({ shape }: OnnxValue): number {
  return 4 * shape.reduce((product, size) => product * size, 1);
}

export class GpuIo {
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly fetches: Readonly<Record<string, Tensor>>;
  private readonly buffers = new Map<OnnxValue, GPUBuffer>();
  private readonly options: IoOptions;

  constructor(options: IoOptions) {
    this.options = options;
    const { inputs, outputs } = options.model;
    this.feeds = Object.fromEntries(inputs.map((value) => [value.name, this.bind(value)]));
    this.fetches = Object.fromEntries(outputs.map((value) => [value.name, this.bind(value)]));
  }

  private bind(value: OnnxValue): Tensor {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = this.options.gpu.createBuffer({
      label: value.name,
      size: Math.ceil(sizeBytes(value) / 16) * 16,
      usage,
    });
    this.buffers.set(value, buffer);
    return this.options.ort.Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims: value.shape });
  }

  upload(inputs: Readonly<Record<string, Float32Array>>): void {
    for (const value of this.options.model.inputs) {
      this.options.gpu.queue.writeBuffer(
        this.buffers.get(value)!,
        0,
        inputs[value.name]! as Float32Array<ArrayBuffer>,
      );
    }
  }

  /** Copies the named outputs to JavaScript memory; waits for the run to end. */
  async download(names: readonly string[]): Promise<Record<string, Float32Array>> {
    const { gpu, model } = this.options;
    const values = model.outputs.filter(({ name }) => names.includes(name));
    const encoder = gpu.createCommandEncoder();
    const stagings = values.map((value) => {
      const size = sizeBytes(value);
      const staging = gpu.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
      encoder.copyBufferToBuffer(this.buffers.get(value)!, 0, staging, 0, size);
      return { name: value.name, staging };
    });
    gpu.queue.submit([encoder.finish()]);
    const results: Record<string, Float32Array> = {};
    for (const { name, staging } of stagings) {
      await staging.mapAsync(GPUMapMode.READ);
      results[name] = new Float32Array(staging.getMappedRange().slice(0));
      staging.destroy();
    }
    return results;
  }

  dispose(): void {
    for (const buffer of this.buffers.values()) buffer.destroy();
    this.buffers.clear();
  }
}
