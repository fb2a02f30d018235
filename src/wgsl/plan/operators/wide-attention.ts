// Attention of one wide head, as in the VAE: an invocation's registers cannot hold its channels, so that it is two products with a
// softmax between them, for as many queries at once as `tuning.scores` allows.

import { type Block, type Dispatch, type ElementType, grid, type View } from "../../kernels/kernel.ts";
import {
  SOFTMAX_FIELDS,
  softmaxKernel,
  transposed,
  TRANSPOSED_FIELDS,
  TRANSPOSED_SIZE,
} from "../../kernels/scores.ts";
import { valuesOf } from "../../kernels/wgsl.ts";
import { planProduct, type ProductRequest } from "../product-dispatches.ts";
import type { PlanTarget } from "../target.ts";

interface Request {
  readonly label: string;
  readonly query: View;
  readonly key: View;
  /** With a block of its own, row after row. */
  readonly value: View;
  readonly out: View;
}

interface Means extends PlanTarget {
  temporary(name: string, elements: number, type?: ElementType): Block;
}

export function planWideAttention({ label, query, key, value, out }: Request, means: Means): Dispatch[] {
  const { type, tuning } = means;
  const { rows: keys, columns: width } = key;
  const product = (input: View, weight: Block, to: View): Dispatch[] => {
    const request: ProductRequest = {
      label,
      input,
      window: null,
      groups: [{ weight, bias: null }],
      columns: to.columns,
      rowsPerImage: to.rows,
      shift: null,
      activation: null,
      residual: null,
      out: to,
    };
    const temporary = (name: string, elements: number): Block => means.temporary(name, elements, "f32");
    return planProduct(request, { ...means, temporary });
  };
  const keysAcross = means.temporary(`${label} keys`, width * keys);
  const dispatches: Dispatch[] = [
    {
      label,
      // Scaled here, so that scores stay far from the largest half.
      kernel: transposed({ type, scale: 1 / Math.sqrt(width) }),
      reads: [key.block],
      write: keysAcross,
      values: valuesOf(TRANSPOSED_FIELDS, {
        rows: keys,
        columns: width,
        inOffset: key.offset,
        inStride: key.stride,
      }),
      workgroups: grid((keys * width) / 16, TRANSPOSED_SIZE),
      operations: keys * width,
    },
  ];
  const most = Math.max(1, Math.floor(tuning.scores / keys));
  for (let start = 0; start < query.rows; start += most) {
    const rows = Math.min(most, query.rows - start);
    const part = (view: View): View => ({ ...view, offset: view.offset + start * view.stride, rows });
    const matrix = (name: string): View => {
      const block = means.temporary(`${label} ${name}`, rows * keys);
      return { block, offset: 0, stride: keys, rows, columns: keys };
    };
    const scores = matrix("scores");
    const weights = matrix("weights");
    dispatches.push(
      ...product(part(query), keysAcross, scores),
      {
        label,
        kernel: softmaxKernel(type),
        reads: [scores.block],
        write: weights.block,
        values: valuesOf(SOFTMAX_FIELDS, { rows, columns: keys }),
        workgroups: grid(rows, 1),
        operations: 6 * rows * keys,
      },
      ...product(weights, value.block, part(out)),
    );
  }
  return dispatches;
}
