// Attention: one dispatch, or products where a head is too wide for an invocation's registers. Its projections are one dispatch.

import type { NodeOf } from "../../../graph/graph.ts";
import { ATTENTION_FIELDS, attentionKernel, queriesPerWorkgroup } from "../../kernels/attention.ts";
import type { Block, ElementType } from "../../kernels/kernel.ts";
import { matrixAttention } from "../../kernels/matrix-attention.ts";
import { valuesOf } from "../../kernels/wgsl.ts";
import { attentionShape } from "../../tuning.ts";
import { dispatchTogether } from "../pending-products.ts";
import { unsupported } from "../shapes.ts";
import type { PlanState } from "../state.ts";
import { planWideAttention } from "./wide-attention.ts";

/** Channels of a head that an invocation's registers hold well; wider ones are computed by products. */
const WIDE_HEAD = 256;

export function planAttention(node: NodeOf<"Attention">, state: PlanState): void {
  const [q, k, v] = node.inputs;
  const [out] = node.outputs;
  const [images, queries, channels] = q.shape as [number, number, number];
  const keys = k.shape[1]!;
  const { heads, causal } = node.attributes;
  const width = channels / heads;
  if (width % 4 !== 0) throw unsupported(q, `${width} channels of a head are not a multiple of four`);
  const byProducts = width > WIDE_HEAD && heads === 1 && images === 1 && keys % 8 === 0 && !causal;
  // A product's right operand has a block of its own.
  if (!byProducts && !dispatchTogether([q, k, v], state)) dispatchTogether([k, v], state);
  const [query, key, value] = [state.view(q), state.view(k), state.view(v)];
  const reads = [query.block, key.block, value.block];
  const to = state.allocate(out, reads);
  if (byProducts && value.offset === 0 && value.stride === width) {
    const request = { label: node.module, query, key, value, out: to };
    const temporary = (name: string, elements: number, type?: ElementType): Block =>
      state.temporary(name, elements, type);
    for (const dispatch of planWideAttention(request, { ...state.target, temporary }))
      state.dispatch(dispatch);
    return;
  }
  const { type, memory, matrices, tuning } = state.target;
  const isWide = [query, key, value].every(({ offset, stride }) => offset % 8 === 0 && stride % 8 === 0);
  const byMatrices =
    matrices && isWide && type === "f16" && !causal
      ? matrixAttention({ width, memory, shape: tuning.matrixAttention }, matrices)
      : null;
  const variant = { type, width, causal, memory, shape: attentionShape(width, tuning) };
  state.dispatch({
    label: node.module,
    kernel: byMatrices?.kernel ?? attentionKernel(variant),
    reads,
    write: to.block,
    values: valuesOf(ATTENTION_FIELDS, {
      queries,
      keys,
      queryOffset: query.offset,
      queryStride: query.stride,
      keyOffset: key.offset,
      keyStride: key.stride,
      valueOffset: value.offset,
      valueStride: value.stride,
      outOffset: to.offset,
      outStride: to.stride,
    }),
    workgroups: [
      Math.ceil(queries / (byMatrices?.queriesPerWorkgroup ?? queriesPerWorkgroup(variant))),
      heads,
      images,
    ],
    operations: 4 * images * queries * keys * channels,
  });
}
