// The kernel of the most common families, LoRA and LoCon: merged = source + Σᵢ sᵢ·upᵢ·downᵢ for all adapters of a parameter in
// one dispatch. The sum runs in f32 over the ranks, adapter after adapter, and is added to the source once. Factors are
// read in their file's type (f32, f16, bf16), so that a file uploads to the GPU unchanged.
import { INPUT_PLACES, TILE, type KernelTypes } from "./shaders.ts";
import { alignedFours, elementType, fourType, looseFours, WIDEN } from "./storage.ts";

/** How factors are stored: f32, f16, bf16. */
export const FACTOR_TYPES = ["F32", "F16", "BF16"] as const;
export type FactorType = (typeof FACTOR_TYPES)[number];

/** Locations of an up factor [O, R] and a down factor [R, C], both row-major, in one buffer. */
export interface FactorPair {
  readonly buffer: GPUBuffer;
  readonly type: FactorType;
  readonly rank: number;
  /** Index of each factor's first element. */
  readonly up: number;
  readonly down: number;
}

/** One adapter's term of the sum. */
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

/** The variant that the kernel is compiled for. */
export interface Variant extends Pick<KernelTypes, "source" | "merged"> {
  /** Rows of the stored weight start at multiples of four elements, so that reads and writes are vec4. */
  readonly isAligned: boolean;
}

export function variantOf({ types, rows, columns, transposed }: LowRankDispatch): Variant {
  return { ...types, isAligned: (transposed ? rows : columns) % 4 === 0 };
}

/** Words of a dispatch's values before its terms, and of each term: WGSL's Values and Term. */
const HEAD_WORDS = 8;
const TERM_WORDS = 8;
const OFFSET_BYTES = 256; // alignment of uniform offsets
/** Limit of adapters per dispatch, each from its own buffer; the device may allow fewer. */
const MAX_SLOTS = 8;

export class LowRankKernel {
  /** Adapters, and factor buffers, per dispatch. */
  readonly slots: number;
  private readonly device: GPUDevice;
  /** Words from one dispatch's values to the next. */
  private readonly stride: number;
  private readonly layouts: readonly [GPUBindGroupLayout, GPUBindGroupLayout, GPUBindGroupLayout];
  private readonly pipelineLayout: GPUPipelineLayout;
  private readonly pipelines = new Map<string, Promise<GPUComputePipeline>>();
  /** By merged buffer: a parameter is usually merged again from the same pristine buffer. */
  private readonly targets = new WeakMap<GPUBuffer, { source: GPUBuffer; group: GPUBindGroup }>();

  constructor(device: GPUDevice) {
    this.device = device;
    this.slots = Math.min(MAX_SLOTS, device.limits.maxStorageBuffersPerShaderStage - 2);
    this.stride = (Math.ceil((4 * this.valueWords) / OFFSET_BYTES) * OFFSET_BYTES) / 4;
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
      group({ type: "uniform", hasDynamicOffset: true }),
      group(read, { type: "storage" }),
      group(...Array.from({ length: this.slots }, () => read)),
    ];
    this.pipelineLayout = device.createPipelineLayout({ bindGroupLayouts: [...this.layouts] });
  }

  pipeline({ source, merged, isAligned }: Variant): Promise<GPUComputePipeline> {
    const key = `low-rank ${source} ${merged}${isAligned ? " aligned" : ""}`;
    let pipeline = this.pipelines.get(key);
    if (!pipeline) {
      const code = lowRankSource({ source, merged, isAligned, slots: this.slots });
      pipeline = this.device.createComputePipelineAsync({
        label: key,
        layout: this.pipelineLayout,
        compute: { module: this.device.createShaderModule({ label: key, code }), entryPoint: "main" },
      });
      this.pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  /** Prepares everything needed to record these dispatches. */
  prepare(dispatches: readonly LowRankDispatch[]): PreparedLowRank {
    const sets = assignSlots(dispatches, this.slots);
    const values = this.upload(this.valuesOf(dispatches, sets));
    const common = this.device.createBindGroup({
      layout: this.layouts[0],
      entries: [{ binding: 0, resource: { buffer: values, size: 4 * this.valueWords } }],
    });
    const factors = new Map([...new Set(sets)].map((set) => [set, this.bindFactors(set)]));
    return {
      record: (pass, index) => {
        const { source, merged, rows, columns, transposed } = dispatches[index]!;
        const [m, n] = transposed ? [columns, rows] : [rows, columns];
        pass.setBindGroup(0, common, [4 * this.stride * index]);
        pass.setBindGroup(1, this.bindTarget(source, merged));
        pass.setBindGroup(2, factors.get(sets[index]!)!);
        pass.dispatchWorkgroups(Math.ceil(n / TILE), Math.ceil(m / TILE));
      },
      destroy: () => values.destroy(),
    };
  }

  private get valueWords(): number {
    return HEAD_WORDS + TERM_WORDS * this.slots;
  }

  private valuesOf(dispatches: readonly LowRankDispatch[], sets: readonly GPUBuffer[][]): ArrayBuffer {
    const data = new ArrayBuffer(4 * this.stride * dispatches.length);
    const words = new Uint32Array(data);
    const floats = new Float32Array(data);
    dispatches.forEach(({ rows, columns, storedArea, transposed, terms }, i) => {
      const start = this.stride * i;
      words.set([rows, columns, storedArea, Number(transposed), terms.length], start);
      terms.forEach(({ pair, scale }, t) => {
        const at = start + HEAD_WORDS + TERM_WORDS * t;
        const slot = sets[i]!.indexOf(pair.buffer);
        words.set([slot, FACTOR_TYPES.indexOf(pair.type), pair.rank, pair.up, pair.down], at);
        floats[at + 5] = scale;
      });
    });
    return data;
  }

  private upload(data: ArrayBuffer): GPUBuffer {
    const buffer = this.device.createBuffer({
      label: "merge values",
      size: data.byteLength,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
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

  /** Unused slots get the first buffer. */
  private bindFactors(set: readonly GPUBuffer[]): GPUBindGroup {
    const entries = Array.from({ length: this.slots }, (_, binding) => ({
      binding,
      resource: { buffer: set[binding] ?? set[0]! },
    }));
    return this.device.createBindGroup({ layout: this.layouts[2], entries });
  }
}

export interface PreparedLowRank {
  /** Records the dispatch at this index; its pipeline must be set. */
  record(pass: GPUComputePassEncoder, index: number): void;
  /** Safe to call once the work is submitted. */
  destroy(): void;
}

/** The set of buffers that each dispatch reads, with as few sets in sequence as possible. A buffer's slot is its index in the set. */
function assignSlots(dispatches: readonly LowRankDispatch[], slots: number): GPUBuffer[][] {
  let set: GPUBuffer[] = [];
  return dispatches.map(({ terms }) => {
    const missing = new Set(terms.map(({ pair }) => pair.buffer).filter((buffer) => !set.includes(buffer)));
    if (set.length + missing.size <= slots) set.push(...missing);
    else set = [...new Set(terms.map(({ pair }) => pair.buffer))];
    return set;
  });
}

/**
 * A workgroup computes a 64×64 tile of the stored weight, an invocation 8×8 of it in registers (a quarter in each quarter
 * of the tile, so that neighbours access neighbouring elements), sixteen ranks at a time. Slices of both factors are in
 * workgroup memory as vectors of four outputs or inputs; rows of 17 avoid bank conflicts.
 */
function lowRankSource({ source, merged, isAligned, slots }: Variant & { slots: number }): string {
  const each = (code: (i: number) => string, count = 4): string =>
    Array.from({ length: count }, (_, i) => code(i)).join("\n");
  /** Row i of an invocation's eight. */
  const row = (i: number): string => `m + ${i < 4 ? i : i + 28}u`;
  return /* wgsl */ `
struct Term {
  slot: u32,
  kind: u32,
  rank: u32,
  up: u32,
  down: u32,
  scale: f32,
  unused: vec2u,
}
struct Values {
  rows: u32,       // O
  columns: u32,    // C = in * storedArea
  storedArea: u32,
  transposed: u32,
  termCount: u32,
  @align(16) terms: array<Term, ${slots}>,
}
@group(0) @binding(0) var<uniform> values: Values;
@group(1) @binding(0) var<storage, read> source: array<${isAligned ? fourType(source) : elementType(source)}>;
@group(1) @binding(1) var<storage, read_write> merged: array<${isAligned ? fourType(merged) : elementType(merged)}>;
${each((i) => `@group(2) @binding(${i}) var<storage, read> factors${i}: array<u32>;`, slots)}
${INPUT_PLACES}
${isAligned ? alignedFours(source, merged) : looseFours(source, merged)}
${WIDEN}

${each((i) => `fn words${i}(at: vec4u) -> vec4u { return vec4u(factors${i}[at.x], factors${i}[at.y], factors${i}[at.z], factors${i}[at.w]); }`, slots)}

/** Position in the file of the word with an element. */
fn wordOf(kind: u32, at: vec4u) -> vec4u {
  return select(at / 2u, at, kind == 0u);
}

/** The elements from their words; 0 for those outside. */
fn elements(kind: u32, at: vec4u, words: vec4u, exist: vec4<bool>) -> vec4f {
  var four = bitcast<vec4f>(words);
  if (kind != 0u) {
    let bits = (words >> (at % 2u * 16u)) & vec4u(0xffffu);
    if (kind == 1u) { four = widen(bits); } else { four = bitcast<vec4f>(bits << vec4u(16u)); }
  }
  return select(vec4f(), four, exist);
}

const line = 17u;
const side = 272u; // 16 ranks
var<workgroup> tiles: array<vec4f, 544>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let isTransposed = values.transposed == 1u;
  let extentM = select(values.rows, values.columns, isTransposed);
  let extentN = select(values.columns, values.rows, isTransposed);
  let m0 = group.y * ${TILE}u;
  let n0 = group.x * ${TILE}u;
  // This invocation loads four ranks of four outputs, and four ranks of four inputs, in stored order.
  const next = vec4u(0u, 1u, 2u, 3u);
  let upRank = local % 4u * 4u;
  let outputs = select(m0, n0, isTransposed) + local / 4u * 4u + next;
  let upPlace = select(0u, side, isTransposed) + upRank * line + local / 4u;
  let downRank = local / 16u * 4u;
  let inputs = select(n0, m0, isTransposed) + local % 16u * 4u + next;
  let downPlace = select(side, 0u, isTransposed) + downRank * line + local % 16u;
  let columns = vec4u(
${each((i) => `    inputOf(inputs[${i}], isTransposed),`)}
  );
  let areInputs = inputs < vec4u(values.columns);
  let x = local % 8u;
  let y = local / 8u;
${each((i) => `  var left${i} = vec4f();\n  var right${i} = vec4f();`, 8)}
  for (var t = 0u; t < values.termCount; t++) {
    let term = values.terms[t];
    for (var r0 = 0u; r0 < term.rank; r0 += 16u) {
      let upRanks = r0 + upRank + next;
      let areUpRanks = upRanks < vec4u(term.rank);
${each((i) => `      let upAt${i} = term.up + outputs[${i}] * term.rank + upRanks;\n      let downAt${i} = term.down + (r0 + downRank + ${i}u) * values.columns + columns;`)}
      // Issues all reads before waiting for the first. Reads outside the factors are discarded.
${each((i) => `      var upWords${i}: vec4u;\n      var downWords${i}: vec4u;`)}
      switch term.slot {
${each(
  (slot) => `        case ${slot}u: {
${each((i) => `          upWords${i} = words${slot}(wordOf(term.kind, upAt${i}));\n          downWords${i} = words${slot}(wordOf(term.kind, downAt${i}));`)}
        }`,
  slots,
)}
        default: {}
      }
${each((i) => `      let up${i} = term.scale * elements(term.kind, upAt${i}, upWords${i}, areUpRanks & vec4<bool>(outputs[${i}] < values.rows));`)}
      let up = transpose(mat4x4f(up0, up1, up2, up3));
${each((i) => `      let down${i} = elements(term.kind, downAt${i}, downWords${i}, areInputs & vec4<bool>(r0 + downRank + ${i}u < term.rank));`)}
      workgroupBarrier(); // the previous slice has been read
${each((i) => `      tiles[upPlace + ${i}u * line] = up[${i}];`)}
${each((i) => `      tiles[downPlace + ${i}u * line] = down${i};`)}
      workgroupBarrier();
      // Ranks come in fours; those past the last are 0.
      let count = min(16u, term.rank - r0);
      for (var r = 0u; r < count; r += 4u) {
        for (var k = 0u; k < 4u; k++) {
          let start = (r + k) * line;
          let top = tiles[start + y];
          let bottom = tiles[start + y + 8u];
          let left = tiles[side + start + x];
          let right = tiles[side + start + x + 8u];
${each((i) => {
  const a = i < 4 ? `top[${i}]` : `bottom[${i - 4}]`;
  return `          left${i} = fma(vec4f(${a}), left, left${i});\n          right${i} = fma(vec4f(${a}), right, right${i});`;
}, 8)}
        }
      }
    }
  }
  let m = m0 + y * 4u;
  let n = n0 + x * 4u;
  // Issues all reads before the first write, so that reads do not wait for one another. Reads past the weight's edge are
  // discarded.
${each((i) => `  left${i} += readFour((${row(i)}) * extentN + n);\n  right${i} += readFour((${row(i)}) * extentN + n + 32u);`, 8)}
${each(
  (i) => `  if (${row(i)} < extentM) {
    let at = (${row(i)}) * extentN + n;
    if (n < extentN) { writeFour(at, left${i}, extentN - n); }
    if (n + 32u < extentN) { writeFour(at + 32u, right${i}, extentN - n - 32u); }
  }`,
  8,
)}
}
`;
}
