// Linear layers are products.

import type { NodeOf } from "../../../graph/graph.ts";
import { deferProduct, NOTHING_AFTER } from "../pending-products.ts";
import type { PlanState } from "../state.ts";

export function planLinear(node: NodeOf<"Linear">, state: PlanState): void {
  const [x, weight, bias] = node.inputs;
  const product = {
    ...NOTHING_AFTER,
    label: node.module,
    input: state.view(x),
    window: null,
    parameters: bias ? [weight, bias] : [weight],
    columns: weight.shape[0]!,
    rowsPerImage: x.shape.length === 3 ? x.shape[1]! : 1,
  };
  deferProduct(node.outputs[0], product, state);
}
