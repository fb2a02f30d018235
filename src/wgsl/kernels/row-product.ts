// A product of a few rows, as of the time embedding: memory-bound, so all invocations of a workgroup read one strip of the
// weight together, each its share of the depth.

import {
  FINISH_FIELDS,
  finishCode,
  finishName,
  finishReads,
  type FinishValues,
  type FinishVariant,
} from "./finish.ts";
import type { Kernel, View } from "./kernel.ts";
import { weightCode, weightFour, weightReads, weightsName, type WeightVariant } from "./weights.ts";
import { each, GRID_BUILTINS, header, unpacked } from "./wgsl.ts";

/** Most rows for which it is used. */
export const FEW_ROWS = 4;

export const ROW_PRODUCT_FIELDS = [...FINISH_FIELDS, "depth", "inOffset", "inStride"] as const;

const FOURS = 8;
const SHARES = 32;

export function rowProduct(variant: FinishVariant & WeightVariant): Kernel {
  const { type } = variant;
  const reads = [["input", "four"] as const, ...weightReads(variant, 4), ...finishReads(variant)];
  return {
    name: `row product${weightsName(variant)} ${finishName(variant)}`,
    reads: reads.length,
    code: () => /* wgsl */ `
${header({ type, fields: ROW_PRODUCT_FIELDS, reads, write: ["out", "four"] })}
${finishCode(variant)}
${weightCode(variant, 4)}
var<workgroup> sums: array<vec4f, ${FOURS * SHARES}>;
@compute @workgroup_size(${FOURS * SHARES})
fn main(${GRID_BUILTINS}) {
  let column = (group.x * ${FOURS}u + local % ${FOURS}u) * 4u;
  let share = local / ${FOURS}u;
  let row = group.y;
  var sum = vec4f();
  if (column < p.columns) {
    for (var k = share * 4u; k < p.depth; k += ${SHARES * 4}u) {
      let x = ${unpacked(type, "input[(p.inOffset + row * p.inStride + k) / 4u]")};
      // All four reads are under way before the first is needed.
${each(4, (i) => `      let w${i} = weightAt(min(k + ${i}u, p.depth - 1u), column, 0u);`)}
${each(4, (i) => `      sum = fma(vec4f(select(0.0, x[${i}], k + ${i}u < p.depth)), ${weightFour(variant, `w${i}`, { unit: 4, part: 0 })}, sum);`)}
    }
  }
  sums[local] = sum;
  workgroupBarrier();
  if (share == 0u && column < p.columns) {
    for (var i = 1u; i < ${SHARES}u; i++) { sum += sums[local + i * ${FOURS}u]; }
    finish(sum, row, column, 0u);
  }
}
`,
  };
}

export function rowProductValues(
  finish: FinishValues,
  input: View,
): Record<(typeof ROW_PRODUCT_FIELDS)[number], number> {
  return { ...finish, depth: input.columns, inOffset: input.offset, inStride: input.stride };
}

export function rowProductWorkgroups({ rows, columns }: FinishValues): [number, number, number] {
  return [Math.ceil(columns / (4 * FOURS)), rows, 1];
}
