// The right operand of a product from memory: the one place that knows how weights are stored. They are [depth, columns] of the
// back end's type, or in 8 bits: each group of rows is a row of scales, two bytes a column, and the rows as bytes. A value is its byte's share
// of 127 times the scale, which is the largest magnitude of the group in its column.

import type { FinishVariant } from "./finish.ts";
import type { Int8Layout } from "./kernel.ts";
import { type Access, accessType, each, element } from "./wgsl.ts";

export interface WeightVariant extends Pick<FinishVariant, "type" | "groups" | "aligned"> {
  /** Null: of the back end's type. */
  readonly int8: Int8Layout | null;
}

/** Bytes of a row of scales, in rows of weights. */
const SCALE_ROWS = 2;

/** Bytes of weights in 8 bits. */
export function int8Bytes(
  { depth, columns }: { readonly depth: number; readonly columns: number },
  { group }: Int8Layout,
): number {
  return (depth + SCALE_ROWS * Math.ceil(depth / group)) * columns;
}

/** Of a row, in rows of the buffer: where the scales of its group are, and where it is. */
export const int8Rows = (row: string, { group }: Int8Layout) => ({
  scales: `${row} / ${group}u * ${group + SCALE_ROWS}u`,
  values: `(${row} + (${row} / ${group}u + 1u) * ${SCALE_ROWS}u)`,
});

/** For a kernel's name. */
export function weightsName({ int8 }: Pick<WeightVariant, "int8">): string {
  return int8 ? ` int8 by ${int8.group}` : "";
}

/** @param unit columns that are read at once */
export function weightReads(
  { type, groups, aligned, int8 }: WeightVariant,
  unit: 4 | 8,
): (readonly [name: string, access: Access])[] {
  const wide = int8 ? "vec2u" : type === "f16" ? "eight" : "four";
  const narrow = int8 ? "u32" : aligned ? "four" : "element";
  return Array.from({ length: groups }, (_, i) => [`weight${i}`, unit === 8 ? wide : narrow] as const);
}

/** The type `Weight` of a unit as it is read, and `weightAt(row, column, group)`, which reads one. */
export function weightCode(variant: WeightVariant, unit: 4 | 8): string {
  const { type, groups, aligned, int8 } = variant;
  const one = (i: number): string => {
    if (int8) return int8Read(`weight${i}`, { int8, unit });
    if (aligned) return `return weight${i}[(row * p.columns + column) / ${unit}u];`;
    const values = each(
      4,
      (j) =>
        `if (column + ${j}u < p.columns) { value[${j}] = ${element(type, `weight${i}`, `row * p.columns + column + ${j}u`)}; }`,
      " ",
    );
    return `var value = vec4f(); ${values} return ${type === "f16" ? "packFour(value)" : "value"};`;
  };
  const body =
    groups === 1
      ? one(0)
      : `${each(groups - 1, (i) => `if (group == ${i}u) { ${one(i)} }`)} ${one(groups - 1)}`;
  const declared = int8
    ? `struct Weight { values: ${unit === 8 ? "vec2u" : "u32"}, scales: ${unit === 8 ? "vec4u" : "vec2u"} }`
    : `alias Weight = ${accessType(unit === 8 ? "eight" : "four", type)};`;
  return `${declared}\nfn weightAt(row: u32, column: u32, group: u32) -> Weight {\n  ${body}\n}`;
}

function int8Read(
  block: string,
  { int8, unit }: { readonly int8: Int8Layout; readonly unit: 4 | 8 },
): string {
  const rows = int8Rows("row", int8);
  return `let scales = (${rows.scales} * p.columns + ${SCALE_ROWS}u * column) / ${unit}u;
  return Weight(${block}[(${rows.values} * p.columns + column) / ${unit}u], ${unit === 8 ? "vec4u" : "vec2u"}(${block}[scales], ${block}[scales + 1u]));`;
}

/** Four columns of a unit as vec4f. @param part of a unit of eight columns: the first or the second four */
export function weightFour(
  { type, int8 }: WeightVariant,
  weight: string,
  { unit, part }: { readonly unit: 4 | 8; readonly part: number },
): string {
  const words = part === 0 ? "xy" : "zw";
  if (int8)
    return `unpack4x8snorm(${weight}.values${unit === 8 ? `[${part}]` : ""}) * unpackFour(${weight}.scales.${words})`;
  return type === "f16" ? `unpackFour(${weight}.${words})` : weight;
}

/** A unit of eight columns as halves. */
export function weightHalves(variant: WeightVariant, weight: string): string {
  if (!variant.int8) return weight;
  const four = (part: number): string => `packFour(${weightFour(variant, weight, { unit: 8, part })})`;
  return `vec4u(${four(0)}, ${four(1)})`;
}
