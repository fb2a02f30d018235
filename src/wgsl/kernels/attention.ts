// Flash attention in plain WGSL: an invocation holds a few queries, of a wide head a share of their channels, and as much of their
// sums of values in registers, while blocks of keys and values pass through workgroup memory. More queries make each read of a
// key worth more. The softmax is computed on the way: sums are rescaled when a larger score comes.

import type { ElementType, Kernel } from "./kernel.ts";
import { each, header, PACKING, packed, unpacked } from "./wgsl.ts";

/** Numbers to be tuned. */
export interface AttentionShape {
  readonly invocations: number;
  /** Queries of an invocation. */
  readonly queries: 1 | 2 | 4;
  /** Most fours of a head's channels that an invocation takes. */
  readonly fours: number;
  /** Keys whose scores are computed at once. */
  readonly keysAtOnce: number;
  /** Most bytes of keys and values in workgroup memory. */
  readonly blockBytes: number;
}

export interface AttentionVariant {
  readonly type: ElementType;
  /** Channels of a head, a multiple of 4. */
  readonly width: number;
  readonly causal: boolean;
  /** Workgroup memory of the device. */
  readonly memory: number;
  readonly shape: AttentionShape;
}

export const ATTENTION_FIELDS = [
  "queries",
  "keys",
  "queryOffset",
  "queryStride",
  "keyOffset",
  "keyStride",
  "valueOffset",
  "valueStride",
  "outOffset",
  "outStride",
] as const;

const MAX_KEYS = 32;

interface Layout extends AttentionShape {
  /** Fours of a head. */
  readonly all: number;
  /** Invocations that share a query. */
  readonly shares: number;
  /** Keys in workgroup memory. */
  readonly block: number;
}

function layoutOf({ width, memory, shape }: AttentionVariant): Layout {
  const all = width / 4;
  let shares = 1;
  while (all / shares > shape.fours && all % (2 * shares) === 0) shares *= 2;
  const exchange = (keys: number): number => (shares > 1 ? 4 * shape.queries * keys * shape.invocations : 0);
  const bytes = (block: number, keys: number): number => 2 * 16 * all * block + exchange(keys);
  let { keysAtOnce } = shape;
  while (keysAtOnce > 1 && bytes(keysAtOnce, keysAtOnce) > memory) keysAtOnce /= 2;
  let block = keysAtOnce;
  const most = Math.min(memory, shape.blockBytes + exchange(keysAtOnce));
  while (2 * block <= MAX_KEYS && bytes(2 * block, keysAtOnce) <= most) block *= 2;
  return { ...shape, keysAtOnce, all, shares, block };
}

export function queriesPerWorkgroup(variant: AttentionVariant): number {
  const { invocations, queries, shares } = layoutOf(variant);
  return (invocations / shares) * queries;
}

/** Grid: blocks of queries, heads, images. Values of q, k and v may lie in one block. */
export function attentionKernel(variant: AttentionVariant): Kernel {
  const { type, width, causal } = variant;
  const layout = layoutOf(variant);
  const { invocations, queries, shares, block, keysAtOnce } = layout;
  return {
    name: `attention ${width} ${type} ${invocations}/${shares} × ${queries} queries, keys ${block}/${keysAtOnce}${causal ? ", causal" : ""}`,
    reads: 3,
    code: () => attentionCode({ type, width, causal }, layout),
  };
}

function attentionCode(
  { type, width, causal }: Pick<AttentionVariant, "type" | "width" | "causal">,
  { invocations, queries, shares, keysAtOnce, block, all }: Layout,
): string {
  const own = all / shares;
  const reads = [
    ["query", "four"],
    ["key", "four"],
    ["value", "four"],
  ] as const;
  const scale = 1 / Math.sqrt(width);
  // One number for each query of an invocation.
  const Each = queries === 1 ? "f32" : `vec${queries}f`;
  const of = (values: string, query: number): string => (queries === 1 ? values : `${values}[${query}]`);
  const many = (code: (query: number) => string): string =>
    queries === 1 ? code(0) : `${Each}(${each(queries, code, ", ")})`;
  const apart = invocations / shares; // queries of neighbouring groups of invocations lie side by side
  return /* wgsl */ `
${header({ type, fields: ATTENTION_FIELDS, reads, write: ["out", "four"] })}
${PACKING}
var<workgroup> keyBlock: array<vec4f, ${block * all}>;
var<workgroup> valueBlock: array<vec4f, ${block * all}>;
${shares > 1 ? `var<workgroup> exchanged: array<${Each}, ${keysAtOnce * invocations}>;` : ""}

@compute @workgroup_size(${invocations})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let share = local % ${shares}u;
  let head = group.y * ${width}u;
  let keyStart = p.keyOffset + group.z * p.keys * p.keyStride + head;
  let valueStart = p.valueOffset + group.z * p.keys * p.valueStride + head;
${each(
  queries,
  (n) => `  let query${n} = group.x * ${apart * queries}u + ${n * apart}u + local / ${shares}u;
  let row${n} = group.z * p.queries + min(query${n}, p.queries - 1u);
  let queryAt${n} = (p.queryOffset + row${n} * p.queryStride + head) / 4u + share * ${own}u;
${each(own, (i) => `  let q${n}_${i} = ${scale} * ${unpacked(type, `query[queryAt${n} + ${i}u]`)}; var o${n}_${i} = vec4f();`)}`,
)}
  var largest = ${Each}(-1e30);
  var total = ${Each}();
  for (var blockStart = 0u; blockStart < p.keys; blockStart += ${block}u) {
    workgroupBarrier();
    for (var i = local; i < ${block * all}u; i += ${invocations}u) {
      let row = blockStart + i / ${all}u;
      let four = i % ${all}u;
      var k = vec4f();
      var v = vec4f();
      if (row < p.keys) {
        k = ${unpacked(type, "key[(keyStart + row * p.keyStride) / 4u + four]")};
        v = ${unpacked(type, "value[(valueStart + row * p.valueStride) / 4u + four]")};
      }
      keyBlock[i] = k;
      valueBlock[i] = v;
    }
    workgroupBarrier();
    // Indices whose range the compiler can see are not checked again.
    for (var turn = 0u; turn < ${block / keysAtOnce}u; turn++) {
      let start = turn * ${keysAtOnce}u;
      let at = start * ${all}u + share * ${own}u;
${each(
  keysAtOnce,
  (j) => `      var s${j} = ${Each}();
      {
${each(own, (i) => `        let k${i} = keyBlock[at + ${j * all + i}u];`)}
${each(queries, (n) => `        var dots${n} = q${n}_0 * k0;${each(own - 1, (i) => ` dots${n} = fma(q${n}_${i + 1}, k${i + 1}, dots${n});`, "")}`)}
        s${j} = ${many((n) => `dots${n}.x + dots${n}.y + dots${n}.z + dots${n}.w`)};
      }`,
)}
${
  shares > 1
    ? `${each(keysAtOnce, (j) => `      exchanged[${j * invocations}u + local] = s${j};`)}
      workgroupBarrier();
      let first = local - share;
${each(keysAtOnce, (j) => `      s${j} = ${each(shares, (l) => `exchanged[${j * invocations}u + first + ${l}u]`, " + ")};`)}
      workgroupBarrier();`
    : ""
}
      let firstKey = blockStart + start;
${each(keysAtOnce, (j) => `      if (firstKey + ${j}u >= p.keys) { s${j} = ${Each}(-1e30); }`)}
${causal ? each(keysAtOnce, (j) => `      s${j} = ${many((n) => `select(${of(`s${j}`, n)}, -1e30, firstKey + ${j}u > query${n})`)};`) : ""}
      let larger = max(largest, ${each(keysAtOnce - 1, (j) => `max(s${j}, `, "")}s${keysAtOnce - 1}${")".repeat(keysAtOnce - 1)});
      let kept = exp(largest - larger);
      largest = larger;
${each(keysAtOnce, (j) => `      let w${j} = exp(s${j} - larger);`)}
      total = total * kept + ${each(keysAtOnce, (j) => `w${j}`, " + ")};
${each(queries, (n) => each(own, (i) => `      o${n}_${i} *= ${of("kept", n)};`))}
${each(keysAtOnce, (j) =>
  each(
    own,
    (i) => `      { let v = valueBlock[at + ${j * all + i}u];
${each(queries, (n) => `        o${n}_${i} = fma(vec4f(${of(`w${j}`, n)}), v, o${n}_${i});`)} }`,
  ),
)}
    }
  }
${each(
  queries,
  (n) => `  if (query${n} < p.queries) {
    let outAt = (p.outOffset + row${n} * p.outStride + head) / 4u + share * ${own}u;
${each(own, (i) => `    out[outAt + ${i}u] = ${packed(type, `o${n}_${i} / ${of("total", n)}`)};`)}
  }`,
)}
}
`;
}
