// Recognises the family of one module of an adapter file from the tensors it has, checks every shape against the
// module it would change, and knows how to bring it into the form of a Delta. Formulas and names are those of the
// tools that write these files: kohya sd-scripts, LyCORIS (lycoris/modules/*.py), PEFT.
import type { Magnitude } from "./delta.ts";
import { dense, full, ia3, norm, oft } from "./direct-families.ts";
import type { Slot } from "./keys.ts";
import { glora, loha, lokr, lora } from "./matrix-families.ts";
import {
  mismatch,
  ShapeProblem,
  weightShape,
  type ModuleTensors,
  type Recognised,
  type Recogniser,
  type ScaleSettings,
  type WeightShape,
} from "./module-tensors.ts";
import type { ParameterShape } from "./module-table.ts";
import { elementCount, tensorValues } from "./tensor.ts";

const RECOGNISERS: readonly Recogniser[] = [lora, loha, lokr, glora, oft, full, norm, ia3];

/**
 * The family of a module's weight.
 * @returns null when the tensors make up no family at all.
 * @throws ShapeProblem when they do, but not for this weight.
 */
export function recogniseWeight(
  tensors: ModuleTensors,
  target: ParameterShape,
  settings: ScaleSettings,
): Recognised | null {
  const shape = weightShape(target);
  for (const recognise of RECOGNISERS) {
    const found = recognise({ tensors, target, shape, settings });
    if (found === null) continue;
    const magnitude = magnitudeOf(tensors, shape, target);
    if (magnitude === null) return { ...found, magnitude: null };
    // One number per output has no direction to set a magnitude for, and no tool writes that.
    if (found.family === "norm")
      throw new ShapeProblem("a norm with a DoRA magnitude is not a known combination");
    return { ...found, magnitude: magnitude.read, used: [...found.used, magnitude.slot] };
  }
  return null;
}

/** The update of a module's bias, if the file has one: `diff_b` beside any family, `b_norm` beside `w_norm`. */
export function recogniseBias(tensors: ModuleTensors, target: ParameterShape): Recognised | null {
  const slot: Slot = tensors.has("b_norm") ? "b_norm" : "diff_b";
  const tensor = tensors.get(slot);
  if (!tensor) return null;
  return dense(tensor, target, { slot, family: slot === "b_norm" ? "norm" : "full" });
}

/** `dora_scale` tells its axis by its shape: [out, 1 …] or [1, in …]; PEFT's vector always belongs to the outputs. */
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
  if (count !== length) throw mismatch(slot, tensor, `${length} values`);
  return { slot, read: () => ({ axis, values: tensorValues(tensor), kernelArea: shape.kernelArea }) };
}
