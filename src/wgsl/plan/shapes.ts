// Shapes of the graph as matrices of rows and columns.

import type { Value } from "../../graph/graph.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";

/** A map's rows are its positions, whatever has another shape has a row per vector; `positions` of an image that lie apart in the graph's order. */
export function matrixOf(shape: readonly number[]): { rows: number; columns: number; positions: number } {
  if (shape.length !== 4) {
    const columns = shape.at(-1)!;
    return { rows: sizeOf(shape) / columns, columns, positions: 1 };
  }
  const [images, columns, height, width] = shape as [number, number, number, number];
  return { rows: images * height * width, columns, positions: height * width };
}

/** Number of elements. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** For a value whose shape the kernels cannot address. */
export function unsupported({ name, shape }: Value, why: string): StylusError {
  return new StylusError(
    "device",
    say`The WGSL kernels cannot compute ${name} [${shape.join(", ")}]: ${why}.`,
    {
      remedy: say`Use ONNX Runtime for this model.`,
    },
  );
}
