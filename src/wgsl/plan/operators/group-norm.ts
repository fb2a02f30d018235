// Group norm: sums of each group in parts, then the normalised values. The time embedding's shift joins the product before.

import type { NodeOf } from "../../../graph/graph.ts";
import {
  GROUP_NORM_FIELDS,
  GROUP_SUMS_FIELDS,
  groupNormalise,
  groupParts,
  groupSums,
  normalisedRows,
} from "../../kernels/group-norm.ts";
import { valuesOf } from "../../kernels/wgsl.ts";
import { dispatchProduct, takeJoinable } from "../pending-products.ts";
import { unsupported } from "../shapes.ts";
import type { PlanState } from "../state.ts";

export function planGroupNorm(node: NodeOf<"GroupNorm">, state: PlanState): void {
  const [x, scale, bias, shiftValue] = node.inputs;
  const [out] = node.outputs;
  const [images, channels, height, width] = x.shape as [number, number, number, number];
  const { groups, eps, silu } = node.attributes;
  const { type } = state.target;
  if (channels % 4 !== 0) throw unsupported(x, "its channels are not a multiple of four");
  let shift = shiftValue && state.view(shiftValue);
  const product = shift && takeJoinable(x, state);
  if (product) {
    dispatchProduct(x, { ...product, shift }, state);
    shift = null;
  }
  const input = state.view(x);
  const rowsPerImage = height * width;
  const groupChannels = channels / groups;
  const parts = groupParts(rowsPerImage, groupChannels);
  const rowsPerPart = Math.ceil(rowsPerImage / parts);
  const sums = state.temporary(`${node.module} sums`, 2 * images * groups * parts, "f32");
  const shared = {
    rowsPerImage,
    groupChannels,
    inOffset: input.offset,
    inStride: input.stride,
    shiftOffset: shift?.offset ?? 0,
    shiftStride: shift?.stride ?? 0,
  };
  const shifts = shift ? [shift.block] : [];
  state.dispatch({
    label: node.module,
    kernel: groupSums({ type, shift: shift !== null, even: groupChannels % 2 === 0 }),
    reads: [input.block, ...shifts],
    write: sums,
    values: valuesOf(GROUP_SUMS_FIELDS, { ...shared, rowsPerPart }),
    workgroups: [parts, groups, images],
    operations: 3 * input.rows * channels,
  });
  const reads = [input.block, sums, state.parameter(scale), state.parameter(bias), ...shifts];
  const to = state.allocate(out, reads);
  const rowsPerWorkgroup = normalisedRows(channels);
  state.dispatch({
    label: node.module,
    kernel: groupNormalise({ type, shift: shift !== null, groups, eps, silu }),
    reads,
    write: to.block,
    values: valuesOf(GROUP_NORM_FIELDS, {
      ...shared,
      parts,
      channels,
      rowsPerWorkgroup,
      outOffset: to.offset,
      outStride: to.stride,
    }),
    workgroups: [Math.ceil(rowsPerImage / rowsPerWorkgroup), images, 1],
    operations: 4 * input.rows * channels,
  });
}
