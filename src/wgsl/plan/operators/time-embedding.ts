// The time embedding reads its input in float32, where a timestep is exact.

import type { NodeOf } from "../../../graph/graph.ts";
import { TIME_EMBEDDING_FIELDS, TIME_EMBEDDING_SIZE, timeEmbedding } from "../../kernels/boundary.ts";
import { valuesOf } from "../../kernels/wgsl.ts";
import { unsupported } from "../shapes.ts";
import type { PlanState } from "../state.ts";

export function planTimeEmbedding(node: NodeOf<"TimeEmbedding">, state: PlanState): void {
  const [timestep] = node.inputs;
  const [out] = node.outputs;
  const channels = out.shape[1]!;
  if (channels % 4 !== 0) throw unsupported(out, "its channels are not a multiple of four");
  state.dispatch({
    label: node.module,
    kernel: timeEmbedding({ type: state.target.type, channels, ...node.attributes }),
    reads: [state.inputs.get(timestep.name)!],
    write: state.allocate(out, []).block,
    values: valuesOf(TIME_EMBEDDING_FIELDS, { channels }),
    workgroups: [Math.ceil(channels / 4 / TIME_EMBEDDING_SIZE), 1, 1],
    operations: 20 * channels,
  });
}
