// Upsampling waits for its reader: a convolution does it while it reads, for anything else it is a dispatch of its own.

import type { NodeOf, Value } from "../../../graph/graph.ts";
import type { View } from "../../kernels/kernel.ts";
import type { PlanState } from "../state.ts";
import { dispatchElementwise } from "./elementwise.ts";

export function deferUpsampling(
  { inputs: [source], outputs: [out] }: NodeOf<"Upsample">,
  state: PlanState,
): void {
  const compute = (to: Value): View => dispatchUpsampling(source, to, state);
  state.deferred.set(out, { kind: "upsampling", source, compute });
}

/** What a value is upsampled from, if only the caller reads it; the upsampling is then the caller's. */
export function takeUpsampled(value: Value, state: PlanState): Value | null {
  const deferred = state.deferred.get(value);
  if (deferred?.kind !== "upsampling" || !state.isReadOnce(value)) return null;
  state.deferred.delete(value);
  return deferred.source;
}

function dispatchUpsampling(source: Value, out: Value, state: PlanState): View {
  const [, , inHeight, inWidth] = source.shape as [number, number, number, number];
  const [, , outHeight, outWidth] = out.shape as [number, number, number, number];
  const input = state.view(source);
  const to = state.allocate(out, [input.block]);
  const map = { inHeight, inWidth, outHeight, outWidth };
  dispatchElementwise("upsample", { label: out.name, input, to, map }, state);
  return to;
}
