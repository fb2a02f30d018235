// The version of what is measured: changes by itself with the text of a product's kernel or with the tiles.

import { product } from "../kernels/product.ts";
import { subgroupMatrixProduct } from "../kernels/subgroup-matrix-product.ts";
import { weightCode } from "../kernels/weights.ts";
import type { PlanTarget } from "../plan/target.ts";

const VARIANT = {
  bias: false,
  shift: false,
  activation: null,
  residual: false,
  aligned: true,
  groups: 1,
  int8: null,
  operand: "window",
  inParts: false,
} as const;

export function kernelsVersion({ type, matrices, tuning }: PlanTarget): string {
  const kernels = [
    ...tuning.products.map(({ tile }) => product({ ...VARIANT, type, tile, unit: type === "f16" ? 8 : 4 })),
    ...(matrices
      ? tuning.matrixProducts.map(({ tile }) => subgroupMatrixProduct({ ...VARIANT, type, tile }, matrices))
      : []),
  ];
  const int8 = ([4, 8] as const).map((unit) => weightCode({ ...VARIANT, type, int8: tuning.int8 }, unit));
  return fnv1a(JSON.stringify([tuning.parts, ...int8, kernels.map(({ name, code }) => [name, code()])]));
}

/** 32 bits in hexadecimal digits (Fowler, Noll and Vo). */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
