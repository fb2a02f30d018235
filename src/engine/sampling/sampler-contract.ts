// A sampler's input and output, and the operation that all samplers share.

import { assert } from "../../shared/assert.ts";

/** The network's estimate of x0 given x at noise level `sigma`. The sampler may keep the result. */
export type Denoiser = (x: Float32Array, sigma: number) => Promise<Float32Array<ArrayBuffer>>;

export interface SamplerOptions {
  /** Standard normal noise for the step from `sigma` down to `sigmaNext`. */
  readonly noise: (sigma: number, sigmaNext: number) => Float32Array;
  /** Trained timestep of a sigma; LCM's boundary condition is a function of it. */
  readonly timestepOf: (sigma: number) => number;
  /** Share of the fresh noise of stochastic samplers; their default is 1, DDIM's 0. */
  readonly eta?: number;
}

export interface SamplerStep {
  /** 1 … number of steps. */
  readonly step: number;
  /** Noise level of `x`. */
  readonly sigma: number;
  readonly x: Float32Array<ArrayBuffer>;
  /** The estimate of x0 used in the step. */
  readonly denoised: Float32Array<ArrayBuffer>;
}

export type Sampler = (
  model: Denoiser,
  x: Float32Array,
  sigmas: Float64Array,
  options: SamplerOptions,
) => AsyncGenerator<SamplerStep, void, void>;

/** Σ coefficient · vector, rounded once per element. */
export function linearCombination(
  ...terms: readonly (readonly [coefficient: number, vector: Float32Array])[]
): Float32Array<ArrayBuffer> {
  const out = new Float32Array(terms[0]![1].length);
  const sum = new Float64Array(out.length);
  for (const [coefficient, vector] of terms) {
    assert(vector.length === out.length, "combined vectors have the same length");
    if (coefficient === 0) continue;
    for (let i = 0; i < sum.length; i++) sum[i]! += coefficient * vector[i]!;
  }
  out.set(sum);
  return out;
}
