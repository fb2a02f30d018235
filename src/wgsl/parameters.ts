// How the kernels want each parameter: weights of products as [depth, columns], everything else in the checkpoint's order.

import type { Graph } from "../graph/graph.ts";
import type { StoredParameter } from "../runtime/shared/parameter-layout.ts";

export function storedParameters({ nodes, parameters }: Graph): StoredParameter[] {
  const weights = new Set(
    nodes.flatMap((node) => (node.op === "Conv" || node.op === "Linear" ? [node.inputs[1]] : [])),
  );
  return parameters.map((parameter) => ({
    ...parameter,
    layout: weights.has(parameter) ? "transpose" : "same",
  }));
}
