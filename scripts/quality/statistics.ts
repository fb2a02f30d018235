// The figures of the quality report: means with bootstrap intervals, Fréchet distance of feature sets, diversity.
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { below, seededRandom } from "../../src/compose/plan/random.ts";

/** A figure and its 95 % interval over the prompts. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Number of prompts. */
  readonly count: number;
}

const resamples = 1_000;
const frechetResamples = 200;

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

function* drawn(count: number, times: number): Generator<Int32Array> {
  const random = seededRandom(20240429, `bootstrap ${count}`);
  for (let i = 0; i < times; i++) yield Int32Array.from({ length: count }, () => below(random, count));
}

/** Mean with the percentile bootstrap interval (Efron 1979): one value per prompt, prompts drawn with replacement. */
export function bootstrapMean(values: readonly number[]): Estimate {
  const means = [...drawn(values.length, resamples)].map(
    (indices) => indices.reduce((sum, index) => sum + values[index]!, 0) / values.length,
  );
  return {
    value: mean(values),
    low: quantile(means, 0.025),
    high: quantile(means, 0.975),
    count: values.length,
  };
}

/** Mean and covariance of a set of feature vectors. */
export interface FeatureStatistics {
  readonly count: number;
  readonly mean: Float32Array; // [D]
  readonly covariance: Float32Array; // [D, D]
}

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** Covariance with n − 1 in the denominator, as numpy's. */
export function featureStatistics(features: readonly Float32Array[]): FeatureStatistics {
  const count = features.length;
  const size = features[0]!.length;
  const center = new Float64Array(size);
  for (const row of features) for (let i = 0; i < size; i++) center[i]! += row[i]! / count;
  const covariance = new Float64Array(size * size);
  for (const row of features) {
    const centred = Float64Array.from(row, (value, i) => value - center[i]!);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) covariance[i * size + j]! += (centred[i]! * centred[j]!) / (count - 1);
    }
  }
  for (let i = 0; i < size; i++) {
    for (let j = i + 1; j < size; j++) covariance[i * size + j] = covariance[j * size + i]!;
  }
  return { count, mean: Float32Array.from(center), covariance: Float32Array.from(covariance) };
}

/**
 * Fréchet distance d² = |m₁ − m₂|² + tr(S₁ + S₂ − 2 (S₁S₂)^½) of a sample and a reference (Heusel et al. 2017; on the
 * scorer's features instead of Inception's). The eigenvalues of S₁S₂ other than 0 are those of X S₂ Xᵀ / (n − 1) with X the
 * centred sample [n, D]; so that matrix is computed once, and a bootstrap sample selects its rows and columns.
 * The interval is ±1.96 bootstrap standard errors: repeated rows make every bootstrap sample's own distance too large.
 */
export function frechetDistance(features: readonly Float32Array[], reference: FeatureStatistics): Estimate {
  const n = features.length;
  const { covariance } = reference;
  const size = reference.mean.length;
  let referenceTrace = 0;
  for (let i = 0; i < size; i++) referenceTrace += covariance[i * size + i]!;
  const spread = features.map((row) => {
    const out = new Float64Array(size);
    for (let i = 0; i < size; i++) out[i] = dot(covariance.subarray(i * size, (i + 1) * size), row);
    return out;
  });
  const gram = features.map((row) => features.map((other) => dot(row, other)));
  const weighted = features.map((row) => spread.map((other) => dot(row, other)));
  const towards = features.map((row) => dot(row, reference.mean));
  const referenceMean2 = dot(reference.mean, reference.mean);

  const distance = (indices: ArrayLike<number>): number => {
    let mean2 = 0;
    let square = 0;
    let cross = 0;
    const rowMeans = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const a = indices[i]!;
      square += gram[a]![a]!;
      cross += towards[a]! / n;
      for (let j = 0; j < n; j++) {
        mean2 += gram[a]![indices[j]!]! / (n * n);
        rowMeans[i]! += weighted[a]![indices[j]!]! / n;
      }
    }
    const grand = rowMeans.reduce((sum, value) => sum + value, 0) / n;
    const matrix = new Matrix(n, n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const value = weighted[indices[i]!]![indices[j]!]! - rowMeans[i]! - rowMeans[j]! + grand;
        matrix.set(i, j, value / (n - 1));
      }
    }
    let root = 0;
    const { realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
    for (const value of realEigenvalues) root += Math.sqrt(Math.max(0, value));
    const trace = (square - n * mean2) / (n - 1);
    return mean2 - 2 * cross + referenceMean2 + trace + referenceTrace - 2 * root;
  };

  const value = distance(Int32Array.from({ length: n }, (_, i) => i));
  const values = [...drawn(n, frechetResamples)].map(distance);
  const center = mean(values);
  const error = Math.sqrt(values.reduce((sum, each) => sum + (each - center) ** 2, 0) / (values.length - 1));
  return { value, low: value - 1.96 * error, high: value + 1.96 * error, count: n };
}

/** Mean of 1 − cosine over all pairs of unit vectors. */
export function diversity(embeddings: readonly Float32Array[]): number {
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < embeddings.length; i++) {
    for (let j = 0; j < i; j++, pairs++) sum += 1 - dot(embeddings[i]!, embeddings[j]!);
  }
  return sum / pairs;
}

/** Per image: 1 if its own text scores highest among all distinct texts, else 0 (R-precision at 1). */
export function ownTextFirst(images: readonly Float32Array[], texts: readonly Float32Array[]): number[] {
  return images.map((image, index) => {
    const own = dot(image, texts[index]!);
    return texts.every((text, other) => other === index || dot(image, text) < own) ? 1 : 0;
  });
}
