// Dense products that convert an adapter's tensors to a Delta. Sums use float64.
import type { Matrix } from "../delta.ts";

/** [n, k] · [k, m]. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const values = new Float32Array(a.rows * b.columns);
  const row = new Float64Array(b.columns);
  for (let i = 0; i < a.rows; i++) {
    row.fill(0);
    for (let k = 0; k < a.columns; k++) {
      const factor = a.values[i * a.columns + k]!;
      const start = k * b.columns;
      for (let j = 0; j < b.columns; j++) row[j]! += factor * b.values[start + j]!;
    }
    values.set(row, i * b.columns);
  }
  return { rows: a.rows, columns: b.columns, values };
}

export function transpose(a: Matrix): Matrix {
  const values = new Float32Array(a.values.length);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) values[j * a.rows + i] = a.values[i * a.columns + j]!;
  }
  return { rows: a.columns, columns: a.rows, values };
}

/**
 * Contracts the middle tensor of a Tucker decomposition with its inner factor:
 * core [p, q, k] with factor [q, i] gives Σ_q core[p, q, k]·factor[q, i] as [p, i·k], kernel positions innermost.
 */
export function contractCore(
  core: { values: Float32Array; outer: number; inner: number; kernelArea: number },
  factor: Matrix,
): Matrix {
  const { outer, inner, kernelArea } = core;
  const columns = factor.columns * kernelArea;
  const values = new Float32Array(outer * columns);
  const row = new Float64Array(columns);
  for (let p = 0; p < outer; p++) {
    row.fill(0);
    for (let q = 0; q < inner; q++) {
      const start = (p * inner + q) * kernelArea;
      for (let i = 0; i < factor.columns; i++) {
        const weight = factor.values[q * factor.columns + i]!;
        for (let k = 0; k < kernelArea; k++) row[i * kernelArea + k]! += weight * core.values[start + k]!;
      }
    }
    values.set(row, p * columns);
  }
  return { rows: outer, columns, values };
}

/** Inverse by Gauss–Jordan elimination with partial pivoting, float64 [n, n]; null if the matrix is singular. */
export function invert(matrix: Float64Array, n: number): Float64Array | null {
  const left = matrix.slice();
  const right = new Float64Array(n * n);
  for (let i = 0; i < n; i++) right[i * n + i] = 1;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(left[row * n + column]!) > Math.abs(left[pivot * n + column]!)) pivot = row;
    }
    const value = left[pivot * n + column]!;
    if (!(Math.abs(value) > 0)) return null;
    if (pivot !== column) {
      swapRows(left, n, pivot, column);
      swapRows(right, n, pivot, column);
    }
    for (let j = 0; j < n; j++) {
      left[column * n + j]! /= value;
      right[column * n + j]! /= value;
    }
    for (let row = 0; row < n; row++) {
      const factor = left[row * n + column]!;
      if (row === column || factor === 0) continue;
      for (let j = 0; j < n; j++) {
        left[row * n + j]! -= factor * left[column * n + j]!;
        right[row * n + j]! -= factor * right[column * n + j]!;
      }
    }
  }
  return right;
}

function swapRows(matrix: Float64Array, n: number, a: number, b: number): void {
  for (let j = 0; j < n; j++) {
    const value = matrix[a * n + j]!;
    matrix[a * n + j] = matrix[b * n + j]!;
    matrix[b * n + j] = value;
  }
}
