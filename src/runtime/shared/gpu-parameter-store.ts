// Parameters in GPU buffers, one per parameter, in the back end's type and layout. From a parameter's first merge on, its
// pristine buffer stays on the GPU for later merges; untouched parameters take no extra memory.

import type { TensorSource } from "../../formats/safetensors.ts";
import { readTensorF32, type StoredTensor } from "../../formats/tensor-values.ts";
import { assert } from "../../shared/assert.ts";
import type { GpuParameter, GpuParameters, ParameterStore } from "../backend.ts";
import { ParameterBuffers } from "./parameter-buffers.ts";
import { deviceValues, type StoredParameter, toInputLayout, withType } from "./parameter-layout.ts";
import { Uploads } from "./uploads.ts";

interface Entry {
  readonly spec: StoredParameter;
  readonly source: TensorSource;
  readonly live: GPUBuffer;
  pristine: GPUBuffer | null;
}

export interface StoreOptions {
  readonly gpu: GPUDevice;
  readonly dtype: "f32" | "f16";
}

/** Bytes sent to the GPU process between waits, so that they do not accumulate there. */
const UPLOAD_WINDOW_BYTES = 128 * 1024 * 1024;

export class GpuParameterStore implements ParameterStore, GpuParameters {
  readonly specs = new Map<string, StoredParameter>();
  sizeBytes = 0;
  /** Another number whenever values may have changed. */
  version = 0;
  private readonly entries = new Map<string, Entry>();
  private readonly buffers: ParameterBuffers;
  private readonly uploads: Uploads;
  private readonly options: StoreOptions;

  constructor(options: StoreOptions) {
    this.options = options;
    this.buffers = new ParameterBuffers(options.gpu);
    this.uploads = new Uploads(options.gpu, UPLOAD_WINDOW_BYTES);
  }

  get gpu(): GpuParameters {
    return this;
  }

  get device(): GPUDevice {
    return this.options.gpu;
  }

  get dtype(): "f32" | "f16" {
    return this.options.dtype;
  }

  add(spec: StoredParameter, stored: StoredTensor): void {
    const values = deviceValues(stored, { spec, dtype: this.dtype });
    const live = this.createBuffer(values.byteLength, spec.name);
    this.uploads.write(live, values);
    this.specs.set(spec.name, spec);
    this.entries.set(spec.name, { spec, source: stored.source, live, pristine: null });
  }

  /** Rereads the file: full precision, and no memory until requested. */
  async pristine(name: string): Promise<Float32Array> {
    return readTensorF32(this.get(name).source);
  }

  write(name: string, values: Float32Array): void {
    const [{ live }] = this.withPristine([name]) as [GpuParameter];
    this.uploads.write(live, withType(toInputLayout(values, this.get(name).spec), this.dtype));
  }

  async restore(name: string): Promise<void> {
    this.version++;
    const { live, pristine } = this.get(name);
    if (pristine) this.copy([[pristine, live]]);
  }

  async rewrite(
    names: readonly string[],
    merge: (parameters: readonly GpuParameter[]) => Promise<void>,
  ): Promise<void> {
    const untouched = names.map((name) => this.get(name)).filter(({ pristine }) => pristine === null);
    const parameters = this.withPristine(names);
    try {
      await this.buffers.checked();
    } catch (error) {
      this.forgetPristine(untouched);
      throw error;
    }
    await merge(parameters);
  }

  /** Saves pristine values the first time. */
  private withPristine(names: readonly string[]): GpuParameter[] {
    this.version++;
    const entries = names.map((name) => this.get(name));
    const copies: [from: GPUBuffer, to: GPUBuffer][] = [];
    for (const entry of entries) {
      if (entry.pristine) continue;
      entry.pristine = this.createBuffer(entry.live.size, `${entry.spec.name} (pristine)`);
      copies.push([entry.live, entry.pristine]);
    }
    this.copy(copies);
    const { dtype } = this.options;
    return entries.map(({ spec: { name, layout }, live, pristine }) => ({
      name,
      dtype,
      layout,
      live,
      pristine: pristine!,
    }));
  }

  async release(names: readonly string[]): Promise<void> {
    this.version++;
    const entries = names.map((name) => this.get(name)).filter(({ pristine }) => pristine !== null);
    this.copy(entries.map(({ pristine, live }) => [pristine!, live]));
    this.forgetPristine(entries);
  }

  private forgetPristine(entries: readonly Entry[]): void {
    for (const entry of entries) {
      this.sizeBytes -= entry.pristine!.size;
      entry.pristine!.destroy(); // takes effect once the work before is done
      entry.pristine = null;
    }
  }

  /** The buffer that runs read. */
  live(name: string): GPUBuffer {
    return this.get(name).live;
  }

  dispose(): void {
    for (const { live, pristine } of this.entries.values()) {
      live.destroy();
      pristine?.destroy();
    }
    this.entries.clear();
    this.sizeBytes = 0;
  }

  private get(name: string): Entry {
    const entry = this.entries.get(name);
    assert(entry, `no parameter ${name}`);
    return entry;
  }

  private createBuffer(sizeBytes: number, label: string): GPUBuffer {
    const buffer = this.buffers.create(label, sizeBytes);
    this.sizeBytes += buffer.size;
    return buffer;
  }

  async settle(): Promise<void> {
    await this.uploads.settle();
    await this.buffers.settle();
  }

  checked(): Promise<void> {
    return this.buffers.checked();
  }

  private copy(pairs: readonly (readonly [from: GPUBuffer, to: GPUBuffer])[]): void {
    if (pairs.length === 0) return;
    const encoder = this.options.gpu.createCommandEncoder();
    for (const [from, to] of pairs) encoder.copyBufferToBuffer(from, 0, to, 0, from.size);
    this.options.gpu.queue.submit([encoder.finish()]);
  }
}
