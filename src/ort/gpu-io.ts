// GPU buffers for a session's inputs, allocated once because graph capture needs fixed addresses, and the readback of its
// outputs. ONNX Runtime owns the output buffers: with our own, its captured replay loses track of them after the first run
// (it drops the handles of external buffers at the end of a run but keeps them bound).

import type { OnnxValue } from "../formats/onnx.ts";
import type { Inputs, KeptPart } from "../runtime/backend.ts";
import { joinImages } from "../runtime/shared/kept-buffers.ts";
import type { OrtModel } from "./model.ts";
import type { InferenceSession, OrtModule, Tensor } from "./ort.ts";

interface IoOptions {
  readonly ort: OrtModule;
  readonly gpu: GPUDevice;
  readonly model: OrtModel;
}

/** All values are float32. */
function sizeBytes({ shape }: OnnxValue): number {
  return 4 * shape.reduce((product, size) => product * size, 1);
}

export class GpuIo {
  readonly feeds: Readonly<Record<string, Tensor>>;
  private readonly buffers = new Map<OnnxValue, GPUBuffer>();
  /** The buffers' current contents: a step has a new sample, but usually the previous step's text. */
  private readonly uploaded = new Map<OnnxValue, Float32Array<ArrayBuffer>>();
  private readonly options: IoOptions;

  constructor(options: IoOptions) {
    this.options = options;
    this.feeds = Object.fromEntries(options.model.inputs.map((value) => [value.name, this.bind(value)]));
  }

  private bind(value: OnnxValue): Tensor {
    const { gpu, ort } = this.options;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const size = Math.ceil(sizeBytes(value) / 16) * 16; // ONNX Runtime's allocation unit
    const buffer = gpu.createBuffer({ label: value.name, size, usage });
    this.buffers.set(value, buffer);
    return ort.Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims: value.shape });
  }

  get gpu(): GPUDevice {
    return this.options.gpu;
  }

  upload(inputs: Inputs): void {
    for (const [value, buffer] of this.buffers) {
      const values = inputs[value.name]! as Float32Array<ArrayBuffer> | readonly KeptPart[];
      if (!(values instanceof Float32Array)) {
        joinImages(this.gpu, values, buffer);
        this.uploaded.delete(value);
        continue;
      }
      const before = this.uploaded.get(value);
      if (before && sameBits(before, values)) continue;
      this.options.gpu.queue.writeBuffer(buffer, 0, values);
      if (before) before.set(values);
      else this.uploaded.set(value, values.slice());
    }
  }

  /** Copies the named results to JavaScript memory after the run ends. */
  async download(
    results: InferenceSession.OnnxValueMapType,
    names: readonly string[],
  ): Promise<Record<string, Float32Array>> {
    const { gpu, model } = this.options;
    const encoder = gpu.createCommandEncoder();
    const stagings = model.outputs
      .filter(({ name }) => names.includes(name))
      .map((value) => {
        const size = sizeBytes(value);
        const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
        const staging = gpu.createBuffer({ label: `${value.name} (read back)`, size, usage });
        encoder.copyBufferToBuffer(
          (results[value.name] as Tensor).gpuBuffer as GPUBuffer,
          0,
          staging,
          0,
          size,
        );
        return { name: value.name, staging };
      });
    gpu.queue.submit([encoder.finish()]);
    const values: Record<string, Float32Array> = {};
    for (const { name, staging } of stagings) {
      await staging.mapAsync(GPUMapMode.READ);
      values[name] = new Float32Array(staging.getMappedRange().slice(0));
      staging.destroy();
    }
    return values;
  }

  dispose(): void {
    for (const buffer of this.buffers.values()) buffer.destroy();
    this.buffers.clear();
    this.uploaded.clear();
  }
}

/** Compares bits: −0 differs from 0, and NaN equals itself. */
function sameBits(a: Float32Array, b: Float32Array): boolean {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

function wordsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}
