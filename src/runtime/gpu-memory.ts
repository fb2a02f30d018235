// Memory of a device's buffers: parameters, inputs, merges, and those that ONNX Runtime creates on the same device.
// A buffer counts until it is destroyed or garbage-collected.

export interface GpuMemoryUse {
  /** Live buffers. */
  readonly buffers: number;
  readonly sizeBytes: number;
  /** Peak of live bytes. */
  readonly peakBytes: number;
}

/** A device, as far as its buffers are counted. */
interface BufferSource {
  createBuffer(descriptor: GPUBufferDescriptor): CountedBuffer;
}

type CountedBuffer = Pick<GPUBuffer, "size" | "destroy">;

export class GpuMemory {
  /** Buffers with a label: all of Stylus's own. */
  readonly own = new BufferCount();
  /** Buffers without a label: ONNX Runtime's. It drops some without destroying them, so they count until collected. */
  readonly runtime = new BufferCount();

  /** Counts every buffer that `device` creates from now on. */
  constructor(device: BufferSource) {
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

  add(buffer: CountedBuffer): void {
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
