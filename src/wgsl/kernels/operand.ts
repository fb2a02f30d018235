// The left operand of a product: rows of a matrix, or of one of a batch of matrices with as many right operands, or the windows of a
// 3×3 convolution gathered on the way.

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

export type OperandKind = "rows" | "batch" | "window" | "upsampled window";

export const OPERAND_FIELDS = [
  "depth",
  "batch",
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

/**
 * @param step how much of the depth a workgroup takes at once @param parts workgroups that share one sum
 * @param batch matrices, one after the other; so are their weights
 */
export function operandValues(
  { input, window, parts, batch = 1 }: { input: View; window: Window | null; parts: number; batch?: number },
  step: number,
): OperandValues {
  const stepsPerTap = Math.ceil(input.columns / step);
  const steps = stepsPerTap * (window ? 9 : 1);
  return {
    depth: input.columns,
    batch,
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
  /** Elements of each operand that are read at once: 4, or 8 halves. */
  readonly leftUnit: 4 | 8;
  readonly rightUnit: 4 | 8;
  /** Neighbouring rows of the left tile whose units an invocation reads. */
  readonly rowsAtOnce: 1 | 4;
}

/** Reads per invocation of each operand's tile. */
export function readsPerInvocation(tile: StagedTile): { left: number; right: number } {
  const { rows, columns, depth, threads, leftUnit, rightUnit, rowsAtOnce } = tile;
  return {
    left: rowsAtOnce * Math.ceil((rows * depth) / leftUnit / rowsAtOnce / threads),
    right: Math.ceil((depth * columns) / rightUnit / threads),
  };
}

/** Whether an invocation has a read `i`: not all have a last one where a tile does not divide evenly. */
function hasRead(i: number, units: number, threads: number): string {
  return (i + 1) * threads <= units ? "true" : `local < ${units - i * threads}u`;
}

/** What `operandPlaces` and `operandReads` are made for, with the types of the registers that the tiles pass through. */
interface OperandCode {
  readonly kind: OperandKind;
  readonly leftRaw: string;
  readonly rightRaw: string;
}

/**
 * Declares what the reads of each invocation need: its rows of the left tile (`leftRow`, `leftUnit`), for convolutions with
 * their place in the map, its part of the right tile, and the state that advances from read to read, so that a read costs little:
 * where in the depth, for convolutions at which of the nine taps.
 * Expects `rowStart`, the first step `begin`, and `rightColumn(unit)`, the column that a unit of the right tile begins at.
 */
export function operandPlaces(tile: StagedTile, { kind }: OperandCode): string {
  const { left, right } = readsPerInvocation(tile);
  const { rowsAtOnce, leftUnit, threads } = tile;
  const leftUnits = tile.depth / leftUnit;
  const rightUnits = tile.columns / tile.rightUnit;
  const leftPlaces = each(left, (i) => {
    const group = Math.floor(i / rowsAtOnce);
    const place =
      kind === "rows" || kind === "batch"
        ? `let leftInside${i} = isLeft${i} && leftMatrixRow${i} < p.rows;
  let leftAt${i} = (p.inOffset + ${kind === "rows" ? `leftMatrixRow${i}` : `(batch * p.rows + leftMatrixRow${i})`} * p.inStride) / ${leftUnit}u + leftUnit${i};`
        : `let image${i} = leftMatrixRow${i} / (p.outHeight * p.outWidth);
  let position${i} = leftMatrixRow${i} % (p.outHeight * p.outWidth);
  let y${i} = i32(position${i} / p.outWidth * p.windowStride) - i32(p.before);
  let x${i} = i32(position${i} % p.outWidth * p.windowStride) - i32(p.before);
  let imageRow${i} = image${i} * p.inHeight * p.inWidth;
  var leftInside${i} = false;
  var leftAt${i} = 0u;`;
    return `  let isLeft${i} = ${hasRead(group, (tile.rows / rowsAtOnce) * leftUnits, threads)};
  let leftRow${i} = (local + ${group * threads}u) / ${leftUnits}u${rowsAtOnce === 1 ? "" : ` * 4u + ${i % 4}u`};
  let leftUnit${i} = (local + ${group * threads}u) % ${leftUnits}u;
  let leftMatrixRow${i} = rowStart + leftRow${i};
  ${place}`;
  });
  const rightPlaces = each(
    right,
    (i) => `  let hasRight${i} = ${hasRead(i, tile.depth * rightUnits, threads)};
  let rightRow${i} = (local + ${i * threads}u) / ${rightUnits}u;
  let rightUnit${i} = (local + ${i * threads}u) % ${rightUnits}u;
  let rightColumn${i} = rightColumn(rightUnit${i}, columnStart);
  let isRight${i} = hasRight${i} && rightColumn${i} < p.columns;`,
  );
  const state =
    kind === "rows" || kind === "batch"
      ? `  var depthStart = begin * ${tile.depth}u;`
      : `  var tap = begin / p.stepsPerTap;
  var depthStart = (begin - tap * p.stepsPerTap) * ${tile.depth}u;
  ${tapPlaces(tile, kind)}`;
  const matrix = kind === "batch" ? "  let batch = workgroup.z % p.batch;" : "";
  return [matrix, leftPlaces, rightPlaces, state].join("\n");
}

/** Where the rows' positions are read at the current tap. */
function tapPlaces(tile: StagedTile, kind: OperandKind): string {
  const [row, column] =
    kind === "upsampled window"
      ? ["u32(mapY) * p.inHeight / p.height", "u32(mapX) * p.inWidth / p.width"]
      : ["u32(mapY)", "u32(mapX)"];
  return each(
    readsPerInvocation(tile).left,
    (i) => `{ let mapY = y${i} + i32(tap / 3u); let mapX = x${i} + i32(tap % 3u);
      leftInside${i} = isLeft${i} && leftMatrixRow${i} < p.rows && mapY >= 0 && mapY < i32(p.height) && mapX >= 0 && mapX < i32(p.width);
      leftAt${i} = (p.inOffset + (imageRow${i} + ${row} * p.inWidth + ${column}) * p.inStride) / ${tile.leftUnit}u + leftUnit${i}; }`,
  );
}

/** Registers of one step's tiles. */
export function operandRegisters(tile: StagedTile, { leftRaw, rightRaw }: OperandCode, set = ""): string {
  const { left, right } = readsPerInvocation(tile);
  return each(left, (i) => `  var left${set}${i} = ${leftRaw}();`).concat(
    "\n",
    each(right, (i) => `  var right${set}${i} = ${rightRaw}();`),
  );
}

const TAP = "tap * p.depth + ";

/** Reads the next step's tiles into a set of registers, zeros outside and where `isMore` is false. */
export function operandReads(
  tile: StagedTile,
  { kind, leftRaw, rightRaw, isMore, set = "" }: OperandCode & { isMore: string; set?: string },
): string {
  const { left, right } = readsPerInvocation(tile);
  const { leftUnit, depth } = tile;
  const firstRow = { rows: "", batch: "batch * p.depth + ", window: TAP, "upsampled window": TAP }[kind];
  return /* wgsl */ `
${each(left, (i) => `    left${set}${i} = ${leftRaw}();`)}
${each(right, (i) => `    right${set}${i} = ${rightRaw}();`)}
    if (${isMore}) {
${each(left, (i) => `      if (leftInside${i} && depthStart + leftUnit${i} * ${leftUnit}u < p.depth) { left${set}${i} = input[leftAt${i} + depthStart / ${leftUnit}u]; }`)}
${each(
  right,
  (i) =>
    `      if (isRight${i} && depthStart + rightRow${i} < p.depth) { right${set}${i} = weightAt(${firstRow}depthStart + rightRow${i}, rightColumn${i}, group); }`,
)}
      depthStart += ${depth}u;
      ${
        kind === "rows" || kind === "batch"
          ? ""
          : `if (depthStart >= p.depth) { depthStart = 0u; tap++;
    ${tapPlaces(tile, kind)} }`
      }
    }`;
}
