// What a device's buffers take, whoever makes them: parameters, inputs, merges, and the ones ONNX Runtime makes through
// the same device. A buffer counts until it is destroyed or the browser has collected it.

export interface GpuMemoryUse {
  /** Buffers alive. */
  readonly buffers: number;
  readonly sizeBytes: number;
  /** The most that was alive at one time. */
  readonly peakBytes: number;
}

export class GpuMemory {
  /** Buffers with a label: this program labels all of its own. */
  readonly own = new BufferCount();
  /** Buffers without: ONNX Runtime's. It drops some without destroying them, so they may count for a while longer. */
  readonly runtime = new BufferCount();

  /** Counts every buffer that `device` makes from now on. */
  constructor(device: GPUDevice) {
    const create = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      const buffer = create(descriptor);
      const count = descriptor.label ? this.own : this.runtime;
      count.add(buffer);
      return buffer;
    };
  }
}

class BufferCount {
  #buffers = 0;
  #sizeBytes = 0;
  #peakBytes = 0;
  readonly #collected = new FinalizationRegistry<{ readonly sizeBytes: number; alive: boolean }>((entry) =>
    this.#end(entry),
  );

  get use(): GpuMemoryUse {
    return { buffers: this.#buffers, sizeBytes: this.#sizeBytes, peakBytes: this.#peakBytes };
  }

  add(buffer: GPUBuffer): void {
    const entry = { sizeBytes: buffer.size, alive: true };
    this.#buffers++;
    this.#sizeBytes += entry.sizeBytes;
    this.#peakBytes = Math.max(this.#peakBytes, this.#sizeBytes);
    const destroy = buffer.destroy.bind(buffer);
    buffer.destroy = () => {
      this.#end(entry);
      destroy();
      return undefined;
    };
    this.#collected.register(buffer, entry);
  }

  #end(entry: { readonly sizeBytes: number; alive: boolean }): void {
    if (!entry.alive) return;
    entry.alive = false;
    this.#buffers--;
    this.#sizeBytes -= entry.sizeBytes;
  }
}
