// Operators on single values that no product could take along: sums, activations, GEGLU, upsampling, copies into a concatenation.

import type { ElementType, Kernel } from "./kernel.ts";
import { ACTIVATIONS, GRID_BUILTINS, header, INDEX, PACKING, packed, unpacked } from "./wgsl.ts";

export type ElementwiseKind = "add" | "silu" | "gelu" | "quick_gelu" | "geglu" | "copy" | "upsample";

export const ELEMENTWISE_FIELDS = [
  "count",
  "fours",
  "outOffset",
  "outStride",
  "inOffset",
  "inStride",
  "otherOffset",
  "otherStride",
  /** Rows of the other operand, which repeat. */
  "otherRows",
  "inHeight",
  "inWidth",
  "outHeight",
  "outWidth",
] as const;

export const ELEMENTWISE_SIZE = 64;

export function elementwise(kind: ElementwiseKind, type: ElementType): Kernel {
  const input = (row: string, column = "four"): string =>
    unpacked(type, `input[(p.inOffset + ${row} * p.inStride) / 4u + ${column}]`);
  const bodies: Readonly<Record<ElementwiseKind, string>> = {
    add: `${input("row")} + ${unpacked(type, "other[(p.otherOffset + row % p.otherRows * p.otherStride) / 4u + four]")}`,
    silu: `silu(${input("row")})`,
    gelu: `gelu(${input("row")})`,
    quick_gelu: `quick_gelu(${input("row")})`,
    geglu: `${input("row")} * gelu(${input("row", "p.fours + four")})`,
    copy: input("row"),
    upsample: input("sourceRow(row)"),
  };
  const reads = [["input", "four"] as const, ...(kind === "add" ? [["other", "four"] as const] : [])];
  return {
    name: `${kind} ${type}`,
    reads: reads.length,
    code: () => /* wgsl */ `
${header({ type, fields: ELEMENTWISE_FIELDS, reads, write: ["out", "four"] })}
${PACKING}
${ACTIVATIONS}
fn sourceRow(row: u32) -> u32 {
  let x = row % p.outWidth;
  let y = row / p.outWidth % p.outHeight;
  let image = row / (p.outWidth * p.outHeight);
  return (image * p.inHeight + y * p.inHeight / p.outHeight) * p.inWidth + x * p.inWidth / p.outWidth;
}
@compute @workgroup_size(${ELEMENTWISE_SIZE})
fn main(${GRID_BUILTINS}) {
  let index = ${INDEX} * ${ELEMENTWISE_SIZE}u + local;
  if (index >= p.count) { return; }
  let row = index / p.fours;
  let four = index % p.fours;
  let value = ${bodies[kind]};
  out[(p.outOffset + row * p.outStride) / 4u + four] = ${packed(type, "value")};
}
`,
  };
}
