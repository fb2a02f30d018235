// Times dispatches on the device, on buffers of zeros: by its own clock where it offers one, otherwise by how long a submission takes.

import type { Block, Dispatch } from "../kernels/kernel.ts";
import { PassTimes } from "../pass-times.ts";
import type { Pipelines } from "../pipelines.ts";
import { prepareDispatches, record, type RecordedDispatch } from "../recording.ts";

/** How long a pass should take at least, since browsers round timestamps to 0.1 ms. */
const PASS_MILLISECONDS = 2;
const MOST_REPEATS = 64;
/** Passes of each way after the first, which warms up. */
const ROUNDS = 2;
/** From here on one pass says enough. */
const SLOW_MILLISECONDS = 20;
/** A way that took this many times as long as the best is not timed again. */
const CLEARLY_SLOWER = 3;

interface Pass {
  readonly dispatches: readonly RecordedDispatch[];
  readonly repeats: number;
}

export class DispatchTimer {
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;

  constructor(device: GPUDevice, pipelines: Pipelines) {
    this.#device = device;
    this.#pipelines = pipelines;
  }

  /**
   * Milliseconds of each way to compute the same, Infinity for one that is clearly not the fastest.
   * @throws StylusError `device` if a kernel is rejected
   */
  async time(ways: readonly (readonly Dispatch[])[]): Promise<number[]> {
    const dispatches = ways.flat();
    const buffers = this.#buffers(dispatches);
    const { recorded, values } = await prepareDispatches(dispatches, {
      device: this.#device,
      pipelines: this.#pipelines,
      bufferFor: ({ name }) => buffers.get(name)!,
    }).catch((error: unknown) => {
      destroy(buffers.values());
      throw error;
    });
    let at = 0;
    const recordedWays = ways.map(({ length }) => recorded.slice(at, (at += length)));
    try {
      return await this.#timeWays(recordedWays);
    } finally {
      destroy([values, ...buffers.values()]);
    }
  }

  async #timeWays(ways: readonly (readonly RecordedDispatch[])[]): Promise<number[]> {
    const once = await this.#run(ways.map((dispatches) => ({ dispatches, repeats: 1 })));
    const best = Math.min(...once);
    if (best >= SLOW_MILLISECONDS) return once;
    const repeats = Math.ceil(PASS_MILLISECONDS / Math.max(best, PASS_MILLISECONDS / MOST_REPEATS));
    const limit = CLEARLY_SLOWER * Math.max(best, PASS_MILLISECONDS / 4);
    const kept = ways.flatMap((dispatches, i) => (once[i]! <= limit ? [{ i, dispatches, repeats }] : []));
    const passes = Array.from({ length: ROUNDS }, () => kept).flat();
    const times = await this.#run(passes);
    const sums = ways.map(() => 0);
    passes.forEach(({ i }, pass) => (sums[i]! += times[pass]! / (ROUNDS * repeats)));
    return sums.map((sum) => (sum === 0 ? Infinity : sum));
  }

  /** Each pass is a submission, so that the page can draw between two. */
  async #run(passes: readonly Pass[]): Promise<number[]> {
    const { queue, features } = this.#device;
    const encode = ({ dispatches, repeats }: Pass, timestampWrites?: GPUComputePassTimestampWrites): void => {
      const encoder = this.#device.createCommandEncoder();
      const pass = encoder.beginComputePass(timestampWrites && { timestampWrites });
      for (let i = 0; i < repeats; i++) record(pass, dispatches);
      pass.end();
      queue.submit([encoder.finish()]);
    };
    if (features.has("timestamp-query")) {
      const times = new PassTimes(this.#device, passes.length);
      passes.forEach((pass, i) => encode(pass, times.writes(i)));
      const encoder = this.#device.createCommandEncoder();
      times.resolve(encoder);
      queue.submit([encoder.finish()]);
      return times.read();
    }
    const milliseconds: number[] = [];
    for (const pass of passes) {
      const start = performance.now();
      encode(pass);
      await queue.onSubmittedWorkDone();
      milliseconds.push(performance.now() - start);
    }
    return milliseconds;
  }

  /** A buffer for each name of a block, large enough for all ways. */
  #buffers(dispatches: readonly Dispatch[]): Map<string, GPUBuffer> {
    const sizes = new Map<string, number>();
    const need = ({ name, sizeBytes }: Block): void =>
      void sizes.set(name, Math.max(sizes.get(name) ?? 0, Math.ceil(sizeBytes / 16) * 16));
    for (const { reads, write } of dispatches) [...reads, write].forEach(need);
    const usage = GPUBufferUsage.STORAGE;
    return new Map(
      [...sizes].map(([name, size]) => [name, this.#device.createBuffer({ label: name, size, usage })]),
    );
  }
}

function destroy(buffers: Iterable<GPUBuffer>): void {
  for (const buffer of buffers) buffer.destroy();
}
