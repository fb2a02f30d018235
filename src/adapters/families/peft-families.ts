// OFT, BOFT and (IA)³ as PEFT itself writes them. Sources: peft/tuners/{oft,boft,ia3}/layer.py of the releases 0.7 to 0.20.
//
// OFT   oft_R  (from 0.16)    [blocks, n(n−1)/2]  the values above the diagonal of each Q; W' = W·Rᵀ
//       oft_r, oft_s (0.14)   [blocks, n, n]      X with Q = ½(X − Xᵀ); W' = s ⊙ (W·Rᵀ)
//       oft_r  (0.7 to 0.13)  [blocks, n, n]      the same X; W' = Rᵀ·W
// BOFT  boft_R, boft_s        [stages, blocks, n, n] the same X; W' = s ⊙ (W·R₁ᵀ·R₂ᵀ…)
// with R = (I − Q)(I + Q)⁻¹, or, by default from 0.16, a truncated series of (I + Q)(I − Q)⁻¹, which rotates in the opposite direction.
// A single block in place of many applies to all of them.
import type { Delta } from "../delta.ts";
import { say } from "../../shared/saying.ts";
import { describe, mismatch, pick, ShapeProblem, type Context, type Found } from "./module-tensors.ts";
import type { ModuleSettings } from "../files/metadata.ts";
import type { ParameterShape } from "../names/module-table.ts";
import { fullMatcher } from "../files/expression.ts";
import { PEFT_CONFIG_NAME } from "../files/peft-config.ts";
import { butterflyOrder, cayley } from "./rotation.ts";
import { elementCount, tensorValues, type AdapterTensor } from "../files/tensor.ts";

const DEFAULT_EPS = 6e-5;
const DEFAULT_TERMS = 5;
/** More terms cost time without effect. */
const MAX_TERMS = 32;

export function peftOft(context: Context): Found | null {
  return vectorOft(context) ?? matrixOft(context);
}

function vectorOft({ tensors, shape, settings }: Context): Found | null {
  const vectors = tensors.get("oft_R");
  if (!vectors) return null;
  if (shape.kernelArea > 1)
    throw new ShapeProblem(
      say`PEFT trains this OFT of a convolution in a way that no merged weight can reproduce`,
    );
  const [count = 0, length = 0] = vectors.shape;
  const size = (1 + Math.sqrt(1 + 8 * length)) / 2;
  if (vectors.shape.length !== 2 || length === 0 || !fills({ count, size }, shape.columns))
    throw mismatch("oft_R", vectors, say`blocks for ${shape.columns} inputs`);
  const makeRotations = rotationMaker(settings);
  const limit = freedom(settings, count);
  return {
    family: "OFT",
    rank: null,
    alpha: null,
    used: ["oft_R"],
    delta: () => {
      const skew = skewOfVectors(tensorValues(vectors), { size, limit });
      return {
        kind: "rotation",
        axis: "column",
        stages: [
          { blockSize: size, blocks: filled(makeRotations(skew, size), shape.columns * size), order: null },
        ],
        gain: null,
      };
    },
  };
}

function matrixOft({ tensors, shape, settings }: Context): Found | null {
  const matrices = tensors.get("oft_r");
  if (!matrices) return null;
  const gain = tensors.get("oft_s");
  const [axis, lines] = gain ? (["column", shape.columns] as const) : (["row", shape.rows] as const);
  const [count = 0, size = 0, size2] = matrices.shape;
  if (matrices.shape.length !== 3 || size !== size2 || !fills({ count, size }, lines))
    throw mismatch(
      "oft_r",
      matrices,
      gain ? say`blocks for ${lines} inputs` : say`blocks for ${lines} outputs`,
    );
  if (gain) requireCount("oft_s", gain, shape.rows);
  const limit = freedom(settings, count) * Math.ceil((shape.rows * size) / lines) ** 2;
  return {
    family: "OFT",
    rank: null,
    alpha: null,
    used: gain ? ["oft_r", "oft_s"] : ["oft_r"],
    delta: () => {
      const skew = skewOfMatrices(tensorValues(matrices), { size, limit });
      const blocks = cayley(axis === "column" ? negated(skew) : skew, size);
      return {
        kind: "rotation",
        axis,
        stages: [{ blockSize: size, blocks: filled(blocks, lines * size), order: null }],
        gain: gain ? tensorValues(gain) : null,
      };
    },
  };
}

export function peftBoft({ tensors, target, shape, settings }: Context): Found | null {
  const parts = pick(tensors, ["boft_R", "boft_s"], "BOFT");
  if (!parts) return null;
  const [matrices, gain] = parts as [AdapterTensor, AdapterTensor];
  // PEFT before 0.14 read a convolution's weight in the wrong order. Such files may still contain the permutation; a field
  // that only later configurations have identifies later files.
  if (target.shape.length > 2) {
    if (tensors.has("boft_P"))
      throw new ShapeProblem(
        say`it is BOFT of a convolution from before PEFT 0.14, which used the wrong weight order`,
      );
    if (settings.field("exclude_modules") === undefined)
      throw new ShapeProblem(
        say`only an ${PEFT_CONFIG_NAME} with the field exclude_modules shows whether its BOFT of a convolution is from before PEFT 0.14, which used the wrong weight order`,
      );
  }
  const [stageCount = 0, count = 0, size = 0, size2] = matrices.shape;
  const lines = shape.columns;
  const isButterfly = stageCount > 1;
  const fits =
    matrices.shape.length === 4 &&
    size === size2 &&
    stageCount >= 1 &&
    count * size === lines &&
    (!isButterfly || (size % 2 === 0 && count % 2 ** (stageCount - 1) === 0));
  if (!fits) throw mismatch("boft_R", matrices, say`blocks for ${lines} inputs`);
  requireCount("boft_s", gain, shape.rows);
  return {
    family: "BOFT",
    rank: null,
    alpha: null,
    used: ["boft_R", "boft_s", "boft_P"],
    delta: () => {
      const skew = skewOfMatrices(tensorValues(matrices), { size, limit: Infinity });
      const rotations = cayley(negated(skew), size);
      const chunk = size / 2;
      return {
        kind: "rotation",
        axis: "column",
        stages: Array.from({ length: stageCount }, (_, i) => ({
          blockSize: size,
          blocks: rotations.subarray(i * lines * size, (i + 1) * lines * size),
          order: isButterfly ? butterflyOrder(lines, { span: 2 ** i * chunk, chunk }) : null,
        })),
        gain: tensorValues(gain),
      };
    },
  };
}

export function peftIa3({ tensors, target, shape, settings }: Context): Found | null {
  const gain = tensors.get("ia3_l");
  if (!gain) return null;
  const axis = ia3Axis(gain, target, settings);
  return {
    family: "IA3",
    rank: null,
    alpha: null,
    used: ["ia3_l"],
    delta: () => ia3Delta(gain, { axis, kernelArea: shape.kernelArea }),
  };
}

/** Whether it scales the outputs ("row"), and so the bias, or the inputs. */
export function ia3Axis(
  gain: AdapterTensor,
  target: ParameterShape,
  settings: ModuleSettings,
): "row" | "column" {
  const [outputs = 1, inputs = 1] = target.shape;
  const [first = 0, second = 0] = gain.shape;
  const isConvolution = gain.shape.length > 2; // both forms are [1, n, 1, 1]
  const fitsInputs = first === 1 && second === inputs;
  const fitsOutputs = isConvolution ? first === 1 && second === outputs : first === outputs && second === 1;
  if (elementCount(gain.shape) !== first * second || (!fitsInputs && !fitsOutputs))
    throw mismatch("ia3_l", gain, say`one factor for each of ${outputs} outputs or ${inputs} inputs`);
  if (!fitsInputs || !fitsOutputs) return fitsInputs ? "column" : "row";
  const scalesInputs = feedforwardTest(settings.field("feedforward_modules"));
  if (scalesInputs === null)
    throw new ShapeProblem(
      say`ia3_l is ${describe(gain)}, which fits both inputs and outputs; only an ${PEFT_CONFIG_NAME} with its feedforward_modules shows which`,
    );
  return scalesInputs(target.name.replace(/\.weight$/, "")) ? "column" : "row";
}

/** Which modules scale their inputs, by the ends of their paths or an expression for whole paths; null if that is not known. */
function feedforwardTest(modules: unknown): ((path: string) => boolean) | null {
  if (typeof modules === "string") return fullMatcher(modules);
  if (!Array.isArray(modules)) return null;
  return (path) => modules.some((name) => typeof name === "string" && path.endsWith(name));
}

/** W' = W ⊙ l. */
export function ia3Delta(
  gain: AdapterTensor,
  { axis, kernelArea }: { axis: "row" | "column"; kernelArea: number },
): Delta {
  return { kind: "gain", axis, values: tensorValues(gain).map((value) => value - 1), kernelArea };
}

/** Whether this many blocks of this size, or one for all, cover the lines. */
function fills({ count, size }: { count: number; size: number }, lines: number): boolean {
  return Number.isInteger(size) && size > 0 && lines % size === 0 && (count === 1 || count * size === lines);
}

/** Repeats the values up to this count. */
function filled(values: Float32Array, length: number): Float32Array {
  if (values.length === length) return values;
  const result = new Float32Array(length);
  for (let at = 0; at < length; at += values.length) result.set(values, at);
  return result;
}

function requireCount(slot: string, tensor: AdapterTensor, count: number): void {
  if (elementCount(tensor.shape) !== count) throw mismatch(slot, tensor, say`${count} values`);
}

/** COFT: the largest norm of a block's generator. Off unless the configuration sets it. */
function freedom(settings: ModuleSettings, count: number): number {
  if (settings.field("coft") !== true) return Infinity;
  const eps: unknown = settings.field("eps");
  return (typeof eps === "number" && eps >= 0 ? eps : DEFAULT_EPS) / Math.sqrt(count);
}

interface SkewOptions {
  readonly size: number;
  readonly limit: number;
}

/** ½(X − Xᵀ), with every X first clamped to the limit. */
function skewOfMatrices(values: Float32Array, { size: n, limit }: SkewOptions): Float64Array {
  const skew = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += n * n) {
    const factor = 0.5 * shortening(values.subarray(start, start + n * n), { limit, copies: 1 });
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++)
        skew[start + i * n + j] = factor * (values[start + i * n + j]! - values[start + j * n + i]!);
    }
  }
  return skew;
}

/** From the values above the diagonals, row by row. */
function skewOfVectors(values: Float32Array, { size: n, limit }: SkewOptions): Float64Array {
  const length = (n * (n - 1)) / 2;
  const skew = new Float64Array((values.length / length) * n * n);
  for (let from = 0, start = 0; from < values.length; start += n * n) {
    // Every value occurs twice in the matrix.
    const factor = shortening(values.subarray(from, from + length), { limit, copies: 2 });
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++, from++) {
        skew[start + i * n + j] = factor * values[from]!;
        skew[start + j * n + i] = -factor * values[from]!;
      }
    }
  }
  return skew;
}

function shortening(values: Float32Array, { limit, copies }: { limit: number; copies: number }): number {
  const norm = Math.sqrt(copies * values.reduce((sum, value) => sum + value * value, 0));
  return norm <= limit ? 1 : limit / norm;
}

function negated(values: Float64Array): Float64Array {
  return values.map((value) => -value);
}

/** How the configuration derives rotations from generators. */
function rotationMaker(settings: ModuleSettings): (skew: Float64Array, size: number) => Float32Array {
  const isSeries: unknown = settings.field("use_cayley_neumann");
  if (typeof isSeries !== "boolean")
    throw new ShapeProblem(
      say`only its ${PEFT_CONFIG_NAME} (use_cayley_neumann) shows which of two opposite rotations its OFT uses`,
    );
  if (!isSeries) return (skew, size) => cayley(negated(skew), size);
  const terms: unknown = settings.field("num_cayley_neumann_terms") ?? DEFAULT_TERMS;
  if (typeof terms !== "number" || !Number.isInteger(terms) || terms < 1 || terms > MAX_TERMS)
    throw new ShapeProblem(say`its num_cayley_neumann_terms is not a valid number of terms`);
  const coefficients = seriesCoefficients(terms, isBefore018(settings.field("peft_version")));
  return (skew, size) => series(skew, { size, coefficients });
}

/** Configurations state the version since 0.18. */
function isBefore018(version: unknown): boolean {
  const match = typeof version === "string" ? /^(\d+)\.(\d+)/.exec(version) : null;
  return match === null || (Number(match[1]) === 0 && Number(match[2]) < 18);
}

/** Of I, Q, Q² …: 1, 2, 2 …; since 0.18 the last of four or more, and a cube after three, counts once. */
function seriesCoefficients(terms: number, isOld: boolean): number[] {
  const coefficients = [1, ...Array<number>(terms - 1).fill(2)];
  if (isOld || terms < 3) return coefficients;
  return [...coefficients.slice(0, Math.max(3, terms - 1)), 1];
}

/** Σ cₖ·Qᵏ for every block, by Horner's rule. */
function series(
  skew: Float64Array,
  { size: n, coefficients }: { size: number; coefficients: readonly number[] },
): Float32Array {
  const area = n * n;
  const result = new Float32Array(skew.length);
  for (let start = 0; start < skew.length; start += area) {
    let sum = new Float64Array(area);
    for (const coefficient of coefficients.toReversed()) {
      const next = new Float64Array(area);
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < n; k++) {
          const q = skew[start + i * n + k]!;
          for (let j = 0; j < n; j++) next[i * n + j]! += q * sum[k * n + j]!;
        }
        next[i * n + i]! += coefficient;
      }
      sum = next;
    }
    result.set(sum, start);
  }
  return result;
}
