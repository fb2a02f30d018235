// Convolutions are products: of each position's channels, or of the nine positions around it. A map that only the convolution reads is
// upsampled while it is read.

import type { NodeOf } from "../../../graph/graph.ts";
import type { Window } from "../../kernels/operand.ts";
import { deferProduct, NOTHING_AFTER } from "../pending-products.ts";
import { unsupported } from "../shapes.ts";
import type { PlanState } from "../state.ts";
import { takeUpsampled } from "./upsampling.ts";

export function planConvolution(node: NodeOf<"Conv">, state: PlanState): void {
  const [x, weight, bias, residual] = node.inputs;
  const [out] = node.outputs;
  const [columns, , kernel] = weight.shape as [number, number, number];
  const [, , outHeight, outWidth] = out.shape as [number, number, number, number];
  const source = (kernel === 3 ? takeUpsampled(x, state) : null) ?? x;
  const [, , height, width] = x.shape as [number, number, number, number];
  const [, , inHeight, inWidth] = source.shape as [number, number, number, number];
  const input = state.view(source);
  const { stride, padding } = node.attributes;
  const before = padding === "same" ? 1 : 0;
  const window: Window | null =
    kernel === 3 ? { inHeight, inWidth, height, width, outHeight, outWidth, stride, before } : null;
  if (!window && stride !== 1) throw unsupported(x, "a 1×1 convolution with a stride");
  const product = {
    ...NOTHING_AFTER,
    label: node.module,
    input,
    window,
    parameters: [weight, bias],
    columns,
    rowsPerImage: outHeight * outWidth,
    residual: residual && state.view(residual),
  };
  deferProduct(out, product, state);
}
