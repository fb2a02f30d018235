// Pairs a network's parameters with the tensors of its files, and rejects files that do not match.

import type { TensorSource } from "../../formats/safetensors.ts";
import { hasValues } from "../../formats/tensor-values.ts";
import type { Parameter } from "../../graph/graph.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";

/** Pairs each parameter with its tensor. @throws StylusError `bad-file` naming missing tensors or a wrong shape */
export function matchTensors<Spec extends Parameter>(
  specs: readonly Spec[],
  tensors: ReadonlyMap<string, TensorSource>,
): Map<TensorSource, Spec> {
  const fileName = tensors.values().next().value?.fileName ?? "model";
  const missing = specs.filter(({ name }) => !tensors.has(name));
  if (missing.length > 0) {
    const names = missing.slice(0, 3).map(({ name }) => name);
    const more = missing.length - names.length;
    const message =
      more > 0 ? say`Tensors are missing: ${names} and ${more} more.` : say`Tensors are missing: ${names}.`;
    throw new StylusError("bad-file", message, {
      where: fileName,
      remedy: say`The file is incomplete or not a Stable Diffusion 1.x model.`,
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

function checkTensor(source: TensorSource, spec: Parameter): void {
  if (!hasValues(source))
    throw new StylusError(
      "bad-file",
      say`Tensor "${source.name}" has type ${source.dtype}, not floating point.`,
      { where: source.fileName },
    );
  // Files disagree on whether a 1×1 kernel is written [out, in] or [out, in, 1, 1].
  const squeeze = (shape: readonly number[]): string =>
    (shape.length === 4 && shape[2] === 1 && shape[3] === 1 ? shape.slice(0, 2) : shape).join("×");
  if (squeeze(source.shape) !== squeeze(spec.shape)) {
    throw new StylusError(
      "bad-file",
      say`Tensor "${source.name}" is ${source.shape.join("×")}, but the model needs ${spec.shape.join("×")}.`,
      {
        where: source.fileName,
        remedy: say`The file does not match its config, or is not a Stable Diffusion 1.x model.`,
      },
    );
  }
}
