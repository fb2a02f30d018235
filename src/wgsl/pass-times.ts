// Times of compute passes by the device's own clock. Browsers may round it, Chromium to 0.1 ms.

import { assert } from "../shared/assert.ts";
import { destroy } from "./allocation.ts";

export class PassTimes {
  readonly #set: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;

  /** For `count` passes on a device with `timestamp-query`. */
  constructor(device: GPUDevice, count: number) {
    assert(device.features.has("timestamp-query"), "a device that times passes");
    const { COPY_DST, COPY_SRC, MAP_READ, QUERY_RESOLVE } = GPUBufferUsage;
    const size = 16 * count;
    this.#set = device.createQuerySet({ type: "timestamp", count: 2 * count });
    this.#resolved = device.createBuffer({ label: "timestamps", size, usage: QUERY_RESOLVE | COPY_SRC });
    this.#staging = device.createBuffer({
      label: "timestamps (read back)",
      size,
      usage: MAP_READ | COPY_DST,
    });
  }

  /** For the descriptor of pass `i`. */
  writes(i: number): GPUComputePassTimestampWrites {
    return { querySet: this.#set, beginningOfPassWriteIndex: 2 * i, endOfPassWriteIndex: 2 * i + 1 };
  }

  /** After the passes. */
  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#set, 0, this.#set.count, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, this.#resolved.size);
  }

  /** Milliseconds of each pass, once what was submitted is done. Can be called once. */
  async read(): Promise<number[]> {
    try {
      await this.#staging.mapAsync(GPUMapMode.READ);
      const times = new BigUint64Array(this.#staging.getMappedRange());
      return Array.from(
        { length: times.length / 2 },
        (_, i) => Number(times[2 * i + 1]! - times[2 * i]!) / 1e6,
      );
    } finally {
      destroy([this.#resolved, this.#staging]);
      this.#set.destroy();
    }
  }
}
