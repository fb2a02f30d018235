// Dispatches as the device takes them: pipelines, uniforms and bind groups.

import type { Block, Dispatch } from "./kernels/kernel.ts";
import type { Pipelines } from "./pipelines.ts";

export interface RecordedDispatch {
  readonly dispatch: Dispatch;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
}

const SLOT_BYTES = 256; // alignment of uniform offsets

/**
 * Compiles the kernels that are not yet compiled, all at once.
 * @returns the dispatches in their order, and the buffer of their uniforms, which is the caller's
 * @throws StylusError `device`
 */
export async function prepareDispatches(
  dispatches: readonly Dispatch[],
  {
    device,
    pipelines,
    bufferFor,
  }: {
    readonly device: GPUDevice;
    readonly pipelines: Pipelines;
    readonly bufferFor: (block: Block) => GPUBuffer;
  },
): Promise<{ readonly recorded: readonly RecordedDispatch[]; readonly values: GPUBuffer }> {
  const compiled = await Promise.all(dispatches.map(({ kernel }) => pipelines.pipeline(kernel)));
  const { COPY_DST, UNIFORM } = GPUBufferUsage;
  const values = device.createBuffer({
    label: "kernel values",
    size: SLOT_BYTES * dispatches.length,
    usage: UNIFORM | COPY_DST,
  });
  const words = new Uint32Array((SLOT_BYTES / 4) * dispatches.length);
  dispatches.forEach((dispatch, i) => words.set(dispatch.values, (i * SLOT_BYTES) / 4));
  device.queue.writeBuffer(values, 0, words);
  const recorded = dispatches.map((dispatch, i) => {
    const { kernel, reads, write } = dispatch;
    const slot = {
      buffer: values,
      offset: i * SLOT_BYTES,
      size: Math.ceil(dispatch.values.length / 4) * 16,
    };
    const buffers = [...reads, write].map((block) => ({ buffer: bufferFor(block) }));
    const group = device.createBindGroup({
      label: dispatch.label,
      layout: pipelines.layout(kernel),
      entries: [slot, ...buffers].map((resource, binding) => ({ binding, resource })),
    });
    return { dispatch, pipeline: compiled[i]!, group };
  });
  return { recorded, values };
}

export function record(pass: GPUComputePassEncoder, dispatches: readonly RecordedDispatch[]): void {
  let current: GPUComputePipeline | null = null;
  for (const { dispatch, pipeline, group } of dispatches) {
    if (pipeline !== current) pass.setPipeline(pipeline);
    current = pipeline;
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...dispatch.workgroups);
  }
}
