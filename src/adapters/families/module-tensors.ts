// Shared by the family recognisers: the tensors of a module, the weight they must fit, and checks whose messages name
// the tensor, its shape and the expected shape.
import type { Delta, Magnitude } from "../delta.ts";
import { english, say, type Saying } from "../../shared/saying.ts";
import type { ModuleSettings } from "../files/metadata.ts";
import type { Slot } from "../names/keys.ts";
import {
  type StoredLowRank,
  elementCount,
  scalarValue,
  tensorValues,
  type AdapterTensor,
} from "../files/tensor.ts";
import type { ParameterShape } from "../names/module-table.ts";

export type Family =
  | "LoRA"
  | "LoCon"
  | "LoCon-Tucker"
  | "LoHa"
  | "LoHa-Tucker"
  | "LoKr"
  | "full"
  | "norm"
  | "IA3"
  | "GLoRA"
  | "OFT"
  | "BOFT";

/** The tensors of one module, by slot. */
export type ModuleTensors = ReadonlyMap<Slot, AdapterTensor>;

/** A family found in a module that fits `target`. */
export interface Recognised {
  readonly family: Family;
  /** Null for families without a rank. */
  readonly rank: number | null;
  readonly alpha: number | null;
  readonly used: readonly Slot[];
  readonly delta: () => Delta;
  readonly stored?: StoredLowRank;
  readonly magnitude: (() => Magnitude) | null;
}

/** Why a module cannot be used; becomes a cause in the report. */
export class ShapeProblem extends Error {
  readonly said: Saying;
  /** The tensor at fault, if it is one. */
  readonly slot: string | undefined;

  constructor(said: Saying, slot?: string) {
    super(english(said));
    this.said = said;
    this.slot = slot;
  }
}

export interface Context {
  readonly tensors: ModuleTensors;
  readonly target: ParameterShape;
  readonly shape: WeightShape;
  readonly settings: ModuleSettings;
}

export interface WeightShape {
  readonly rows: number;
  readonly columns: number;
  readonly inputs: number;
  readonly kernelArea: number;
}

/** A family without the DoRA magnitude that may accompany it. */
export type Found = Omit<Recognised, "magnitude">;
/** Null if the module has no tensor of the family. */
export type Recogniser = (context: Context) => Found | null;

export function weightShape(target: ParameterShape): WeightShape {
  const [rows = 1, inputs = 1, ...kernel] = target.shape;
  const kernelArea = elementCount(kernel);
  return { rows, inputs, kernelArea, columns: inputs * kernelArea };
}

/**
 * γ = α/r; 1 without alpha; a `scale` tensor overrides it. Alpha 0 gives 0, as in A1111, ComfyUI and diffusers: trainers that take 0 for
 * "not set" (kohya, LyCORIS) never write it.
 */
export function scaleOf(
  tensors: ModuleTensors,
  rank: number,
  settings: ModuleSettings,
): { alpha: number | null; scale: number } {
  const alpha = scalarOf(tensors, "alpha") ?? settings.alpha;
  const scale = scalarOf(tensors, "scale");
  if (scale !== null) return { alpha, scale };
  if (alpha === null) return { alpha, scale: 1 };
  return { alpha, scale: alpha / (settings.rankStabilised ? Math.sqrt(rank) : rank) };
}

export function scaleSlots(tensors: ModuleTensors): Slot[] {
  return (["alpha", "scale"] as const).filter((slot) => tensors.has(slot));
}

export function scalarOf(tensors: ModuleTensors, slot: Slot): number | null {
  const tensor = tensors.get(slot);
  if (!tensor) return null;
  const value = scalarValue(tensor);
  if (value === null) throw new ShapeProblem(say`${slot} is ${describe(tensor)}, not a single number`, slot);
  return value;
}

/** All slots; null if none is present. */
export function pick(tensors: ModuleTensors, slots: readonly Slot[], family: Family): AdapterTensor[] | null {
  const found = slots.map((slot) => tensors.get(slot));
  if (found.every((tensor) => tensor === undefined)) return null;
  const missing = slots.filter((slot) => !tensors.has(slot));
  if (missing.length > 0) throw new ShapeProblem(say`${family} without ${missing}`);
  return found as AdapterTensor[];
}

export function core(
  tensor: AdapterTensor,
  kernelArea: number,
): { values: Float32Array; outer: number; inner: number; kernelArea: number } {
  return { values: tensorValues(tensor), outer: tensor.shape[0]!, inner: tensor.shape[1]!, kernelArea };
}

export function matrixShape(tensor: AdapterTensor): [rows: number, columns: number] {
  const rows = tensor.shape[0];
  if (rows === undefined || tensor.shape.length < 2 || elementCount(tensor.shape) === 0)
    throw new ShapeProblem(say`a tensor is ${describe(tensor)}, not a matrix`);
  return [rows, elementCount(tensor.shape) / rows];
}

/** Inner dimension of a matrix. Rejects zero-sized tensors, which have no content. */
export function requireRank(tensor: AdapterTensor, axis: 0 | 1): number {
  return matrixShape(tensor)[axis];
}

export function requireMatrix(slot: string, tensor: AdapterTensor, rows: number, columns: number): void {
  const [actualRows, actualColumns] = matrixShape(tensor);
  if (actualRows !== rows || actualColumns !== columns)
    throw mismatch(slot, tensor, say`[${rows}, ${columns}]`);
}

export function mismatch(slot: string, tensor: AdapterTensor, expected: Saying | string): ShapeProblem {
  return new ShapeProblem(say`${slot} is ${describe(tensor)}, expected ${expected}`, slot);
}

export function describe(tensor: AdapterTensor): string {
  return `[${tensor.shape.join(", ")}]`;
}
