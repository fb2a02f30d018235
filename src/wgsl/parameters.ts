// How the kernels want each parameter: weights of products as [depth, columns], everything else in the checkpoint's order.

import type { StoredTensor } from "../formats/tensor-values.ts";
import type { Graph } from "../graph/graph.ts";
import type { ParameterStore } from "../runtime/backend.ts";
import type { StoredParameter } from "../runtime/shared/parameter-layout.ts";
import type { Int8Layout } from "./kernels/kernel.ts";
import type { PlanTarget } from "./plan/target.ts";

export interface WgslParameter extends StoredParameter {
  /** Of a weight in 8 bits. */
  readonly int8: Int8Layout | null;
}

/** Parameters as sessions read them. */
export interface WgslParameterStore extends ParameterStore {
  /** Another number whenever values may have changed. */
  readonly version: number;
  add(spec: WgslParameter, stored: StoredTensor): void;
  settle(): Promise<void>;
  /** The buffer that runs read. */
  live(name: string): GPUBuffer;
}

/**
 * With `int8` the U-Net's weights are in 8 bits, but for those that are too small to matter: first and last layer, which cost most in
 * quality, are among them. Text encoder and VAE fit as they are when each is alone on the card.
 */
export function storedParameters(
  { network, nodes, parameters }: Graph,
  { int8, tuning }: Pick<PlanTarget, "int8" | "tuning">,
): WgslParameter[] {
  const weights = new Set(
    nodes.flatMap((node) => (node.op === "Conv" || node.op === "Linear" ? [node.inputs[1]] : [])),
  );
  return parameters.map((parameter): WgslParameter => {
    if (!weights.has(parameter)) return { ...parameter, layout: "same", int8: null };
    const { depth, columns } = weightMatrix(parameter);
    const isSmall = columns % 4 !== 0 || depth * columns < tuning.int8.least;
    return {
      ...parameter,
      layout: "transpose",
      int8: int8 && network === "unet" && !isSmall ? tuning.int8 : null,
    };
  });
}

/** A weight as the matrix that it is stored as. */
export function weightMatrix({ shape: [columns = 1, ...rest] }: Pick<StoredParameter, "shape">): {
  readonly depth: number;
  readonly columns: number;
} {
  return { depth: rest.reduce((product, size) => product * size, 1), columns };
}
