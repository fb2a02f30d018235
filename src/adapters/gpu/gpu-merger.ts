// Merging on the GPU: the same sums as merge.ts, as a chain of kernels per parameter. The first kernel reads the pristine
// buffer, the last writes the live one; between them the sum is kept in f32, so that f16 weights are rounded once.
import { assert } from "../../shared/assert.ts";
import type { Contribution, MergeSource } from "../merge.ts";
import { destroyDelta, uploadDelta, type ResidentDelta } from "./resident-delta.ts";
import { kernel, kernelSource, VALUES, type KernelName, type KernelTypes, type Storage } from "./shaders.ts";

/** A parameter's buffers, as the GPU parameter store hands them out. */
export interface MergeTarget {
  /** Checkpoint shape. */
  readonly shape: readonly number[];
  /** "transpose": the buffers hold [in, out]. */
  readonly layout: "same" | "transpose";
  readonly dtype: Storage;
  readonly pristine: GPUBuffer;
  readonly live: GPUBuffer;
}

export interface MergeJob {
  readonly target: MergeTarget;
  /** In merge order; at least one with a strength other than 0. */
  readonly contributions: readonly Contribution[];
}

type Values = Partial<Record<(typeof VALUES)[number], number>>;

interface Dispatch {
  readonly name: KernelName;
  readonly types: KernelTypes;
  readonly values: Values;
  readonly buffers: readonly GPUBuffer[];
}

/** A buffer with its element type. */
interface Typed {
  readonly buffer: GPUBuffer;
  readonly type: Storage;
}

const SLOT_BYTES = 256; // alignment of uniform offsets
const MAX_WORKGROUPS = 65_535;

export class GpuMerger {
  private readonly device: GPUDevice;
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  private readonly resident = new Map<MergeSource, ResidentDelta>();
  private readonly scratch = new Map<string, GPUBuffer>();

  constructor(device: GPUDevice) {
    this.device = device;
  }

  /** Bytes of adapter factors kept on the GPU. */
  get sizeBytes(): number {
    return [...this.resident.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Uploads the factors of these updates ahead of a merge. */
  prepare(updates: Iterable<{ readonly update: MergeSource; readonly shape: readonly number[] }>): void {
    for (const { update, shape } of updates) this.residentOf(update, shape[0] ?? 1);
  }

  /** Frees the factors of adapters that are no longer used. */
  release(updates: Iterable<MergeSource>): void {
    for (const update of updates) {
      const resident = this.resident.get(update);
      if (resident) destroyDelta(resident);
      this.resident.delete(update);
    }
  }

  /** Computes every job's live buffer anew from its pristine one. Resolves when the work is submitted. */
  async merge(jobs: readonly MergeJob[]): Promise<void> {
    const dispatches = jobs.flatMap((job) => this.plan(job));
    if (dispatches.length === 0) return;
    const pipelines = await Promise.all(dispatches.map((dispatch) => this.pipeline(dispatch)));
    const uniforms = this.uniforms(dispatches);
    const encoder = this.device.createCommandEncoder({ label: "merge adapters" });
    const pass = encoder.beginComputePass();
    dispatches.forEach((dispatch, i) => {
      const pipeline = pipelines[i]!;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, this.bind(pipeline, { dispatch, uniforms, slot: i }));
      pass.dispatchWorkgroups(...workgroups(dispatch));
    });
    pass.end();
    this.device.queue.submit([encoder.finish()]);
    uniforms.destroy(); // takes effect once the submitted work is done
    this.freeScratch();
  }

  dispose(): void {
    this.release([...this.resident.keys()]);
    this.freeScratch();
    this.pipelines.clear();
  }

  private plan({ target, contributions }: MergeJob): Dispatch[] {
    const active = contributions.filter(({ strength }) => strength !== 0);
    assert(active.length > 0, "a merge job without contributions");
    const dispatches: Dispatch[] = [];
    let source: Typed = { buffer: target.pristine, type: target.dtype };
    active.forEach(({ update, strength }, i) => {
      const isLast = i === active.length - 1;
      const merged: Typed = isLast
        ? { buffer: target.live, type: target.dtype }
        : { buffer: this.scratchFor(target, `sum${i % 2}`), type: "f32" };
      const chain = new Chain({
        target,
        resident: this.residentOf(update, target.shape[0] ?? 1),
        strength,
        scratch: (name, count) => this.scratchFor(target, name, count),
      });
      dispatches.push(...chain.add(source, merged));
      source = merged;
    });
    return dispatches;
  }

  private residentOf(update: MergeSource, rows: number): ResidentDelta {
    let resident = this.resident.get(update);
    if (!resident) {
      resident = uploadDelta(this.device, update, { rows });
      this.resident.set(update, resident);
    }
    return resident;
  }

  /** An f32 buffer of at least the target's size, rounded up to a power of two, so that few sizes serve all. */
  private scratchFor(target: MergeTarget, name: string, count = 0): GPUBuffer {
    const size = 4 * 2 ** Math.ceil(Math.log2(Math.max(16, count, sizeOf(target.shape))));
    const key = `${name} ${size}`;
    let buffer = this.scratch.get(key);
    if (!buffer) {
      buffer = this.device.createBuffer({ label: `merge ${key}`, size, usage: GPUBufferUsage.STORAGE });
      this.scratch.set(key, buffer);
    }
    return buffer;
  }

  private freeScratch(): void {
    for (const buffer of this.scratch.values()) buffer.destroy();
    this.scratch.clear();
  }

  private pipeline({ name, types }: Dispatch): Promise<GPUComputePipeline> {
    const key = `${name} ${types.base} ${types.source} ${types.merged}`;
    let pipeline = this.pipelines.get(key);
    if (!pipeline) {
      const module = this.device.createShaderModule({ label: key, code: kernelSource(name, types) });
      pipeline = this.device.createComputePipelineAsync({
        label: key,
        layout: "auto",
        compute: { module, entryPoint: "main" },
      });
      this.pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  private uniforms(dispatches: readonly Dispatch[]): GPUBuffer {
    const bytes = new ArrayBuffer(SLOT_BYTES * dispatches.length);
    const view = new DataView(bytes);
    dispatches.forEach(({ values }, slot) => {
      VALUES.forEach((field, i) => {
        const at = slot * SLOT_BYTES + 4 * i;
        if (field === "scale") view.setFloat32(at, values[field] ?? 1, true);
        else view.setUint32(at, values[field] ?? 0, true);
      });
    });
    const buffer = this.device.createBuffer({
      label: "merge values",
      size: bytes.byteLength,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.device.queue.writeBuffer(buffer, 0, bytes);
    return buffer;
  }

  private bind(
    pipeline: GPUComputePipeline,
    { dispatch, uniforms, slot }: { dispatch: Dispatch; uniforms: GPUBuffer; slot: number },
  ): GPUBindGroup {
    const values = {
      binding: 0,
      resource: { buffer: uniforms, offset: slot * SLOT_BYTES, size: 4 * VALUES.length },
    };
    const rest = dispatch.buffers.map((buffer, i) => ({ binding: i + 1, resource: { buffer } }));
    return this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [values, ...rest],
    });
  }
}

interface ChainOptions {
  readonly target: MergeTarget;
  readonly resident: ResidentDelta;
  readonly strength: number;
  readonly scratch: (name: string, count?: number) => GPUBuffer;
}

/** The kernels of one contribution. */
class Chain {
  private readonly target: MergeTarget;
  private readonly resident: ResidentDelta;
  private readonly strength: number;
  private readonly scratch: (name: string, count?: number) => GPUBuffer;
  private readonly base: Typed;
  private readonly shape: Values;
  private readonly dispatches: Dispatch[] = [];

  constructor({ target, resident, strength, scratch }: ChainOptions) {
    this.target = target;
    this.resident = resident;
    this.strength = strength;
    this.scratch = scratch;
    this.base = { buffer: target.pristine, type: target.dtype };
    const [rows = 1, , ...kernelSize] = target.shape;
    const count = sizeOf(target.shape);
    const columns = count / rows;
    const transposed = target.layout === "transpose";
    this.shape = {
      rows,
      columns,
      kernelArea: sizeOf(kernelSize),
      transposed: Number(transposed),
      extentM: transposed ? columns : rows,
      extentN: transposed ? rows : columns,
      count,
    };
  }

  add(source: Typed, merged: Typed): Dispatch[] {
    if (this.resident.magnitude) this.addDecomposed(source, merged);
    else this.addDelta(source, merged, this.strength);
    return this.dispatches;
  }

  private addDelta(source: Typed, merged: Typed, strength: number): void {
    const { delta } = this.resident;
    const pair = { source, merged };
    switch (delta.kind) {
      case "low-rank":
        return this.run("low-rank", {
          ...pair,
          values: { inner: delta.down.rows, scale: strength * delta.scale },
          factors: this.sides(""),
        });
      case "hadamard":
        return this.run("hadamard", {
          ...pair,
          values: { inner: delta.down1.rows, inner2: delta.down2.rows, scale: strength * delta.scale },
          factors: [...this.sides(""), ...this.sides("2")],
        });
      case "kronecker":
        return this.run("kronecker", {
          ...pair,
          values: { size: delta.right.rows, inner: delta.right.columns, scale: strength * delta.scale },
          factors: this.factors("left", "right"),
        });
      case "dense":
        return this.run("dense", { ...pair, values: { scale: strength }, factors: this.factors("change") });
      case "gain":
        return this.run("gain", {
          ...pair,
          values: { scale: strength, flag: Number(delta.axis === "column") },
          factors: this.factors("factor"),
        });
      case "projected": {
        const between = { buffer: this.scratch("between"), type: "f32" } as const;
        const count = (this.shape.rows ?? 0) * delta.kernelArea * delta.a1.columns;
        const projection = this.scratch("projection", count);
        const scale = strength * delta.scale;
        const projected: Values = {
          inner: delta.a1.columns,
          size: delta.a1.rows,
          kernelArea: delta.kernelArea,
        };
        this.run("low-rank", {
          source,
          merged: between,
          values: { inner: delta.b2.rows, scale },
          factors: this.sides(""),
        });
        this.run("project", {
          values: { ...projected, count },
          factors: [projection, ...this.factors("a1")],
        });
        return this.run("project-back", {
          source: between,
          merged,
          values: { ...projected, scale },
          factors: [projection, ...this.factors("a2")],
        });
      }
      case "rotation": {
        let current = this.base;
        delta.stages.forEach(({ blockSize }, i) => {
          const rotated = { buffer: this.scratch(`rotated${i % 2}`), type: "f32" } as const;
          this.run("rotate", {
            source: current,
            merged: rotated,
            values: { size: blockSize, scale: strength },
            factors: this.factors(`blocks${i}`, `order${i}`),
          });
          current = rotated;
        });
        return this.run("combine", {
          ...pair,
          values: { scale: strength },
          factors: [current.buffer, ...this.factors("factor")],
        });
      }
    }
  }

  private addDecomposed(source: Typed, merged: Typed): void {
    const { axis, count } = this.resident.magnitude!;
    const direction = { buffer: this.scratch("direction"), type: "f32" } as const;
    const factor = this.scratch("factor");
    const flag = Number(axis === "column");
    this.addDelta(this.base, direction, 1);
    this.run("norm", {
      values: { count, flag },
      factors: [direction.buffer, ...this.factors("magnitude"), factor],
    });
    this.run("decompose", {
      source,
      merged,
      values: { scale: this.strength, flag },
      factors: [direction.buffer, factor],
    });
  }

  private run(
    name: KernelName,
    {
      source = this.base,
      merged = this.base,
      values,
      factors,
    }: { source?: Typed; merged?: Typed; values: Values; factors: readonly GPUBuffer[] },
  ): void {
    const own: Readonly<Record<string, GPUBuffer>> = {
      base: this.base.buffer,
      source: source.buffer,
      merged: merged.buffer,
    };
    const rest = [...factors];
    const buffers = kernel(name).buffers.map((binding) => own[binding] ?? rest.shift()!);
    const types = { base: this.base.type, source: source.type, merged: merged.type };
    this.dispatches.push({ name, types, values: { ...this.shape, ...values }, buffers });
  }

  private factors(...names: readonly string[]): GPUBuffer[] {
    return names.map((name) => this.resident.buffers.get(name)!);
  }

  /** The factor along the stored rows, then the one along the stored columns. */
  private sides(suffix: string): GPUBuffer[] {
    const names = [`up${suffix}`, `down${suffix}`];
    return this.factors(...(this.target.layout === "transpose" ? names.reverse() : names));
  }
}

function workgroups({ name, values }: Dispatch): [x: number, y: number] {
  const { dispatch } = kernel(name);
  if (dispatch === "tiles") return [Math.ceil(values.extentN! / 64), Math.ceil(values.extentM! / 64)];
  if (dispatch === "groups") return [values.count!, 1];
  const groups = Math.ceil(values.count! / 256);
  const x = Math.min(groups, MAX_WORKGROUPS);
  return [x, Math.ceil(groups / x)];
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
