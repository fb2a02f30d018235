// WGSL of the merge. Weights are in the graph's layout: [out, in·kh·kw] ("same") or [kh·kw·in, out] ("transpose"), stored
// as f32 or f16; all arithmetic is f32. Every kernel that writes `merged` computes merged = source + change, where source
// is the pristine weight or the f32 intermediate of earlier adapters.
// An invocation writes two neighbours at once, because two f16 values share a word (storage.ts).
// Low-rank changes have their own kernel (low-rank.ts).
import { elementType, reader, writer, type Storage } from "./storage.ts";

export type KernelName =
  | "hadamard"
  | "kronecker"
  | "dense"
  | "replace"
  | "gain"
  | "project"
  | "project-back"
  | "rotate"
  | "combine"
  | "norm"
  | "decompose"
  | "narrow";

/** Element types of the three kinds of buffers a kernel may use besides f32 factors. */
export interface KernelTypes {
  /** The pristine weight. */
  readonly base: Storage;
  /** The base of the sum. */
  readonly source: Storage;
  /** The output. */
  readonly merged: Storage;
}

export interface Kernel {
  /** Buffers at bindings 1, 2, …; binding 0 is the uniform `Values`. */
  readonly buffers: readonly string[];
  /** "tiles": one workgroup per 64×64 tile; "pairs": one invocation per two elements; "groups": one workgroup per group. */
  readonly dispatch: "tiles" | "pairs" | "groups";
  readonly code: string;
}

/** Fields of `Values`, all of 4 bytes, in order. */
export const VALUES = [
  "rows",
  "columns",
  "kernelArea",
  "transposed",
  "extentM",
  "extentN",
  "inner",
  "inner2",
  "count",
  "size",
  "scale",
  "flag",
  "storedArea",
] as const;

/** Rows and columns of the weight per workgroup of "tiles". */
export const TILE = 64;

/** `inputOf(at, …)`: the input column c of a position along the stored weight's input axis. */
export const INPUT_PLACES = /* wgsl */ `
fn inputOf(at: u32, isTransposed: bool) -> u32 {
  let inputs = values.columns / values.storedArea;
  return select(at, at % inputs * values.storedArea + at / inputs, isTransposed);
}
`;

const HEADER = /* wgsl */ `
struct Values {
  rows: u32,       // O
  columns: u32,    // C = in * kernelArea
  kernelArea: u32, // of the change
  transposed: u32, // 1: element (o, c) lies at (c % storedArea * in + c / storedArea) * O + o
  extentM: u32,    // rows of the stored matrix
  extentN: u32,    // its columns
  inner: u32,
  inner2: u32,
  count: u32,      // elements or groups to process
  size: u32,
  scale: f32,
  flag: u32,
  storedArea: u32, // kernel area of the weight
}
@group(0) @binding(0) var<uniform> values: Values;

${INPUT_PLACES}
fn place(o: u32, c: u32) -> u32 {
  let m = c % values.storedArea * (values.columns / values.storedArea) + c / values.storedArea;
  return select(o * values.columns + c, m * values.rows + o, values.transposed == 1u);
}
`;

// Element `at` of a "pairs" dispatch, which may need more than one row of workgroups: `value` computes it from `at`,
// its output o and its input column c.
const pairs = (value: string, target = "Merged"): string => /* wgsl */ `
fn valueAt(at: u32) -> f32 {
  let isTransposed = values.transposed == 1u;
  let o = select(at / values.columns, at % values.rows, isTransposed);
  let c = inputOf(select(at % values.columns, at / values.rows, isTransposed), isTransposed);
${value}
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let at = 2u * ((group.y * groups.x + group.x) * 256u + local);
  if (at >= values.count) { return; }
  let isPair = at + 1u < values.count;
  var second = 0.0;
  if (isPair) { second = valueAt(at + 1u); }
  write${target}(at, vec2f(valueAt(at), second), isPair);
}`;

/** Product of A [R, M] and B [R, N] (input columns in checkpoint order), 16 ranks at a time, each invocation 4×4 sums: rows m, columns n, n + 1, n + 32, n + 33. */
const tileProduct = (name: string, a: string, b: string, inner: string): string => /* wgsl */ `
  var ${name}: array<vec4f, 4>;
  for (var r0 = 0u; r0 < values.${inner}; r0 += 16u) {
    for (var j = 0u; j < 4u; j++) {
      let i = local + j * 256u;
      let r = r0 + i / 64u;
      let m = m0 + i % 64u;
      let n = n0 + i % 64u;
      var va = 0.0;
      var vb = 0.0;
      if (r < values.${inner}) {
        if (m < values.extentM) { va = ${a}[r * values.extentM + inputOf(m, values.transposed == 1u)]; }
        if (n < values.extentN) { vb = ${b}[r * values.extentN + n]; }
      }
      tileA[i] = va;
      tileB[i] = vb;
    }
    workgroupBarrier();
    for (var r = 0u; r < 16u; r++) {
      let at = r * 64u + thread.x * 2u;
      let vb = vec4f(tileB[at], tileB[at + 1u], tileB[at + 32u], tileB[at + 33u]);
      for (var i = 0u; i < 4u; i++) {
        ${name}[i] = fma(vec4f(tileA[r * 64u + thread.y * 4u + i]), vb, ${name}[i]);
      }
    }
    workgroupBarrier();
  }
`;

const tiled = (products: string, change: string): string => /* wgsl */ `
var<workgroup> tileA: array<f32, 1024>;
var<workgroup> tileB: array<f32, 1024>;

fn writeSum(at: u32, change: vec2f, isPair: bool) {
  var second = 0.0;
  if (isPair) { second = readSource(at + 1u) + change.y; }
  writeMerged(at, vec2f(readSource(at) + change.x, second), isPair);
}

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) thread: vec3u, @builtin(local_invocation_index) local: u32) {
  let m0 = group.y * ${TILE}u;
  let n0 = group.x * ${TILE}u;
${products}
  for (var i = 0u; i < 4u; i++) {
    let m = m0 + thread.y * 4u + i;
    if (m >= values.extentM) { break; }
    let change = ${change};
    let n = n0 + thread.x * 2u;
    let at = m * values.extentN + n;
    if (n < values.extentN) { writeSum(at, change.xy, n + 1u < values.extentN); }
    if (n + 32u < values.extentN) { writeSum(at + 32u, change.zw, n + 33u < values.extentN); }
  }
}`;

const BODIES: Readonly<Record<KernelName, Kernel>> = {
  hadamard: {
    buffers: ["source", "merged", "a", "b", "a2", "b2"],
    dispatch: "tiles",
    code: tiled(
      tileProduct("sum", "a", "b", "inner") + tileProduct("sum2", "a2", "b2", "inner2"),
      "values.scale * sum[i] * sum2[i]",
    ),
  },
  // left [rows / size, columns / inner] ⊗ right [size, inner]
  kronecker: {
    buffers: ["source", "merged", "left", "right"],
    dispatch: "pairs",
    code: pairs(`
  let l = left[(o / values.size) * (values.columns / values.inner) + c / values.inner];
  let r = right[(o % values.size) * values.inner + c % values.inner];
  return readSource(at) + values.scale * l * r;`),
  },
  // change in checkpoint order
  dense: {
    buffers: ["source", "merged", "change"],
    dispatch: "pairs",
    code: pairs("  return readSource(at) + values.scale * change[o * values.columns + c];"),
  },
  // Adds s·(change − W)
  replace: {
    buffers: ["base", "source", "merged", "change"],
    dispatch: "pairs",
    code: pairs("  return readSource(at) + values.scale * (change[o * values.columns + c] - readBase(at));"),
  },
  // flag 1: one factor per input
  gain: {
    buffers: ["base", "source", "merged", "factor"],
    dispatch: "pairs",
    code: pairs(`
  let g = factor[select(o, c / values.kernelArea, values.flag == 1u)];
  return readSource(at) + values.scale * g * readBase(at);`),
  },
  // W·a1 at each kernel position: projection [O, k, R] with R = inner; size = inputs
  project: {
    buffers: ["base", "projection", "a1"],
    dispatch: "pairs",
    code: pairs(
      `
  let r = at % values.inner;
  let k = (at / values.inner) % values.kernelArea;
  let output = at / (values.inner * values.kernelArea);
  var sum = 0.0;
  for (var i = 0u; i < values.size; i++) {
    sum = fma(readBase(place(output, i * values.kernelArea + k)), a1[i * values.inner + r], sum);
  }
  return sum;`,
      "Projection",
    ),
  },
  "project-back": {
    buffers: ["source", "merged", "projection", "a2"],
    dispatch: "pairs",
    code: pairs(`
  let i = c / values.kernelArea;
  let start = (o * values.kernelArea + c % values.kernelArea) * values.inner;
  var sum = 0.0;
  for (var r = 0u; r < values.inner; r++) { sum = fma(projection[start + r], a2[r * values.size + i], sum); }
  return readSource(at) + values.scale * sum;`),
  },
  // One stage: order has the line (row; flag 1: column) at each position, then the position of each line. scale = strength.
  rotate: {
    buffers: ["source", "merged", "blocks", "order"],
    dispatch: "pairs",
    code: pairs(`
  let onColumns = values.flag == 1u;
  let here = u32(order[select(values.rows + o, values.columns + c, onColumns)]);
  let first = here - here % values.size;
  var sum = 0.0;
  for (var j = 0u; j < values.size; j++) {
    let identity = select(0.0, 1.0, first + j == here);
    let weight = values.scale * (blocks[here * values.size + j] - identity) + identity;
    let line = u32(order[first + j]);
    sum = fma(weight, readSource(place(select(line, o, onColumns), select(c, line, onColumns))), sum);
  }
  return sum;`),
  },
  // Adds g·rotated − W, with g = 1 + strength·(factor − 1)
  combine: {
    buffers: ["base", "source", "merged", "rotated", "factor"],
    dispatch: "pairs",
    code: pairs(`
  let g = 1.0 + values.scale * (factor[o] - 1.0);
  return readSource(at) + (g * rotated[at] - readBase(at));`),
  },
  // magnitude / ‖V‖ per output row, or per input (flag 1); one workgroup each
  norm: {
    buffers: ["direction", "magnitude", "factor"],
    dispatch: "groups",
    code: /* wgsl */ `
var<workgroup> sums: array<f32, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let g = group.x;
  let length = select(values.columns, values.rows * values.kernelArea, values.flag == 1u);
  var sum = 0.0;
  for (var i = local; i < length; i += 64u) {
    let o = select(g, i / values.kernelArea, values.flag == 1u);
    let c = select(i, g * values.kernelArea + i % values.kernelArea, values.flag == 1u);
    let v = direction[place(o, c)];
    sum = fma(v, v, sum);
  }
  sums[local] = sum;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (local < half) { sums[local] += sums[local + half]; }
    workgroupBarrier();
  }
  if (local == 0u) {
    factor[g] = select(magnitude[g] / sqrt(sums[0]), 0.0, sums[0] == 0.0);
  }
}`,
  },
  // Adds s·(factor·V − W)
  decompose: {
    buffers: ["base", "source", "merged", "direction", "factor"],
    dispatch: "pairs",
    code: pairs(`
  let f = factor[select(o, c / values.kernelArea, values.flag == 1u)];
  return readSource(at) + values.scale * (f * direction[at] - readBase(at));`),
  },
  // Source, unchanged, in the type of merged
  narrow: {
    buffers: ["source", "merged"],
    dispatch: "pairs",
    code: pairs("  return readSource(at);"),
  },
};

/** Buffers that a kernel writes; all others are read-only. */
function isWritten(name: KernelName, buffer: string): boolean {
  return (
    buffer === "merged" ||
    (buffer === "projection" && name === "project") ||
    (buffer === "factor" && name === "norm")
  );
}

export function kernel(name: KernelName): Kernel {
  return BODIES[name];
}

/** The complete module of a kernel for the given storages. */
export function kernelSource(name: KernelName, types: KernelTypes): string {
  const { buffers, code } = BODIES[name];
  const parts = buffers.map((buffer, i) => {
    const storage: Storage =
      buffer === "base" || buffer === "source" || buffer === "merged" ? types[buffer] : "f32";
    const written = isWritten(name, buffer);
    const access = written ? "read_write" : "read";
    const declaration = `@group(0) @binding(${i + 1}) var<storage, ${access}> ${buffer}: array<${elementType(storage)}>;\n`;
    if (buffer === "base" || buffer === "source") return declaration + reader(buffer, storage);
    return written && buffer !== "factor" ? declaration + writer(buffer, storage) : declaration;
  });
  return `${HEADER}${parts.join("")}\n${code}\n`;
}
