// Products wait until something asks for their values: until then an activation, a residual or a shift can join them, and products of
// the same operand can become one dispatch.

import type { Value } from "../../graph/graph.ts";
import type { Block, Dispatch, ElementType, View } from "../kernels/kernel.ts";
import { planProduct, type ProductRequest } from "./product-dispatches.ts";
import { matrixOf } from "./shapes.ts";
import { planWinograd } from "./winograd.ts";
import type { PendingProduct, PlanState } from "./state.ts";

export const NOTHING_AFTER = { shift: null, activation: null, residual: null } as const;

export function deferProduct(value: Value, product: PendingProduct, state: PlanState): void {
  const compute = (to: Value): View => dispatchProduct(to, product, state);
  state.deferred.set(value, { kind: "product", product, compute });
}

function pendingProduct(value: Value, state: PlanState): PendingProduct | null {
  const deferred = state.deferred.get(value);
  return deferred?.kind === "product" && state.isReadOnce(value) ? deferred.product : null;
}

/** The pending product of a value that only the caller reads, which is then the caller's. */
export function takeProduct(value: Value, state: PlanState): PendingProduct | null {
  const product = pendingProduct(value, state);
  if (product) state.deferred.delete(value);
  return product;
}

/** As `takeProduct`, if something can still follow the product's bias. */
export function takeJoinable(value: Value, state: PlanState): PendingProduct | null {
  const product = pendingProduct(value, state);
  return product?.activation || product?.residual ? null : takeProduct(value, state);
}

export function dispatchProduct(value: Value, product: PendingProduct, state: PlanState): View {
  const { input, residual, shift } = product;
  // Rows that are all the same are computed once.
  const isOneRow = input.stride === 0 && input.rows > 1 && !product.window && !residual;
  const request = isOneRow ? { ...product, input: { ...input, rows: 1 } } : product;
  const reads = [input.block, ...(residual ? [residual.block] : []), ...(shift ? [shift.block] : [])];
  const { rows } = matrixOf(value.shape);
  const out = state.allocate(value, reads, isOneRow ? 1 : rows);
  dispatchGroups([request], out, state);
  return isOneRow ? state.setView(value, { ...out, rows, stride: 0 }) : out;
}

/** Dispatches products of the same operand as one, if all are still pending. */
export function dispatchTogether(values: readonly Value[], state: PlanState): boolean {
  const all = values.flatMap((value) => pendingProduct(value, state) ?? []);
  const [first] = all;
  if (!first || all.length < values.length) return false;
  const fits = all.every(
    (one) =>
      !one.window &&
      !one.residual &&
      !one.activation &&
      one.input === first.input &&
      one.columns === first.columns &&
      one.parameters.length === first.parameters.length,
  );
  const blocks = 2 + values.length * first.parameters.length;
  if (!fits || first.columns % 4 !== 0 || first.input.rows <= 4 || blocks > state.target.blocks) return false;
  const { rows, columns } = matrixOf(values[0]!.shape);
  const block = state.temporary(values[0]!.name, values.length * rows * columns);
  const views = values.map((_, i) => ({
    block,
    offset: i * rows * columns,
    stride: columns,
    rows,
    columns,
  }));
  dispatchGroups(all, views[0]!, state);
  values.forEach((value, i) => {
    state.deferred.delete(value);
    state.setView(value, views[i]!);
  });
  return true;
}

/** Products of the same operand, one after the other in `out`. */
function dispatchGroups(products: readonly PendingProduct[], out: View, state: PlanState): void {
  const blocks = products.map(({ parameters }) => parameters.map((one) => state.parameter(one)));
  const groups = blocks.map(([weight, bias]) => ({ weight: weight!, bias: bias ?? null }));
  const request = { ...products[0]!, groups, out };
  const temporary = (name: string, elements: number, type?: ElementType): Block =>
    state.temporary(name, elements, type);
  const dispatches = planWinograd(request, { ...state.target, temporary }) ?? planTaps(request, state);
  for (const dispatch of dispatches) state.dispatch(dispatch);
}

function planTaps(request: ProductRequest, state: PlanState): Dispatch[] {
  const temporary = (name: string, elements: number): Block => state.temporary(name, elements, "f32");
  state.products.push(request);
  return planProduct(request, { ...state.target, temporary });
}
