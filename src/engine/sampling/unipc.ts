// UniPC (Zhao et al. 2023, "UniPC: A Unified Predictor-Corrector Framework"), data prediction, B(h) = e^h − 1 ("bh2"),
// multistep. Each evaluation corrects its own sample and predicts the next one. Follows diffusers.

import type { Denoiser, SamplerStep } from "./sampler-contract.ts";
import { linearCombination } from "./sampler-contract.ts";

/** Highest order used; 2 is the authors' advice for guided sampling. */
const MAX_ORDER = 2;

interface Evaluation {
  readonly lambda: number; // −log sigma
  readonly denoised: Float32Array<ArrayBuffer>;
}

export async function* sampleUniPc(
  model: Denoiser,
  x: Float32Array,
  sigmas: Float64Array,
): AsyncGenerator<SamplerStep, void, void> {
  const steps = sigmas.length - 1;
  const history: Evaluation[] = []; // newest last
  let state = Float32Array.from(x);
  let lastState = state;
  let lastOrder = 0;
  for (let i = 0; i < steps; i++) {
    const sigma = sigmas[i]!;
    const next = sigmas[i + 1]!;
    const evaluation = { lambda: -Math.log(sigma), denoised: await model(state, sigma) };
    if (i > 0) state = correct(lastState, history, evaluation, lastOrder);
    history.push(evaluation);
    if (history.length > MAX_ORDER + 1) history.shift();
    // Lower orders while the history fills, and again for the last steps, where high orders are unstable.
    lastOrder = Math.min(MAX_ORDER, steps - i, i + 1);
    lastState = state;
    state = next === 0 ? evaluation.denoised : predict(state, history, -Math.log(next), lastOrder);
    yield { step: i + 1, sigma: next, x: state, denoised: evaluation.denoised };
  }
}

/** UniP: from the newest evaluation to `lambdaNext`. */
function predict(
  x: Float32Array,
  history: readonly Evaluation[],
  lambdaNext: number,
  order: number,
): Float32Array<ArrayBuffer> {
  const newest = history.at(-1)!;
  const h = lambdaNext - newest.lambda;
  const b = Math.expm1(-h);
  const terms: [number, Float32Array][] = [
    [Math.exp(-h), x],
    [-b, newest.denoised],
  ];
  if (order === 2) {
    // ρ = 1/2 is the paper's closed form for order 2.
    const older = history.at(-2)!;
    const weight = (0.5 * b) / ((older.lambda - newest.lambda) / h);
    terms.push([-weight, older.denoised], [weight, newest.denoised]);
  }
  return linearCombination(...terms);
}

/** UniC: repeats the step into the state where `current` was evaluated, with that evaluation. */
function correct(
  x: Float32Array,
  history: readonly Evaluation[],
  current: Evaluation,
  order: number,
): Float32Array<ArrayBuffer> {
  const newest = history.at(-1)!;
  const h = current.lambda - newest.lambda;
  const b = Math.expm1(-h);
  const terms: [number, Float32Array][] = [
    [Math.exp(-h), x],
    [-b, newest.denoised],
  ];
  let rhoCurrent = 0.5;
  if (order === 2) {
    const older = history.at(-2)!;
    const r = (older.lambda - newest.lambda) / h;
    // Solves [[1, 1], [r, 1]] ρ = [φ₁, φ₂] (paper, theorem 3.1) with hh = −h.
    const hh = -h;
    const h1 = b / hh - 1;
    const phi1 = h1 / b;
    const phi2 = (2 * (h1 / hh - 0.5)) / b;
    const rhoOlder = (phi1 - phi2) / (1 - r);
    rhoCurrent = phi1 - rhoOlder;
    const weight = (b * rhoOlder) / r;
    terms.push([-weight, older.denoised], [weight, newest.denoised]);
  }
  terms.push([-b * rhoCurrent, current.denoised], [b * rhoCurrent, newest.denoised]);
  return linearCombination(...terms);
}
