// Eigenvalues of a real symmetric matrix: Householder reduction to tridiagonal form, then bisection on Sturm sequences
// (Golub and Van Loan, Matrix Computations, §8.3 and §8.4). Enough for matrices of a few hundred rows.

/** Diagonal and off-diagonal of a tridiagonal matrix similar to `matrix` [n, n], row-major; `matrix` is left alone. */
function tridiagonal(matrix: Float64Array, n: number): { diagonal: Float64Array; off: Float64Array } {
  const a = matrix.slice();
  const off = new Float64Array(n); // off[k] joins k and k + 1
  const v = new Float64Array(n);
  const w = new Float64Array(n);
  for (let k = 0; k < n - 2; k++) {
    let norm2 = 0;
    for (let i = k + 1; i < n; i++) norm2 += (v[i] = a[i * n + k]!) ** 2;
    const alpha = v[k + 1]! > 0 ? -Math.sqrt(norm2) : Math.sqrt(norm2);
    off[k] = alpha;
    v[k + 1]! -= alpha;
    let length2 = 0;
    for (let i = k + 1; i < n; i++) length2 += v[i]! ** 2;
    if (length2 === 0) continue;
    // A ← H A H with H = 1 − β v vᵀ, as the rank-2 update A − v wᵀ − w vᵀ.
    const beta = 2 / length2;
    let inner = 0;
    for (let i = k + 1; i < n; i++) {
      let sum = 0;
      for (let j = k + 1; j < n; j++) sum += a[i * n + j]! * v[j]!;
      w[i] = beta * sum;
      inner += w[i]! * v[i]!;
    }
    for (let i = k + 1; i < n; i++) w[i]! -= (beta / 2) * inner * v[i]!;
    for (let i = k + 1; i < n; i++) {
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= v[i]! * w[j]! + w[i]! * v[j]!;
    }
  }
  if (n > 1) off[n - 2] = a[(n - 1) * n + n - 2]!;
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), off };
}

/** All eigenvalues of a symmetric matrix [n, n] (row-major), ascending. */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  const { diagonal, off } = tridiagonal(matrix, n);
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < n; i++) {
    const radius = (i > 0 ? Math.abs(off[i - 1]!) : 0) + (i < n - 1 ? Math.abs(off[i]!) : 0);
    low = Math.min(low, diagonal[i]! - radius);
    high = Math.max(high, diagonal[i]! + radius);
  }
  const tiny = Number.EPSILON * Math.max(Math.abs(low), Math.abs(high), Number.MIN_VALUE);

  /** How many eigenvalues are below x: negative pivots of LDLᵀ of T − x. */
  const below = (x: number): number => {
    let count = 0;
    let pivot = 1;
    for (let i = 0; i < n; i++) {
      const previous = i > 0 ? off[i - 1]! : 0;
      pivot = diagonal[i]! - x - (previous === 0 ? 0 : (previous * previous) / pivot);
      if (pivot === 0) pivot = -tiny;
      if (pivot < 0) count++;
    }
    return count;
  };

  return Float64Array.from({ length: n }, (_, k) => {
    let from = low - tiny;
    let to = high + tiny;
    while (to - from > tiny) {
      const middle = (from + to) / 2;
      if (middle <= from || middle >= to) break;
      if (below(middle) > k) to = middle;
      else from = middle;
    }
    return (from + to) / 2;
  });
}
