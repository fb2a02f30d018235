// Layer norm: a workgroup per row, which it reads once.

import type { ElementType, Kernel } from "./kernel.ts";
import { each, GRID_BUILTINS, header, INDEX, PACKING, packed, unpacked } from "./wgsl.ts";

export const LAYER_NORM_FIELDS = [
  "rows",
  "channels",
  "inOffset",
  "inStride",
  "outOffset",
  "outStride",
] as const;

const SIZE = 64;

export function layerNormKernel({
  type,
  channels,
  eps,
}: {
  type: ElementType;
  channels: number;
  eps: number;
}): Kernel {
  const own = Math.ceil(channels / 4 / SIZE); // fours of an invocation
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
    name: `layer norm ${type} eps ${eps} fours ${own}`,
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
${each(own, (i) => `  let has${i} = local + ${i * SIZE}u < fours; var v${i} = vec4f(); if (has${i}) { v${i} = ${unpacked(type, `input[inAt + local + ${i * SIZE}u]`)}; }`)}
  let sum = ${each(own, (i) => `v${i}`, " + ")};
  ${reduce("sum.x + sum.y + sum.z + sum.w")}
  let mean = sums[0] / f32(p.channels);
${each(own, (i) => `  if (has${i}) { v${i} -= mean; }`)}
  ${reduce(each(own, (i) => `dot(v${i}, v${i})`, " + "))}
  let factor = inverseSqrt(sums[0] / f32(p.channels) + ${eps});
  if (row >= p.rows) { return; }
  let outAt = (p.outOffset + row * p.outStride) / 4u + local;
${each(own, (i) => `  if (has${i}) { out[outAt + ${i * SIZE}u] = ${packed(type, `v${i} * factor * ${unpacked(type, `scale[local + ${i * SIZE}u]`)} + ${unpacked(type, `bias[local + ${i * SIZE}u]`)}`)}; }`)}
}
`,
  };
}
