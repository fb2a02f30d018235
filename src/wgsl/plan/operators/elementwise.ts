// Operators on single values: they join the product that computes their operand, or are dispatches of their own.

import type { NodeOf, Value } from "../../../graph/graph.ts";
import {
  ELEMENTWISE_FIELDS,
  ELEMENTWISE_SIZE,
  elementwise,
  type ElementwiseKind,
} from "../../kernels/elementwise.ts";
import { grid, type View } from "../../kernels/kernel.ts";
import { valuesOf } from "../../kernels/wgsl.ts";
import { matrixOf } from "../shapes.ts";
import { deferProduct, takeJoinable } from "../pending-products.ts";
import type { PlanState } from "../state.ts";

export function planActivation(node: NodeOf<"Activation">, state: PlanState): void {
  const [x] = node.inputs;
  const [out] = node.outputs;
  const { kind } = node.attributes;
  const product = takeJoinable(x, state);
  if (product) return deferProduct(out, { ...product, activation: kind }, state);
  const input = state.view(x);
  dispatchElementwise(kind, { label: node.module, input, to: state.allocate(out, [input.block]) }, state);
}

export function planGeglu(node: NodeOf<"Geglu">, state: PlanState): void {
  const [x] = node.inputs;
  const [out] = node.outputs;
  const isWhole = matrixOf(x.shape).columns % 8 === 0;
  const product = isWhole ? takeJoinable(x, state) : null;
  if (product) return deferProduct(out, { ...product, activation: "geglu" }, state);
  const input = state.view(x);
  dispatchElementwise("geglu", { label: node.module, input, to: state.allocate(out, [input.block]) }, state);
}

export function planAdd({ module, inputs: [a, b], outputs: [sum] }: NodeOf<"Add">, state: PlanState): void {
  addInto(sum, { label: module, a, b }, state);
}

export function addInto(
  sum: Value,
  { label, a, b }: { label: string; a: Value; b: Value },
  state: PlanState,
): void {
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    if (one.shape.join() !== other.shape.join()) break;
    // The other operand is computed before the product, so it must not wait for the same value.
    if (one === other) continue;
    const product = takeJoinable(one, state);
    if (product) return deferProduct(sum, { ...product, residual: state.view(other) }, state);
  }
  const [input, other] = [state.view(a), state.view(b)];
  const to = state.allocate(sum, [input.block, other.block]);
  dispatchElementwise("add", { label, input, other, to }, state);
}

interface Operation {
  readonly label: string;
  readonly input: View;
  readonly other?: View;
  readonly to: View;
  /** Of an upsampling. */
  readonly map?: { inHeight: number; inWidth: number; outHeight: number; outWidth: number };
}

export function dispatchElementwise(
  kind: ElementwiseKind,
  { label, input, other, to, map = { inHeight: 1, inWidth: 1, outHeight: 1, outWidth: 1 } }: Operation,
  state: PlanState,
): void {
  const fours = Math.ceil(to.columns / 4);
  const count = to.rows * fours;
  state.dispatch({
    label,
    kernel: elementwise(kind, state.target.type),
    reads: [input.block, ...(other ? [other.block] : [])],
    write: to.block,
    values: valuesOf(ELEMENTWISE_FIELDS, {
      count,
      fours,
      outOffset: to.offset,
      outStride: to.stride,
      inOffset: input.offset,
      inStride: input.stride,
      otherOffset: other?.offset ?? 0,
      otherStride: other?.stride ?? 0,
      otherRows: other?.rows ?? 1,
      ...map,
    }),
    workgroups: grid(count, ELEMENTWISE_SIZE),
    operations: 4 * count,
  });
}
