// Attention with subgroup matrices. A workgroup's subgroups take 16 queries each and pass over the keys twice: once for each row's
// largest score, once for weights and their sum with the values. The second pass costs less than rescaling sums that lie spread over
// a subgroup's registers.

import type { Kernel } from "./kernel.ts";
import type { AttentionVariant } from "./attention.ts";
import { ATTENTION_FIELDS } from "./attention.ts";
import { type Matrices, SIDE, SUBGROUP } from "./matrices.ts";
import { each, header, PACKING } from "./wgsl.ts";

/** Keys in workgroup memory. */
const KEYS = 32;
const KEY_LINE = KEYS + 8;
const SCORE_LINE = KEYS + 4;
const WEIGHT_LINE = KEYS + 8;
const MAX_SUBGROUPS = 4;

interface Layout {
  readonly subgroups: number;
  /** Channels up to a multiple of 16. */
  readonly depth: number;
  readonly line: number;
  /** Where the halves of keys [channel, key], values [key, channel] and weights [query, key] begin, after the queries. */
  readonly keysAt: number;
  readonly valuesAt: number;
  readonly weightsAt: number;
  readonly halves: number;
  readonly scores: number;
}

/** Null if a head is too wide for the device's memory, or not a multiple of eight. */
function layoutOf(
  { width, memory }: Pick<AttentionVariant, "width" | "memory">,
  { halfBytes }: Matrices,
): Layout | null {
  if (width % 8 !== 0) return null;
  const depth = Math.ceil(width / SIDE) * SIDE;
  const line = depth + 8;
  for (let subgroups = MAX_SUBGROUPS; subgroups >= 1; subgroups /= 2) {
    const keysAt = subgroups * SIDE * line;
    const valuesAt = keysAt + depth * KEY_LINE;
    const weightsAt = valuesAt + KEYS * line;
    const halves = weightsAt + subgroups * SIDE * WEIGHT_LINE;
    const scores = subgroups * SIDE * SCORE_LINE;
    if (halfBytes * halves + 4 * scores <= memory)
      return { subgroups, depth, line, keysAt, valuesAt, weightsAt, halves, scores };
  }
  return null;
}

interface MatrixAttention {
  readonly kernel: Kernel;
  readonly queriesPerWorkgroup: number;
}

/** Null where the plain kernel has to do. Values are float16, rows begin at multiples of eight. */
export function matrixAttention(variant: AttentionVariant, matrices: Matrices): MatrixAttention | null {
  const layout = layoutOf(variant, matrices);
  if (!layout || variant.type !== "f16" || variant.causal) return null;
  const { width } = variant;
  return {
    queriesPerWorkgroup: layout.subgroups * SIDE,
    kernel: {
      name: `matrix attention ${width} subgroups ${layout.subgroups}`,
      reads: 3,
      code: () => code(width, { ...layout, matrices }),
    },
  };
}

function code(width: number, layout: Layout & { matrices: Matrices }): string {
  const { subgroups, depth, line, keysAt, valuesAt, weightsAt, halves, scores, matrices } = layout;
  const invocations = subgroups * SUBGROUP;
  const units = depth / 8;
  const blocks = depth / SIDE;
  const tiles = KEYS / SIDE;
  const factor = Math.LOG2E / Math.sqrt(width); // of scores, for exp2
  const reads = [
    ["query", "eight"],
    ["key", "eight"],
    ["value", "eight"],
  ] as const;
  /** Writes the eight halves of `unit` (vec4u) one after the other, `step` apart. */
  const spread = (at: string, step: number): string =>
    each(
      4,
      (i) =>
        `{ let pair = ${matrices.halvesOf(`unit[${i}]`)}; halves[${at} + ${2 * i * step}u] = pair.x; halves[${at} + ${(2 * i + 1) * step}u] = pair.y; }`,
      " ",
    );
  /**
   * Loads one operand's rows; zeros beyond its rows and channels. Neighbouring invocations take neighbouring channels, or rows where
   * those lie side by side in workgroup memory.
   */
  const load = (
    name: string,
    {
      rows,
      count,
      start,
      at,
      step,
    }: { rows: number; count: string; start: string; at: string; step: number },
  ): string => /* wgsl */ `
    for (var i = local; i < ${rows * units}u; i += ${invocations}u) {
      let row = ${step === 1 ? `i / ${units}u` : `i % ${rows}u`};
      let channel = ${step === 1 ? `i % ${units}u` : `i / ${rows}u`} * 8u;
      var unit = vec4u();
      if (${start} + row < ${count} && channel < ${width}u) {
        unit = ${name}[(p.${name}Offset + (group.z * ${count} + ${start} + row) * p.${name}Stride + head + channel) / 8u];
      }
      ${spread(at, step)}
    }`;
  const loadKeys = load("key", {
    rows: KEYS,
    count: "p.keys",
    start: "blockStart",
    at: `${keysAt}u + channel * ${KEY_LINE}u + row`,
    step: KEY_LINE,
  });
  const score = /* wgsl */ `
${each(tiles, (j) => `    var score${j} = ${matrices.sumType}();`)}
${each(
  blocks,
  (k) => `    {
      let l = ${matrices.left("halves", `queryBase + ${k * SIDE}u`, line)};
${each(tiles, (j) => `      { let r = ${matrices.right("halves", `${keysAt + k * SIDE * KEY_LINE + j * SIDE}u`, KEY_LINE)}; ${matrices.multiply(`score${j}`, "l", "r")} }`)}
    }`,
)}
${each(tiles, (j) => `    ${matrices.store("scores", `scoreBase + ${j * SIDE}u`, `score${j}`, SCORE_LINE)}`)}`;

  return /* wgsl */ `${matrices.head("halves")}
${header({ type: "f16", fields: ATTENTION_FIELDS, reads, write: ["out", "four"] })}
${PACKING}
var<workgroup> halves: array<Half, ${halves}>;
var<workgroup> scores: array<f32, ${scores}>;

@compute @workgroup_size(${invocations})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = local % ${SUBGROUP}u;
  let subgroup = local / ${SUBGROUP}u;
  let head = group.y * ${width}u;
  let firstQuery = group.x * ${subgroups * SIDE}u;
  let queryBase = subgroup * ${SIDE * line}u;
  let scoreBase = subgroup * ${SIDE * SCORE_LINE}u;
  let weightBase = ${weightsAt}u + subgroup * ${SIDE * WEIGHT_LINE}u;
  // Two lanes share a row of scores.
  let row = lane / 2u;
  let side = lane % 2u;
  let ownScores = scoreBase + row * ${SCORE_LINE}u + side * ${KEYS / 2}u;
${load("query", { rows: subgroups * SIDE, count: "p.queries", start: "firstQuery", at: `row * ${line}u + channel`, step: 1 })}

  var largest = -1e30;
  for (var blockStart = 0u; blockStart < p.keys; blockStart += ${KEYS}u) {
${loadKeys}
    workgroupBarrier();
${score}
    workgroupBarrier();
    let rest = i32(p.keys) - i32(blockStart + side * ${KEYS / 2}u);
    for (var i = 0; i < min(${KEYS / 2}, rest); i++) { largest = max(largest, scores[ownScores + u32(i)]); }
  }
  workgroupBarrier();
  scores[scoreBase + lane] = largest;
  workgroupBarrier();
  largest = max(largest, scores[scoreBase + (lane ^ 1u)]);
  workgroupBarrier();

  var total = 0.0;
${each(blocks, (j) => `  var sum${j} = ${matrices.sumType}();`)}
  for (var blockStart = 0u; blockStart < p.keys; blockStart += ${KEYS}u) {
${loadKeys}
${load("value", { rows: KEYS, count: "p.keys", start: "blockStart", at: `${valuesAt}u + row * ${line}u + channel`, step: 1 })}
    workgroupBarrier();
${score}
    workgroupBarrier();
    let rest = i32(p.keys) - i32(blockStart + side * ${KEYS / 2}u);
    for (var i = 0; i < ${KEYS / 2}; i++) {
      let weight = select(0.0, exp2((scores[ownScores + u32(i)] - largest) * ${factor}), i < rest);
      total += weight;
      halves[weightBase + row * ${WEIGHT_LINE}u + side * ${KEYS / 2}u + u32(i)] = Half(weight);
    }
    workgroupBarrier();
${each(
  tiles,
  (k) => `    {
      let l = ${matrices.left("halves", `weightBase + ${k * SIDE}u`, WEIGHT_LINE)};
${each(blocks, (j) => `      { let r = ${matrices.right("halves", `${valuesAt + k * SIDE * line + j * SIDE}u`, line)}; ${matrices.multiply(`sum${j}`, "l", "r")} }`)}
    }`,
)}
    workgroupBarrier();
  }
  scores[scoreBase + lane] = total;
  workgroupBarrier();
  total += scores[scoreBase + (lane ^ 1u)];
  workgroupBarrier();

  let queryRow = firstQuery + subgroup * ${SIDE}u + row;
${each(
  blocks,
  (j) => `  ${matrices.store("scores", "scoreBase", `sum${j}`, SCORE_LINE)}
  workgroupBarrier();
  for (var i = 0u; i < 2u; i++) {
    let channel = ${j * SIDE}u + side * 8u + i * 4u;
    if (queryRow < p.queries && channel < ${width}u) {
      let at = scoreBase + row * ${SCORE_LINE}u + side * 8u + i * 4u;
      let values = vec4f(scores[at], scores[at + 1u], scores[at + 2u], scores[at + 3u]) / total;
      out[(p.outOffset + (group.z * p.queries + queryRow) * p.outStride + head + channel) / 4u] = packFour(values);
    }
  }
  workgroupBarrier();`,
)}
}
`;
}
