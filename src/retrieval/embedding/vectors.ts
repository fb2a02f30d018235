// Unit vectors: the only kind the retriever stores or compares, so that a dot product is the cosine similarity.
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";

export type Vector = Float32Array<ArrayBuffer>;

/**
 * L2-normalises a copy of `values`.
 * @throws StylusError (bad-file) naming `where` when a value is not finite or all are zero
 */
export function normalise(values: ArrayLike<number>, where: string): Vector {
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += values[i]! * values[i]!;
  if (!Number.isFinite(squares) || squares === 0) {
    const what =
      squares === 0 ? say`A vector is all zeros.` : say`A vector holds a number that is not finite.`;
    throw new StylusError("bad-file", what, {
      where,
      remedy: say`Build the index again (npm run build:index), or replace the embedder.`,
    });
  }
  const scale = 1 / Math.sqrt(squares);
  return Float32Array.from(values, (value) => value * scale);
}

/** Dot product; for unit vectors the cosine similarity, −1 to 1. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** One unit vector as int8, scaled by its largest component. Normalising the result again needs no stored scale. */
export function toInt8(vector: Vector): Int8Array {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  return Int8Array.from(vector, (value) => Math.round((value / largest) * 127));
}

/** Value of an int8 row times this is the component of the unit vector; Infinity when all are zero. */
export function unitScale(row: Int8Array): number {
  let squares = 0;
  for (const value of row) squares += value * value;
  return 1 / Math.sqrt(squares);
}
