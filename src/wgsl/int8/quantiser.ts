// Quantises weights on the device, so that what is loaded, merged and restored takes the same way to 8 bits.

import { grid, type Int8Layout } from "../kernels/kernel.ts";
import { quantise, QUANTISE_FIELDS, QUANTISE_SIZE } from "../kernels/quantise.ts";
import { valuesOf } from "../kernels/wgsl.ts";
import type { Pipelines } from "../pipelines.ts";
import type { PlanTarget } from "../plan/target.ts";

/** A weight's matrix. */
interface Size {
  readonly depth: number;
  readonly columns: number;
}

export class Quantiser {
  readonly #device: GPUDevice;
  readonly #pipeline: GPUComputePipeline;
  readonly #layout: GPUBindGroupLayout;
  readonly #int8: Int8Layout;

  private constructor(
    device: GPUDevice,
    parts: { pipeline: GPUComputePipeline; layout: GPUBindGroupLayout; int8: Int8Layout },
  ) {
    this.#device = device;
    this.#pipeline = parts.pipeline;
    this.#layout = parts.layout;
    this.#int8 = parts.int8;
  }

  /** @throws StylusError `device` if the kernel is rejected */
  static async create(
    device: GPUDevice,
    { pipelines, target }: { readonly pipelines: Pipelines; readonly target: PlanTarget },
  ): Promise<Quantiser> {
    const { int8 } = target.tuning;
    const kernel = quantise(target.type, int8);
    const pipeline = await pipelines.pipeline(kernel);
    return new Quantiser(device, { pipeline, layout: pipelines.layout(kernel), int8 });
  }

  /** Submits it: `weight` in 8 bits to `out`. */
  quantise({ weight, out }: { readonly weight: GPUBuffer; readonly out: GPUBuffer }, size: Size): void {
    const { depth: rows, columns } = size;
    const count = (Math.ceil(rows / this.#int8.group) * columns) / 4;
    const words = Uint32Array.from(valuesOf(QUANTISE_FIELDS, { rows, columns, count }));
    const { COPY_DST, UNIFORM } = GPUBufferUsage;
    const values = this.#device.createBuffer({
      label: "quantise values",
      size: 16,
      usage: UNIFORM | COPY_DST,
    });
    this.#device.queue.writeBuffer(values, 0, words);
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(this.#pipeline);
    const entries = [values, weight, out].map((buffer, binding) => ({ binding, resource: { buffer } }));
    pass.setBindGroup(0, this.#device.createBindGroup({ layout: this.#layout, entries }));
    pass.dispatchWorkgroups(...grid(count, QUANTISE_SIZE));
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
    values.destroy(); // takes effect once the work is done
  }
}
