// Samplers from noise to a latent. Each is an async generator that yields after every step, so that the caller controls
// progress, previews and cancellation. The state is in the variance-exploding scale (x = x0 + sigma · noise) and the
// model returns the denoised x0. Pure: the noise is injected.
//
// Karras et al. 2022 (Euler), Lu et al. 2022 (DPM-Solver++), Song et al. 2021 (DDIM), Zhao et al. 2023 (UniPC),
// Luo et al. 2023 (LCM). Step rules follow k-diffusion; UniPC and LCM follow diffusers.

import type { SamplerId } from "../../shared/request.ts";
import type { Denoiser, Sampler, SamplerOptions, SamplerStep } from "./sampler-contract.ts";
import { linearCombination } from "./sampler-contract.ts";
import { sampleUniPc } from "./unipc.ts";

const f32 = Math.fround;

export interface SamplerEntry {
  readonly sample: Sampler;
  /** Network evaluations per step (the last step may need fewer). */
  readonly evaluations: 1 | 2;
  /** Fresh noise is the increment of one Brownian path instead of independent draws. */
  readonly brownian: boolean;
  /** Starts at sqrt(1 + sigma²) · noise, like the variance-preserving samplers, instead of sigma · noise. */
  readonly unitVarianceStart: boolean;
}

export const SAMPLERS: Readonly<Record<SamplerId, SamplerEntry>> = {
  euler: { sample: sampleEuler, evaluations: 1, brownian: false, unitVarianceStart: false },
  euler_a: { sample: sampleEulerAncestral, evaluations: 1, brownian: false, unitVarianceStart: false },
  dpmpp_2m: { sample: sampleDpmpp2m, evaluations: 1, brownian: false, unitVarianceStart: false },
  dpmpp_sde: { sample: sampleDpmppSde, evaluations: 2, brownian: true, unitVarianceStart: false },
  dpmpp_2m_sde: { sample: sampleDpmpp2mSde, evaluations: 1, brownian: true, unitVarianceStart: false },
  ddim: { sample: sampleDdim, evaluations: 1, brownian: false, unitVarianceStart: true },
  unipc: { sample: sampleUniPc, evaluations: 1, brownian: false, unitVarianceStart: true },
  lcm: { sample: sampleLcm, evaluations: 1, brownian: false, unitVarianceStart: false },
};

/** Scale of the initial unit noise. */
export function initialNoiseScale(sampler: SamplerId, sigmaStart: number): number {
  return SAMPLERS[sampler].unitVarianceStart ? Math.sqrt(1 + sigmaStart * sigmaStart) : sigmaStart;
}

/** Splits a step down to `to` into a deterministic part, down to `down`, and noise of deviation `up`. */
function ancestralStep(from: number, to: number, eta: number): { down: number; up: number } {
  if (eta === 0) return { down: to, up: 0 };
  const up = Math.min(to, eta * Math.sqrt((to * to * (from * from - to * to)) / (from * from)));
  return { down: Math.sqrt(to * to - up * up), up };
}

/** Euler's method on the probability flow: x + (x − x0) / sigma · (next − sigma). */
function eulerStep(
  x: Float32Array,
  denoised: Float32Array,
  sigma: number,
  next: number,
): Float32Array<ArrayBuffer> {
  return linearCombination([next / sigma, x], [1 - next / sigma, denoised]);
}

async function* sampleEuler(
  model: Denoiser,
  x: Float32Array,
  sigmas: Float64Array,
): AsyncGenerator<SamplerStep, void, void> {
  let state = Float32Array.from(x);
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const denoised = await model(state, sigmas[i]!);
    state = eulerStep(state, denoised, sigmas[i]!, sigmas[i + 1]!);
    yield { step: i + 1, sigma: sigmas[i + 1]!, x: state, denoised };
  }
}

async function* sampleEulerAncestral(
  model: Denoiser,
  x: Float32Array,
  sigmas: Float64Array,
  { noise, eta = 1 }: SamplerOptions,
): AsyncGenerator<SamplerStep, void, void> {
  let state = Float32Array.from(x);
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const sigma = sigmas[i]!;
    const next = sigmas[i + 1]!;
    const denoised = await model(state, sigma);
    const { down, up } = ancestralStep(sigma, next, eta);
    state = eulerStep(state, denoised, sigma, down);
    if (up > 0) state = linearCombination([1, state], [up, noise(sigma, next)]);
    yield { step: i + 1, sigma: next, x: state, denoised };
  }
}

/** DDIM; in this scale it is Euler's method, and with eta > 0 the ancestral one (Song et al. 2021, equations 12 and 16). */
function sampleDdim(
  model: Denoiser,
  x: Float32Array,
  sigmas: Float64Array,
  options: SamplerOptions,
): AsyncGenerator<SamplerStep, void, void> {
  return sampleEulerAncestral(model, x, sigmas, { ...options, eta: options.eta ?? 0 });
}

/** DPM-Solver++(2M). h is the step in log signal-to-noise, λ = −log sigma; a final step to 0 gives x0. */
async function* sampleDpmpp2m(
  model: Denoiser,
  x: Float32Array,
  sigmas: Float64Array,
): AsyncGenerator<SamplerStep, void, void> {
  let state = Float32Array.from(x);
  let previous: Float32Array | null = null;
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const sigma = sigmas[i]!;
    const next = sigmas[i + 1]!;
    const denoised = await model(state, sigma);
    const ratio = next / sigma;
    if (previous === null || next === 0) {
      state = linearCombination([ratio, state], [1 - ratio, denoised]);
    } else {
      const r = Math.log(sigmas[i - 1]! / sigma) / Math.log(sigma / next);
      const extra = (1 - ratio) / (2 * r);
      state = linearCombination([ratio, state], [1 - ratio + extra, denoised], [-extra, previous]);
    }
    previous = denoised;
    yield { step: i + 1, sigma: next, x: state, denoised };
  }
}

/** DPM-Solver++ (stochastic, second order): a half step in λ, then the full one. */
async function* sampleDpmppSde(
  model: Denoiser,
  x: Float32Array,
  sigmas: Float64Array,
  { noise, eta = 1 }: SamplerOptions,
): AsyncGenerator<SamplerStep, void, void> {
  let state = Float32Array.from(x);
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const sigma = sigmas[i]!;
    const next = sigmas[i + 1]!;
    const denoised = await model(state, sigma);
    if (next === 0) {
      state = denoised;
    } else {
      // Halfway in λ, through float32: the Brownian path is rough, so its noise equals the reference's only at exactly the noise
      // levels of k-diffusion's rounding of sigma.
      const t = f32(-Math.log(sigma));
      const h = f32(f32(-Math.log(next)) - t);
      const from = f32(Math.exp(-t));
      const middle = f32(Math.exp(-f32(t + 0.5 * h)));
      const to = f32(Math.exp(-f32(t + h)));
      const half = ancestralStep(sigma, middle, eta);
      let x2 = eulerStep(state, denoised, sigma, half.down);
      if (half.up > 0) x2 = linearCombination([1, x2], [half.up, noise(from, middle)]);
      const denoised2 = await model(x2, middle);
      const full = ancestralStep(sigma, next, eta);
      state = eulerStep(state, denoised2, sigma, full.down);
      if (full.up > 0) state = linearCombination([1, state], [full.up, noise(from, to)]);
    }
    yield { step: i + 1, sigma: next, x: state, denoised };
  }
}

/** DPM-Solver++(2M) SDE, midpoint. */
async function* sampleDpmpp2mSde(
  model: Denoiser,
  x: Float32Array,
  sigmas: Float64Array,
  { noise, eta = 1 }: SamplerOptions,
): AsyncGenerator<SamplerStep, void, void> {
  let state = Float32Array.from(x);
  let previous: Float32Array | null = null;
  let previousH = 0;
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const sigma = sigmas[i]!;
    const next = sigmas[i + 1]!;
    const denoised = await model(state, sigma);
    if (next === 0) {
      state = denoised;
    } else {
      const h = Math.log(sigma / next);
      const gain = -Math.expm1(-h - eta * h);
      const extra = previous === null ? 0 : (0.5 * gain * h) / previousH;
      const terms: [number, Float32Array][] = [
        [(next / sigma) * Math.exp(-eta * h), state],
        [gain + extra, denoised],
      ];
      if (previous !== null) terms.push([-extra, previous]);
      if (eta > 0) terms.push([next * Math.sqrt(-Math.expm1(-2 * eta * h)), noise(sigma, next)]);
      state = linearCombination(...terms);
      previousH = h;
    }
    previous = denoised;
    yield { step: i + 1, sigma: next, x: state, denoised };
  }
}

/** Multistep consistency sampling: jumps to x0 and adds noise to the next level (Luo et al. 2023, algorithm 2). */
async function* sampleLcm(
  model: Denoiser,
  x: Float32Array,
  sigmas: Float64Array,
  { noise, timestepOf }: SamplerOptions,
): AsyncGenerator<SamplerStep, void, void> {
  let state = Float32Array.from(x);
  for (let i = 0; i + 1 < sigmas.length; i++) {
    const sigma = sigmas[i]!;
    const next = sigmas[i + 1]!;
    // Boundary condition, equation 9 with sigma_data = 0.5 and timesteps scaled by 10; acts on the unit-variance state.
    const scaled = 10 * timestepOf(sigma);
    const skip = 0.25 / (scaled * scaled + 0.25) / Math.sqrt(1 + sigma * sigma);
    const out = scaled / Math.sqrt(scaled * scaled + 0.25);
    const denoised = linearCombination([out, await model(state, sigma)], [skip, state]);
    state = next > 0 ? linearCombination([1, denoised], [next, noise(sigma, next)]) : denoised;
    yield { step: i + 1, sigma: next, x: state, denoised };
  }
}
