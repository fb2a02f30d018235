// Matrix product and convolution with subgroup matrices, which Chromium has behind a flag (chromium-experimental-subgroup-matrix):
// float16 operands in 16×16 blocks, float32 sums. A subgroup of 32 computes a block of rows and columns of its workgroup's
// tile. Operands pass through workgroup memory; loading them from storage directly is two to three times slower.

import { finishCode, finishName, finishReads, type FinishVariant } from "./finish.ts";
import type { ElementType, Kernel } from "./kernel.ts";
import {
  type OperandKind,
  operandPlaces,
  operandReads,
  operandRegisters,
  readsPerInvocation,
} from "./operand.ts";
import { type Matrices, SIDE, SUBGROUP } from "./matrices.ts";
import { partsName, PRODUCT_FIELDS } from "./product.ts";
import { weightCode, weightHalves, weightReads, weightsName, type WeightVariant } from "./weights.ts";
import { type Access, each, header, PACKING, packed } from "./wgsl.ts";

export interface MatrixTile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** What each subgroup computes: multiples of 16. */
  readonly subgroupRows: number;
  readonly subgroupColumns: number;
  /** Steps that are read ahead of the one that is computed: 0 has one buffer in workgroup memory, the others two. */
  readonly ahead: 0 | 1 | 2;
}

interface MatrixProductVariant extends FinishVariant, WeightVariant {
  readonly operand: OperandKind;
  readonly tile: MatrixTile;
  readonly inParts: boolean;
  /** Of the parts, float32 if not given. */
  readonly partsType?: ElementType;
}

/** Unique among tiles. */
export function nameOfMatrixTile(tile: MatrixTile): string {
  const { rows, columns, depth, subgroupRows, subgroupColumns, ahead } = tile;
  return `${rows}x${columns}x${depth} subgroups ${subgroupRows}x${subgroupColumns} ahead ${ahead}`;
}

function subgroupsOf({ rows, columns, subgroupRows, subgroupColumns }: MatrixTile): number {
  return (rows / subgroupRows) * (columns / subgroupColumns);
}

export function threadsOfMatrixTile(tile: MatrixTile): number {
  return SUBGROUP * subgroupsOf(tile);
}

/** In units of eight halves: a row of each operand's tile, one longer against bank conflicts, and both tiles. */
function stagingOf({ rows, columns, depth, ahead }: MatrixTile) {
  const leftLine = depth / 8 + 1;
  const rightLine = columns / 8 + 1;
  const leftSize = rows * leftLine;
  const size = leftSize + depth * rightLine;
  return { leftLine, rightLine, leftSize, size, all: ahead === 0 ? size : 2 * size };
}

/** Workgroup memory. The sums pass through it in float32, 16 rows of a subgroup at a time. */
export function memoryOfMatrixTile(tile: MatrixTile): number {
  const sums = (subgroupsOf(tile) * SIDE * tile.subgroupColumns) / 4;
  return 16 * Math.max(stagingOf(tile).all, sums);
}

export function subgroupMatrixProduct(variant: MatrixProductVariant, matrices: Matrices): Kernel {
  const { tile, operand, inParts } = variant;
  const finish: FinishVariant = inParts
    ? { ...variant, bias: false, shift: false, activation: null, residual: false }
    : variant;
  const reads = [["input", "eight"] as const, ...weightReads(variant, 8), ...finishReads(finish)];
  return {
    name: `matrix product ${nameOfMatrixTile(tile)} ${operand}${weightsName(variant)} ${inParts ? `in parts ${partsName(variant)}`.trimEnd() : finishName(finish)}`,
    reads: reads.length,
    code: () => code({ ...variant, ...finish }, { reads, matrices }),
  };
}

function code(
  variant: MatrixProductVariant,
  { reads, matrices }: { reads: (readonly [string, Access])[]; matrices: Matrices },
): string {
  const { tile, operand, inParts, partsType = "f32", activation, groups } = variant;
  const { subgroupRows, subgroupColumns, ahead } = tile;
  const threads = threadsOfMatrixTile(tile);
  const staged = { ...tile, threads, leftUnit: 8, rightUnit: 8, rowsAtOnce: 1 } as const;
  const { leftLine, rightLine, leftSize, size } = stagingOf(tile);
  const across = tile.columns / subgroupColumns; // subgroups side by side
  const gated = activation === "geglu";
  const part = operand === "batch" ? "workgroup.z / p.batch" : "workgroup.z";
  const { left, right } = readsPerInvocation(staged);
  const [down, side] = [subgroupRows / SIDE, subgroupColumns / SIDE];
  const sumLine = subgroupColumns / 4;
  const operandCode = { kind: operand, leftRaw: "vec4u", rightRaw: "Weight" };
  const sets = ahead === 2 ? ["A", "B"] : ["A"];
  const read = (set: string, isMore: string): string => operandReads(staged, { ...operandCode, isMore, set });
  const stage = (set: string, buffer: number): string => `
${each(left, (i) => `    if (isLeft${i}) { tiles[${buffer * size}u + leftRow${i} * ${leftLine}u + leftUnit${i}] = left${set}${i}; }`)}
${each(right, (i) => `    if (hasRight${i}) { tiles[${buffer * size + leftSize}u + rightRow${i} * ${rightLine}u + rightUnit${i}] = ${weightHalves(variant, `right${set}${i}`)}; }`)}`;
  const multiply = (buffer: number): string => `{
    let leftBase = ${buffer * size}u + subgroupDown * ${subgroupRows * leftLine}u;
    let rightBase = ${buffer * size + leftSize}u + subgroupAcross * ${subgroupColumns / 8}u;
${each(
  tile.depth / SIDE,
  (k) => `    {
${each(down, (i) => `      let l${i} = ${matrices.left(`leftBase + ${i * SIDE * leftLine + (k * SIDE) / 8}u`, leftLine)};`)}
${each(side, (j) => `      let r${j} = ${matrices.right(`rightBase + ${k * SIDE * rightLine + (j * SIDE) / 8}u`, rightLine)};`)}
${each(down, (i) => each(side, (j) => `      ${matrices.multiply(`sum${i}_${j}`, `l${i}`, `r${j}`)}`))}
    }`,
)}
  }`;
  const oneBuffer = `for (var step = begin; step < end; step++) {
    ${read("A", "step + 1u < end")}
    ${multiply(0)}
    workgroupBarrier();
    ${stage("A", 0)}
    workgroupBarrier();
  }`;
  const half = (buffer: number, set: string): string => `
    ${ahead === 1 ? read(set, `step + ${buffer + 1}u < end`) : ""}
    ${multiply(buffer)}
    ${stage(set, 1 - buffer)}
    ${ahead === 2 ? read(set, `step + ${buffer + 3}u < end`) : ""}
    workgroupBarrier();`;
  // Zeros follow an odd last step.
  const twoBuffers = `for (var step = begin; step < end; step += 2u) { ${half(0, "A")} ${half(1, sets.at(-1)!)} }`;
  /** Four sums of a row, of those in workgroup memory. */
  const four = (at: string): string => `bitcast<vec4f>(tiles[sumsBase + line * ${sumLine}u + ${at}])`;
  const finishFour = (at: string): string => {
    if (gated)
      return `finishGated(${four(at)}, ${four(`${at} + ${sumLine / 2}u`)}, row, firstColumn + (${at}) * 4u);`;
    if (inParts)
      return `out[((workgroup.z * p.rows + row) * p.outStride + firstColumn) / 4u + ${at}] = ${packed(partsType, four(at))};`;
    return `finish(${four(at)}, row, firstColumn + (${at}) * 4u, group);`;
  };
  const columnsEach = gated ? subgroupColumns / 2 : subgroupColumns;

  return /* wgsl */ `${matrices.head}
${header({ type: "f16", fields: PRODUCT_FIELDS, reads, write: ["out", inParts && partsType === "f32" ? "vec4f" : "four"] })}
${inParts ? PACKING : finishCode(variant)}
${weightCode(variant, 8)}

// A gated product's subgroups have as many columns of values as of gates.
fn rightColumn(unit: u32, columnStart: u32) -> u32 {
  let column = unit * 8u;
  ${
    gated
      ? `let strip = columnStart + column / ${subgroupColumns}u * ${columnsEach}u;
  let within = column % ${subgroupColumns}u;
  return select(strip + within, p.columns / 2u + strip + within - ${columnsEach}u, within >= ${columnsEach}u);`
      : "return columnStart + column;"
  }
}

var<workgroup> tiles: array<vec4u, ${memoryOfMatrixTile(tile) / 16}>;

@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let lane = local % ${SUBGROUP}u;
  let subgroup = local / ${SUBGROUP}u;
  let subgroupDown = subgroup / ${across}u;
  let subgroupAcross = subgroup % ${across}u;
  let group = ${groups === 1 ? "0u" : "workgroup.z"};
  let rowStart = workgroup.y * ${tile.rows}u;
  let columnStart = workgroup.x * ${gated ? tile.columns / 2 : tile.columns}u;
  let begin = ${inParts ? `${part} * p.stepsPerPart` : "0u"};
  let end = ${inParts ? "min(p.steps, begin + p.stepsPerPart)" : "p.steps"};
${operandPlaces(staged, operandCode)}
${each(sets.length, (i) => operandRegisters(staged, operandCode, sets[i]))}
${each(down, (i) => each(side, (j) => `  var sum${i}_${j} = ${matrices.sumType}();`))}
  ${read("A", "begin < end")}
  ${stage("A", 0)}
  ${ahead === 2 ? read("A", "begin + 1u < end") + read("B", "begin + 2u < end") : ""}
  workgroupBarrier();
  ${ahead === 0 ? oneBuffer : twoBuffers}
  let firstColumn = columnStart + subgroupAcross * ${columnsEach}u;
  let sumsBase = subgroup * ${SIDE * sumLine}u;
${each(
  down,
  (i) => `
${each(side, (j) => `  ${matrices.store(`sumsBase + ${(j * SIDE) / 4}u`, `sum${i}_${j}`, sumLine)}`)}
  workgroupBarrier();
  for (var i = lane; i < ${(SIDE * columnsEach) / 4}u; i += ${SUBGROUP}u) {
    let line = i / ${columnsEach / 4}u;
    let at = i % ${columnsEach / 4}u;
    let row = rowStart + subgroupDown * ${subgroupRows}u + ${i * SIDE}u + line;
    if (row < p.rows && firstColumn + at * 4u < ${gated ? "p.columns / 2u" : "p.columns"}) { ${finishFour("at")} }
  }
  workgroupBarrier();`,
)}
}
`;
}
