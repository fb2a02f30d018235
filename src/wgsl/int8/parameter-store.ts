// Parameters with weights in 8 bits, for cards with little memory. No pristine copies are kept: a merge reads a parameter's values
// again from its file, one parameter after the other, and quantises what it has merged. So nothing is ever computed from
// rounded weights, and a restored parameter has the bytes that it was loaded with.

import type { TensorSource } from "../../formats/safetensors.ts";
import { readStoredTensor, readTensorF32, type StoredTensor } from "../../formats/tensor-values.ts";
import type { GpuParameter, GpuParameters } from "../../runtime/backend.ts";
import { ParameterBuffers } from "../../runtime/shared/parameter-buffers.ts";
import { deviceValues, toInputLayout, withType } from "../../runtime/shared/parameter-layout.ts";
import { Uploads } from "../../runtime/shared/uploads.ts";
import { assert } from "../../shared/assert.ts";
import type { ElementType } from "../kernels/kernel.ts";
import { int8Bytes } from "../kernels/weights.ts";
import { weightMatrix, type WgslParameter, type WgslParameterStore } from "../parameters.ts";
import type { Quantiser } from "./quantiser.ts";

interface Entry {
  readonly spec: WgslParameter;
  readonly source: TensorSource;
  readonly live: GPUBuffer;
}

/** Bytes on their way to the device between waits: so much memory is taken for a moment besides the parameters. */
const UPLOAD_WINDOW_BYTES = 64 * 1024 * 1024;

export class Int8ParameterStore implements WgslParameterStore, GpuParameters {
  readonly specs = new Map<string, WgslParameter>();
  readonly device: GPUDevice;
  readonly dtype: ElementType;
  sizeBytes = 0;
  /** Another number whenever values may have changed. */
  version = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #quantiser: Quantiser;
  readonly #buffers: ParameterBuffers;
  readonly #uploads: Uploads;

  constructor(
    device: GPUDevice,
    { dtype, quantiser }: { readonly dtype: ElementType; readonly quantiser: Quantiser },
  ) {
    this.device = device;
    this.dtype = dtype;
    this.#quantiser = quantiser;
    this.#buffers = new ParameterBuffers(device);
    this.#uploads = new Uploads(device, UPLOAD_WINDOW_BYTES);
  }

  get gpu(): GpuParameters {
    return this;
  }

  add(spec: WgslParameter, stored: StoredTensor): void {
    const values = deviceValues(stored, { spec, dtype: this.dtype });
    const sizeBytes = spec.int8 ? int8Bytes(weightMatrix(spec), spec.int8) : values.byteLength;
    const live = this.#buffers.create(spec.name, sizeBytes);
    this.sizeBytes += live.size;
    const entry = { spec, source: stored.source, live };
    this.specs.set(spec.name, spec);
    this.#entries.set(spec.name, entry);
    this.#put(entry, values);
  }

  async settle(): Promise<void> {
    await this.#uploads.settle();
    await this.#buffers.settle();
  }

  checked(): Promise<void> {
    return this.#buffers.checked();
  }

  /** Rereads the file: full precision, and no memory until requested. */
  pristine(name: string): Promise<Float32Array> {
    return readTensorF32(this.#get(name).source);
  }

  write(name: string, values: Float32Array): void {
    this.version++;
    const entry = this.#get(name);
    this.#put(entry, withType(toInputLayout(values, entry.spec), this.dtype));
  }

  async restore(name: string): Promise<void> {
    const entry = this.#get(name);
    const values = await this.#read(entry);
    this.version++;
    this.#put(entry, values);
    await this.settle();
    await this.checked();
  }

  async rewrite(
    names: readonly string[],
    merge: (parameters: readonly GpuParameter[]) => Promise<void>,
  ): Promise<void> {
    for (const name of names) {
      const entry = this.#get(name);
      const { spec, live } = entry;
      const values = await this.#read(entry);
      const pristine = this.#staged(values);
      const merged = spec.int8 ? this.#buffers.create("merged weight", pristine.size) : live;
      this.version++;
      try {
        await this.checked();
        await merge([{ name, dtype: this.dtype, layout: spec.layout, pristine, live: merged }]);
        if (spec.int8) this.#quantiser.quantise({ weight: merged, out: live }, weightMatrix(spec));
      } finally {
        pristine.destroy(); // takes effect once the work is done
        if (merged !== live) merged.destroy();
      }
      await this.settle();
    }
  }

  async release(names: readonly string[]): Promise<void> {
    for (const name of names) await this.restore(name);
  }

  /** The buffer that runs read. */
  live(name: string): GPUBuffer {
    return this.#get(name).live;
  }

  dispose(): void {
    for (const { live } of this.#entries.values()) live.destroy();
    this.#entries.clear();
    this.sizeBytes = 0;
  }

  #get(name: string): Entry {
    const entry = this.#entries.get(name);
    assert(entry, `no parameter ${name}`);
    return entry;
  }

  async #read({ spec, source }: Entry): Promise<Float32Array | Uint16Array> {
    return deviceValues(await readStoredTensor(source), { spec, dtype: this.dtype });
  }

  #put({ spec, live }: Entry, values: Float32Array | Uint16Array): void {
    if (!spec.int8) return this.#uploads.write(live, values);
    const weight = this.#staged(values);
    this.#quantiser.quantise({ weight, out: live }, weightMatrix(spec));
    weight.destroy(); // takes effect once the work is done
  }

  #staged(values: Float32Array | Uint16Array): GPUBuffer {
    const buffer = this.#buffers.create("weight on its way", values.byteLength);
    this.#uploads.write(buffer, values);
    return buffer;
  }
}
