// Between the checkpoint's order of a parameter's values and the order its graph input wants.

import type { ParameterSpec } from "../graph/model.ts";
import type { TensorSource } from "../formats/safetensors.ts";
import { isFloat } from "../shared/dtype.ts";
import { StylusError } from "../shared/errors.ts";

type Numbers = Float32Array | Uint16Array;

/** [rows, columns] → [columns, rows] */
export function transposeMatrix<T extends Numbers>(
  values: T,
  { rows, columns }: { rows: number; columns: number },
): T {
  const out = new (values.constructor as new (length: number) => T)(values.length);
  // In tiles: a column of a large matrix touches a new cache line per element otherwise. Writing in order is what counts.
  const tile = 32;
  for (let rowStart = 0; rowStart < rows; rowStart += tile) {
    const rowEnd = Math.min(rows, rowStart + tile);
    for (let columnStart = 0; columnStart < columns; columnStart += tile) {
      const columnEnd = Math.min(columns, columnStart + tile);
      for (let column = columnStart; column < columnEnd; column++) {
        for (let row = rowStart; row < rowEnd; row++)
          out[column * rows + row] = values[row * columns + column]!;
      }
    }
  }
  return out;
}

/** Checkpoint order → the order of the graph input. */
export function toInputLayout<T extends Numbers>(values: T, spec: ParameterSpec): T {
  if (spec.layout === "same") return values;
  const [columns, rows] = spec.inputShape as [number, number]; // [in, out]
  return transposeMatrix(values, { rows, columns });
}

/** The order of the graph input → checkpoint order. */
export function fromInputLayout<T extends Numbers>(values: T, spec: ParameterSpec): T {
  if (spec.layout === "same") return values;
  const [rows, columns] = spec.inputShape as [number, number];
  return transposeMatrix(values, { rows, columns });
}

/** Pairs each parameter with its tensor. @throws StylusError `bad-file` naming missing tensors or a wrong shape */
export function matchTensors(
  specs: readonly ParameterSpec[],
  tensors: ReadonlyMap<string, TensorSource>,
): Map<TensorSource, ParameterSpec> {
  const fileName = tensors.values().next().value?.fileName ?? "model";
  const missing = specs.filter(({ name }) => !tensors.has(name));
  if (missing.length > 0) {
    const names = missing.slice(0, 3).map(({ name }) => name);
    const more = missing.length > 3 ? ` and ${missing.length - 3} more` : "";
    throw new StylusError("bad-file", `Tensors are missing: ${names.join(", ")}${more}.`, {
      where: fileName,
      remedy: "The file is incomplete or not a Stable Diffusion 1.x model.",
    });
  }
  return new Map(
    specs.map((spec) => {
      const source = tensors.get(spec.name)!;
      checkTensor(source, spec);
      return [source, spec];
    }),
  );
}

function checkTensor(source: TensorSource, spec: ParameterSpec): void {
  if (!isFloat(source.dtype))
    throw new StylusError(
      "bad-file",
      `Tensor "${source.name}" holds ${source.dtype} instead of floating-point numbers.`,
      { where: source.fileName },
    );
  // Files disagree on whether a 1×1 kernel is written [out, in] or [out, in, 1, 1].
  const squeeze = (shape: readonly number[]): string =>
    (shape.length === 4 && shape[2] === 1 && shape[3] === 1 ? shape.slice(0, 2) : shape).join("×");
  if (squeeze(source.shape) !== squeeze(spec.shape)) {
    throw new StylusError(
      "bad-file",
      `Tensor "${source.name}" is ${source.shape.join("×")}, but the model needs ${spec.shape.join("×")}.`,
      {
        where: source.fileName,
        remedy: "The file does not fit its config, or is not a Stable Diffusion 1.x model.",
      },
    );
  }
}
