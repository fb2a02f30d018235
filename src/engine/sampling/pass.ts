// One sampling pass: from noise, or from a latent with noise added, down the schedule, with the active adapters of each
// step. The pipeline handles what comes before (prompts, encoding) and after (decoding).

import type { StepSegment } from "../../adapters/merging/step-window.ts";
import type { Checkpoint } from "../../graph/checkpoint.ts";
import type { VaeConfig } from "../../graph/config.ts";
import { throwIfAborted } from "../../shared/errors.ts";
import type { DiffusionEvent, DiffusionRequest, ImageJob } from "../../shared/request.ts";
import type { AdapterLibrary } from "../adapters/library.ts";
import { BrownianTree } from "../noise/brownian.ts";
import { eventLoopTurn } from "../../shared/event-loop.ts";
import { DeepFeatures } from "./deep-features.ts";
import { guidedDenoiser, predictionsOf, scalesOf, type GuidedGroup } from "./guidance.ts";
import type { LatentSize } from "../latent-size.ts";
import type { DiffusionNetworks } from "../networks.ts";
import { createGenerator, type NormalGenerator } from "../noise/noise.ts";
import { slerp } from "../noise/variation.ts";
import type { PassSteps } from "./pass-steps.ts";
import { type PreviewFactors, previewOf } from "../image/pixels.ts";
import { sizeOf, windowOf } from "./regions.ts";
import { type Denoiser, linearCombination } from "./sampler-contract.ts";
import { initialNoiseScale, SAMPLERS } from "./samplers.ts";
import { scheduleSigmas, type TrainingSchedule } from "./schedules.ts";

/** What a pass asks of the networks. */
interface PassNetworks extends Pick<DiffusionNetworks, "batchOf" | "keepSessions" | "predict"> {
  readonly checkpoint: Pick<Checkpoint, "predictionType"> & {
    readonly vae: { readonly config: Pick<VaeConfig, "latentChannels"> };
  };
}

/** Shared by all passes. */
export interface SamplingEngine {
  readonly networks: PassNetworks;
  readonly adapters: Pick<AdapterLibrary, "merge">;
  readonly training: TrainingSchedule;
  readonly preview: PreviewFactors;
  readonly signal: AbortSignal | undefined;
}

/** Prompts and the adapters that predict for them. */
export interface PassGroup extends GuidedGroup {
  /** Adapters by step; those of the first group's first segment are already merged. */
  readonly segments: readonly StepSegment[];
}

export interface SamplingPass {
  readonly request: DiffusionRequest;
  readonly imageIndex: number;
  readonly job: Pick<ImageJob, "seed" | "variation">;
  readonly size: LatentSize;
  readonly groups: readonly PassGroup[];
  readonly steps: PassSteps;
  /** The latent that noise is added to, [C, H, W]; absent in txt2img. */
  readonly original: Float32Array | null;
  /** [H, W]: 1 where the original is regenerated, 0 where it stays; null for everywhere. */
  readonly mask: Float32Array | null;
  /** Extra input of an inpainting U-Net besides the latent, [C + 1, H, W]; null for other U-Nets. */
  readonly channels: Float32Array<ArrayBuffer> | null;
  /** Steps of earlier passes, and of all passes. */
  readonly progress: { readonly done: number; readonly total: number };
  /** Whether what it sees on the way is an image to be shown. */
  readonly hasPreview: boolean;
}

/** Predictions of an image with regions that a GPU makes in one batch: memory grows with them, time hardly falls. */
const MOST_AT_ONCE = 4;

/** @returns the latent [C, H, W] in the U-Net's scale */
export async function* samplingPass(
  pass: SamplingPass,
  { networks, adapters, training, preview, signal }: SamplingEngine,
): AsyncGenerator<DiffusionEvent, Float32Array<ArrayBuffer>, void> {
  const { request, imageIndex, job, size, groups, original, progress } = pass;
  const { seed } = job;
  const { checkpoint } = networks;
  const guidance = { cfgScale: request.cfgScale, interval: request.guidanceInterval };
  const sizes = new Set(groups.map(({ window }) => JSON.stringify(window && sizeOf(window))));
  const batches = new Set(scalesOf(guidance).map((scale) => networks.batchOf(atOnceOf(groups, scale))));
  const { cacheInterval = 1 } = request;
  networks.keepSessions(sizes.size * batches.size * (cacheInterval > 1 ? 2 : 1));
  const deep = new Map(
    cacheInterval > 1 ? groups.map((group) => [group, new DeepFeatures(cacheInterval)]) : [],
  );
  let step = 0;
  let merged = groups[0]!.segments[0]!;
  const guided = guidedDenoiser({
    training,
    predictionType: checkpoint.predictionType,
    guidance,
    groups,
    size,
    predict: async (sample, { timestep, scale }, conditionings, group) => {
      const { segments, window } = group;
      await eventLoopTurn();
      throwIfAborted(signal);
      const wanted = segments.find(({ end }) => step < end) ?? segments.at(-1)!;
      if (wanted !== merged) await adapters.merge(wanted.adapters, { signal });
      merged = wanted;
      const { channels } = pass;
      const input = channels === null ? sample : stacked(sample, windowOf(channels, window, size));
      const seen = window ? sizeOf(window) : size;
      const atOnce = atOnceOf(groups, scale);
      const features = deep.get(group);
      return networks.predict(input, {
        timestep,
        conditionings,
        size: seen,
        atOnce,
        deep: features && { features, serve: features.serve(conditionings, wanted) },
        signal,
      });
    },
  });
  const model: Denoiser = async (x, sigma) => protectedBy(pass, await guided(x, sigma));
  const count = checkpoint.vae.config.latentChannels * size.width * size.height;
  const scheduled = scheduleSigmas(training, { ...request, steps: pass.steps.scheduled });
  const sigmas = scheduled.slice(pass.steps.scheduled - pass.steps.run);
  const generator = createGenerator(request.noise, seed);
  let latent = startOf(pass, varied(pass, generator.randn(count)), sigmas[0]!);
  // The Brownian path spans the whole schedule, even if the run starts inside it.
  const noise = stepNoise({ request, seed, generator, count, sigmas: scheduled });
  const timestepOf = (sigma: number): number => training.timestepOf(sigma);
  let start = performance.now();
  const sampler = SAMPLERS[request.sampler].sample(model, latent, sigmas, { noise, timestepOf });
  try {
    for await (const { step: done, x, denoised } of sampler) {
      latent = x;
      const milliseconds = performance.now() - start;
      yield { type: "step", imageIndex, step: progress.done + done, steps: progress.total, milliseconds };
      if (pass.hasPreview)
        yield { type: "preview", imageIndex, ...previewOf(denoised, { ...size, preview }) };
      start = performance.now();
      step = done;
    }
  } finally {
    for (const features of deep.values()) features.dispose();
  }
  return original === null ? latent : protectedBy(pass, latent);
}

/** Batch of all predictions at a scale: one for all groups, since a session for each batch would cost its memory. */
function atOnceOf(groups: readonly GuidedGroup[], scale: number): number {
  const predictions = groups.map((group) => predictionsOf(group, scale));
  return groups.length === 1 && groups[0]!.parts.length === 1
    ? predictions[0]!
    : Math.min(MOST_AT_ONCE, ...predictions);
}

/** Only the noise that a pass starts from varies: what samplers add on the way is that of the seed, as in AUTOMATIC1111. */
function varied(
  { request, job: { variation }, size }: SamplingPass,
  noise: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  if (variation === undefined) return noise;
  const to = createGenerator(request.noise, variation.seed).randn(noise.length);
  return slerp(variation.strength, { from: noise, to }, size);
}

/** Noise of the first level, alone or added to the original. */
function startOf(
  { request, original }: SamplingPass,
  unitNoise: Float32Array,
  sigma: number,
): Float32Array<ArrayBuffer> {
  if (original !== null) return linearCombination([1, original], [sigma, unitNoise]);
  const scale = initialNoiseScale(request.sampler, sigma);
  return Float32Array.from(unitNoise, (value) => value * scale);
}

/** The latent where it is regenerated, the original elsewhere (AUTOMATIC1111's blending of denoised latents). */
function protectedBy(
  { mask, original }: SamplingPass,
  latent: Float32Array<ArrayBuffer>,
): Float32Array<ArrayBuffer> {
  if (mask === null || original === null) return latent;
  return latent.map((value, i) => (mask[i % mask.length] === 1 ? value : original[i]!));
}

function stacked(sample: Float32Array, channels: Float32Array): Float32Array<ArrayBuffer> {
  const out = new Float32Array(sample.length + channels.length);
  out.set(sample);
  out.set(channels, sample.length);
  return out;
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
  // One step has no intermediate level that needs noise.
  if (!SAMPLERS[request.sampler].brownian || positive.length < 2) return () => generator.randn(count);
  const [sigmaMin, sigmaMax] = [positive.at(-1)!, positive[0]!];
  const tree = new BrownianTree({ seed, kind: request.noise, count, sigmaMin, sigmaMax });
  return (sigma, next) => tree.between(sigma, next);
}
