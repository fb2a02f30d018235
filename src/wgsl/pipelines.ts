// The compiled kernels of a device, each once.

import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import type { Kernel } from "./kernels/kernel.ts";

export class Pipelines {
  readonly #device: GPUDevice;
  readonly #pipelines = new Map<string, Promise<GPUComputePipeline>>();
  readonly #layouts = new Map<number, GPUBindGroupLayout>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Compiles a kernel, or returns the one compiled before. @throws StylusError `device` */
  pipeline(kernel: Kernel): Promise<GPUComputePipeline> {
    let pipeline = this.#pipelines.get(kernel.name);
    if (!pipeline) {
      pipeline = this.#compile(kernel);
      this.#pipelines.set(kernel.name, pipeline);
      pipeline.catch(() => this.#pipelines.delete(kernel.name)); // the next use tries again
    }
    return pipeline;
  }

  async #compile(kernel: Kernel): Promise<GPUComputePipeline> {
    const device = this.#device;
    const label = kernel.name;
    const module = device.createShaderModule({ label, code: kernel.code() });
    const layout = device.createPipelineLayout({ bindGroupLayouts: [this.layout(kernel)] });
    try {
      return await device.createComputePipelineAsync({
        label,
        layout,
        compute: { module, entryPoint: "main" },
      });
    } catch (cause) {
      const { messages } = await module.getCompilationInfo();
      const errors = messages.filter(({ type }) => type === "error");
      const why = errors.map(({ lineNum, message }) => `line ${lineNum}: ${message}`).join("; ");
      throw new StylusError("device", say`The GPU rejects the kernel "${label}": ${why || String(cause)}`, {
        remedy: say`Choose ONNX Runtime, or update the browser and the GPU driver.`,
        cause,
      });
    }
  }

  /** Values, the blocks that are read, the block that is written. */
  layout({ reads }: Kernel): GPUBindGroupLayout {
    let layout = this.#layouts.get(reads);
    if (!layout) {
      const types: GPUBufferBindingType[] = [
        "uniform",
        ...Array.from({ length: reads }, () => "read-only-storage" as const),
        "storage",
      ];
      layout = this.#device.createBindGroupLayout({
        entries: types.map((type, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type },
        })),
      });
      this.#layouts.set(reads, layout);
    }
    return layout;
  }
}
