// Merging adapters into one parameter on the CPU: W' = W + Σₖ Δₖ(W, sₖ), every Δₖ computed from the pristine W in
// float64 row by row and added in the given order. Nothing is ever subtracted: a changed set of adapters is merged from
// the pristine values, so the same set always gives the same bits. The maths only: src/engine/adapters runs it.
import type { Delta, Magnitude, Matrix, RotationStage } from "../delta.ts";
import type { StoredLowRank } from "../files/tensor.ts";

/** One adapter's update of a parameter, in the form that the merge needs. */
export interface MergeSource {
  readonly delta: () => Delta;
  /** DoRA magnitude; null for a plain update. */
  readonly magnitude: (() => Magnitude) | null;
  /** Like `delta()`, but not widened to f32; for low-rank updates that need no preparation. */
  readonly stored?: StoredLowRank;
}

export interface Contribution {
  readonly update: MergeSource;
  /** The user's strength for this adapter in this network and block; may be negative. */
  readonly strength: number;
}

/**
 * The merged values of a parameter. Does not change `pristine`.
 * @param pristine values in checkpoint layout
 * @param shape checkpoint shape: [out, in], [out, in, kh, kw] or [n]
 */
export function mergeParameter(
  pristine: Float32Array,
  shape: readonly number[],
  contributions: readonly Contribution[],
): Float32Array {
  const rows = shape[0] ?? 1;
  const columns = rows === 0 ? 0 : pristine.length / rows;
  const result = pristine.slice();
  const row = new Float64Array(columns);
  for (const { update, strength } of contributions) {
    if (strength === 0) continue;
    const delta = update.delta();
    if (update.magnitude) {
      addDecomposed(result, { pristine, row, delta, magnitude: update.magnitude(), strength });
      continue;
    }
    const { fillRow } = deltaRows(delta, { pristine, columns, strength });
    for (let o = 0; o < rows; o++) {
      fillRow(o, row);
      const start = o * columns;
      for (let c = 0; c < columns; c++) result[start + c]! += row[c]!;
    }
  }
  return result;
}

interface Target {
  readonly pristine: Float32Array;
  readonly columns: number;
  readonly strength: number;
}

interface DeltaRows {
  /** Writes s·Δ of output row `o` into `row`, all C values. */
  readonly fillRow: (o: number, row: Float64Array) => void;
}

function deltaRows(delta: Delta, target: Target): DeltaRows {
  const { pristine, columns, strength } = target;
  switch (delta.kind) {
    case "low-rank":
      return {
        fillRow: (o, row) => productRow(delta.up, delta.down, { o, row, factor: strength * delta.scale }),
      };
    case "hadamard": {
      const second = new Float64Array(columns);
      return {
        fillRow(o, row) {
          productRow(delta.up1, delta.down1, { o, row, factor: strength * delta.scale });
          productRow(delta.up2, delta.down2, { o, row: second, factor: 1 });
          for (let c = 0; c < columns; c++) row[c]! *= second[c]!;
        },
      };
    }
    case "kronecker":
      return { fillRow: (o, row) => kroneckerRow(delta, { o, row, factor: strength * delta.scale }) };
    case "dense":
      return {
        fillRow(o, row) {
          const start = o * columns;
          for (let c = 0; c < columns; c++) row[c] = strength * delta.values[start + c]!;
        },
      };
    case "replacement":
      return {
        fillRow(o, row) {
          const start = o * columns;
          for (let c = 0; c < columns; c++)
            row[c] = strength * (delta.values[start + c]! - pristine[start + c]!);
        },
      };
    case "gain":
      return { fillRow: (o, row) => gainRow(delta, { o, row, pristine, strength }) };
    case "projected":
      return projectedRows(delta, target);
    case "rotation": {
      const rotated = rotate(pristine, { columns, delta, strength });
      return {
        fillRow(o, row) {
          const start = o * columns;
          for (let c = 0; c < columns; c++) row[c] = rotated[start + c]! - pristine[start + c]!;
        },
      };
    }
  }
}

/** row = factor · up[o, :] · down. Four ranks at a time, to traverse the row a quarter as often. */
function productRow(
  up: Matrix,
  down: Matrix,
  { o, row, factor }: { o: number; row: Float64Array; factor: number },
): void {
  const rank = down.rows;
  const columns = down.columns;
  const values = down.values;
  const upStart = o * up.columns;
  let n = 0;
  if (rank < 4) row.fill(0);
  for (; n + 3 < rank; n += 4) {
    const u0 = factor * up.values[upStart + n]!;
    const u1 = factor * up.values[upStart + n + 1]!;
    const u2 = factor * up.values[upStart + n + 2]!;
    const u3 = factor * up.values[upStart + n + 3]!;
    const d0 = n * columns;
    const d1 = d0 + columns;
    const d2 = d1 + columns;
    const d3 = d2 + columns;
    if (n === 0) {
      for (let c = 0; c < columns; c++) {
        row[c] = u0 * values[d0 + c]! + u1 * values[d1 + c]! + u2 * values[d2 + c]! + u3 * values[d3 + c]!;
      }
    } else {
      for (let c = 0; c < columns; c++) {
        row[c]! += u0 * values[d0 + c]! + u1 * values[d1 + c]! + u2 * values[d2 + c]! + u3 * values[d3 + c]!;
      }
    }
  }
  for (; n < rank; n++) {
    const u = factor * up.values[upStart + n]!;
    const d = n * columns;
    for (let c = 0; c < columns; c++) row[c]! += u * values[d + c]!;
  }
}

function kroneckerRow(
  delta: Delta & { kind: "kronecker" },
  { o, row, factor }: { o: number; row: Float64Array; factor: number },
): void {
  const { left, right } = delta;
  const leftStart = Math.floor(o / right.rows) * left.columns;
  const rightStart = (o % right.rows) * right.columns;
  for (let i = 0; i < left.columns; i++) {
    const weight = factor * left.values[leftStart + i]!;
    const start = i * right.columns;
    for (let j = 0; j < right.columns; j++) row[start + j] = weight * right.values[rightStart + j]!;
  }
}

function gainRow(
  delta: Delta & { kind: "gain" },
  { o, row, pristine, strength }: { o: number; row: Float64Array; pristine: Float32Array; strength: number },
): void {
  const start = o * row.length;
  if (delta.axis === "row") {
    const gain = strength * delta.values[o]!;
    for (let c = 0; c < row.length; c++) row[c] = gain * pristine[start + c]!;
    return;
  }
  for (let i = 0, c = 0; i < delta.values.length; i++) {
    const gain = strength * delta.values[i]!;
    for (let k = 0; k < delta.kernelArea; k++, c++) row[c] = gain * pristine[start + c]!;
  }
}

function projectedRows(
  delta: Delta & { kind: "projected" },
  { pristine, columns, strength }: Target,
): DeltaRows {
  const { a1, a2, b1, b2, kernelArea } = delta;
  const factor = strength * delta.scale;
  const inputs = a1.rows;
  const projection = new Float64Array(kernelArea * a1.columns); // W·a1 of one row, [k, R]
  return {
    fillRow(o, row) {
      productRow(b1, b2, { o, row, factor });
      projection.fill(0);
      for (let i = 0; i < inputs; i++) {
        for (let k = 0; k < kernelArea; k++) {
          const w = factor * pristine[o * columns + i * kernelArea + k]!;
          for (let n = 0; n < a1.columns; n++)
            projection[k * a1.columns + n]! += w * a1.values[i * a1.columns + n]!;
        }
      }
      for (let n = 0; n < a2.rows; n++) {
        for (let k = 0; k < kernelArea; k++) {
          const p = projection[k * a1.columns + n]!;
          for (let i = 0; i < inputs; i++) row[i * kernelArea + k]! += p * a2.values[n * inputs + i]!;
        }
      }
    },
  };
}

/** The rotated weight, float64 [O, C]. */
function rotate(
  pristine: Float32Array,
  {
    columns,
    delta: { axis, stages, gain },
    strength,
  }: { columns: number; delta: Delta & { kind: "rotation" }; strength: number },
): Float64Array {
  const rotateStage = axis === "row" ? rotateRows : rotateColumns;
  let current = Float64Array.from(pristine);
  let next = new Float64Array(pristine.length);
  for (const stage of stages) {
    rotateStage(current, next, { columns, stage, strength });
    [current, next] = [next, current];
  }
  if (gain) {
    for (let o = 0; o < gain.length; o++) {
      const factor = 1 + strength * (gain[o]! - 1);
      for (let c = 0; c < columns; c++) current[o * columns + c]! *= factor;
    }
  }
  return current;
}

interface StageOptions {
  readonly columns: number;
  readonly stage: RotationStage;
  readonly strength: number;
}

function rotateRows(
  source: Float64Array,
  target: Float64Array,
  { columns, stage, strength }: StageOptions,
): void {
  const { blockSize: size, blocks, order } = stage;
  const rows = blocks.length / size;
  for (let place = 0; place < rows; place++) {
    const first = place - (place % size);
    const to = (order ? order[place]! : place) * columns;
    target.fill(0, to, to + columns);
    for (let j = 0; j < size; j++) {
      const identity = first + j === place ? 1 : 0;
      const weight = strength * (blocks[place * size + j]! - identity) + identity;
      const from = (order ? order[first + j]! : first + j) * columns;
      for (let c = 0; c < columns; c++) target[to + c]! += weight * source[from + c]!;
    }
  }
}

function rotateColumns(
  source: Float64Array,
  target: Float64Array,
  { columns, stage, strength }: StageOptions,
): void {
  const { blockSize: size, blocks, order } = stage;
  const ordered = new Float64Array(columns);
  for (let start = 0; start < source.length; start += columns) {
    for (let place = 0; place < columns; place++)
      ordered[place] = source[start + (order ? order[place]! : place)]!;
    for (let place = 0; place < columns; place++) {
      const first = place - (place % size);
      let turned = 0;
      for (let j = 0; j < size; j++) turned += blocks[place * size + j]! * ordered[first + j]!;
      const old = ordered[place]!;
      target[start + (order ? order[place]! : place)] = old + strength * (turned - old);
    }
  }
}

interface Decomposition {
  readonly pristine: Float32Array;
  readonly row: Float64Array;
  readonly delta: Delta;
  readonly magnitude: Magnitude;
  readonly strength: number;
}

/** DoRA (arXiv 2402.09353): adds s·(m·V/‖V‖ − W) with V = W + Δ. */
function addDecomposed(
  result: Float32Array,
  { pristine, row, delta, magnitude, strength }: Decomposition,
): void {
  const columns = row.length;
  const rows = columns === 0 ? 0 : pristine.length / columns;
  const { fillRow } = deltaRows(delta, { pristine, columns, strength: 1 });
  const factors =
    magnitude.axis === "row" ? new Float64Array(rows) : new Float64Array(columns / magnitude.kernelArea);
  const direction = new Float64Array(rows * columns); // V
  for (let o = 0; o < rows; o++) {
    fillRow(o, row);
    for (let c = 0; c < columns; c++) {
      const value = pristine[o * columns + c]! + row[c]!;
      direction[o * columns + c] = value;
      factors[magnitude.axis === "row" ? o : Math.floor(c / magnitude.kernelArea)]! += value * value;
    }
  }
  for (let i = 0; i < factors.length; i++) {
    // A zero row stays zero instead of becoming NaN.
    factors[i] = factors[i] === 0 ? 0 : magnitude.values[i]! / Math.sqrt(factors[i]!);
  }
  for (let o = 0; o < rows; o++) {
    for (let c = 0; c < columns; c++) {
      const at = o * columns + c;
      const factor = factors[magnitude.axis === "row" ? o : Math.floor(c / magnitude.kernelArea)]!;
      result[at]! += strength * (factor * direction[at]! - pristine[at]!);
    }
  }
}
