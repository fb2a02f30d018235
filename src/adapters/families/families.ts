// Recognises the family of one module of an adapter file by its tensors, checks every shape against the target module,
// and converts it to a Delta. Formulas and names follow the tools that write these files: kohya sd-scripts, LyCORIS
// (lycoris/modules/*.py), PEFT.
import type { Delta, Magnitude } from "../delta.ts";
import { say } from "../../shared/saying.ts";
import { dense, full, ia3, norm, oft, trained } from "./direct-families.ts";
import type { Slot } from "../names/keys.ts";
import { glora, loha, lokr, lora } from "./matrix-families.ts";
import { ia3Axis, ia3Delta, peftBoft, peftIa3, peftOft } from "./peft-families.ts";
import {
  mismatch,
  requireRank,
  scaleOf,
  ShapeProblem,
  weightShape,
  type ModuleTensors,
  type Recognised,
  type Recogniser,
  type WeightShape,
} from "./module-tensors.ts";
import type { ModuleSettings } from "../files/metadata.ts";
import type { ModuleEntry, ParameterShape } from "../names/module-table.ts";
import { elementCount, tensorValues } from "../files/tensor.ts";

const RECOGNISERS: readonly Recogniser[] = [
  lora,
  loha,
  lokr,
  glora,
  oft,
  peftOft,
  peftBoft,
  full,
  trained,
  norm,
  ia3,
  peftIa3,
];

/**
 * The family of a module's weight.
 * @returns null if the tensors match no family.
 * @throws ShapeProblem if they match one but do not fit this weight.
 */
export function recogniseWeight(
  tensors: ModuleTensors,
  target: ParameterShape,
  settings: ModuleSettings,
): Recognised | null {
  const shape = weightShape(target);
  for (const recognise of RECOGNISERS) {
    const found = recognise({ tensors, target, shape, settings });
    if (found === null) continue;
    const magnitude = magnitudeOf(tensors, shape, target);
    if (magnitude === null) return { ...found, magnitude: null };
    // One number per output has no direction whose magnitude could be set, and no tool writes this.
    if (found.family === "norm")
      throw new ShapeProblem(say`a norm with a DoRA magnitude is not a known combination`);
    return { ...found, magnitude: magnitude.read, used: [...found.used, magnitude.slot] };
  }
  return null;
}

const BIAS_SLOTS: readonly Slot[] = ["b_norm", "diff_b", "up_bias", "trained_bias"];

/**
 * The update of a module's bias, if the file has one: `diff_b` with any family, `b_norm` with `w_norm`; in PEFT files the
 * bias of a LoRA's up part, a directly trained bias, and (IA)³ on the outputs, which also scales the bias.
 * @throws ShapeProblem if it does not fit, or if the module has no bias
 */
export function recogniseBias(
  tensors: ModuleTensors,
  { weight, bias: target }: ModuleEntry,
  settings: ModuleSettings,
): Recognised | null {
  const gain = tensors.get("ia3_l");
  const scalesOutputs = gain && weight && ia3Axis(gain, weight, settings) === "row";
  const [slot, other] = BIAS_SLOTS.filter((name) => tensors.has(name));
  if (other !== undefined || (slot !== undefined && scalesOutputs))
    throw new ShapeProblem(say`it changes its bias in two ways, one of them ${slot}`);
  if (slot !== undefined && !target)
    throw new ShapeProblem(say`it changes a bias, but the model's module has none`);
  if (!target) return null;
  if (scalesOutputs) {
    const delta = (): Delta => ia3Delta(gain, { axis: "row", kernelArea: 1 });
    return { family: "IA3", rank: null, alpha: null, used: ["ia3_l"], delta, magnitude: null };
  }
  if (slot === undefined) return null;
  const tensor = tensors.get(slot)!;
  const change = dense(tensor, target, { slot, family: slot === "b_norm" ? "norm" : "full" });
  switch (slot) {
    case "trained_bias":
      return { ...change, delta: () => ({ kind: "replacement", values: tensorValues(tensor) }) };
    case "up_bias": {
      const up = tensors.get("up");
      if (!up) throw new ShapeProblem(say`it has a bias of an up part without the up part`);
      const { scale } = scaleOf(tensors, up.shape[1] ?? requireRank(up, 1), settings);
      const delta = (): Delta => ({
        kind: "dense",
        values: tensorValues(tensor).map((value) => scale * value),
      });
      return { ...change, delta };
    }
    default:
      return change;
  }
}

/** The shape of `dora_scale` gives its axis: [out, 1 …] or [1, in …]; PEFT's vector always applies to the outputs. */
function magnitudeOf(
  tensors: ModuleTensors,
  shape: WeightShape,
  target: ParameterShape,
): { read: () => Magnitude; slot: Slot } | null {
  const slot: Slot = tensors.has("magnitude") ? "magnitude" : "dora_scale";
  const tensor = tensors.get(slot);
  if (!tensor) return null;
  const count = elementCount(tensor.shape);
  const overInputs =
    slot === "dora_scale" && tensor.shape.length > 1 && tensor.shape[0] === 1 && tensor.shape[1] !== 1;
  const axis = overInputs && target.shape.length > 1 ? "column" : "row";
  const length = axis === "column" ? shape.inputs : shape.rows;
  if (count !== length) throw mismatch(slot, tensor, say`${length} values`);
  return { slot, read: () => ({ axis, values: tensorValues(tensor), kernelArea: shape.kernelArea }) };
}
