// Layer norm, alone or of a sum.

import type { NodeOf, Parameter, Value } from "../../../graph/graph.ts";
import { grid } from "../../kernels/kernel.ts";
import { LAYER_NORM_FIELDS, layerNormKernel } from "../../kernels/layer-norm.ts";
import { valuesOf } from "../../kernels/wgsl.ts";
import { unsupported } from "../shapes.ts";
import type { PlanState } from "../state.ts";
import { addInto } from "./elementwise.ts";

interface Norm {
  readonly label: string;
  readonly eps: number;
  readonly scale: Parameter;
  readonly bias: Parameter;
}

export function planLayerNorm(node: NodeOf<"LayerNorm">, state: PlanState): void {
  const [x, scale, bias] = node.inputs;
  const [out] = node.outputs;
  dispatchNorm({ label: node.module, eps: node.attributes.eps, scale, bias }, { x, out }, state);
}

export function planAddLayerNorm(node: NodeOf<"AddLayerNorm">, state: PlanState): void {
  const [a, b, scale, bias] = node.inputs;
  const [out, sum] = node.outputs;
  addInto(sum, { label: node.module, a, b }, state);
  dispatchNorm({ label: node.module, eps: node.attributes.eps, scale, bias }, { x: sum, out }, state);
}

function dispatchNorm(
  { label, eps, scale, bias }: Norm,
  { x, out }: { x: Value; out: Value },
  state: PlanState,
): void {
  const input = state.view(x);
  const { rows, columns } = input;
  if (columns % 4 !== 0) throw unsupported(out, "its channels are not a multiple of four");
  const reads = [input.block, state.parameter(scale), state.parameter(bias)];
  const to = state.allocate(out, reads);
  state.dispatch({
    label,
    kernel: layerNormKernel({ type: state.target.type, channels: columns, eps }),
    reads,
    write: to.block,
    values: valuesOf(LAYER_NORM_FIELDS, {
      rows,
      channels: columns,
      inOffset: input.offset,
      inStride: input.stride,
      outOffset: to.offset,
      outStride: to.stride,
    }),
    workgroups: grid(rows, 1),
    operations: 7 * rows * columns,
  });
}
