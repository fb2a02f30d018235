// Operators that compute nothing: their results are what their operands are, under another shape.

import type { NodeOf } from "../../../graph/graph.ts";
import { deferProduct, takeProduct } from "../pending-products.ts";
import type { PlanState } from "../state.ts";

/** Rows are positions or tokens alike. A product still waits, now for the reader of the other shape. */
export function planReshape(node: NodeOf<"ToTokens" | "FromTokens">, state: PlanState): void {
  const [from] = node.inputs;
  const [to] = node.outputs;
  const product = takeProduct(from, state);
  if (product) deferProduct(to, product, state);
  else state.setView(to, state.view(from));
}

export function planRepeatRow({ inputs: [x], outputs: [out] }: NodeOf<"RepeatRow">, state: PlanState): void {
  state.setView(out, { ...state.view(x), stride: 0, rows: out.shape[0]! });
}

export function planFirstRows(
  { inputs: [table], outputs: [out] }: NodeOf<"FirstRows">,
  state: PlanState,
): void {
  state.setView(out, { ...state.view(table), rows: out.shape[0]! });
}
