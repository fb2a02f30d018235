// Group norm in two dispatches: sums of parts of each group, then mean and variance of each group and the normalised values.
// An invocation keeps to its channels and goes down the rows. Sums are of differences from the group's first value, so that a
// large mean does not drown the variance.

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

/** Two neighbouring elements of an "element" block. */
const pair = (type: ElementType, block: string, at: string): string =>
  type === "f16"
    ? `unpack2x16float(${block}[(${at}) / 2u])`
    : `vec2f(${block}[${at}], ${block}[(${at}) + 1u])`;

/** Grid: parts, groups, images. Writes [image, group, part]: sum and sum of squares of the differences. */
export function groupSums({ type, shift, even }: GroupNormVariant & { even: boolean }): Kernel {
  const read = even ? pair : element;
  const Values = even ? "vec2f" : "f32";
  return {
    name: `group sums ${type}${even ? "" : " odd"}${shift ? " shift" : ""}`,
    reads: shift ? 2 : 1,
    code: () => /* wgsl */ `
${header({ type, fields: GROUP_SUMS_FIELDS, reads: [["input", "element"], ...(shift ? [["shift", "element"] as const] : [])], write: ["out", "f32"] })}
fn valuesAt(image: u32, row: u32, channel: u32) -> ${Values} {
  let values = ${read(type, "input", "p.inOffset + (image * p.rowsPerImage + row) * p.inStride + channel")};
  ${shift ? `return values + ${read(type, "shift", "p.shiftOffset + image * p.shiftStride + channel")};` : "return values;"}
}
var<workgroup> sums: array<vec2f, ${SIZE}>;
@compute @workgroup_size(${SIZE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let firstChannel = group.y * p.groupChannels;
  let origin = valuesAt(group.z, 0u, firstChannel)${even ? ".x" : ""};
  let begin = group.x * p.rowsPerPart;
  let end = min(p.rowsPerImage, begin + p.rowsPerPart);
  let units = p.groupChannels / ${even ? 2 : 1}u;
  let across = min(units, ${SIZE}u);
  let rowsAtOnce = ${SIZE}u / across;
  var sum = vec2f();
  for (var i = local % across; i < units && local < across * rowsAtOnce; i += across) {
    for (var row = begin + local / across; row < end; row += rowsAtOnce) {
      let difference = valuesAt(group.z, row, firstChannel + ${even ? "2u * i" : "i"}) - origin;
      sum += vec2f(${even ? "difference.x + difference.y, dot(difference, difference)" : "difference, difference * difference"});
    }
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

/** Invocations that add up a group's parts. */
const SHARES = 8;

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
var<workgroup> partial: array<vec2f, ${groups * SHARES}>;
var<workgroup> means: array<f32, ${groups}>;
var<workgroup> factors: array<f32, ${groups}>;
@compute @workgroup_size(${SIZE})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let image = group.y;
  for (var i = local; i < ${groups * SHARES}u; i += ${SIZE}u) {
    var sum = vec2f();
    for (var part = i % ${SHARES}u; part < p.parts; part += ${SHARES}u) {
      let at = 2u * ((image * ${groups}u + i / ${SHARES}u) * p.parts + part);
      sum += vec2f(sums[at], sums[at + 1u]);
    }
    partial[i] = sum;
  }
  workgroupBarrier();
  for (var g = local; g < ${groups}u; g += ${SIZE}u) {
    var sum = vec2f();
    for (var i = 0u; i < ${SHARES}u; i++) { sum += partial[g * ${SHARES}u + i]; }
    let channel = g * p.groupChannels;
    let first = ${unpacked(type, "input[(p.inOffset + image * p.rowsPerImage * p.inStride + channel) / 4u]")}[channel % 4u]${shift ? ` + ${unpacked(type, "shift[(p.shiftOffset + image * p.shiftStride + channel) / 4u]")}[channel % 4u]` : ""};
    let count = f32(p.rowsPerImage * p.groupChannels);
    let difference = sum.x / count;
    means[g] = first + difference;
    factors[g] = inverseSqrt(max(sum.y / count - difference * difference, 0.0) + ${eps});
  }
  workgroupBarrier();
  let fours = p.channels / 4u;
  let across = min(fours, ${SIZE}u);
  let rowsAtOnce = ${SIZE}u / across;
  let begin = image * p.rowsPerImage + group.x * p.rowsPerWorkgroup;
  let end = min((image + 1u) * p.rowsPerImage, begin + p.rowsPerWorkgroup);
  for (var four = local % across; four < fours && local < across * rowsAtOnce; four += across) {
    let of4 = (vec4u(four * 4u) + vec4u(0u, 1u, 2u, 3u)) / p.groupChannels;
    let factor = vec4f(factors[of4.x], factors[of4.y], factors[of4.z], factors[of4.w]) * ${unpacked(type, "scale[four]")};
    let mean = vec4f(means[of4.x], means[of4.y], means[of4.z], means[of4.w])${shift ? ` - ${unpacked(type, "shift[(p.shiftOffset + image * p.shiftStride) / 4u + four]")}` : ""};
    let added = ${unpacked(type, "bias[four]")};
    for (var row = begin + local / across; row < end; row += rowsAtOnce) {
      let value = (${unpacked(type, "input[(p.inOffset + row * p.inStride) / 4u + four]")} - mean) * factor + added;
      out[(p.outOffset + row * p.outStride) / 4u + four] = ${packed(type, silu ? "silu(value)" : "value")};
    }
  }
}
`,
  };
}
