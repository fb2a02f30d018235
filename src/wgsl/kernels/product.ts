// Matrix product and convolution in plain WGSL: a workgroup computes a tile of the result, an invocation up to 8×8 values of it in
// registers, from tiles of both operands in workgroup memory as float32, double-buffered. Weights are [depth, columns], of a
// 3×3 convolution [9, depth, columns].

import { FINISH_FIELDS, finishCode, finishName, finishReads, type FinishVariant } from "./finish.ts";
import type { ElementType, Kernel } from "./kernel.ts";
import {
  OPERAND_FIELDS,
  type OperandKind,
  operandPlaces,
  operandReads,
  operandRegisters,
  readsPerInvocation,
} from "./operand.ts";
import { weightCode, weightFour, weightReads, weightsName, type WeightVariant } from "./weights.ts";
import { type Access, accessType, each, header, PACKING, packed } from "./wgsl.ts";

export interface ProductTile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Rows that an invocation computes, of 8 columns. */
  readonly rowsEach: number;
  /**
   * How the left tile lies in workgroup memory. By rows, an invocation reads four steps of the depth of each of its rows at once; by
   * depth, four rows of one step, which needs fewer registers, but units of four to be read from memory.
   */
  readonly left: "by rows" | "by depth";
}

interface ProductVariant extends FinishVariant, WeightVariant {
  readonly operand: OperandKind;
  readonly tile: ProductTile;
  /** Halves that are read at once; 8 where every row begins at a multiple of 8. */
  readonly unit: 4 | 8;
  /** Several workgroups share a sum and store parts of it in float32 (sum-parts.ts finishes them); so does every batch (winograd.ts). */
  readonly inParts: boolean;
  /** Of the parts, float32 if not given. */
  readonly partsType?: ElementType;
}

export const PRODUCT_FIELDS = [...FINISH_FIELDS, ...OPERAND_FIELDS] as const;

const COLUMNS_EACH = 8;

/** Unique among tiles. */
export function nameOfTile({ rows, columns, depth, rowsEach, left }: ProductTile): string {
  return `${rows}x${columns}x${depth} ${rowsEach} each ${left}`;
}

export function threadsOf({ rows, columns, rowsEach }: ProductTile): number {
  return (rows / rowsEach) * (columns / COLUMNS_EACH);
}

/** In units of four values: a line of each operand's tile, and the tiles. */
function stagingOf({ rows, columns, depth, left }: ProductTile) {
  // One more to a row avoids bank conflicts.
  const leftLine = left === "by rows" ? depth / 4 + 1 : rows / 4;
  const rightLine = columns / 4;
  const leftSize = left === "by rows" ? rows * leftLine : depth * leftLine;
  return { leftLine, rightLine, leftSize, rightSize: depth * rightLine };
}

/** Workgroup memory of a tile, both buffers. */
export function memoryOf(tile: ProductTile): number {
  const { leftSize, rightSize } = stagingOf(tile);
  return 2 * 16 * (leftSize + rightSize);
}

/** For a kernel's name. */
export function partsName({ partsType = "f32" }: Pick<ProductVariant, "partsType">): string {
  return partsType === "f32" ? "" : "in halves ";
}

export function product(variant: ProductVariant): Kernel {
  const { tile, operand, unit, inParts } = variant;
  const finish: FinishVariant = inParts
    ? { ...variant, bias: false, shift: false, activation: null, residual: false }
    : variant;
  const reads = [
    ["input", unit === 8 && tile.left === "by rows" ? "eight" : "four"] as const,
    ...weightReads(variant, unit),
    ...finishReads(finish),
  ];
  return {
    name: `product ${nameOfTile(tile)} ${operand} unit ${unit}${weightsName(variant)} ${inParts ? `in parts ${partsName(variant)}${finish.type}${variant.aligned ? "" : " unaligned"}` : finishName(finish)}`,
    reads: reads.length,
    code: () => productCode({ ...variant, ...finish }, reads),
  };
}

function productCode(variant: ProductVariant, reads: (readonly [string, Access])[]): string {
  const { type, tile, operand, unit, inParts, partsType = "f32", activation, groups } = variant;
  const threads = threadsOf(tile);
  const byDepth = tile.left === "by depth";
  const leftUnit = byDepth ? 4 : unit;
  const staged = { ...tile, threads, leftUnit, rightUnit: unit, rowsAtOnce: byDepth ? 4 : 1 } as const;
  const down = tile.rows / tile.rowsEach; // rows of invocations
  const across = tile.columns / COLUMNS_EACH;
  const side = Math.min(across, 8); // columns of 32 neighbouring invocations
  const { leftLine, rightLine, leftSize, rightSize } = stagingOf(tile);
  const gated = activation === "geglu";
  const part = operand === "batch" ? "workgroup.z / p.batch" : "workgroup.z";
  const { left, right } = readsPerInvocation(staged);

  const fourOf = (value: string, i: number): string => {
    if (type === "f32") return value;
    const [x, y] = i === 0 ? ["x", "y"] : ["z", "w"];
    return `vec4f(unpack2x16float(${value}.${x}), unpack2x16float(${value}.${y}))`;
  };
  const stageUnit = (name: "left" | "right", i: number, size: 4 | 8): string => {
    const line = name === "left" ? leftLine : rightLine;
    const at = `${name}Base + ${name}Row${i} * ${line}u + ${name}Unit${i} * ${size / 4}u`;
    const four = (j: number): string =>
      name === "left" ? fourOf(`left${i}`, j) : weightFour(variant, `right${i}`, { unit, part: j });
    return each(size / 4, (j) => `${name}Tile[${at} + ${j}u] = ${four(j)};`, " ");
  };
  /** Four rows of four steps, transposed. */
  const stageRows = (
    first: number,
  ): string => `let at = leftBase + leftUnit${first} * ${4 * leftLine}u + leftRow${first} / 4u;
${each(4, (j) => `      let row${j} = ${fourOf(`left${first + j}`, 0)};`)}
${each(4, (k) => `      leftTile[at + ${k * leftLine}u] = vec4f(${each(4, (j) => `row${j}[${k}]`, ", ")});`)}`;
  const stageLeft = byDepth
    ? each(left / 4, (i) => `    if (isLeft${4 * i}) { ${stageRows(4 * i)} }`)
    : each(left, (i) => `    if (isLeft${i}) { ${stageUnit("left", i, leftUnit)} }`);
  const stage = (buffer: string): string => `{
    let leftBase = (${buffer}) * ${leftSize}u;
    let rightBase = (${buffer}) * ${rightSize}u;
${stageLeft}
${each(right, (i) => `    if (hasRight${i}) { ${stageUnit("right", i, unit)} }`)}
  }`;
  const leftRaw = accessType(leftUnit === 8 ? "eight" : "four", type);
  const operandCode = { kind: operand, leftRaw, rightRaw: "Weight" };
  const read = (isMore: string): string => operandReads(staged, { ...operandCode, isMore });

  const addProduct = (i: number, factor: string): string =>
    `low${i} = fma(vec4f(${factor}), low, low${i}); high${i} = fma(vec4f(${factor}), high, high${i});`;
  const readRight = (k: string): string =>
    `let low = rightTile[rightBase + ${k} * ${rightLine}u]; let high = rightTile[rightBase + ${k} * ${rightLine}u + ${tile.columns / 8}u];`;
  const multiplyByRows = `    let leftBase = current * ${leftSize}u + down * ${leftLine}u;
    for (var k = 0u; k < ${tile.depth / 4}u; k++) {
${each(tile.rowsEach, (i) => `      let l${i} = leftTile[leftBase + ${i * down * leftLine}u + k];`)}
${each(
  4,
  (q) => `      { ${readRight(`(k * 4u + ${q}u)`)}
${each(tile.rowsEach, (i) => `        ${addProduct(i, `l${i}[${q}]`)}`)} }`,
)}
    }`;
  const multiplyByDepth = `    let leftBase = current * ${leftSize}u + down;
    for (var k = 0u; k < ${tile.depth}u; k++) {
${each(tile.rowsEach / 4, (i) => `      let l${i} = leftTile[leftBase + k * ${leftLine}u + ${i * down}u];`)}
      ${readRight("k")}
${each(tile.rowsEach, (i) => `      ${addProduct(i, `l${Math.floor(i / 4)}[${i % 4}]`)}`)}
    }`;

  const finishRow = (i: number): string => {
    if (inParts)
      return `      let at${i} = ((workgroup.z * p.rows + row) * p.outStride + columnStart + across * 4u) / 4u;
      if (columnStart + across * 4u < p.columns) { out[at${i}] = ${packed(partsType, `low${i}`)}; }
      if (columnStart + across * 4u + ${tile.columns / 2}u < p.columns) { out[at${i} + ${tile.columns / 8}u] = ${packed(partsType, `high${i}`)}; }`;
    if (gated)
      return `      if (columnStart + across * 4u < p.columns / 2u) { finishGated(low${i}, high${i}, row, columnStart + across * 4u); }`;
    return `      if (columnStart + across * 4u < p.columns) { finish(low${i}, row, columnStart + across * 4u, group); }
      if (columnStart + across * 4u + ${tile.columns / 2}u < p.columns) { finish(high${i}, row, columnStart + across * 4u + ${tile.columns / 2}u, group); }`;
  };

  return /* wgsl */ `
${header({ type, fields: PRODUCT_FIELDS, reads, write: ["out", inParts && partsType === "f32" ? "vec4f" : "four"] })}
${inParts ? PACKING : finishCode(variant)}
${weightCode(variant, unit)}

// A gated product's tile has as many columns of values as of gates.
fn rightColumn(unit: u32, columnStart: u32) -> u32 {
  let column = unit * ${unit}u;
  ${gated ? `return select(columnStart + column, p.columns / 2u + columnStart + column - ${tile.columns / 2}u, column >= ${tile.columns / 2}u);` : "return columnStart + column;"}
}

var<workgroup> leftTile: array<vec4f, ${2 * leftSize}>;
var<workgroup> rightTile: array<vec4f, ${2 * rightSize}>;

@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_index) local: u32) {
  let group = ${groups === 1 ? "0u" : "workgroup.z"};
  // Neighbours share rows and columns, of which the memory reads each once.
  let across = local % ${side}u + local / 32u % ${across / side}u * ${side}u;
  let down = local / ${side}u % ${32 / side}u + local / ${(32 * across) / side}u * ${32 / side}u;
  let rowStart = workgroup.y * ${tile.rows}u;
  let columnStart = workgroup.x * ${gated ? tile.columns / 2 : tile.columns}u;
  let begin = ${inParts ? `${part} * p.stepsPerPart` : "0u"};
  let end = ${inParts ? "min(p.steps, begin + p.stepsPerPart)" : "p.steps"};
${operandPlaces(staged, operandCode)}
${operandRegisters(staged, operandCode)}
${each(tile.rowsEach, (i) => `  var low${i} = vec4f(); var high${i} = vec4f();`)}
  ${read("begin < end")}
  ${stage("0u")}
  workgroupBarrier();
  for (var step = begin; step < end; step++) {
    // Indices whose range the compiler can see are not checked again.
    let current = (step - begin) % 2u;
    ${read("step + 1u < end")}
    let rightBase = current * ${rightSize}u + across;
${byDepth ? multiplyByDepth : multiplyByRows}
    ${stage("1u - current")}
    workgroupBarrier();
  }
${each(
  tile.rowsEach,
  (
    i,
  ) => `  { let row = rowStart + ${byDepth ? `down * 4u + ${Math.floor(i / 4) * 4 * down + (i % 4)}u` : `down + ${i * down}u`};
    if (row < p.rows) {
${finishRow(i)}
    } }`,
)}
}
`;
}
