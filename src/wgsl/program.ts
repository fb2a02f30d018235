// A plan on the device: buffers, uniforms and bind groups are made once, a run only records and submits dispatches.

import type { Value } from "../graph/graph.ts";
import type { Inputs, KeptPart } from "../runtime/backend.ts";
import { joinImages, keepImages } from "../runtime/shared/kept-buffers.ts";
import { type CreateBuffer, destroy } from "./allocation.ts";
import type { Block } from "./kernels/kernel.ts";
import { PassTimes } from "./pass-times.ts";
import type { Pipelines } from "./pipelines.ts";
import { prepareDispatches, record, type RecordedDispatch } from "./recording.ts";
import { shareBuffers } from "./plan/buffers.ts";
import type { Plan } from "./plan/plan.ts";
import { dependenceOf } from "./plan/steady.ts";
import { submissions } from "./plan/submissions.ts";
import type { Tuning } from "./tuning.ts";

interface ProgramOptions {
  readonly device: GPUDevice;
  readonly pipelines: Pipelines;
  readonly tuning: Tuning;
  /** The buffer of a parameter. */
  readonly parameter: (name: string) => GPUBuffer;
}

interface Output {
  readonly result: GPUBuffer;
  readonly staging: GPUBuffer;
  readonly sizeBytes: number;
}

interface Prepared extends RecordedDispatch {
  /** What it depends on. */
  readonly inputs: ReadonlySet<string>;
}

/** One dispatch as timed on the device. */
export interface TimedDispatch {
  readonly label: string;
  readonly kernel: string;
  readonly operations: number;
  readonly milliseconds: number;
}

export class Program {
  readonly #device: GPUDevice;
  readonly #prepared: readonly Prepared[];
  #perSubmission: number;
  /** By the inputs that have changed: runs of dispatches that are submitted together. */
  readonly #submissions = new Map<string, readonly (readonly Prepared[])[]>();
  readonly #tuning: Tuning;
  /** Of the last run. */
  #operations = 0;
  /** Of the parameters that the last run read. */
  #version = -1;
  readonly #inputs: ReadonlyMap<string, GPUBuffer>;
  readonly #outputs: ReadonlyMap<string, Output>;
  readonly #owned: readonly GPUBuffer[];
  /** What the input buffers hold: a step has a new sample, but usually the text of the step before. */
  readonly #uploaded = new Map<string, Float32Array<ArrayBuffer>>();

  private constructor(
    device: GPUDevice,
    parts: {
      prepared: readonly Prepared[];
      inputs: ReadonlyMap<string, GPUBuffer>;
      outputs: ReadonlyMap<string, Output>;
      owned: readonly GPUBuffer[];
      tuning: Tuning;
    },
  ) {
    this.#device = device;
    this.#prepared = parts.prepared;
    this.#tuning = parts.tuning;
    this.#perSubmission = parts.tuning.submittedOperations;
    this.#inputs = parts.inputs;
    this.#outputs = parts.outputs;
    this.#owned = parts.owned;
  }

  /** Compiles the kernels that are not yet compiled, all at once. @throws StylusError `device`, `memory` */
  static async create(
    plan: Plan,
    { device, pipelines, tuning, parameter }: ProgramOptions,
  ): Promise<Program> {
    const dependence = dependenceOf(plan);
    const { recorded, inputs, outputs, buffers } = await prepareDispatches(plan.dispatches, {
      device,
      pipelines,
      makeBuffers: (create) => buffersOf(plan, { kept: dependence.kept, parameter, create }),
    });
    const prepared = recorded.map((one) => ({ ...one, inputs: dependence.inputs.get(one.dispatch)! }));
    return new Program(device, { prepared, inputs, outputs, owned: buffers, tuning });
  }

  /** @returns the inputs whose values differ from the last run's */
  #upload(inputs: Inputs): Set<string> {
    const changed = new Set<string>();
    for (const [name, buffer] of this.#inputs) {
      const values = inputs[name]! as Float32Array<ArrayBuffer> | readonly KeptPart[];
      if (!(values instanceof Float32Array)) {
        joinImages(this.#device, values, buffer);
        changed.add(name);
        this.#uploaded.delete(name);
        continue;
      }
      const before = this.#uploaded.get(name);
      if (before && sameBits(before, values)) continue;
      changed.add(name);
      this.#device.queue.writeBuffer(buffer, 0, values);
      if (before) before.set(values);
      else this.#uploaded.set(name, values.slice());
    }
    return changed;
  }

  #submissionsFor(changed: ReadonlySet<string>): readonly (readonly Prepared[])[] {
    const key = [...changed].join("\n");
    let parts = this.#submissions.get(key);
    if (!parts) {
      const needed = this.#prepared.filter(({ inputs }) => [...inputs].some((name) => changed.has(name)));
      const limits = { ...this.#tuning, submittedOperations: this.#perSubmission };
      parts = submissions(needed, ({ dispatch }) => dispatch.operations, limits);
      this.#submissions.set(key, parts);
    }
    return parts;
  }

  /** Cuts later runs by how long one took: a fast card need not be fed in crumbs. */
  pace(milliseconds: number): void {
    if (this.#operations === 0) return; // nothing had changed
    const wanted = (this.#operations / milliseconds) * this.#tuning.submissionMilliseconds;
    const change = wanted / this.#perSubmission;
    if (change > 0.7 && change < 1.4) return;
    this.#perSubmission = wanted;
    this.#submissions.clear();
  }

  /**
   * Uploads what has changed and submits what depends on it.
   * @param version of the parameters: another one runs everything
   */
  submit(inputs: Inputs, version: number): void {
    const changed = this.#upload(inputs);
    const isSame = version === this.#version;
    this.#version = version;
    const parts = this.#submissionsFor(isSame ? changed : new Set(this.#inputs.keys()));
    this.#operations = 0;
    for (const part of parts) {
      const encoder = this.#device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      record(pass, part);
      for (const { dispatch } of part) this.#operations += dispatch.operations;
      pass.end();
      this.#device.queue.submit([encoder.finish()]);
    }
  }

  /** An output of the last run, on the device. */
  keep(output: Value): KeptPart[] {
    return keepImages(this.#device, this.#outputs.get(output.name)!.result, output);
  }

  /** The outputs, all if no names are given, once the work submitted before is done. */
  async download(
    names: readonly string[] = [...this.#outputs.keys()],
  ): Promise<Record<string, Float32Array>> {
    const wanted = names.map((name) => [name, this.#outputs.get(name)!] as const);
    const encoder = this.#device.createCommandEncoder();
    for (const [, { result, staging }] of wanted)
      encoder.copyBufferToBuffer(result, 0, staging, 0, result.size);
    this.#device.queue.submit([encoder.finish()]);
    const values: Record<string, Float32Array> = {};
    await Promise.all(wanted.map(([, { staging }]) => staging.mapAsync(GPUMapMode.READ)));
    for (const [name, { staging, sizeBytes }] of wanted) {
      values[name] = new Float32Array(staging.getMappedRange().slice(0, sizeBytes));
      staging.unmap();
    }
    return values;
  }

  /** Runs once with every dispatch in a pass of its own, and times each on the device. Needs `timestamp-query`. */
  async profile(inputs: Inputs): Promise<TimedDispatch[]> {
    this.#upload(inputs);
    const times = new PassTimes(this.#device, this.#prepared.length);
    const encoder = this.#device.createCommandEncoder();
    this.#prepared.forEach((one, i) => {
      const pass = encoder.beginComputePass({ timestampWrites: times.writes(i) });
      record(pass, [one]);
      pass.end();
    });
    times.resolve(encoder);
    this.#device.queue.submit([encoder.finish()]);
    const milliseconds = await times.read();
    return this.#prepared.map(({ dispatch: { label, kernel, operations } }, i) => ({
      label,
      kernel: kernel.name,
      operations,
      milliseconds: milliseconds[i]!,
    }));
  }

  dispose(): void {
    destroy(this.#owned);
  }
}

/** The buffers of a plan: inputs, outputs, and those that its temporaries share. */
function buffersOf(
  { dispatches, inputs: inputBlocks, outputs: outputBlocks }: Plan,
  {
    kept,
    parameter,
    create,
  }: Pick<ProgramOptions, "parameter"> & {
    readonly kept: ReadonlySet<Block>;
    readonly create: CreateBuffer;
  },
) {
  const { COPY_DST, COPY_SRC, MAP_READ, STORAGE } = GPUBufferUsage;
  const inputs = new Map(
    [...inputBlocks].map(([name, { sizeBytes }]) => [name, create(name, sizeBytes, STORAGE | COPY_DST)]),
  );
  const outputs = new Map(
    [...outputBlocks].map(([name, { sizeBytes }]) => [
      name,
      {
        sizeBytes,
        result: create(name, sizeBytes, STORAGE | COPY_SRC),
        staging: create(`${name} (read back)`, sizeBytes, MAP_READ | COPY_DST),
      },
    ]),
  );
  const { bufferOf, sizesBytes } = shareBuffers(dispatches, kept);
  const shared = sizesBytes.map((sizeBytes, i) => create(`values ${i}`, sizeBytes, STORAGE));
  const bufferFor = (block: Block): GPUBuffer => {
    switch (block.role) {
      case "temporary":
        return shared[bufferOf.get(block)!]!;
      case "input":
        return inputs.get(block.name)!;
      case "output":
        return outputs.get(block.name)!.result;
      case "parameter":
        return parameter(block.name);
    }
  };
  return { inputs, outputs, bufferFor };
}

/** Compares bits: −0 differs from 0, and NaN equals itself. */
function sameBits(a: Float32Array, b: Float32Array): boolean {
  const words = ({ buffer, byteOffset, length }: Float32Array): Uint32Array =>
    new Uint32Array(buffer, byteOffset, length);
  const [left, right] = [words(a), words(b)];
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
