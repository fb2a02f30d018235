// Flash attention with subgroup matrices. A subgroup takes 32 queries: their scores with a block of keys pass through workgroup memory,
// where each lane has a row to itself, and come back as weights. Sums lie spread over the subgroup's registers, so they are rescaled
// only when a score exceeds the row's largest so far by a lot; until then weights above one do no harm.

import { ATTENTION_FIELDS } from "./attention.ts";
import type { Kernel } from "./kernel.ts";
import { type Matrices, SIDE, SUBGROUP } from "./matrices.ts";
import { each, header, PACKING } from "./wgsl.ts";

/** Numbers to be tuned. */
export interface MatrixAttentionShape {
  /** Most subgroups of a workgroup. */
  readonly subgroups: 1 | 2 | 4;
  /** Keys and values in workgroup memory, a multiple of 32. */
  readonly keys: number;
}

interface MatrixAttentionVariant {
  /** Channels of a head. */
  readonly width: number;
  /** Workgroup memory of the device. */
  readonly memory: number;
  readonly shape: MatrixAttentionShape;
}

/** Channels of a head whose queries and sums a subgroup's registers hold. */
const MAX_WIDTH = 96;
/** Queries of a subgroup, one for each lane. */
const QUERIES = SUBGROUP;
/** Binary logarithm of the largest weight; the largest half is nearly 2¹⁶. */
const MAX_WEIGHT = 8;

interface Layout {
  readonly subgroups: number;
  readonly keys: number;
  /** Words of eight halves in a row of queries, keys or values, and of scores; odd against bank conflicts. */
  readonly line: number;
  readonly scoreLine: number;
  readonly keysAt: number;
  readonly valuesAt: number;
  readonly scoresAt: number;
  readonly words: number;
}

/** Null if it does not fit. */
function layoutOf({ width, memory, shape }: MatrixAttentionVariant): Layout | null {
  if (width % 8 !== 0 || width > MAX_WIDTH) return null;
  const { keys } = shape;
  const line = 2 * Math.ceil(width / SIDE) + 1;
  const scoreLine = keys / 4 + 1;
  for (let { subgroups } = shape as { subgroups: number }; subgroups >= 1; subgroups /= 2) {
    const keysAt = subgroups * QUERIES * line;
    const valuesAt = keysAt + keys * line;
    const scoresAt = valuesAt + keys * line;
    const words = scoresAt + subgroups * QUERIES * scoreLine;
    if (16 * (words + 1) <= memory)
      return { subgroups, keys, line, scoreLine, keysAt, valuesAt, scoresAt, words };
  }
  return null;
}

/**
 * Null where the plain kernel has to do. Values are float16, rows begin at multiples of eight. Grid: blocks of queries, heads,
 * images.
 */
export function matrixAttention(
  variant: MatrixAttentionVariant,
  matrices: Matrices,
): { readonly kernel: Kernel; readonly queriesPerWorkgroup: number } | null {
  const layout = layoutOf(variant);
  if (!layout) return null;
  const { subgroups, keys } = layout;
  return {
    queriesPerWorkgroup: subgroups * QUERIES,
    kernel: {
      name: `matrix attention ${variant.width}, subgroups ${subgroups}, keys ${keys}`,
      reads: 3,
      code: () => code(variant.width, { ...layout, matrices }),
    },
  };
}

function code(
  width: number,
  {
    subgroups,
    keys,
    line,
    scoreLine,
    keysAt,
    valuesAt,
    scoresAt,
    words,
    matrices,
  }: Layout & { matrices: Matrices },
): string {
  const invocations = subgroups * SUBGROUP;
  const units = width / 8;
  const blocks = Math.ceil(width / SIDE); // of channels
  const down = QUERIES / SIDE;
  const loads = Math.ceil((keys * units) / invocations); // of keys, and of values, by an invocation
  const factor = Math.LOG2E / Math.sqrt(width); // of scores, for exp2
  const fours = keys / 4;
  const reads = [
    ["query", "eight"],
    ["key", "eight"],
    ["value", "eight"],
  ] as const;
  const hasLoad = (i: number): string =>
    (i + 1) * invocations <= keys * units ? "true" : `local < ${keys * units - i * invocations}u`;
  const read = (start: string): string =>
    each(
      loads,
      (i) => `    key${i} = vec4u(); value${i} = vec4u();
    if (hasLoad${i} && ${start} + loadRow${i} < p.keys) {
      key${i} = key[keyAt${i} + ${start} * (p.keyStride / 8u)];
      value${i} = value[valueAt${i} + ${start} * (p.valueStride / 8u)];
    }`,
    );
  const largestOf = (first: number, count: number): string =>
    count === 1
      ? `s${first}`
      : `max(${largestOf(first, count / 2)}, ${largestOf(first + count / 2, count / 2)})`;
  /** Where a block of sums passes through: the half of a row of scores that its weights leave free. */
  const passAt = keys / 8;
  const storeSums = (j: number): string =>
    each(
      down,
      (d) =>
        `  ${matrices.store(`scoresBase + ${d * SIDE * scoreLine + passAt}u`, `sum${d}_${j}`, scoreLine)}`,
    );

  return /* wgsl */ `${matrices.head}
${header({ type: "f16", fields: ATTENTION_FIELDS, reads, write: ["out", "four"] })}
${PACKING}
var<workgroup> tiles: array<vec4u, ${words}>;
var<workgroup> mustRescale: atomic<u32>;

@compute @workgroup_size(${invocations})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = local % ${SUBGROUP}u;
  let subgroup = local / ${SUBGROUP}u;
  let head = group.y * ${width}u;
  let firstQuery = group.x * ${subgroups * QUERIES}u;
  let queriesBase = subgroup * ${QUERIES * line}u;
  let scoresBase = ${scoresAt}u + subgroup * ${QUERIES * scoreLine}u;
  let own = scoresBase + lane * ${scoreLine}u; // the lane's row of scores, then of weights
  for (var i = local; i < ${subgroups * QUERIES * units}u; i += ${invocations}u) {
    let row = i / ${units}u;
    if (firstQuery + row < p.queries) {
      tiles[row * ${line}u + i % ${units}u] = query[(p.queryOffset + (group.z * p.queries + firstQuery + row) * p.queryStride + head) / 8u + i % ${units}u];
    }
  }
${each(
  loads,
  (i) => `  let hasLoad${i} = ${hasLoad(i)};
  let loadRow${i} = (local + ${i * invocations}u) / ${units}u;
  let loadUnit${i} = (local + ${i * invocations}u) % ${units}u;
  let keyAt${i} = (p.keyOffset + (group.z * p.keys + loadRow${i}) * p.keyStride + head) / 8u + loadUnit${i};
  let valueAt${i} = (p.valueOffset + (group.z * p.keys + loadRow${i}) * p.valueStride + head) / 8u + loadUnit${i};
  var key${i} = vec4u();
  var value${i} = vec4u();`,
)}
${read("0u")}
  workgroupBarrier();
${each(down, (d) => each(blocks, (k) => `  let q${d}_${k} = ${matrices.left(`queriesBase + ${d * SIDE * line + 2 * k}u`, line)}; var sum${d}_${k} = ${matrices.sumType}();`))}
  var largest = -1e30;
  var total = 0.0;
  for (var start = 0u; start < p.keys; start += ${keys}u) {
${each(loads, (i) => `    if (hasLoad${i}) { tiles[${keysAt}u + loadRow${i} * ${line}u + loadUnit${i}] = key${i}; tiles[${valuesAt}u + loadRow${i} * ${line}u + loadUnit${i}] = value${i}; }`)}
    workgroupBarrier();
${read(`(start + ${keys}u)`)}
${each(
  keys / SIDE,
  (n) => `    {
${each(down, (d) => `      var score${d} = ${matrices.sumType}();`)}
${each(
  blocks,
  (k) => `      { let r = ${matrices.transposed(`${keysAt + n * SIDE * line + 2 * k}u`, line)};
${each(down, (d) => `        ${matrices.multiply(`score${d}`, `q${d}_${k}`, "r")}`)} }`,
)}
${each(down, (d) => `      ${matrices.store(`scoresBase + ${d * SIDE * scoreLine + 4 * n}u`, `score${d}`, scoreLine)}`)}
    }`,
)}
    workgroupBarrier();
${each(fours, (i) => `    var s${i} = ${factor} * bitcast<vec4f>(tiles[own + ${i}u]);`)}
    let rest = p.keys - start;
    if (rest < ${keys}u) {
${each(fours, (i) => `      s${i} = select(vec4f(-1e30), s${i}, vec4u(${4 * i}u, ${4 * i + 1}u, ${4 * i + 2}u, ${4 * i + 3}u) < vec4u(rest));`)}
    }
    let most4 = ${largestOf(0, fours)};
    let most = max(max(most4.x, most4.y), max(most4.z, most4.w));
    let before = largest;
    if (most > largest + ${MAX_WEIGHT}.0) {
      largest = most;
      if (start > 0u) { atomicStore(&mustRescale, 1u); }
    }
    let kept = exp2(before - largest);
    var weights = vec4f();
${each(fours, (i) => `    s${i} = exp2(s${i} - largest); weights += s${i};`)}
    total = total * kept + weights.x + weights.y + weights.z + weights.w;
${each(fours / 2, (i) => `    tiles[own + ${i}u] = vec4u(packFour(s${2 * i}), packFour(s${2 * i + 1}));`)}
    if (workgroupUniformLoad(&mustRescale) == 1u) {
${each(
  blocks,
  (j) => `${storeSums(j)}
      workgroupBarrier();
${each(4, (i) => `      tiles[own + ${passAt + i}u] = bitcast<vec4u>(kept * bitcast<vec4f>(tiles[own + ${passAt + i}u]));`)}
      workgroupBarrier();
${each(down, (d) => `      sum${d}_${j} = ${matrices.sum(`scoresBase + ${d * SIDE * scoreLine + passAt}u`, scoreLine)};`)}
      workgroupBarrier();`,
)}
      if (local == 0u) { atomicStore(&mustRescale, 0u); }
    }
${each(
  keys / SIDE,
  (n) => `    {
${each(down, (d) => `      let l${d} = ${matrices.left(`scoresBase + ${d * SIDE * scoreLine + 2 * n}u`, scoreLine)};`)}
${each(
  blocks,
  (j) => `      { let r = ${matrices.right(`${valuesAt + n * SIDE * line + 2 * j}u`, line)};
${each(down, (d) => `        ${matrices.multiply(`sum${d}_${j}`, `l${d}`, "r")}`)} }`,
)}
    }`,
)}
    workgroupBarrier();
  }
  let row = firstQuery + subgroup * ${QUERIES}u + lane;
  let outAt = (p.outOffset + (group.z * p.queries + row) * p.outStride + head) / 4u;
${each(
  blocks,
  (j) => `${storeSums(j)}
  workgroupBarrier();
  if (row < p.queries) {
${each(Math.min(4, (width - j * SIDE) / 4), (i) => `    out[outAt + ${4 * j + i}u] = packFour(bitcast<vec4f>(tiles[own + ${passAt + i}u]) / total);`)}
  }
  workgroupBarrier();`,
)}
}
`;
}
