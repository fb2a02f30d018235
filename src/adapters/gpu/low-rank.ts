// The kernel of the commonest families, LoRA and LoCon: merged = source + Σᵢ sᵢ·upᵢ·downᵢ for all adapters of a parameter in
// one dispatch. The sum runs in f32, adapter after adapter, and is added to the source once. Factors are read as they lie
// in their file (f32, f16, bf16), so that a file goes to the GPU as it is.
import { INPUT_PLACES, TILE, type KernelTypes } from "./shaders.ts";
import { elementType, reader, WIDEN, writer } from "./storage.ts";

/** How factors are stored: f32, f16, bf16. */
export const FACTOR_TYPES = ["F32", "F16", "BF16"] as const;
export type FactorType = (typeof FACTOR_TYPES)[number];

/** Where an up factor [O, R] and a down factor [R, C] lie, both row-major, in one buffer. */
export interface FactorPair {
  readonly buffer: GPUBuffer;
  readonly type: FactorType;
  readonly rank: number;
  /** First element of each. */
  readonly up: number;
  readonly down: number;
}

/** One adapter's part of the sum. */
export interface Term {
  readonly pair: FactorPair;
  readonly scale: number;
}

export interface LowRankDispatch {
  readonly name: "low-rank";
  readonly types: KernelTypes;
  readonly source: GPUBuffer;
  readonly merged: GPUBuffer;
  readonly terms: readonly Term[];
  readonly rows: number;
  readonly columns: number;
  readonly storedArea: number;
  readonly transposed: boolean;
}

/** Words of a record in `terms`: slot, type, rank, up, down, scale. */
const TERM_WORDS = 6;
const VALUE_WORDS = 6;
const SLOT_BYTES = 256; // alignment of uniform offsets
/** Buffers of factors that one dispatch reads: all that the device allows, but no more than this. */
const MAX_SLOTS = 8;

export class LowRankKernel {
  /** Buffers of factors that one dispatch may read. */
  readonly slots: number;
  private readonly device: GPUDevice;
  private readonly layouts: readonly [GPUBindGroupLayout, GPUBindGroupLayout, GPUBindGroupLayout];
  private readonly pipelineLayout: GPUPipelineLayout;
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  /** By what is written: a parameter is mostly merged anew from the same pristine buffer. */
  private readonly targets = new WeakMap<GPUBuffer, { source: GPUBuffer; group: GPUBindGroup }>();

  constructor(device: GPUDevice) {
    this.device = device;
    this.slots = Math.min(MAX_SLOTS, device.limits.maxStorageBuffersPerShaderStage - 3);
    const group = (...buffers: GPUBufferBindingLayout[]): GPUBindGroupLayout =>
      device.createBindGroupLayout({
        entries: buffers.map((buffer, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer,
        })),
      });
    const read: GPUBufferBindingLayout = { type: "read-only-storage" };
    this.layouts = [
      group({ type: "uniform", hasDynamicOffset: true }, read),
      group(read, { type: "storage" }),
      group(...Array.from({ length: this.slots }, () => read)),
    ];
    this.pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [...this.layouts] });
  }

  pipeline({ source, merged }: Pick<KernelTypes, "source" | "merged">): Promise<GPUComputePipeline> {
    const key = `low-rank ${source} ${merged}`;
    let pipeline = this.pipelines.get(key);
    if (!pipeline) {
      const code = lowRankSource({ source, merged, slots: this.slots });
      pipeline = this.device.createComputePipelineAsync({
        label: key,
        layout: this.pipelineLayout,
        compute: { module: this.device.createShaderModule({ label: key, code }), entryPoint: "main" },
      });
      this.pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  /** Gets everything ready to record these dispatches. */
  prepare(dispatches: readonly LowRankDispatch[]): PreparedLowRank {
    const sets = assignSlots(dispatches, this.slots);
    const terms = this.buffer(termRecords(dispatches, sets), GPUBufferUsage.STORAGE);
    const values = this.buffer(valueRecords(dispatches), GPUBufferUsage.UNIFORM);
    const common = this.device.createBindGroup({
      layout: this.layouts[0],
      entries: [
        { binding: 0, resource: { buffer: values, size: 4 * VALUE_WORDS } },
        { binding: 1, resource: { buffer: terms } },
      ],
    });
    const factors = new Map([...new Set(sets)].map((set) => [set, this.bindFactors(set)]));
    return {
      record: (pass, index) => {
        const { source, merged, rows, columns, transposed } = dispatches[index]!;
        const [m, n] = transposed ? [columns, rows] : [rows, columns];
        pass.setBindGroup(0, common, [index * SLOT_BYTES]);
        pass.setBindGroup(1, this.bindTarget(source, merged));
        pass.setBindGroup(2, factors.get(sets[index]!)!);
        pass.dispatchWorkgroups(Math.ceil(n / TILE), Math.ceil(m / TILE));
      },
      destroy: () => {
        terms.destroy();
        values.destroy();
      },
    };
  }

  private buffer(data: ArrayBuffer, usage: number): GPUBuffer {
    const buffer = this.device.createBuffer({
      label: "merge values",
      size: data.byteLength,
      usage: usage | GPUBufferUsage.COPY_DST,
    });
    this.device.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }

  private bindTarget(source: GPUBuffer, merged: GPUBuffer): GPUBindGroup {
    const known = this.targets.get(merged);
    if (known?.source === source) return known.group;
    const group = this.device.createBindGroup({
      layout: this.layouts[1],
      entries: [source, merged].map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    this.targets.set(merged, { source, group });
    return group;
  }

  /** Slots that are not used get the first buffer. */
  private bindFactors(set: readonly GPUBuffer[]): GPUBindGroup {
    const entries = Array.from({ length: this.slots }, (_, binding) => ({
      binding,
      resource: { buffer: set[binding] ?? set[0]! },
    }));
    return this.device.createBindGroup({ layout: this.layouts[2], entries });
  }
}

export interface PreparedLowRank {
  /** Records the dispatch of this index; its pipeline is set already. */
  record(pass: GPUComputePassEncoder, index: number): void;
  /** May be called as soon as the work is submitted. */
  destroy(): void;
}

/** The set of buffers that each dispatch reads, as few sets as come in a row. A buffer's slot is its place in the set. */
function assignSlots(dispatches: readonly LowRankDispatch[], slots: number): GPUBuffer[][] {
  let set: GPUBuffer[] = [];
  return dispatches.map(({ terms }) => {
    const missing = new Set(terms.map(({ pair }) => pair.buffer).filter((buffer) => !set.includes(buffer)));
    if (set.length + missing.size <= slots) set.push(...missing);
    else set = [...new Set(terms.map(({ pair }) => pair.buffer))];
    return set;
  });
}

function termRecords(dispatches: readonly LowRankDispatch[], sets: readonly GPUBuffer[][]): ArrayBuffer {
  const count = dispatches.reduce((sum, { terms }) => sum + terms.length, 0);
  const data = new ArrayBuffer(4 * TERM_WORDS * count);
  const words = new Uint32Array(data);
  const floats = new Float32Array(data);
  let at = 0;
  dispatches.forEach(({ terms }, i) => {
    for (const { pair, scale } of terms) {
      words[at] = sets[i]!.indexOf(pair.buffer);
      words[at + 1] = FACTOR_TYPES.indexOf(pair.type);
      words[at + 2] = pair.rank;
      words[at + 3] = pair.up;
      words[at + 4] = pair.down;
      floats[at + 5] = scale;
      at += TERM_WORDS;
    }
  });
  return data;
}

function valueRecords(dispatches: readonly LowRankDispatch[]): ArrayBuffer {
  const data = new ArrayBuffer(SLOT_BYTES * dispatches.length);
  const words = new Uint32Array(data);
  let first = 0;
  dispatches.forEach(({ rows, columns, storedArea, transposed, terms }, i) => {
    words.set(
      [rows, columns, storedArea, Number(transposed), first, terms.length],
      (i * SLOT_BYTES) / Uint32Array.BYTES_PER_ELEMENT,
    );
    first += terms.length;
  });
  return data;
}

/**
 * A workgroup computes a 64×64 tile of the weight as it is stored, an invocation 4×4 of it, sixteen ranks at a time. Both
 * factors' pieces lie in workgroup memory as vectors of four outputs or inputs; rows of 17 keep writes to it apart.
 */
function lowRankSource({
  source,
  merged,
  slots,
}: Pick<KernelTypes, "source" | "merged"> & { slots: number }): string {
  const each = (code: (i: number) => string, count = 4): string =>
    Array.from({ length: count }, (_, i) => code(i)).join("\n");
  return /* wgsl */ `
struct Values {
  rows: u32,       // O
  columns: u32,    // C = in * storedArea
  storedArea: u32,
  transposed: u32,
  firstTerm: u32,
  termCount: u32,
}
struct Term {
  slot: u32,
  kind: u32,
  rank: u32,
  up: u32,
  down: u32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> values: Values;
@group(0) @binding(1) var<storage, read> terms: array<Term>;
@group(1) @binding(0) var<storage, read> source: array<${elementType(source)}>;
@group(1) @binding(1) var<storage, read_write> merged: array<${elementType(merged)}>;
${each((i) => `@group(2) @binding(${i}) var<storage, read> factors${i}: array<u32>;`, slots)}
${INPUT_PLACES}
${reader("source", source)}
${writer("merged", merged)}
${WIDEN}

fn word(slot: u32, at: u32) -> u32 {
  switch slot {
${each((i) => `    case ${i}u: { return factors${i}[at]; }`, slots)}
    default: { return 0u; }
  }
}

fn factor(term: Term, at: u32) -> f32 {
  if (term.kind == 0u) { return bitcast<f32>(word(term.slot, at)); }
  let pair = word(term.slot, at / 2u);
  let bits = select(pair & 0xffffu, pair >> 16u, at % 2u == 1u);
  if (term.kind == 2u) { return bitcast<f32>(bits << 16u); }
  return widen(bits);
}

fn writeSum(at: u32, change: vec2f, isPair: bool) {
  var second = 0.0;
  if (isPair) { second = readSource(at + 1u) + change.y; }
  writeMerged(at, vec2f(readSource(at) + change.x, second), isPair);
}

fn writeRow(m: u32, n: u32, extentN: u32, change: vec4f) {
  let at = m * extentN + n;
  if (n < extentN) { writeSum(at, change.xy, n + 1u < extentN); }
  if (n + 2u < extentN) { writeSum(at + 2u, change.zw, n + 3u < extentN); }
}

const side = 272u; // 16 rows of 17
var<workgroup> tiles: array<vec4f, 544>;

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) thread: vec3u, @builtin(local_invocation_index) local: u32) {
  let isTransposed = values.transposed == 1u;
  let extentM = select(values.rows, values.columns, isTransposed);
  let extentN = select(values.columns, values.rows, isTransposed);
  let m0 = group.y * ${TILE}u;
  let n0 = group.x * ${TILE}u;
  // What this invocation brings: four outputs of one rank of up, four inputs of one rank of down, in stored order.
  let upRank = local % 16u;
  let upFirst = select(m0, n0, isTransposed) + local / 16u * 4u;
  let upPlace = select(0u, side, isTransposed) + upRank * 17u + local / 16u;
  let downRank = local / 16u;
  let downFirst = select(n0, m0, isTransposed) + local % 16u * 4u;
  let downPlace = select(side, 0u, isTransposed) + downRank * 17u + local % 16u;
${each((i) => `  let column${i} = inputOf(downFirst + ${i}u, isTransposed);`)}
${each((i) => `  var sum${i} = vec4f();`)}
  for (var t = 0u; t < values.termCount; t++) {
    let term = terms[values.firstTerm + t];
${each((i) => `    var part${i} = vec4f();`)}
    for (var r0 = 0u; r0 < term.rank; r0 += 16u) {
      var up = vec4f();
      if (r0 + upRank < term.rank) {
        let first = term.up + upFirst * term.rank + r0 + upRank;
${each((i) => `        if (upFirst + ${i}u < values.rows) { up[${i}] = factor(term, first + ${i}u * term.rank); }`)}
      }
      var down = vec4f();
      if (r0 + downRank < term.rank) {
        let first = term.down + (r0 + downRank) * values.columns;
${each((i) => `        if (downFirst + ${i}u < values.columns) { down[${i}] = factor(term, first + column${i}); }`)}
      }
      tiles[upPlace] = up;
      tiles[downPlace] = down;
      workgroupBarrier();
      for (var r = 0u; r < 16u; r++) {
        let a = tiles[r * 17u + thread.y];
        let b = tiles[side + r * 17u + thread.x];
${each((i) => `        part${i} = fma(vec4f(a[${i}]), b, part${i});`)}
      }
      workgroupBarrier();
    }
${each((i) => `    sum${i} = fma(vec4f(term.scale), part${i}, sum${i});`)}
  }
  let m = m0 + thread.y * 4u;
  let n = n0 + thread.x * 4u;
${each((i) => `  if (m + ${i}u < extentM) { writeRow(m + ${i}u, n, extentN, sum${i}); }`)}
}
`;
}
