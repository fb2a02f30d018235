// The kernels that add one adapter's change to one parameter, with their buffers and values.
import type { LowRankDispatch, Term } from "./low-rank.ts";
import type { ResidentDelta } from "./resident-delta.ts";
import { kernel, type KernelName, type KernelTypes, type VALUES } from "./shaders.ts";
import type { Storage } from "./storage.ts";

/** A parameter's buffers from the GPU parameter store. */
export interface MergeTarget {
  /** Checkpoint shape. */
  readonly shape: readonly number[];
  /** "transpose": the buffers are [in, out]. */
  readonly layout: "same" | "transpose";
  readonly dtype: Storage;
  readonly pristine: GPUBuffer;
  readonly live: GPUBuffer;
}

/** Values of a dispatch's uniform; the rest is 0, `scale` 1. */
export type Values = Partial<Record<(typeof VALUES)[number], number>>;

export interface KernelDispatch {
  readonly name: KernelName;
  readonly types: KernelTypes;
  readonly values: Values;
  readonly buffers: readonly GPUBuffer[];
}

export type Dispatch = KernelDispatch | LowRankDispatch;

/** A buffer with its element type. */
export interface Typed {
  readonly buffer: GPUBuffer;
  readonly type: Storage;
}

/** Intermediate values of one merge: f32 buffers by name, reused for one parameter after another. */
export class Scratch {
  private readonly device: GPUDevice;
  private readonly buffers = new Map<string, GPUBuffer>();
  private readonly outgrown: GPUBuffer[] = [];

  constructor(device: GPUDevice) {
    this.device = device;
  }

  buffer(name: string, count: number): GPUBuffer {
    const known = this.buffers.get(name);
    if (known && known.size >= 4 * count) return known;
    if (known) this.outgrown.push(known);
    const size = 4 * Math.max(16, count);
    const buffer = this.device.createBuffer({ label: `merge ${name}`, size, usage: GPUBufferUsage.STORAGE });
    this.buffers.set(name, buffer);
    return buffer;
  }

  destroy(): void {
    for (const buffer of [...this.buffers.values(), ...this.outgrown]) buffer.destroy();
  }
}

/** merged = source + Σ scale·up·down, in one dispatch (two where a tile cannot write the target's rows). */
export function addLowRank(
  { target, scratch }: { target: MergeTarget; scratch: Scratch },
  { source, merged, terms }: { source: Typed; merged: Typed; terms: readonly Term[] },
): Dispatch[] {
  const shape = shapeValues(target);
  const sum: Typed = isSplit(shape, merged) ? wideOf(target, scratch) : merged;
  const add: LowRankDispatch = {
    name: "low-rank",
    types: { base: target.dtype, source: source.type, merged: sum.type },
    source: source.buffer,
    merged: sum.buffer,
    terms,
    rows: shape.rows,
    columns: shape.columns,
    storedArea: shape.storedArea,
    transposed: shape.transposed === 1,
  };
  return sum === merged ? [add] : [add, narrow(target, sum, merged)];
}

type ShapeValues = Values &
  Record<"rows" | "columns" | "kernelArea" | "storedArea" | "transposed" | "extentN" | "count", number>;

function shapeValues(target: MergeTarget): ShapeValues {
  const [rows = 1, , ...kernelSize] = target.shape;
  const count = sizeOf(target.shape);
  const columns = count / rows;
  const transposed = target.layout === "transpose";
  return {
    rows,
    columns,
    kernelArea: sizeOf(kernelSize),
    storedArea: sizeOf(kernelSize),
    transposed: Number(transposed),
    extentM: transposed ? columns : rows,
    extentN: transposed ? rows : columns,
    count,
  };
}

/** Odd rows: their pairs straddle two f16 words, which a tile cannot write. */
function isSplit({ extentN }: ShapeValues, merged: Typed): boolean {
  return merged.type === "f16" && extentN % 2 === 1;
}

function wideOf(target: MergeTarget, scratch: Scratch): Typed {
  return { buffer: scratch.buffer("wide", sizeOf(target.shape)), type: "f32" };
}

function narrow(target: MergeTarget, wide: Typed, merged: Typed): KernelDispatch {
  return {
    name: "narrow",
    types: { base: target.dtype, source: wide.type, merged: merged.type },
    values: shapeValues(target),
    buffers: [wide.buffer, merged.buffer],
  };
}

interface ChainOptions {
  readonly target: MergeTarget;
  readonly resident: ResidentDelta;
  readonly strength: number;
  readonly scratch: Scratch;
}

/** The kernels of one contribution. */
export class Chain {
  readonly target: MergeTarget;
  readonly scratch: Scratch;
  private readonly resident: ResidentDelta;
  private readonly strength: number;
  private readonly base: Typed;
  private readonly shape: ShapeValues;
  private readonly size: number;
  private readonly dispatches: Dispatch[] = [];

  constructor({ target, resident, strength, scratch }: ChainOptions) {
    this.target = target;
    this.resident = resident;
    this.strength = strength;
    this.scratch = scratch;
    this.base = { buffer: target.pristine, type: target.dtype };
    this.size = sizeOf(target.shape);
    this.shape = shapeValues(target);
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
        return this.addProduct({ ...pair, scale: strength * delta.scale });
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
      case "replacement":
        return this.run("replace", {
          ...pair,
          values: { scale: strength },
          factors: this.factors("change"),
        });
      case "gain":
        return this.run("gain", {
          ...pair,
          values: { scale: strength, flag: Number(delta.axis === "column") },
          factors: this.factors("factor"),
        });
      case "projected": {
        const between = { buffer: this.scratch.buffer("between", this.size), type: "f32" } as const;
        const count = this.shape.rows * delta.kernelArea * delta.a1.columns;
        const projection = this.scratch.buffer("projection", count);
        const scale = strength * delta.scale;
        const projected: Values = {
          inner: delta.a1.columns,
          size: delta.a1.rows,
          kernelArea: delta.kernelArea,
        };
        this.addProduct({ source, merged: between, scale });
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
          const rotated = { buffer: this.scratch.buffer(`rotated${i % 2}`, this.size), type: "f32" } as const;
          this.run("rotate", {
            source: current,
            merged: rotated,
            values: { size: blockSize, scale: strength, flag: Number(delta.axis === "column") },
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

  private addProduct({ source, merged, scale }: { source: Typed; merged: Typed; scale: number }): void {
    const terms = [{ pair: this.resident.pair!, scale }];
    this.dispatches.push(...addLowRank(this, { source, merged, terms }));
  }

  private addDecomposed(source: Typed, merged: Typed): void {
    const { axis, count } = this.resident.magnitude!;
    const direction = { buffer: this.scratch.buffer("direction", this.size), type: "f32" } as const;
    const factor = this.scratch.buffer("factor", count);
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
    if (kernel(name).dispatch === "tiles" && isSplit(this.shape, merged)) {
      const wide = wideOf(this.target, this.scratch);
      this.run(name, { source, merged: wide, values, factors });
      this.dispatches.push(narrow(this.target, wide, merged));
      return;
    }
    const own: ReadonlyMap<string, GPUBuffer> = new Map(
      Object.entries({
        base: this.base.buffer,
        source: source.buffer,
        merged: merged.buffer,
      }),
    );
    const rest = [...factors];
    const buffers = kernel(name).buffers.map((binding) => own.get(binding) ?? rest.shift()!);
    const types = { base: this.base.type, source: source.type, merged: merged.type };
    this.dispatches.push({ name, types, values: { ...this.shape, ...values }, buffers });
  }

  private factors(...names: readonly string[]): GPUBuffer[] {
    return names.map((name) => this.resident.buffers.get(name)!);
  }

  /** The factor along the stored rows, then along the stored columns. */
  private sides(suffix: string): GPUBuffer[] {
    const names = [`up${suffix}`, `down${suffix}`];
    return this.factors(...(this.target.layout === "transpose" ? names.reverse() : names));
  }
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
