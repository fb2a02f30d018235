// Recognises the family of one module of an adapter file from the tensors it has, checks every shape against the
// module it would change, and knows how to bring it into the form of a Delta. Formulas and names are those of the
// tools that write these files: kohya sd-scripts, LyCORIS (lycoris/modules/*.py), PEFT.
import type { Delta, Magnitude, Matrix } from "./delta.ts";
import type { Slot } from "./keys.ts";
import { contractCore, multiply, transpose } from "./matrix.ts";
import type { ParameterShape } from "./module-table.ts";
import { rotation } from "./rotation.ts";
import { elementCount, scalarValue, tensorMatrix, tensorValues, type AdapterTensor } from "./tensor.ts";

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

/** What the file says about scales outside its tensors (PEFT configuration). */
export interface ScaleSettings {
  /** Used when the module has no alpha tensor. */
  readonly alpha: number | null;
  /** rsLoRA: γ = α/√r instead of α/r (arXiv 2312.03732). Only PEFT needs to say so; others fold it into alpha. */
  readonly rankStabilised: boolean;
}

/** A family found in a module, fit for `target`. */
export interface Recognised {
  readonly family: Family;
  /** Null for families without a rank. */
  readonly rank: number | null;
  readonly alpha: number | null;
  readonly used: readonly Slot[];
  readonly delta: () => Delta;
  readonly magnitude: (() => Magnitude) | null;
}

/** Why a module cannot be used; becomes a cause in the report. */
export class ShapeProblem extends Error {}

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
    if (found.family === "OFT" || found.family === "BOFT")
      throw new ShapeProblem(`${found.family} with a DoRA magnitude is not a known combination`);
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

interface Context {
  readonly tensors: ModuleTensors;
  readonly target: ParameterShape;
  readonly shape: WeightShape;
  readonly settings: ScaleSettings;
}

interface WeightShape {
  readonly rows: number;
  readonly columns: number;
  readonly inputs: number;
  readonly kernelArea: number;
}

type Found = Omit<Recognised, "magnitude">;
type Recogniser = (context: Context) => Found | null;

function weightShape(target: ParameterShape): WeightShape {
  const [rows = 1, inputs = 1, ...kernel] = target.shape;
  const kernelArea = elementCount(kernel);
  return { rows, inputs, kernelArea, columns: inputs * kernelArea };
}

const RECOGNISERS: readonly Recogniser[] = [lora, loha, lokr, glora, oft, full, norm, ia3];

function lora({ tensors, shape, settings }: Context): Found | null {
  const up = tensors.get("up");
  const down = tensors.get("down");
  if (!up && !down) return null;
  if (!up || !down)
    throw new ShapeProblem(
      up ? "there is an up part without a down part" : "there is a down part without an up part",
    );
  const mid = tensors.get("mid");
  const rank = requireRank(up, 1);
  const { alpha, scale } = scaleOf(tensors, rank, settings);
  requireMatrix("up", up, shape.rows, rank);
  if (!mid) {
    requireMatrix("down", down, rank, shape.columns);
    const family = shape.kernelArea > 1 ? "LoCon" : "LoRA";
    return {
      family,
      rank,
      alpha,
      used: ["up", "down", ...scaleSlots(tensors)],
      delta: () => ({ kind: "low-rank", scale, up: tensorMatrix(up), down: tensorMatrix(down) }),
    };
  }
  const innerRank = requireRank(down, 0);
  requireMatrix("down", down, innerRank, shape.inputs);
  requireMatrix("mid", mid, rank, innerRank * shape.kernelArea);
  return {
    family: "LoCon-Tucker",
    rank,
    alpha,
    used: ["up", "down", "mid", ...scaleSlots(tensors)],
    delta: () => ({
      kind: "low-rank",
      scale,
      up: tensorMatrix(up),
      down: contractCore(core(mid, shape.kernelArea), tensorMatrix(down)),
    }),
  };
}

function loha({ tensors, shape, settings }: Context): Found | null {
  const parts = pick(tensors, ["hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"], "LoHa");
  if (!parts) return null;
  const [a1, b1, a2, b2] = parts as [AdapterTensor, AdapterTensor, AdapterTensor, AdapterTensor];
  const t1 = tensors.get("hada_t1");
  const t2 = tensors.get("hada_t2");
  const rank = requireRank(b1, 0);
  const { alpha, scale } = scaleOf(tensors, rank, settings);
  const used: Slot[] = ["hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", ...scaleSlots(tensors)];
  if (!t1 && !t2) {
    const rank2 = requireRank(b2, 0);
    requireMatrix("hada_w1_a", a1, shape.rows, rank);
    requireMatrix("hada_w1_b", b1, rank, shape.columns);
    requireMatrix("hada_w2_a", a2, shape.rows, rank2);
    requireMatrix("hada_w2_b", b2, rank2, shape.columns);
    const delta = (): Delta => ({
      kind: "hadamard",
      scale,
      up1: tensorMatrix(a1),
      down1: tensorMatrix(b1),
      up2: tensorMatrix(a2),
      down2: tensorMatrix(b2),
    });
    return { family: "LoHa", rank, alpha, used, delta };
  }
  if (!t1 || !t2) throw new ShapeProblem("one of hada_t1 and hada_t2 is missing");
  const halves = [
    { a: a1, b: b1, t: t1, name: "1" },
    { a: a2, b: b2, t: t2, name: "2" },
  ] as const;
  for (const { a, b, t, name } of halves) {
    const outer = requireRank(a, 0);
    const inner = requireRank(b, 0);
    requireMatrix(`hada_w${name}_a`, a, outer, shape.rows);
    requireMatrix(`hada_w${name}_b`, b, inner, shape.inputs);
    requireMatrix(`hada_t${name}`, t, outer, inner * shape.kernelArea);
  }
  const delta = (): Delta => {
    const [first, second] = halves.map(({ a, b, t }) => ({
      up: transpose(tensorMatrix(a)),
      down: contractCore(core(t, shape.kernelArea), tensorMatrix(b)),
    })) as [{ up: Matrix; down: Matrix }, { up: Matrix; down: Matrix }];
    return { kind: "hadamard", scale, up1: first.up, down1: first.down, up2: second.up, down2: second.down };
  };
  return { family: "LoHa-Tucker", rank, alpha, used: [...used, "hada_t1", "hada_t2"], delta };
}

function lokr({ tensors, shape, settings }: Context): Found | null {
  const has = (slot: Slot): boolean => tensors.has(slot);
  if (!(["lokr_w1", "lokr_w1_a", "lokr_w1_b", "lokr_w2", "lokr_w2_a", "lokr_w2_b"] as const).some(has))
    return null;
  const left = kroneckerFactor(tensors, "lokr_w1", 1);
  const right = kroneckerFactor(tensors, "lokr_w2", shape.kernelArea);
  if (left.rows * right.rows !== shape.rows || left.columns * right.columns !== shape.columns) {
    throw new ShapeProblem(
      `the Kronecker product is [${left.rows * right.rows}, ${left.columns * right.columns}], the weight is [${shape.rows}, ${shape.columns}]`,
    );
  }
  const rank = left.rank ?? right.rank;
  const { alpha, scale } = rank === null ? { alpha: null, scale: 1 } : scaleOf(tensors, rank, settings);
  return {
    family: "LoKr",
    rank,
    alpha,
    used: [...left.used, ...right.used, ...scaleSlots(tensors)],
    delta: () => ({ kind: "kronecker", scale, left: left.read(), right: right.read() }),
  };
}

interface KroneckerFactor {
  readonly rows: number;
  readonly columns: number;
  readonly rank: number | null;
  readonly used: readonly Slot[];
  readonly read: () => Matrix;
}

/**
 * One factor of a LoKr module: stored whole, as a product a·b, or (w2 of a convolution) as a Tucker product.
 * Kernel positions are the innermost columns, so flattened kernels of early files need no case of their own.
 */
function kroneckerFactor(
  tensors: ModuleTensors,
  slot: "lokr_w1" | "lokr_w2",
  kernelArea: number,
): KroneckerFactor {
  const whole = tensors.get(slot);
  if (whole) {
    const [rows, columns] = matrixShape(whole);
    return { rows, columns, rank: null, used: [slot], read: () => tensorMatrix(whole) };
  }
  const aSlot = `${slot}_a` as const;
  const bSlot = `${slot}_b` as const;
  const a = tensors.get(aSlot);
  const b = tensors.get(bSlot);
  if (!a || !b) throw new ShapeProblem(`${slot} is neither stored whole nor as a product`);
  const t = slot === "lokr_w2" ? tensors.get("lokr_t2") : undefined;
  const rank = requireRank(b, 0);
  if (!t) {
    const [rows, inner] = matrixShape(a);
    const [, columns] = matrixShape(b);
    if (inner !== rank)
      throw new ShapeProblem(`${aSlot} ${describe(a)} and ${bSlot} ${describe(b)} do not fit together`);
    return {
      rows,
      columns,
      rank,
      used: [aSlot, bSlot],
      read: () => multiply(tensorMatrix(a), tensorMatrix(b)),
    };
  }
  const outer = requireRank(a, 0);
  const [, rows] = matrixShape(a);
  const [, inputs] = matrixShape(b);
  requireMatrix("lokr_t2", t, outer, rank * kernelArea);
  return {
    rows,
    columns: inputs * kernelArea,
    rank,
    used: [aSlot, bSlot, "lokr_t2"],
    read: () => multiply(transpose(tensorMatrix(a)), contractCore(core(t, kernelArea), tensorMatrix(b))),
  };
}

function glora({ tensors, shape, settings }: Context): Found | null {
  const parts = pick(tensors, ["a1", "a2", "b1", "b2"], "GLoRA");
  if (!parts) return null;
  let [a1, a2, b1, b2] = parts as [AdapterTensor, AdapterTensor, AdapterTensor, AdapterTensor];
  // The first versions of LyCORIS wrote each pair the other way round: b2·b1 and (W·a2)·a1.
  if (a1.shape[0] !== shape.inputs || b1.shape[0] !== shape.rows) [a1, a2, b1, b2] = [a2, a1, b2, b1];
  const rank = requireRank(b1, 1);
  const { alpha, scale } = scaleOf(tensors, rank, settings);
  // A projection may also see each kernel position as a column of its own.
  const kernelArea = a1.shape[0] === shape.columns ? 1 : shape.kernelArea;
  const inputs = shape.columns / kernelArea;
  const projectionRank = requireRank(a2, 0);
  requireMatrix("a1", a1, inputs, projectionRank);
  requireMatrix("a2", a2, projectionRank, inputs);
  requireMatrix("b1", b1, shape.rows, rank);
  const middle = tensors.get("bm");
  const used: Slot[] = ["a1", "a2", "b1", "b2", ...scaleSlots(tensors)];
  if (middle) {
    const inner = requireRank(b2, 0);
    requireMatrix("b2", b2, inner, shape.inputs);
    requireMatrix("bm", middle, rank, inner * shape.kernelArea);
    used.push("bm");
  } else {
    requireMatrix("b2", b2, rank, shape.columns);
  }
  const delta = (): Delta => ({
    kind: "projected",
    scale,
    a1: tensorMatrix(a1),
    a2: tensorMatrix(a2),
    b1: tensorMatrix(b1),
    b2: middle ? contractCore(core(middle, shape.kernelArea), tensorMatrix(b2)) : tensorMatrix(b2),
    kernelArea,
  });
  return { family: "GLoRA", rank, alpha, used, delta };
}

function oft({ tensors, shape }: Context): Found | null {
  const blocks = tensors.get("oft_blocks") ?? tensors.get("oft_diag");
  if (!blocks) return null;
  // `oft_diag` of the first LyCORIS versions holds the rotation itself, `oft_blocks` what it is made from.
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
  // Stage i pairs rows 2ⁱ·size/2 apart; all of them must lie within the weight.
  if (isButterfly && (size % 2 !== 0 || shape.rows % (2 ** (stageCount - 1) * size) !== 0))
    throw mismatch("oft_blocks (BOFT)", blocks, expected);
  const gain = tensors.get("rescale");
  if (gain && elementCount(gain.shape) !== shape.rows)
    throw mismatch("rescale", gain, `${shape.rows} values`);
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

function full({ tensors, target }: Context): Found | null {
  const tensor = tensors.get("diff");
  return tensor ? dense(tensor, target, { slot: "diff", family: "full" }) : null;
}

function norm({ tensors, target }: Context): Found | null {
  const tensor = tensors.get("w_norm");
  return tensor ? dense(tensor, target, { slot: "w_norm", family: "norm" }) : null;
}

function dense(
  tensor: AdapterTensor,
  target: ParameterShape,
  { slot, family }: { slot: Slot; family: Family },
): Recognised {
  // Linear and 1×1 convolution hold the same numbers, so only the count must agree, and the outputs.
  const matches =
    elementCount(tensor.shape) === elementCount(target.shape) && tensor.shape[0] === target.shape[0];
  if (!matches) throw mismatch(slot, tensor, `[${target.shape.join(", ")}]`);
  return {
    family,
    rank: null,
    alpha: null,
    used: [slot],
    delta: () => ({ kind: "dense", values: tensorValues(tensor) }),
    magnitude: null,
  };
}

function ia3({ tensors, shape }: Context): Found | null {
  const weight = tensors.get("weight");
  if (!weight || !tensors.has("on_input")) return null;
  const axis = scalarOf(tensors, "on_input") ? "column" : "row";
  const length = axis === "column" ? shape.inputs : shape.rows;
  if (elementCount(weight.shape) !== length) throw mismatch("weight", weight, `${length} values`);
  const delta = (): Delta => ({
    kind: "gain",
    axis,
    values: tensorValues(weight),
    kernelArea: shape.kernelArea,
  });
  return { family: "IA3", rank: null, alpha: null, used: ["weight", "on_input"], delta };
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

/** γ = α/r; 1 without alpha; a `scale` tensor overrides it. Alpha 0 means "not set" to kohya and LyCORIS. */
function scaleOf(
  tensors: ModuleTensors,
  rank: number,
  settings: ScaleSettings,
): { alpha: number | null; scale: number } {
  const alpha = scalarOf(tensors, "alpha") ?? settings.alpha;
  const scale = scalarOf(tensors, "scale");
  if (scale !== null) return { alpha, scale };
  if (alpha === null || alpha === 0) return { alpha, scale: 1 };
  return { alpha, scale: alpha / (settings.rankStabilised ? Math.sqrt(rank) : rank) };
}

function scaleSlots(tensors: ModuleTensors): Slot[] {
  return (["alpha", "scale"] as const).filter((slot) => tensors.has(slot));
}

function scalarOf(tensors: ModuleTensors, slot: Slot): number | null {
  const tensor = tensors.get(slot);
  if (!tensor) return null;
  const value = scalarValue(tensor);
  if (value === null) throw new ShapeProblem(`${slot} is ${describe(tensor)}, not a single number`);
  return value;
}

/** All of the slots, null when none of them is there. */
function pick(tensors: ModuleTensors, slots: readonly Slot[], family: Family): AdapterTensor[] | null {
  const found = slots.map((slot) => tensors.get(slot));
  if (found.every((tensor) => tensor === undefined)) return null;
  const missing = slots.filter((slot) => !tensors.has(slot));
  if (missing.length > 0) throw new ShapeProblem(`${family} without ${missing.join(", ")}`);
  return found as AdapterTensor[];
}

function core(
  tensor: AdapterTensor,
  kernelArea: number,
): { values: Float32Array; outer: number; inner: number; kernelArea: number } {
  return { values: tensorValues(tensor), outer: tensor.shape[0]!, inner: tensor.shape[1]!, kernelArea };
}

function matrixShape(tensor: AdapterTensor): [rows: number, columns: number] {
  const rows = tensor.shape[0];
  if (rows === undefined || tensor.shape.length < 2 || elementCount(tensor.shape) === 0)
    throw new ShapeProblem(`a tensor is ${describe(tensor)}, not a matrix`);
  return [rows, elementCount(tensor.shape) / rows];
}

/** Size of a matrix's inner side. Zero-sized tensors carry nothing and are refused. */
function requireRank(tensor: AdapterTensor, axis: 0 | 1): number {
  return matrixShape(tensor)[axis];
}

function requireMatrix(slot: string, tensor: AdapterTensor, rows: number, columns: number): void {
  const [actualRows, actualColumns] = matrixShape(tensor);
  if (actualRows !== rows || actualColumns !== columns) throw mismatch(slot, tensor, `[${rows}, ${columns}]`);
}

function mismatch(slot: string, tensor: AdapterTensor, expected: string): ShapeProblem {
  return new ShapeProblem(`${slot} is ${describe(tensor)}, expected ${expected}`);
}

function describe(tensor: AdapterTensor): string {
  return `[${tensor.shape.join(", ")}]`;
}
