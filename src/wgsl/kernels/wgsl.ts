// Text that kernels share: bindings, reading and writing four elements at once, activations.
// float16 is packed in words, which needs no device feature: pack2x16float and unpack2x16float are in every WGSL.

import type { ElementType } from "./kernel.ts";

/** How a kernel sees a block: "four" elements of the back end's type at once, or of float32, single words, or "eight" halves. */
export type Access = "four" | "eight" | "f32" | "vec4f" | "u32" | "vec2u" | "element";

export function accessType(access: Access, type: ElementType): string {
  if (access === "four") return type === "f16" ? "vec2u" : "vec4f";
  if (access === "eight") return "vec4u";
  if (access === "element") return type === "f16" ? "u32" : "f32";
  return access;
}

interface Header {
  readonly type: ElementType;
  /** Fields of the uniform `p`, all u32. */
  readonly fields: readonly string[];
  readonly reads: readonly (readonly [name: string, access: Access])[];
  readonly write: readonly [name: string, access: Access];
}

export function header({ type, fields, reads, write }: Header): string {
  const bindings = reads.map(
    ([name, access], i) =>
      `@group(0) @binding(${i + 1}) var<storage, read> ${name}: array<${accessType(access, type)}>;`,
  );
  return /* wgsl */ `
struct Values { ${fields.map((field) => `${field}: u32`).join(", ")} }
@group(0) @binding(0) var<uniform> p: Values;
${bindings.join("\n")}
@group(0) @binding(${reads.length + 1}) var<storage, read_write> ${write[0]}: array<${accessType(write[1], type)}>;
`;
}

/** The uniform's words in the order of `fields`. */
export function valuesOf<Field extends string>(
  fields: readonly Field[],
  values: Readonly<Record<Field, number>>,
): number[] {
  return fields.map((field) => values[field]);
}

/** A "four" as vec4f. */
export const unpacked = (type: ElementType, four: string): string =>
  type === "f16" ? `unpackFour(${four})` : four;

/** A vec4f as a "four". */
export const packed = (type: ElementType, value: string): string =>
  type === "f16" ? `packFour(${value})` : value;

export const PACKING = /* wgsl */ `
fn unpackFour(four: vec2u) -> vec4f { return vec4f(unpack2x16float(four.x), unpack2x16float(four.y)); }
fn packFour(value: vec4f) -> vec2u { return vec2u(pack2x16float(value.xy), pack2x16float(value.zw)); }
`;

/** Element `at` of an "element" block as f32. */
export const element = (type: ElementType, block: string, at: string): string =>
  type === "f16" ? `unpack2x16float(${block}[(${at}) / 2u])[(${at}) % 2u]` : `${block}[${at}]`;

/** Invocation number of a dispatch over `grid`. */
export const INDEX = "(group.y * groups.x + group.x)";

export const GRID_BUILTINS =
  "@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32";

export type ActivationKind = "silu" | "gelu" | "quick_gelu";

/** The error function by Abramowitz and Stegun's 7.1.26, within 1.5e-7. */
export const ACTIVATIONS = /* wgsl */ `
fn sigmoid(x: vec4f) -> vec4f { return 1.0 / (1.0 + exp(-max(x, vec4f(-80.0)))); }
fn silu(x: vec4f) -> vec4f { return x * sigmoid(x); }
fn quick_gelu(x: vec4f) -> vec4f { return x * sigmoid(1.702 * x); }
fn gelu(x: vec4f) -> vec4f {
  let z = min(abs(x) * 0.7071067811865476, vec4f(6.0));
  let t = 1.0 / (1.0 + 0.3275911 * z);
  let tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * exp(-z * z);
  return 0.5 * x * (1.0 + sign(x) * (1.0 - tail));
}
`;

/** `code` for 0 … count − 1. */
export function each(count: number, code: (i: number) => string, separator = "\n"): string {
  return Array.from({ length: count }, (_, i) => code(i)).join(separator);
}
