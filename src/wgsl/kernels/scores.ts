// What attention needs beside two products (plan/operators/wide-attention.ts): keys as a product's right operand, and the softmax of
// its rows.

import type { ElementType, Kernel } from "./kernel.ts";
import { each, GRID_BUILTINS, header, INDEX, PACKING, packed, unpacked } from "./wgsl.ts";

export const TRANSPOSED_FIELDS = ["rows", "columns", "inOffset", "inStride"] as const;

export const TRANSPOSED_SIZE = 64;

/** [rows, columns] to [columns, rows], times `scale`; both multiples of four. An invocation takes 4×4 values. */
export function transposed({ type, scale }: { type: ElementType; scale: number }): Kernel {
  return {
    name: `transposed ${type} × ${scale}`,
    reads: 1,
    code: () => /* wgsl */ `
${header({ type, fields: TRANSPOSED_FIELDS, reads: [["input", "four"]], write: ["out", "four"] })}
${PACKING}
@compute @workgroup_size(${TRANSPOSED_SIZE})
fn main(${GRID_BUILTINS}) {
  let index = ${INDEX} * ${TRANSPOSED_SIZE}u + local;
  let down = p.rows / 4u;
  if (index >= down * (p.columns / 4u)) { return; }
  let row = index % down;
  let column = index / down;
${each(4, (i) => `  let v${i} = ${scale} * ${unpacked(type, `input[(p.inOffset + (4u * row + ${i}u) * p.inStride) / 4u + column]`)};`)}
${each(4, (i) => `  out[(4u * column + ${i}u) * down + row] = ${packed(type, `vec4f(v0[${i}], v1[${i}], v2[${i}], v3[${i}])`)};`)}
}
`,
  };
}

export const SOFTMAX_FIELDS = ["rows", "columns"] as const;

const SIZE = 128;

/** The softmax of each row, a workgroup per row. The columns are a multiple of four. */
export function softmaxKernel(type: ElementType): Kernel {
  const reduce = (value: string, other: (a: string, b: string) => string): string => /* wgsl */ `
  workgroupBarrier();
  values[local] = ${value};
  for (var half = ${SIZE / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { values[local] = ${other("values[local]", "values[local + half]")}; }
  }
  workgroupBarrier();`;
  const loop = (body: string): string =>
    `for (var four = local; four < fours; four += ${SIZE}u) { let scores = ${unpacked(type, "input[at + four]")}; ${body} }`;
  return {
    name: `softmax ${type}`,
    reads: 1,
    code: () => /* wgsl */ `
${header({ type, fields: SOFTMAX_FIELDS, reads: [["input", "four"]], write: ["out", "four"] })}
${PACKING}
var<workgroup> values: array<f32, ${SIZE}>;
@compute @workgroup_size(${SIZE})
fn main(${GRID_BUILTINS}) {
  let row = ${INDEX};
  let fours = p.columns / 4u;
  let at = min(row, p.rows - 1u) * fours;
  var most = vec4f(-1e30);
  ${loop("most = max(most, scores);")}
  ${reduce("max(max(most.x, most.y), max(most.z, most.w))", (a, b) => `max(${a}, ${b})`)}
  let largest = values[0];
  var sum = vec4f();
  ${loop("sum += exp(scores - largest);")}
  ${reduce("sum.x + sum.y + sum.z + sum.w", (a, b) => `${a} + ${b}`)}
  let total = values[0];
  if (row >= p.rows) { return; }
  ${loop(`out[at + four] = ${packed(type, "exp(scores - largest) / total")};`)}
}
`,
  };
}
