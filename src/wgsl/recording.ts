// Dispatches as the device takes them: pipelines, uniforms and bind groups.

import { allocated, type CreateBuffer } from "./allocation.ts";
import type { Block, Dispatch } from "./kernels/kernel.ts";
import type { Pipelines } from "./pipelines.ts";

export interface RecordedDispatch {
  readonly dispatch: Dispatch;
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
}

const SLOT_BYTES = 256; // alignment of uniform offsets

/**
 * Compiles the kernels that are not yet compiled, all at once, and only then makes what they need: buffers, uniforms, bind groups.
 * @param means.makeBuffers makes all buffers by `create` and says which is a block's
 * @returns the dispatches in their order, and the buffers, which are the caller's
 * @throws StylusError `device`, `memory`; no buffer is left then
 */
export async function prepareDispatches<Made extends { readonly bufferFor: (block: Block) => GPUBuffer }>(
  dispatches: readonly Dispatch[],
  {
    device,
    pipelines,
    makeBuffers,
  }: {
    readonly device: GPUDevice;
    readonly pipelines: Pipelines;
    readonly makeBuffers: (create: CreateBuffer) => Made;
  },
): Promise<
  Made & { readonly recorded: readonly RecordedDispatch[]; readonly buffers: readonly GPUBuffer[] }
> {
  const compiled = await Promise.all(dispatches.map(({ kernel }) => pipelines.pipeline(kernel)));
  const { value, buffers } = await allocated(device, (create) => {
    const made = makeBuffers(create);
    const values = create(
      "kernel values",
      SLOT_BYTES * dispatches.length,
      GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    );
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
      const blocks = [...reads, write].map((block) => ({ buffer: made.bufferFor(block) }));
      const group = device.createBindGroup({
        label: dispatch.label,
        layout: pipelines.layout(kernel),
        entries: [slot, ...blocks].map((resource, binding) => ({ binding, resource })),
      });
      return { dispatch, pipeline: compiled[i]!, group };
    });
    return { ...made, recorded };
  });
  return { ...value, buffers };
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
