// Times dispatches on the device, on buffers of zeros: by its own clock where it offers one, otherwise by how long a submission takes.

import { type CreateBuffer, destroy } from "../allocation.ts";
import type { Block, Dispatch } from "../kernels/kernel.ts";
import { PassTimes } from "../pass-times.ts";
import type { Pipelines } from "../pipelines.ts";
import { prepareDispatches, record, type RecordedDispatch } from "../recording.ts";
import { type TimedPass, timeWays } from "./time-ways.ts";

export class DispatchTimer {
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;

  constructor(device: GPUDevice, pipelines: Pipelines) {
    this.#device = device;
    this.#pipelines = pipelines;
  }

  /**
   * Milliseconds of each way to compute the same, Infinity for one that is clearly not the fastest.
   * @throws StylusError `device` if a kernel is rejected, `memory`; Error if the clock is too coarse
   */
  async time(ways: readonly (readonly Dispatch[])[]): Promise<number[]> {
    const dispatches = ways.flat();
    const { recorded, buffers } = await prepareDispatches(dispatches, {
      device: this.#device,
      pipelines: this.#pipelines,
      makeBuffers: (create) => buffersOf(dispatches, create),
    });
    let at = 0;
    const recordedWays = ways.map(({ length }) => recorded.slice(at, (at += length)));
    try {
      return await timeWays(ways.length, (passes) => this.#run(passes, recordedWays));
    } finally {
      destroy(buffers);
    }
  }

  /** Milliseconds of each pass. Each is a submission, so that the page can draw between two. */
  async #run(
    passes: readonly TimedPass[],
    ways: readonly (readonly RecordedDispatch[])[],
  ): Promise<number[]> {
    const { queue, features } = this.#device;
    const encode = ({ way, repeats }: TimedPass, timestampWrites?: GPUComputePassTimestampWrites): void => {
      const encoder = this.#device.createCommandEncoder();
      const pass = encoder.beginComputePass(timestampWrites && { timestampWrites });
      for (let i = 0; i < repeats; i++) record(pass, ways[way]!);
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
}

/** A buffer for each name of a block, large enough for all ways. */
function buffersOf(dispatches: readonly Dispatch[], create: CreateBuffer) {
  const sizes = new Map<string, number>();
  const need = ({ name, sizeBytes }: Block): void =>
    void sizes.set(name, Math.max(sizes.get(name) ?? 0, sizeBytes));
  for (const { reads, write } of dispatches) [...reads, write].forEach(need);
  const buffers = new Map(
    [...sizes].map(([name, size]) => [name, create(name, size, GPUBufferUsage.STORAGE)]),
  );
  return { bufferFor: ({ name }: Block): GPUBuffer => buffers.get(name)! };
}
