// The order of a parameter's values on the device, and conversions from and to the checkpoint's.

import { type StoredTensor, valuesOf } from "../../formats/tensor-values.ts";
import type { Parameter } from "../../graph/graph.ts";
import { float32ToF16 } from "../../shared/dtype.ts";

export interface StoredParameter extends Parameter {
  /**
   * "transpose": [in, out] for a matrix [out, in] or [out, in, 1, 1], and [kh·kw, in, out] for a convolution
   * [out, in, kh, kw]; "same": the checkpoint's order.
   */
  readonly layout: "same" | "transpose";
}

/** What the conversions need to know. */
type Ordered = Pick<StoredParameter, "shape" | "layout">;

type Numbers = Float32Array | Uint16Array;

interface MatrixShape {
  readonly rows: number;
  readonly columns: number;
  /** Positions of a convolution's kernel: the columns are [in, kernelArea]. 1 for a matrix. */
  readonly kernelArea?: number;
}

/** A tensor as the device has it. */
export function deviceValues(
  stored: StoredTensor,
  { spec, dtype }: { readonly spec: StoredParameter; readonly dtype: "f32" | "f16" },
): Numbers {
  if (dtype === "f16" && stored.source.dtype === "F16" && !stored.scale) {
    const own = stored.bytes.slice(); // aligned, and independent of the stream's buffer
    return toInputLayout(new Uint16Array(own.buffer), spec);
  }
  return withType(toInputLayout(valuesOf(stored), spec), dtype);
}

/** float32 as they are, or as the bits of halves. */
export function withType(values: Float32Array, dtype: "f32" | "f16"): Numbers {
  return dtype === "f16" ? float32ToF16(values) : values;
}

/** [rows, columns] → [columns, rows]; of a convolution [out, in, kernelArea] → [kernelArea, in, out] */
export function transposeMatrix<T extends Numbers>(values: T, shape: MatrixShape): T {
  const { rows, columns } = shape;
  const out = new (values.constructor as new (length: number) => T)(values.length);
  const starts = columnStarts(shape);
  // In tiles, because a column of a large matrix otherwise touches a new cache line per element. Sequential writes matter most.
  const tile = 32;
  for (let rowStart = 0; rowStart < rows; rowStart += tile) {
    const rowEnd = Math.min(rows, rowStart + tile);
    for (let columnStart = 0; columnStart < columns; columnStart += tile) {
      const columnEnd = Math.min(columns, columnStart + tile);
      for (let column = columnStart; column < columnEnd; column++) {
        const start = starts[column]!;
        let from = rowStart * columns + column;
        for (let row = rowStart; row < rowEnd; row++) {
          out[start + row] = values[from]!;
          from += columns;
        }
      }
    }
  }
  return out;
}

/** The start of each column after it becomes a row. */
function columnStarts({ rows, columns, kernelArea = 1 }: MatrixShape): Uint32Array {
  const inputs = columns / kernelArea;
  return Uint32Array.from(
    { length: columns },
    (_, column) => ((column % kernelArea) * inputs + Math.floor(column / kernelArea)) * rows,
  );
}

function matrixShape({ shape }: Ordered): MatrixShape {
  const [rows = 1, inputs = 1, ...kernel] = shape;
  const kernelArea = kernel.reduce((product, size) => product * size, 1);
  return { rows, columns: inputs * kernelArea, kernelArea };
}

/** Checkpoint order → the stored order. */
export function toInputLayout<T extends Numbers>(values: T, spec: Ordered): T {
  return spec.layout === "same" ? values : transposeMatrix(values, matrixShape(spec));
}

/** The stored order → checkpoint order. */
export function fromInputLayout<T extends Numbers>(values: T, spec: Ordered): T {
  if (spec.layout === "same") return values;
  const shape = matrixShape(spec);
  const out = new (values.constructor as new (length: number) => T)(values.length);
  columnStarts(shape).forEach((start, column) => {
    for (let row = 0; row < shape.rows; row++) out[row * shape.columns + column] = values[start + row]!;
  });
  return out;
}
