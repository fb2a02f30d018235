// Concatenation: what computes a part writes it into place, so that only parts that lie elsewhere are copied.

import type { NodeOf } from "../../../graph/graph.ts";
import { roundUp } from "../../kernels/kernel.ts";
import { matrixOf, unsupported } from "../shapes.ts";
import type { PlanState } from "../state.ts";
import { dispatchElementwise } from "./elementwise.ts";

/** Comes before anything is planned that may compute a part. */
export function reserveParts({ inputs: [a, b], outputs: [out] }: NodeOf<"Concat">, state: PlanState): void {
  const { rows, columns } = matrixOf(out.shape);
  const stride = roundUp(columns);
  const block = state.temporary(out.name, rows * stride);
  state.setView(out, { block, offset: 0, stride, rows, columns });
  const { columns: offset } = matrixOf(a.shape);
  if (offset % 4 !== 0) throw unsupported(a, "its channels are not a multiple of four");
  state.reserve(a, { block, offset: 0, stride });
  state.reserve(b, { block, offset, stride });
}

export function planConcatenation({ module, inputs, outputs }: NodeOf<"Concat">, state: PlanState): void {
  const whole = state.view(outputs[0]);
  let offset = 0;
  for (const part of inputs) {
    const input = state.view(part);
    const { columns } = input;
    if (input.block !== whole.block || input.offset !== offset)
      dispatchElementwise("copy", { label: module, input, to: { ...whole, offset, columns } }, state);
    offset += columns;
  }
}
