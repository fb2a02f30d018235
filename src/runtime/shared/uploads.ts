// Writes to a device's buffers, with waits between, so that bytes do not accumulate in the GPU process.

export class Uploads {
  readonly #device: GPUDevice;
  readonly #windowBytes: number;
  #bytesUnderWay = 0;

  /** @param windowBytes sent between waits */
  constructor(device: GPUDevice, windowBytes: number) {
    this.#device = device;
    this.#windowBytes = windowBytes;
  }

  write(buffer: GPUBuffer, values: Float32Array | Uint16Array): void {
    this.#bytesUnderWay += values.byteLength;
    // writeBuffer needs whole words; an odd number of halves gets a padding half.
    const even =
      values.byteLength % 4 === 0
        ? values
        : Uint16Array.from({ length: values.length + 1 }, (_, i) => values[i] ?? 0);
    this.#device.queue.writeBuffer(buffer, 0, even as Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>);
  }

  /** Waits for the GPU if enough has been sent since the last wait. */
  async settle(): Promise<void> {
    if (this.#bytesUnderWay < this.#windowBytes) return;
    const { queue } = this.#device;
    queue.submit([]);
    await queue.onSubmittedWorkDone();
    this.#bytesUnderWay = 0;
  }
}
