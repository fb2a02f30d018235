// Buffers of parameters, checked: WebGPU returns a buffer even where there is no memory for it, and what is written there is lost
// without an error.

import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";

/** ONNX Runtime's allocation unit. */
const UNIT_BYTES = 16;

/** Asking the device about each one would take longer than making it. */
const MOST_UNCHECKED = 64;

export class ParameterBuffers {
  readonly #device: GPUDevice;
  #checks: Promise<GPUError | null>[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  create(label: string, sizeBytes: number): GPUBuffer {
    this.#device.pushErrorScope("out-of-memory");
    const buffer = this.#device.createBuffer({
      label,
      size: Math.ceil(sizeBytes / UNIT_BYTES) * UNIT_BYTES,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    this.#checks.push(this.#device.popErrorScope());
    return buffer;
  }

  /** Asks once enough have been made. @throws StylusError `memory` */
  async settle(): Promise<void> {
    if (this.#checks.length >= MOST_UNCHECKED) await this.checked();
  }

  /** Resolves once all that were made are known to have memory. @throws StylusError `memory` */
  async checked(): Promise<void> {
    const errors = await Promise.all(this.#checks.splice(0));
    const cause = errors.find((error) => error !== null);
    if (cause)
      throw new StylusError("memory", say`The GPU has no room for this model.`, {
        remedy: say`Choose the device for low VRAM under Settings, or close other tabs and programs that use the GPU.`,
        cause,
      });
  }
}
