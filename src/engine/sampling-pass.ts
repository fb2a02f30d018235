// One pass of sampling: from noise, or from a latent with noise added, down the schedule, with the adapters that are at
// work at each step. What is before it (prompts, encoding) and after it (decoding) is the pipeline's.

import type { StepSegment } from "../adapters/step-window.ts";
import { throwIfAborted } from "../shared/errors.ts";
import type { DiffusionEvent, DiffusionRequest } from "../shared/request.ts";
import type { AdapterLibrary } from "./adapter-library.ts";
import { BrownianTree } from "./brownian.ts";
import { eventLoopTurn } from "./event-loop.ts";
import { guidedDenoiser } from "./guidance.ts";
import type { DiffusionNetworks, LatentSize } from "./networks.ts";
import { createGenerator, type NormalGenerator } from "./noise.ts";
import { type PreviewFactors, previewOf } from "./pixels.ts";
import type { EncodedPrompts } from "./prompt-encoder.ts";
import type { Denoiser } from "./sampler-contract.ts";
import { initialNoiseScale, SAMPLERS } from "./samplers.ts";
import { scheduleSigmas, type TrainingSchedule } from "./schedules.ts";

/** What all passes share. */
export interface SamplingEngine {
  readonly networks: DiffusionNetworks;
  readonly adapters: AdapterLibrary;
  readonly training: TrainingSchedule;
  readonly preview: PreviewFactors;
  readonly signal: AbortSignal | undefined;
}

export interface SamplingPass {
  readonly request: DiffusionRequest;
  readonly imageIndex: number;
  readonly seed: number;
  readonly size: LatentSize;
  readonly prompts: EncodedPrompts;
  /** Adapters by step; those of the first segment are merged already. */
  readonly segments: readonly StepSegment[];
}

/** @returns the latent [C, H, W], as the UNet has it */
export async function* samplingPass(
  { request, imageIndex, seed, size, prompts, segments }: SamplingPass,
  { networks, adapters, training, preview, signal }: SamplingEngine,
): AsyncGenerator<DiffusionEvent, Float32Array<ArrayBuffer>, void> {
  const { sampler, steps } = request;
  const { checkpoint } = networks;
  const model: Denoiser = guidedDenoiser({
    training,
    predictionType: checkpoint.predictionType,
    cfgScale: request.cfgScale,
    ...prompts,
    predict: async (sample, timestep, conditionings) => {
      await eventLoopTurn();
      throwIfAborted(signal);
      return networks.predict(sample, { timestep, conditionings, size, signal });
    },
  });
  const count = checkpoint.vae.config.latentChannels * size.width * size.height;
  const sigmas = scheduleSigmas(training, request);
  const generator = createGenerator(request.noise, seed);
  const scale = initialNoiseScale(sampler, sigmas[0]!);
  let latent = generator.randn(count).map((value) => value * scale); // [C, H, W]
  const noise = stepNoise({ request, seed, generator, count, sigmas });
  const timestepOf = (sigma: number): number => training.timestepOf(sigma);
  let start = performance.now();
  for await (const { step, x, denoised } of SAMPLERS[sampler].sample(model, latent, sigmas, {
    noise,
    timestepOf,
  })) {
    latent = x;
    yield { type: "step", imageIndex, step, steps, milliseconds: performance.now() - start };
    yield { type: "preview", imageIndex, ...previewOf(denoised, { ...size, preview }) };
    start = performance.now();
    const next = segments.find(({ begin }) => begin === step);
    if (next !== undefined) await adapters.merge(next.adapters, { signal });
  }
  return latent;
}

/** Fresh noise of stochastic samplers: further draws of the image's generator, or increments of one Brownian path. */
function stepNoise({
  request,
  seed,
  generator,
  count,
  sigmas,
}: {
  request: DiffusionRequest;
  seed: number;
  generator: NormalGenerator;
  count: number;
  sigmas: Float64Array;
}): (sigma: number, next: number) => Float32Array {
  const positive = sigmas.filter((sigma) => sigma > 0);
  // One step has no level in between that noise could be asked for.
  if (!SAMPLERS[request.sampler].brownian || positive.length < 2) return () => generator.randn(count);
  const [sigmaMin, sigmaMax] = [positive.at(-1)!, positive[0]!];
  const tree = new BrownianTree({ seed, kind: request.noise, count, sigmaMin, sigmaMax });
  return (sigma, next) => tree.between(sigma, next);
}
