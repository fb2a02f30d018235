// Turns a diffusion request into images: for each one it merges the adapters, encodes the prompt, samples the latent with
// guidance (a second time at a larger size for hires fix), decodes it, and generates parts of it once more (detail pass). One async
// generator, so that the caller controls progress, previews and cancellation.

import { moduleTable } from "../adapters/names/module-table.ts";
import type { AppliedAdapter } from "../adapters/merging/applied-adapter.ts";
import type { StepSegment } from "../adapters/merging/step-window.ts";
import type { AdapterReport } from "../adapters/report.ts";
import { openCheckpoint, type Checkpoint } from "../graph/checkpoint.ts";
import type { Backend, LoadProgress } from "../runtime/backend.ts";
import { throwIfAborted } from "../shared/errors.ts";
import type { AdapterUse, DiffusionEvent, DiffusionRequest, ImageJob, RgbaImage } from "../shared/request.ts";
import { AdapterLibrary } from "./adapters/library.ts";
import { detailAreas, detailRequest } from "./image/details.ts";
import { upscaled } from "./image/hires.ts";
import type { LatentSize } from "./latent-size.ts";
import { DiffusionNetworks } from "./networks.ts";
import { createMerger } from "./adapters/merger.ts";
import { modelFilesOf, type PackFiles, readPackFiles } from "./pack-files.ts";
import { allSteps, fixedSteps, shareOfSteps } from "./sampling/pass-steps.ts";
import { rgbaOf, type PreviewFactors } from "./image/pixels.ts";
import { type EncodedPrompts, PromptEncoder } from "./prompt/encoder.ts";
import { checkDiffusionRequest } from "./diffusion-request.ts";
import { SAMPLERS } from "./sampling/samplers.ts";
import { type PassGroup, type SamplingPass, samplingPass } from "./sampling/pass.ts";
import type { GuidedPart } from "./sampling/guidance.ts";
import { type LatentWindow, regionShares, regionWindow } from "./sampling/regions.ts";
import { alphasCumprod, betasOf, TrainingSchedule } from "./sampling/schedules.ts";
import { filledLatent, inpaintingChannels, type InitLatent, encodeInitImage } from "./image/init-latent.ts";

export interface LoadOptions {
  readonly backend: Backend;
  /** For a card with little memory: one network is on it at a time. */
  readonly oneAtATime?: boolean | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Run {
  readonly request: DiffusionRequest;
  readonly job: ImageJob;
  readonly imageIndex: number;
  readonly initLatent: InitLatent;
  readonly signal: AbortSignal | undefined;
}

/** A pass, except for what the run provides. */
interface Pass extends Pick<
  SamplingPass,
  "size" | "steps" | "original" | "mask" | "channels" | "progress" | "hasPreview"
> {
  /** The counts for prompt schedules: steps of this pass and of the previous one. */
  readonly promptSteps: number;
  readonly earlierSteps: number;
}

function stage(name: string, imageIndex: number, since: number): DiffusionEvent {
  return { type: "stage", stage: name, imageIndex, milliseconds: performance.now() - since };
}

export class DiffusionPipeline {
  readonly adapters: AdapterLibrary;
  readonly networks: DiffusionNetworks;
  readonly #training: TrainingSchedule;
  readonly #prompts: PromptEncoder;
  readonly #preview: PreviewFactors;

  private constructor(
    networks: DiffusionNetworks,
    { pack, training }: { pack: PackFiles; training: TrainingSchedule },
  ) {
    this.networks = networks;
    this.#training = training;
    this.#preview = pack.preview;
    const { resident } = networks;
    const table = moduleTable({
      unet: resident.parameters("unet"),
      text_encoder: resident.parameters("text_encoder"),
    });
    const merger = createMerger(
      (network) => resident.get(network),
      resident.oneAtATime ? { keepBytes: 0 } : {},
    );
    this.adapters = new AdapterLibrary(table, merger);
    resident.onLoad = async (network, work) => {
      if (network === "unet" || network === "text_encoder") await this.adapters.mergeLoaded(network, work);
    };
    for (const { id, blob, ...kind } of pack.adapters) this.adapters.register(id, blob, kind);
    this.#prompts = new PromptEncoder(pack.tokenizer, networks);
  }

  /**
   * Opens a pack's files and loads its networks; adapters are read on first use.
   * @param files relative path → file, a diffusers folder or single-file checkpoint with tokenizer/, and adapters/cards.json
   * @throws StylusError bad-file, not-found, unsupported, device, cancelled
   */
  static async load(
    files: ReadonlyMap<string, Blob>,
    { backend, oneAtATime = false, onProgress, signal }: LoadOptions,
  ): Promise<DiffusionPipeline> {
    const checkpoint = await openCheckpoint(modelFilesOf(files));
    const pack = await readPackFiles(files, { latentChannels: checkpoint.vae.config.latentChannels });
    const training = trainingScheduleOf(checkpoint);
    const networks = await DiffusionNetworks.load(checkpoint, { backend, oneAtATime, onProgress, signal });
    return new DiffusionPipeline(networks, { pack, training });
  }

  /** Adds a file from outside the pack. @throws StylusError bad-file, unsupported */
  async addAdapter(id: string, blob: Blob, { fileName }: { fileName: string }): Promise<AdapterReport> {
    this.adapters.register(id, blob, { fileName });
    try {
      return await this.adapters.report(id);
    } catch (error) {
      this.adapters.remove(id);
      throw error;
    }
  }

  /**
   * Generates the images of a request, one after the other.
   *
   * Stops between steps if `signal` is aborted or the caller leaves the loop.
   * @throws StylusError bad-input, bad-file, unsupported, device, cancelled
   */
  async *generate(
    request: DiffusionRequest,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<DiffusionEvent, void, void> {
    const { checkpoint, latentScale } = this.networks;
    checkDiffusionRequest(request, {
      hasAdapter: (id) => this.adapters.has(id),
      textLayers: checkpoint.text_encoder.config.layers,
      latentScale,
    });
    const begin = performance.now();
    const { networks } = this;
    const initLatent = await encodeInitImage(request, {
      networks,
      size: this.#latentSize(request),
      tile: this.#tile(request),
      signal,
    });
    if (initLatent.latent !== null || initLatent.channels !== null) yield stage("VAE encoder", 0, begin);
    for (const [imageIndex, job] of request.images.entries()) {
      throwIfAborted(signal);
      yield* this.#image({ request, job, imageIndex, initLatent, signal });
    }
  }

  async *#image(run: Run): AsyncGenerator<DiffusionEvent, void, void> {
    const { request, job, imageIndex, initLatent, signal } = run;
    const { imageToImage, hires, sampler } = request;
    const first = imageToImage
      ? shareOfSteps(request.steps, { ...imageToImage, sampler })
      : allSteps(request.steps);
    const second = hires ? fixedSteps(hires.steps, hires) : null;
    const areas = detailAreas(job);
    const ofArea = shareOfSteps(request.steps, { strength: job.details?.strength ?? 0, sampler });
    const total = first.run + (second?.run ?? 0) + areas.length * ofArea.run;

    let latent = yield* this.#pass(run, {
      size: this.#latentSize(request),
      steps: first,
      promptSteps: request.steps,
      earlierSteps: 0,
      original: filledLatent(initLatent, { request, seed: job.seed }),
      mask: initLatent.mask,
      channels: initLatent.channels,
      progress: { done: 0, total },
      hasPreview: true,
    });
    if (hires !== undefined && second !== null) {
      const begin = performance.now();
      const { networks } = this;
      const size = this.#latentSize(hires);
      const from = this.#latentSize(request);
      const tile = this.#tile(request);
      latent = await upscaled(latent, hires, { networks, from, to: size, tile, signal });
      const channels = await inpaintingChannels(null, { networks, size, tile, signal });
      yield stage("upscaling", imageIndex, begin);
      latent = yield* this.#pass(run, {
        size,
        steps: second,
        promptSteps: hires.steps,
        earlierSteps: request.steps,
        original: latent,
        mask: null,
        channels,
        progress: { done: first.run, total },
        hasPreview: true,
      });
    }

    const begin = performance.now();
    const { width, height } = hires ?? request;
    const size = this.#latentSize({ width, height });
    const decoded = await this.networks.decode(latent, { size, tile: this.#tile(request), signal });
    let image = initLatent.finish(rgbaOf(decoded, { width, height }));
    yield stage("VAE decoder", imageIndex, begin);
    let done = total - areas.length * ofArea.run;
    for (const [index] of areas) {
      const steps = { steps: ofArea, progress: { done, total } };
      image = yield* this.#detail(run, { index, image, ...steps });
      done += ofArea.run;
    }
    yield { type: "image", imageIndex, seed: job.seed, ...image };
  }

  /** One area of a finished image once more, in its place. */
  async *#detail(
    run: Run,
    { index, image, steps, progress }: Pick<Pass, "steps" | "progress"> & { index: number; image: RgbaImage },
  ): AsyncGenerator<DiffusionEvent, RgbaImage, void> {
    const { imageIndex, signal } = run;
    const { networks } = this;
    const detail = detailRequest(run, { index, image });
    if (detail === null) return image;
    const { request, job } = detail;
    const size = this.#latentSize(request);
    const tile = this.#tile(request);
    let begin = performance.now();
    const initLatent = await encodeInitImage(request, { networks, size, tile, signal });
    yield stage("VAE encoder", imageIndex, begin);
    const latent = yield* this.#pass(
      { request, job, imageIndex, initLatent, signal },
      {
        size,
        steps,
        promptSteps: request.steps,
        earlierSteps: 0,
        original: initLatent.latent,
        mask: initLatent.mask,
        channels: initLatent.channels,
        progress,
        hasPreview: false, // it would be of the area, in place of the image
      },
    );
    begin = performance.now();
    const decoded = await networks.decode(latent, { size, tile, signal });
    const finished = initLatent.finish(rgbaOf(decoded, request));
    yield stage("VAE decoder", imageIndex, begin);
    return finished;
  }

  async *#pass(
    { request, job, imageIndex, signal }: Run,
    { promptSteps, earlierSteps, ...pass }: Pass,
  ): AsyncGenerator<DiffusionEvent, Float32Array<ArrayBuffer>, void> {
    const { networks, adapters } = this;
    const { evaluations } = SAMPLERS[request.sampler];
    let begin = performance.now();
    const groups = promptGroups(job, { request, size: pass.size });
    const { negativePrompt } = { ...request, ...job };
    const evaluated = { evaluations: promptSteps * evaluations, earlier: earlierSteps * evaluations };
    const read = [];
    for (const { uses, parts } of groups) {
      const segments = await adapters.segments(uses, pass.steps.run);
      const texts = {
        prompts: parts.map(({ prompt }) => prompt),
        negativePrompt,
        clipSkip: request.clipSkip,
      };
      const options = { ...evaluated, embeddings: await adapters.embeddings(uses, request.leftOut) };
      read.push({ segments, texts, options });
    }
    // Texts of one length need one session of the U-Net; those of one group have it anyway.
    const atLeast =
      read.length === 1
        ? 1
        : Math.max(...read.map(({ texts, options }) => this.#prompts.chunkCount(texts, options)));
    // The text is encoded once. The first group comes last, so that its adapters are merged when sampling begins; from then on the
    // text encoder keeps them, while the U-Net gets those of each group in turn.
    const [{ adapters: first }] = read[0]!.segments as [StepSegment];
    const passGroups: PassGroup[] = [];
    for (const [index, { segments, texts, options }] of [...read.entries()].reverse()) {
      const own = segments[0]!.adapters;
      await adapters.merge(index === 0 ? own : parted({ unet: first, text: own }), { signal });
      yield stage("merge", imageIndex, begin);
      begin = performance.now();
      const { textRevision } = adapters;
      const encoded = await this.#prompts.encode(texts, { ...options, textRevision, atLeast, signal });
      yield stage("text encoder", imageIndex, begin);
      begin = performance.now();
      const merged =
        index === 0
          ? segments
          : segments.map((segment) => ({
              ...segment,
              adapters: parted({ unet: segment.adapters, text: first }),
            }));
      passGroups.unshift(...byWindow(groups[index]!, { encoded, segments: merged }));
    }

    const latent = yield* samplingPass(
      { ...pass, request, imageIndex, job, groups: passGroups },
      { networks, adapters, training: this.#training, preview: this.#preview, signal },
    );
    yield stage("sampling", imageIndex, begin);
    return latent;
  }

  #latentSize({ width, height }: { width: number; height: number }): LatentSize {
    const { latentScale } = this.networks;
    return { width: width / latentScale, height: height / latentScale };
  }

  /** Side of the VAE tiles, in latents. */
  #tile({ vaeTilePixels }: DiffusionRequest): number | undefined {
    return vaeTilePixels === undefined ? undefined : vaeTilePixels / this.networks.latentScale;
  }

  async dispose(): Promise<void> {
    this.adapters.dispose();
    await this.networks.dispose();
  }
}

function trainingScheduleOf({ scheduler }: Checkpoint): TrainingSchedule {
  return new TrainingSchedule(alphasCumprod(betasOf(scheduler)));
}

/** One prompt of an image, the latents that it sees and its shares of the prediction; null: all. */
interface PromptPart {
  readonly prompt: string;
  readonly window: LatentWindow | null;
  readonly share: Float32Array | null;
}

/** Those that one set of adapters predicts. */
interface PromptGroup {
  readonly uses: readonly AdapterUse[];
  readonly parts: PromptPart[];
}

/** The prompt of the image and of its regions, by their adapters; that of the image is in the first group. */
function promptGroups(
  job: ImageJob,
  { request, size }: { request: DiffusionRequest; size: LatentSize },
): PromptGroup[] {
  const { prompt, adapters, regions } = { ...request, ...job };
  const areas = regions?.areas ?? [];
  const shares = regions === undefined ? [null] : regionShares(regions, size);
  const windows = [null, ...areas.map((area) => regionWindow(area, size))];
  const groups = new Map<string, PromptGroup>();
  for (const [index, own] of [{ prompt, adapters }, ...areas].entries()) {
    const uses = [...own.adapters, ...(request.fewStepAdapter === null ? [] : [request.fewStepAdapter])];
    const key = JSON.stringify(uses);
    const group = groups.get(key) ?? { uses, parts: [] };
    group.parts.push({ prompt: own.prompt, window: windows[index]!, share: shares[index]! });
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Only predictions of the same latents can be one batch. */
function byWindow(
  { parts }: PromptGroup,
  { encoded, segments }: { encoded: EncodedPrompts; segments: readonly StepSegment[] },
): PassGroup[] {
  const groups = new Map<string, PassGroup & { parts: GuidedPart[] }>();
  for (const [i, { window, share }] of parts.entries()) {
    const key = JSON.stringify(window);
    const group = groups.get(key) ?? { window, parts: [], negative: encoded.negative, segments };
    group.parts.push({ prompts: encoded.prompts[i]!, share });
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The U-Net's part of some adapters and the text encoder's of others. */
const parted = ({
  unet,
  text,
}: Record<"unet" | "text", readonly AppliedAdapter[]>): readonly AppliedAdapter[] => [
  ...unet.map((adapter) => ({ ...adapter, textStrength: 0 })),
  ...text.map((adapter) => ({ ...adapter, unetStrength: 0 })),
];
