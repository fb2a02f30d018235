// The left operand of a product: rows of a matrix, or the windows of a 3×3 convolution gathered on the way.

import type { View } from "./kernel.ts";
import { each } from "./wgsl.ts";

/** Geometry of a 3×3 convolution over a map of rows [image][y][x]. */
export interface Window {
  /** Of the map in memory. */
  readonly inHeight: number;
  readonly inWidth: number;
  /** Of the map that the kernel slides over: larger if it is upsampled on the way. */
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly stride: number;
  /** Zeros before each row and column. */
  readonly before: number;
}

export type OperandKind = "rows" | "window" | "upsampled window";

export const OPERAND_FIELDS = [
  "depth",
  "stepsPerTap",
  "stepsPerPart",
  "steps",
  "inOffset",
  "inStride",
  "inHeight",
  "inWidth",
  "height",
  "width",
  "outHeight",
  "outWidth",
  "windowStride",
  "before",
] as const;

type OperandValues = Readonly<Record<(typeof OPERAND_FIELDS)[number], number>>;

export function operandKind(window: Window | null): OperandKind {
  if (!window) return "rows";
  return window.height === window.inHeight && window.width === window.inWidth ? "window" : "upsampled window";
}

/** @param step how much of the depth a workgroup takes at once @param parts workgroups that share one sum */
export function operandValues(
  { input, window, parts }: { input: View; window: Window | null; parts: number },
  step: number,
): OperandValues {
  const stepsPerTap = Math.ceil(input.columns / step);
  const steps = stepsPerTap * (window ? 9 : 1);
  return {
    depth: input.columns,
    stepsPerTap,
    stepsPerPart: Math.ceil(steps / parts),
    steps,
    inOffset: input.offset,
    inStride: input.stride,
    inHeight: window?.inHeight ?? 1,
    inWidth: window?.inWidth ?? 1,
    height: window?.height ?? 1,
    width: window?.width ?? 1,
    outHeight: window?.outHeight ?? 1,
    outWidth: window?.outWidth ?? 1,
    windowStride: window?.stride ?? 1,
    before: window?.before ?? 0,
  };
}

interface StagedTile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly threads: number;
  /** Elements that are read at once: 4, or 8 halves. */
  readonly unit: 4 | 8;
}

/** Reads per invocation of each operand's tile. */
export function readsPerInvocation({ rows, columns, depth, threads, unit }: StagedTile): {
  left: number;
  right: number;
} {
  const reads = (elements: number): number => Math.ceil(elements / unit / threads);
  return { left: reads(rows * depth), right: reads(depth * columns) };
}

/** Whether an invocation has a read `i`: not all have a last one where a tile does not divide evenly. */
function hasRead(i: number, units: number, threads: number): string {
  return (i + 1) * threads <= units ? "true" : `local < ${units - i * threads}u`;
}

/**
 * Declares what the reads of each invocation need: its rows of the left tile (`leftRow`, `leftUnit`), for convolutions with
 * their place in the map, its part of the right tile, and the registers `left…` and `right…` of the type `raw`.
 * Expects `rowStart` and `rightColumn(unit)`, the column that a unit of the right tile begins at.
 */
export function operandPlaces(tile: StagedTile, { kind, raw }: { kind: OperandKind; raw: string }): string {
  const { left, right } = readsPerInvocation(tile);
  const leftUnits = tile.depth / tile.unit;
  const rightUnits = tile.columns / tile.unit;
  return each(left, (i) => {
    const place =
      kind === "rows"
        ? `let leftAt${i} = p.inOffset + leftMatrixRow${i} * p.inStride;`
        : `let image${i} = leftMatrixRow${i} / (p.outHeight * p.outWidth);
  let position${i} = leftMatrixRow${i} % (p.outHeight * p.outWidth);
  let y${i} = i32(position${i} / p.outWidth * p.windowStride) - i32(p.before);
  let x${i} = i32(position${i} % p.outWidth * p.windowStride) - i32(p.before);
  let imageRow${i} = image${i} * p.inHeight * p.inWidth;`;
    return `  let isLeft${i} = ${hasRead(i, (tile.rows * tile.depth) / tile.unit, tile.threads)};
  let leftRow${i} = (local + ${i * tile.threads}u) / ${leftUnits}u;
  let leftUnit${i} = (local + ${i * tile.threads}u) % ${leftUnits}u;
  let leftMatrixRow${i} = rowStart + leftRow${i};
  ${place}
  var left${i} = ${raw}();`;
  }).concat(
    "\n",
    each(
      right,
      (i) => `  let isRight${i} = ${hasRead(i, (tile.depth * tile.columns) / tile.unit, tile.threads)};
  let rightRow${i} = (local + ${i * tile.threads}u) / ${rightUnits}u;
  let rightUnit${i} = (local + ${i * tile.threads}u) % ${rightUnits}u;
  let rightColumn${i} = rightColumn(rightUnit${i}, columnStart);
  var right${i} = ${raw}();`,
    ),
  );
}

/** Reads the tiles of step `step` into the registers; zeros outside. */
export function operandReads(
  tile: StagedTile,
  { kind, raw, step }: { kind: OperandKind; raw: string; step: string },
): string {
  const { left, right } = readsPerInvocation(tile);
  const { unit } = tile;
  const scale = kind === "upsampled window";
  return /* wgsl */ `{
    let step = ${step};
    let tap = step / p.stepsPerTap;
    let depthStart = (step - tap * p.stepsPerTap) * ${tile.depth}u;
    ${kind === "rows" ? "" : "let tapY = i32(tap / 3u); let tapX = i32(tap % 3u);"}
${each(left, (i) => {
  const inside = `isLeft${i} && leftMatrixRow${i} < p.rows && depthStart + leftUnit${i} * ${unit}u < p.depth`;
  const unitAt = `depthStart + leftUnit${i} * ${unit}u`;
  if (kind === "rows")
    return `    left${i} = ${raw}();
    if (${inside}) { left${i} = input[(leftAt${i} + ${unitAt}) / ${unit}u]; }`;
  const [row, column] = scale
    ? [`u32(mapY) * p.inHeight / p.height`, `u32(mapX) * p.inWidth / p.width`]
    : ["u32(mapY)", "u32(mapX)"];
  return `    { let mapY = y${i} + tapY; let mapX = x${i} + tapX;
      left${i} = ${raw}();
      if (${inside} && mapY >= 0 && mapY < i32(p.height) && mapX >= 0 && mapX < i32(p.width)) {
        left${i} = input[(p.inOffset + (imageRow${i} + ${row} * p.inWidth + ${column}) * p.inStride + ${unitAt}) / ${unit}u];
      } }`;
})}
${each(
  right,
  (i) => `    right${i} = ${raw}();
    if (isRight${i} && depthStart + rightRow${i} < p.depth && rightColumn${i} < p.columns) {
      right${i} = weightAt(tap * p.depth + depthStart + rightRow${i}, rightColumn${i}, group);
    }`,
)}
  }`;
}
