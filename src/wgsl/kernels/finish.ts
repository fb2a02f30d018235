// The last lines of every product: bias, the time embedding's shift, activation, residual, and the write.

import type { ElementType, View } from "./kernel.ts";
import { type Access, type ActivationKind, ACTIVATIONS, element, packed, PACKING, unpacked } from "./wgsl.ts";

/** What follows a product. The sums are float32 until the result is stored. */
export interface FinishVariant {
  readonly type: ElementType;
  readonly bias: boolean;
  /** A row per image, added after the bias. */
  readonly shift: boolean;
  readonly activation: ActivationKind | "geglu" | null;
  /** Added last. */
  readonly residual: boolean;
  /** The columns are a multiple of four, so that weights and biases are read four at once. */
  readonly aligned: boolean;
  /** Products of the same matrix by different weights, one after the other in the output. */
  readonly groups: number;
}

/** A product as it is. */
export const NO_FINISH = {
  bias: false,
  shift: false,
  activation: null,
  residual: false,
  aligned: true,
  groups: 1,
} as const satisfies Omit<FinishVariant, "type">;

export const FINISH_FIELDS = [
  "rows",
  "columns",
  "outOffset",
  "outStride",
  "groupStride",
  "residualOffset",
  "residualStride",
  "shiftOffset",
  "shiftStride",
  "rowsPerImage",
] as const;

export type FinishValues = Readonly<Record<(typeof FINISH_FIELDS)[number], number>>;

export function finishReads({
  bias,
  shift,
  residual,
  aligned,
  groups,
}: FinishVariant): (readonly [name: string, access: Access])[] {
  return [
    ...(bias
      ? Array.from({ length: groups }, (_, i) => [`bias${i}`, aligned ? "four" : "element"] as const)
      : []),
    ...(shift ? [["shift", "four"] as const] : []),
    ...(residual ? [["residual", "four"] as const] : []),
  ];
}

export function finishName({
  type,
  bias,
  shift,
  activation,
  residual,
  aligned,
  groups,
}: FinishVariant): string {
  return [
    type,
    bias && "bias",
    shift && "shift",
    activation,
    residual && "residual",
    !aligned && "unaligned",
    groups > 1 && `groups ${groups}`,
  ]
    .filter(Boolean)
    .join(" ");
}

export function finishValues({
  out,
  columns,
  groupStride = 0,
  residual,
  shift,
  rowsPerImage,
}: {
  out: View;
  /** Of one product, before GEGLU halves them. */
  columns: number;
  groupStride?: number;
  residual: View | null;
  shift: View | null;
  rowsPerImage: number;
}): FinishValues {
  return {
    rows: out.rows,
    columns,
    outOffset: out.offset,
    outStride: out.stride,
    groupStride,
    residualOffset: residual?.offset ?? 0,
    residualStride: residual?.stride ?? 0,
    shiftOffset: shift?.offset ?? 0,
    shiftStride: shift?.stride ?? 0,
    rowsPerImage,
  };
}

/**
 * `finish(sum, row, column, group)` stores four columns; with GEGLU `finishGated(sum, gate, row, column)`, where the column is of
 * the output.
 */
export function finishCode(variant: FinishVariant): string {
  const { type, bias, shift, activation, residual, aligned, groups } = variant;
  const biasOf = (i: number): string =>
    aligned
      ? `value = ${unpacked(type, `bias${i}[column / 4u]`)};`
      : Array.from(
          { length: 4 },
          (_, j) =>
            `if (column + ${j}u < p.columns) { value[${j}] = ${element(type, `bias${i}`, `column + ${j}u`)}; }`,
        ).join(" ");
  const biases =
    groups === 1
      ? biasOf(0)
      : Array.from({ length: groups }, (_, i) => `if (group == ${i}u) { ${biasOf(i)} }`).join("\n  ");
  const store = (value: string): string =>
    `out[(p.outOffset + group * p.groupStride + row * p.outStride + column) / 4u] = ${packed(type, value)};`;
  return /* wgsl */ `
${PACKING}
${activation ? ACTIVATIONS : ""}
${
  bias
    ? `fn biased(sum: vec4f, column: u32, group: u32) -> vec4f {
  var value = vec4f();
  ${biases}
  return sum + value;
}`
    : "fn biased(sum: vec4f, column: u32, group: u32) -> vec4f { return sum; }"
}
${
  activation === "geglu"
    ? `fn finishGated(sum: vec4f, gate: vec4f, row: u32, column: u32) {
  const group = 0u;
  let value = biased(sum, column, group) * gelu(biased(gate, column + p.columns / 2u, group));
  ${store("value")}
}`
    : `fn finish(sum: vec4f, row: u32, column: u32, group: u32) {
  var value = biased(sum, column, group);
  ${shift ? `value += ${unpacked(type, "shift[(p.shiftOffset + row / p.rowsPerImage * p.shiftStride + column) / 4u]")};` : ""}
  ${activation ? `value = ${activation}(value);` : ""}
  ${residual ? `value += ${unpacked(type, "residual[(p.residualOffset + row * p.residualStride + column) / 4u]")};` : ""}
  ${store("value")}
}`
}
`;
}
