// Group norm in two dispatches: sums of parts of each group, then mean and variance of each group and the normalised values.
// Sums are of differences from the group's first value, so that a large mean does not drown the variance.

import type { ElementType, Kernel } from "./kernel.ts";
import { element, header, PACKING, packed, unpacked, ACTIVATIONS } from "./wgsl.ts";

interface GroupNormVariant {
  readonly type: ElementType;
  /** A row per image, added before. */
  readonly shift: boolean;
}

export const GROUP_SUMS_FIELDS = [
  "rowsPerImage",
  "rowsPerPart",
  "groupChannels",
  "inOffset",
  "inStride",
  "shiftOffset",
  "shiftStride",
] as const;

const SIZE = 256;

/** Most parts of a group. */
const MAX_PARTS = 32;
/** Values of a part. */
const PART_VALUES = 4096;

export function groupParts(rowsPerImage: number, groupChannels: number): number {
  return Math.min(MAX_PARTS, rowsPerImage, Math.ceil((rowsPerImage * groupChannels) / PART_VALUES));
}

/** Grid: parts, groups, images. Writes [image, group, part]: sum and sum of squares of the differences. */
export function groupSums({ type, shift }: GroupNormVariant): Kernel {
  return {
    name: `group sums ${type}${shift ? " shift" : ""}`,
    reads: shift ? 2 : 1,
    code: () => /* wgsl */ `
${header({ type, fields: GROUP_SUMS_FIELDS, reads: [["input", "element"], ...(shift ? [["shift", "element"] as const] : [])], write: ["out", "f32"] })}
fn valueAt(image: u32, row: u32, channel: u32) -> f32 {
  let value = ${element(type, "input", "p.inOffset + (image * p.rowsPerImage + row) * p.inStride + channel")};
  ${shift ? `return value + ${element(type, "shift", "p.shiftOffset + image * p.shiftStride + channel")};` : "return value;"}
}
var<workgroup> sums: array<vec2f, ${SIZE}>;
@compute @workgroup_size(${SIZE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let firstChannel = group.y * p.groupChannels;
  let origin = valueAt(group.z, 0u, firstChannel);
  let begin = group.x * p.rowsPerPart;
  let rows = min(p.rowsPerImage, begin + p.rowsPerPart) - min(p.rowsPerImage, begin);
  var sum = vec2f();
  for (var i = local; i < rows * p.groupChannels; i += ${SIZE}u) {
    let row = i / p.groupChannels;
    let difference = valueAt(group.z, begin + row, firstChannel + i - row * p.groupChannels) - origin;
    sum += vec2f(difference, difference * difference);
  }
  sums[local] = sum;
  for (var half = ${SIZE / 2}u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (local < half) { sums[local] += sums[local + half]; }
  }
  if (local == 0u) {
    let at = 2u * ((group.z * groups.y + group.y) * groups.x + group.x);
    out[at] = sums[0].x;
    out[at + 1u] = sums[0].y;
  }
}
`,
  };
}

export const GROUP_NORM_FIELDS = [
  "rowsPerImage",
  "groups",
  "parts",
  "groupChannels",
  "channels",
  "rowsPerWorkgroup",
  "inOffset",
  "inStride",
  "outOffset",
  "outStride",
  "shiftOffset",
  "shiftStride",
] as const;

/** Fours that a workgroup normalises. */
const WORKGROUP_FOURS = 2048;

export function normalisedRows(channels: number): number {
  return Math.max(1, Math.floor(WORKGROUP_FOURS / (channels / 4)));
}

interface NormaliseVariant extends GroupNormVariant {
  readonly groups: number;
  readonly eps: number;
  readonly silu: boolean;
}

/** Grid: blocks of rows, images. */
export function groupNormalise({ type, shift, groups, eps, silu }: NormaliseVariant): Kernel {
  const fours = [["scale", "four"] as const, ["bias", "four"] as const];
  return {
    name: `group norm ${type} groups ${groups} eps ${eps}${silu ? " silu" : ""}${shift ? " shift" : ""}`,
    reads: shift ? 5 : 4,
    code: () => /* wgsl */ `
${header({
  type,
  fields: GROUP_NORM_FIELDS,
  reads: [["input", "four"], ["sums", "f32"], ...fours, ...(shift ? [["shift", "four"] as const] : [])],
  write: ["out", "four"],
})}
${PACKING}
${silu ? ACTIVATIONS : ""}
var<workgroup> means: array<f32, ${groups}>;
var<workgroup> factors: array<f32, ${groups}>;
@compute @workgroup_size(${SIZE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let image = group.y;
  for (var g = local; g < p.groups; g += ${SIZE}u) {
    var sum = vec2f();
    for (var part = 0u; part < p.parts; part++) {
      let at = 2u * ((image * p.groups + g) * p.parts + part);
      sum += vec2f(sums[at], sums[at + 1u]);
    }
    let channel = g * p.groupChannels;
    let first = ${unpacked(type, "input[(p.inOffset + image * p.rowsPerImage * p.inStride + channel) / 4u]")}[channel % 4u]${shift ? ` + ${unpacked(type, "shift[(p.shiftOffset + image * p.shiftStride + channel) / 4u]")}[channel % 4u]` : ""};
    let count = f32(p.rowsPerImage * p.groupChannels);
    let difference = sum.x / count;
    means[g] = first + difference;
    factors[g] = inverseSqrt(max(sum.y / count - difference * difference, 0.0) + ${eps});
  }
  workgroupBarrier();
  let fours = p.channels / 4u;
  let begin = group.x * p.rowsPerWorkgroup;
  let rows = min(p.rowsPerImage, begin + p.rowsPerWorkgroup) - begin;
  for (var i = local; i < rows * fours; i += ${SIZE}u) {
    let row = image * p.rowsPerImage + begin + i / fours;
    let four = i % fours;
    var value = ${unpacked(type, "input[(p.inOffset + row * p.inStride) / 4u + four]")};
    ${shift ? `value += ${unpacked(type, "shift[(p.shiftOffset + image * p.shiftStride) / 4u + four]")};` : ""}
    let of4 = (vec4u(four * 4u) + vec4u(0u, 1u, 2u, 3u)) / p.groupChannels;
    let mean = vec4f(means[of4.x], means[of4.y], means[of4.z], means[of4.w]);
    let factor = vec4f(factors[of4.x], factors[of4.y], factors[of4.z], factors[of4.w]);
    value = (value - mean) * factor * ${unpacked(type, "scale[four]")} + ${unpacked(type, "bias[four]")};
    ${silu ? "value = silu(value);" : ""}
    out[(p.outOffset + row * p.outStride) / 4u + four] = ${packed(type, "value")};
  }
}
`,
  };
}
