// Layer norm: a workgroup per row.

import type { ElementType, Kernel } from "./kernel.ts";
import { GRID_BUILTINS, header, INDEX, PACKING, packed, unpacked } from "./wgsl.ts";

export const LAYER_NORM_FIELDS = [
  "rows",
  "channels",
  "inOffset",
  "inStride",
  "outOffset",
  "outStride",
] as const;

const SIZE = 64;

export function layerNormKernel({ type, eps }: { type: ElementType; eps: number }): Kernel {
  const reads = [
    ["input", "four"],
    ["scale", "four"],
    ["bias", "four"],
  ] as const;
  const reduce = (value: string): string => /* wgsl */ `
  workgroupBarrier();
  sums[local] = ${value};
  for (var half = ${SIZE / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { sums[local] += sums[local + half]; }
  }
  workgroupBarrier();`;
  return {
    name: `layer norm ${type} eps ${eps}`,
    reads: reads.length,
    code: () => /* wgsl */ `
${header({ type, fields: LAYER_NORM_FIELDS, reads, write: ["out", "four"] })}
${PACKING}
var<workgroup> sums: array<f32, ${SIZE}>;
@compute @workgroup_size(${SIZE})
fn main(${GRID_BUILTINS}) {
  let row = ${INDEX};
  let fours = p.channels / 4u;
  let inAt = (p.inOffset + min(row, p.rows - 1u) * p.inStride) / 4u;
  var sum = vec4f();
  for (var four = local; four < fours; four += ${SIZE}u) { sum += ${unpacked(type, "input[inAt + four]")}; }
  ${reduce("sum.x + sum.y + sum.z + sum.w")}
  let mean = sums[0] / f32(p.channels);
  var squares = 0.0;
  for (var four = local; four < fours; four += ${SIZE}u) {
    let difference = ${unpacked(type, "input[inAt + four]")} - mean;
    squares += dot(difference, difference);
  }
  ${reduce("squares")}
  let factor = inverseSqrt(sums[0] / f32(p.channels) + ${eps});
  if (row >= p.rows) { return; }
  for (var four = local; four < fours; four += ${SIZE}u) {
    let value = (${unpacked(type, "input[inAt + four]")} - mean) * factor * ${unpacked(type, "scale[four]")} + ${unpacked(type, "bias[four]")};
    out[(p.outOffset + row * p.outStride) / 4u + four] = ${packed(type, "value")};
  }
}
`,
  };
}
