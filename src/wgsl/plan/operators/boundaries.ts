// Inputs come in and outputs go out as float32 in the graph's order; between them are rows of the target's type.

import type { GraphOutput, Value } from "../../../graph/graph.ts";
import { BOUNDARY_FIELDS, BOUNDARY_SIZE, exportRows, importRows } from "../../kernels/boundary.ts";
import { type Block, type Dispatch, grid, type View } from "../../kernels/kernel.ts";
import { valuesOf } from "../../kernels/wgsl.ts";
import { matrixOf, sizeOf } from "../shapes.ts";
import type { PlanState } from "../state.ts";

export function importInput(value: Value, state: PlanState): void {
  const { name, shape } = value;
  const block: Block = { role: "input", name, sizeBytes: 4 * sizeOf(shape) };
  state.inputs.set(name, block);
  if (shape.length === 1) return; // a timestep is exact in float32 only, and read there
  const view = state.allocate(value, []);
  state.dispatch({
    label: name,
    kernel: importRows(state.target.type),
    reads: [block],
    write: view.block,
    ...work({ shape, view, count: (view.rows * view.stride) / 4 }),
  });
}

export function exportOutput({ name, shape, value }: GraphOutput, state: PlanState): Block {
  const block: Block = { role: "output", name, sizeBytes: 4 * sizeOf(shape) };
  const view = state.view(value);
  state.dispatch({
    label: name,
    kernel: exportRows(state.target.type),
    reads: [view.block],
    write: block,
    ...work({ shape, view, count: sizeOf(shape) }),
  });
  return block;
}

/** @param count of invocations */
function work({
  shape,
  view,
  count,
}: {
  shape: readonly number[];
  view: View;
  count: number;
}): Pick<Dispatch, "values" | "workgroups" | "operations"> {
  const { columns: channels, positions } = matrixOf(shape);
  return {
    values: valuesOf(BOUNDARY_FIELDS, {
      count,
      channels,
      fours: Math.ceil(channels / 4),
      positions,
      offset: view.offset,
      stride: view.stride,
    }),
    workgroups: grid(count, BOUNDARY_SIZE),
    operations: count,
  };
}
