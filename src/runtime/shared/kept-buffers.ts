// Outputs that stay on the GPU: a buffer for each image of the batch.

import type { Value } from "../../graph/graph.ts";
import { assert } from "../../shared/assert.ts";
import type { KeptPart } from "../backend.ts";

class KeptBuffer implements KeptPart {
  readonly buffer: GPUBuffer;

  constructor(buffer: GPUBuffer) {
    this.buffer = buffer;
  }

  get length(): number {
    return this.buffer.size / 4;
  }

  dispose(): void {
    this.buffer.destroy();
  }
}

/** Copies what `result` holds once the work submitted before is done. */
export function keepImages(gpu: GPUDevice, result: GPUBuffer, { name, shape }: Value): KeptPart[] {
  const [images, ...rest] = shape as [number, ...number[]];
  const size = 4 * rest.reduce((product, side) => product * side, 1);
  const encoder = gpu.createCommandEncoder();
  const parts = Array.from({ length: images }, (_, i) => {
    const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = gpu.createBuffer({ label: `${name} (kept)`, size, usage });
    encoder.copyBufferToBuffer(result, i * size, buffer, 0, size);
    return new KeptBuffer(buffer);
  });
  gpu.queue.submit([encoder.finish()]);
  return parts;
}

/** Fills an input's buffer with kept parts, one behind the other. */
export function joinImages(gpu: GPUDevice, parts: readonly KeptPart[], input: GPUBuffer): void {
  const encoder = gpu.createCommandEncoder();
  let at = 0;
  for (const part of parts) {
    assert(part instanceof KeptBuffer, "kept by a back end of this kind");
    encoder.copyBufferToBuffer(part.buffer, 0, input, at, part.buffer.size);
    at += part.buffer.size;
  }
  gpu.queue.submit([encoder.finish()]);
}
