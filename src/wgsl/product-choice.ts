// The kernel and tile for a product: the one measured on the device (tuner/), otherwise the one that should take the least time by the
// rates in tuning.ts.

import type { OperandKind } from "./kernels/operand.ts";
import { memoryOf, nameOfTile, type ProductTile, threadsOf } from "./kernels/product.ts";
import {
  type MatrixTile,
  memoryOfMatrixTile,
  nameOfMatrixTile,
  threadsOfMatrixTile,
} from "./kernels/subgroup-matrix-product.ts";
import type { Rated, Tuning } from "./tuning.ts";

export interface ProductShape {
  readonly operand: OperandKind;
  readonly rows: number;
  readonly columns: number;
  /** Products of one operand, or of a batch, that share a dispatch. */
  readonly groups: number;
  /** Length of the sums. */
  readonly depth: number;
  /** The sums may be divided among workgroups. */
  readonly isDivisible: boolean;
  /** Eight halves can be read at once. */
  readonly isWide: boolean;
  /** The weights are in 8 bits. */
  readonly isInt8: boolean;
  /** Subgroup matrices compute it. */
  readonly byMatrices: boolean;
}

export type ProductChoice = {
  /** As records of measurements have it; unique among those of a shape. */
  readonly name: string;
  /** Workgroups that share each sum. */
  readonly parts: number;
} & (
  | { readonly kind: "plain"; readonly tile: ProductTile }
  | { readonly kind: "matrix"; readonly tile: MatrixTile }
);

/** Names of choices by names of shapes. */
export type MeasuredChoices = ReadonlyMap<string, string>;

/** What a workgroup may use. */
interface Limits {
  readonly invocations: number;
  readonly memory: number;
}

export function fitsTile(tile: ProductTile, { memory, invocations }: Limits): boolean {
  return memoryOf(tile) <= memory && threadsOf(tile) <= invocations;
}

export function fitsMatrixTile(tile: MatrixTile, { memory, invocations }: Limits): boolean {
  return memoryOfMatrixTile(tile) <= memory && threadsOfMatrixTile(tile) <= invocations;
}

/** What distinguishes shapes that a device may compute best in different ways. */
export function nameOfShape(shape: ProductShape): string {
  const { operand, rows, columns, depth, groups, isDivisible, isWide, isInt8, byMatrices } = shape;
  const marks = [
    !isDivisible && "whole",
    isWide && "wide",
    isInt8 && "int8",
    byMatrices && "matrices",
  ].filter(Boolean);
  return [`${operand} ${rows}x${columns}x${depth}`, groups > 1 && `groups ${groups}`, ...marks]
    .filter(Boolean)
    .join(" ");
}

/** @param measured the choices that were measured on the device */
export function chooseProduct(
  shape: ProductShape,
  means: Limits & { readonly tuning: Tuning; readonly measured: MeasuredChoices },
): ProductChoice {
  const choices = rankedChoices(shape, means);
  const best = means.measured.get(nameOfShape(shape));
  return (choices.find(({ choice }) => choice.name === best) ?? choices[0]!).choice;
}

/** All choices with the microseconds that they should take, the shortest first. */
export function rankedChoices(
  shape: ProductShape,
  { tuning, ...limits }: Limits & { readonly tuning: Tuning },
): { readonly choice: ProductChoice; readonly microseconds: number }[] {
  const plain = tuning.products
    .filter(({ tile }) => fitsTile(tile, limits))
    .map((rated) => ({ kind: "plain" as const, rated, name: nameOfTile(rated.tile) }));
  const matrix = tuning.matrixProducts
    .filter(({ tile }) => fitsMatrixTile(tile, limits))
    .map((rated) => ({ kind: "matrix" as const, rated, name: nameOfMatrixTile(rated.tile) }));
  const choices = (shape.byMatrices ? matrix : plain).flatMap(({ kind, rated, name }) => {
    const steps = shape.depth / rated.tile.depth;
    const parts = tuning.parts.filter(
      (count) => count === 1 || (shape.isDivisible && steps / count >= tuning.minStepsPerPart),
    );
    return parts.map((count) => ({
      choice: { name: `${name}/${count}`, kind, tile: rated.tile, parts: count } as ProductChoice,
      microseconds: estimate(shape, { rated, parts: count, tuning }),
    }));
  });
  return choices.toSorted((a, b) => a.microseconds - b.microseconds);
}

/** Microseconds: a core finishes its workgroups one after the other, or several that do not fill it alone at once. */
function estimate(
  { rows, columns, groups, depth }: ProductShape,
  {
    rated: { tile, rate, alone },
    parts,
    tuning,
  }: { rated: Rated<ProductTile | MatrixTile>; parts: number; tuning: Tuning },
): number {
  const workgroups = Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns) * groups * parts;
  const operations = 2 * tile.rows * tile.columns * (depth / parts + 2 * tile.depth);
  const turns = Math.max(1 / alone, Math.ceil(workgroups / tuning.cores));
  const product = (operations * turns) / ((rate * 1e6) / tuning.cores);
  if (parts === 1) return product;
  return (
    product + tuning.dispatchMicroseconds + (8 * rows * columns * groups * parts) / (tuning.partsRate * 1e6)
  );
}
