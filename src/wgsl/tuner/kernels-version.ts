// The version of what is found out on a device: changes by itself with the text of a product's kernel or with the tiles.

import { subgroupMatrices } from "../kernels/matrices.ts";
import { product } from "../kernels/product.ts";
import { NO_FINISH } from "../kernels/finish.ts";
import { subgroupMatrixProduct } from "../kernels/subgroup-matrix-product.ts";
import { weightCode } from "../kernels/weights.ts";
import type { PlanTarget } from "../plan/target.ts";

const PRODUCT = { ...NO_FINISH, int8: null };

/** The same with and without subgroup matrices, since a device may be opened both ways. */
export function kernelsVersion({
  type,
  matrices,
  tuning,
}: Pick<PlanTarget, "type" | "matrices" | "tuning">): string {
  const kernels = (["rows", "window", "batch"] as const).flatMap((operand) => {
    const variant = { ...PRODUCT, type, operand, inParts: operand === "batch" };
    return [
      ...tuning.products.map(({ tile }) => product({ ...variant, tile, unit: type === "f16" ? 8 : 4 })),
      ...tuning.matrixProducts.map(({ tile }) =>
        subgroupMatrixProduct({ ...variant, tile }, matrices ?? subgroupMatrices),
      ),
    ];
  });
  const int8 = ([4, 8] as const).map((unit) => weightCode({ ...PRODUCT, type, int8: tuning.int8 }, unit));
  return fnv1a(JSON.stringify([tuning.parts, ...int8, kernels.map(({ name, code }) => [name, code()])]));
}

/** 32 bits in hexadecimal digits (Fowler, Noll and Vo). */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
