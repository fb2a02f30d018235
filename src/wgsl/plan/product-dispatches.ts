// One product as dispatches: the kernel and tile for its shape, and a second dispatch where several workgroups share a sum.

import { finishValues, type FinishVariant } from "../kernels/finish.ts";
import { type Block, type Dispatch, grid, roundUp, type View } from "../kernels/kernel.ts";
import { operandKind, operandValues, type Window } from "../kernels/operand.ts";
import { product, PRODUCT_FIELDS } from "../kernels/product.ts";
import { subgroupMatrixProduct } from "../kernels/subgroup-matrix-product.ts";
import {
  FEW_ROWS,
  rowProduct,
  ROW_PRODUCT_FIELDS,
  rowProductValues,
  rowProductWorkgroups,
} from "../kernels/row-product.ts";
import type { WeightVariant } from "../kernels/weights.ts";
import { SUM_PARTS_FIELDS, SUM_PARTS_SIZE, sumParts } from "../kernels/sum-parts.ts";
import { type ActivationKind, valuesOf } from "../kernels/wgsl.ts";
import { chooseProduct, type ProductChoice, type ProductShape } from "../product-choice.ts";
import type { PlanTarget } from "./target.ts";

export interface ProductRequest {
  readonly label: string;
  readonly input: View;
  /** Of a 3×3 convolution. */
  readonly window: Window | null;
  readonly groups: readonly { readonly weight: Block; readonly bias: Block | null }[];
  /** Of each group's weight. */
  readonly columns: number;
  readonly rowsPerImage: number;
  readonly shift: View | null;
  readonly activation: ActivationKind | "geglu" | null;
  readonly residual: View | null;
  readonly out: View;
}

interface Means extends PlanTarget {
  /** A block for float32 values. */
  temporary(name: string, elements: number): Block;
}

export function planProduct(request: ProductRequest, means: Means): Dispatch[] {
  if (isOfFewRows(request)) return [planRowProduct(request, means)];
  return dispatchesOf(request, chooseProduct(productShape(request, means), means), means);
}

/** A row of memory reads, with no tile to choose. */
export function isOfFewRows({ out, window, activation, groups }: ProductRequest): boolean {
  return out.rows <= FEW_ROWS && !window && activation !== "geglu" && groups.length === 1;
}

export function productShape(
  { input, window, groups, columns, activation, out: { rows } }: ProductRequest,
  { type, matrices }: PlanTarget,
): ProductShape {
  const isWide =
    type === "f16" && [columns, input.columns, input.stride, input.offset].every((count) => count % 8 === 0);
  return {
    operand: operandKind(window),
    rows,
    columns,
    groups: groups.length,
    depth: input.columns * (window ? 9 : 1),
    isDivisible: activation !== "geglu" && groups.length === 1,
    isWide,
    isInt8: Boolean(groups[0]!.weight.int8),
    byMatrices: matrices !== null && isWide && input.columns >= 32 && columns >= 32,
  };
}

/** What a request needs whatever its kernel. */
export function partsOf(request: ProductRequest, { type }: Pick<PlanTarget, "type">) {
  const { input, window, groups, columns, shift, activation, residual, out } = request;
  const finish: FinishVariant & WeightVariant = {
    type,
    int8: groups[0]!.weight.int8 ?? null,
    bias: groups[0]!.bias !== null,
    shift: shift !== null,
    activation,
    residual: residual !== null,
    aligned: columns % 4 === 0,
    groups: groups.length,
  };
  return {
    finish,
    values: finishValues({ ...request, groupStride: out.rows * out.stride }),
    weights: groups.map(({ weight }) => weight),
    after: [
      ...groups.flatMap(({ bias }) => (bias ? [bias] : [])),
      ...(shift ? [shift.block] : []),
      ...(residual ? [residual.block] : []),
    ],
    operations: 2 * out.rows * columns * groups.length * input.columns * (window ? 9 : 1),
  };
}

function planRowProduct(request: ProductRequest, means: Means): Dispatch {
  const { label, input, out } = request;
  const { finish, values, weights, after, operations } = partsOf(request, means);
  return {
    label,
    kernel: rowProduct(finish),
    reads: [input.block, ...weights, ...after],
    write: out.block,
    values: valuesOf(ROW_PRODUCT_FIELDS, rowProductValues(values, input)),
    workgroups: rowProductWorkgroups(values),
    operations,
  };
}

/** The dispatches of a product by one of the ways to compute it. */
export function dispatchesOf(request: ProductRequest, choice: ProductChoice, means: Means): Dispatch[] {
  const { label, input, window, groups, columns, out } = request;
  const { rows } = out;
  const { finish, values, weights, after, operations } = partsOf(request, means);
  const { tile, parts } = choice;
  const inParts = parts > 1;
  const shared = { ...finish, operand: operandKind(window), inParts };
  const kernel =
    choice.kind === "plain"
      ? product({ ...shared, tile: choice.tile, unit: productShape(request, means).isWide ? 8 : 4 })
      : subgroupMatrixProduct({ ...shared, tile: choice.tile }, means.matrices!);
  const operand = operandValues({ input, window, parts }, tile.depth);
  const stride = roundUp(columns);
  const workgroups = [
    Math.ceil(columns / tile.columns),
    Math.ceil(rows / tile.rows),
    inParts ? Math.ceil(operand.steps / operand.stepsPerPart) : groups.length,
  ] as const;
  const first = { label, kernel, workgroups, operations };
  if (!inParts)
    return [
      {
        ...first,
        reads: [input.block, ...weights, ...after],
        write: out.block,
        values: valuesOf(PRODUCT_FIELDS, { ...values, ...operand }),
      },
    ];

  const count = workgroups[2];
  const sums = means.temporary(`${label} parts`, count * rows * stride);
  return [
    {
      ...first,
      reads: [input.block, ...weights],
      write: sums,
      values: valuesOf(PRODUCT_FIELDS, { ...values, outStride: stride, ...operand }),
    },
    {
      label,
      kernel: sumParts(finish),
      reads: [sums, ...after],
      write: out.block,
      values: valuesOf(SUM_PARTS_FIELDS, {
        ...values,
        parts: count,
        partStride: stride,
        count: (rows * stride) / 4,
      }),
      workgroups: grid((rows * stride) / 4, SUM_PARTS_SIZE),
      operations: count * rows * columns,
    },
  ];
}
