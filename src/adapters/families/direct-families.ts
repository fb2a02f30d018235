// Families that act on the whole weight: OFT and BOFT, full differences, norms, (IA)³.
import type { Delta } from "../delta.ts";
import { say } from "../../shared/saying.ts";
import type { Slot } from "../names/keys.ts";
import {
  mismatch,
  scalarOf,
  scaleSlots,
  type Context,
  type Family,
  type Found,
  type Recognised,
} from "./module-tensors.ts";
import type { ParameterShape } from "../names/module-table.ts";
import { rotation } from "./rotation.ts";
import { elementCount, tensorValues, type AdapterTensor } from "../files/tensor.ts";

export function oft({ tensors, shape }: Context): Found | null {
  const blocks = tensors.get("oft_blocks") ?? tensors.get("oft_diag");
  if (!blocks) return null;
  // `oft_diag` of the first LyCORIS versions stores the rotation itself, `oft_blocks` its generator.
  const stored = tensors.has("oft_blocks") ? "generator" : "rotation";
  const isButterfly = blocks.shape.length === 4;
  const [stageCount, blockCount, size, size2] = (isButterfly ? blocks.shape : [1, ...blocks.shape]) as [
    number,
    number,
    number,
    number,
  ];
  const expected = `blocks for ${shape.rows} outputs`;
  if (size !== size2 || !(size >= 1) || !(stageCount >= 1) || blockCount * size !== shape.rows)
    throw mismatch(isButterfly ? "oft_blocks (BOFT)" : "oft_blocks", blocks, expected);
  // Stage i pairs rows 2ⁱ·size/2 apart; all must be inside the weight.
  if (isButterfly && (size % 2 !== 0 || shape.rows % (2 ** (stageCount - 1) * size) !== 0))
    throw mismatch("oft_blocks (BOFT)", blocks, expected);
  const gain = tensors.get("rescale");
  if (gain && elementCount(gain.shape) !== shape.rows)
    throw mismatch("rescale", gain, say`${shape.rows} values`);
  const alpha = stored === "generator" ? scalarOf(tensors, "alpha") : null;
  return {
    family: isButterfly ? "BOFT" : "OFT",
    rank: null,
    alpha: null,
    used: [
      tensors.has("oft_blocks") ? "oft_blocks" : "oft_diag",
      ...(gain ? (["rescale"] as const) : []),
      ...scaleSlots(tensors),
    ],
    delta: () =>
      rotation(tensorValues(blocks), {
        stageCount,
        blockSize: size,
        outputs: shape.rows,
        constraint: (alpha ?? 0) * shape.rows,
        stored,
        isButterfly,
        gain: gain ? tensorValues(gain) : null,
      }),
  };
}

export function full({ tensors, target }: Context): Found | null {
  const tensor = tensors.get("diff");
  return tensor ? dense(tensor, target, { slot: "diff", family: "full" }) : null;
}

/** A module that PEFT trained as a whole (`modules_to_save`). */
export function trained({ tensors, target }: Context): Found | null {
  const tensor = tensors.get("trained_weight");
  if (!tensor) return null;
  const change = dense(tensor, target, { slot: "trained_weight", family: "full" });
  return { ...change, delta: () => ({ kind: "replacement", values: tensorValues(tensor) }) };
}

export function norm({ tensors, target }: Context): Found | null {
  const tensor = tensors.get("w_norm");
  return tensor ? dense(tensor, target, { slot: "w_norm", family: "norm" }) : null;
}

export function dense(
  tensor: AdapterTensor,
  target: ParameterShape,
  { slot, family }: { slot: Slot; family: Family },
): Recognised {
  // Linear layers and 1×1 convolutions store the same numbers, so only the count and the outputs must match.
  const matches =
    elementCount(tensor.shape) === elementCount(target.shape) && tensor.shape[0] === target.shape[0];
  if (!matches) throw mismatch(slot, tensor, say`[${target.shape.join(", ")}]`);
  return {
    family,
    rank: null,
    alpha: null,
    used: [slot],
    delta: () => ({ kind: "dense", values: tensorValues(tensor) }),
    magnitude: null,
  };
}

export function ia3({ tensors, shape }: Context): Found | null {
  const weight = tensors.get("weight");
  if (!weight || !tensors.has("on_input")) return null;
  const axis = scalarOf(tensors, "on_input") ? "column" : "row";
  const length = axis === "column" ? shape.inputs : shape.rows;
  if (elementCount(weight.shape) !== length) throw mismatch("weight", weight, say`${length} values`);
  const delta = (): Delta => ({
    kind: "gain",
    axis,
    values: tensorValues(weight),
    kernelArea: shape.kernelArea,
  });
  return { family: "IA3", rank: null, alpha: null, used: ["weight", "on_input"], delta };
}
