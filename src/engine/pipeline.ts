// A diffusion request becomes images: for each one its adapters are merged, its prompt encoded, its latent sampled with
// guidance, and the latent decoded. One async generator, so that progress, preview and cancel belong to the caller.

import { moduleTable } from "../adapters/module-table.ts";
import type { AdapterReport } from "../adapters/report.ts";
import { openCheckpoint, type Checkpoint } from "../graph/checkpoint.ts";
import type { LoadProgress } from "../runtime/parameter-store.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { throwIfAborted } from "../shared/errors.ts";
import type { DiffusionEvent, DiffusionRequest, ImageJob } from "../shared/request.ts";
import { AdapterLibrary } from "./adapter-library.ts";
import { DiffusionNetworks, type LatentSize } from "./networks.ts";
import { createMerger } from "./merger.ts";
import { modelFilesOf, type PackFiles, readPackFiles } from "./pack-files.ts";
import { pictureOf, type PreviewFactors } from "./pixels.ts";
import { PromptEncoder } from "./prompt-encoder.ts";
import { checkRequest } from "./request-check.ts";
import { SAMPLERS } from "./samplers.ts";
import { samplingPass } from "./sampling-pass.ts";
import { alphasCumprod, betasOf, TrainingSchedule } from "./schedules.ts";

export interface LoadOptions {
  readonly runtime: Runtime;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Run {
  readonly request: DiffusionRequest;
  readonly job: ImageJob;
  readonly imageIndex: number;
  readonly size: LatentSize;
  readonly signal: AbortSignal | undefined;
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
    const { unet, text_encoder } = networks.stores;
    const table = moduleTable({
      unet: [...unet.specs.values()],
      text_encoder: [...text_encoder.specs.values()],
    });
    this.adapters = new AdapterLibrary(table, createMerger(networks.runtime, { unet, text_encoder }));
    for (const { id, blob, ...kind } of pack.adapters) this.adapters.register(id, blob, kind);
    this.#prompts = new PromptEncoder(pack.tokenizer, networks);
  }

  /**
   * Opens a pack's files and loads its networks; adapters are read when first used.
   * @param files relative path → file, a diffusers folder or single-file checkpoint with tokenizer/, and adapters/cards.json
   * @throws StylusError bad-file, not-found, unsupported, device, cancelled
   */
  static async load(
    files: ReadonlyMap<string, Blob>,
    { runtime, onProgress, signal }: LoadOptions,
  ): Promise<DiffusionPipeline> {
    const checkpoint = await openCheckpoint(modelFilesOf(files));
    const pack = await readPackFiles(files, { latentChannels: checkpoint.vae.config.latentChannels });
    const training = trainingScheduleOf(checkpoint);
    const networks = await DiffusionNetworks.load(checkpoint, { runtime, onProgress, signal });
    return new DiffusionPipeline(networks, { pack, training });
  }

  /** Adds a file that is not of the pack. @throws StylusError bad-file, unsupported */
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
   * Makes the images of a request, one after the other.
   *
   * Stops between two steps when `signal` is aborted or the caller leaves the loop.
   * @throws StylusError bad-input, bad-file, unsupported, device, cancelled
   */
  async *generate(
    request: DiffusionRequest,
    { signal }: { signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<DiffusionEvent, void, void> {
    const { checkpoint, latentScale } = this.networks;
    checkRequest(request, {
      hasAdapter: (id) => this.adapters.has(id),
      textLayers: checkpoint.text_encoder.config.layers,
      latentScale,
    });
    const size = { width: request.width / latentScale, height: request.height / latentScale };
    for (const [imageIndex, job] of request.images.entries()) {
      throwIfAborted(signal);
      yield* this.#image({ request, job, imageIndex, size, signal });
    }
  }

  async *#image(run: Run): AsyncGenerator<DiffusionEvent, void, void> {
    const { request, job, imageIndex, size, signal } = run;
    const stage = (name: string, since: number): DiffusionEvent => ({
      type: "stage",
      stage: name,
      imageIndex,
      milliseconds: performance.now() - since,
    });
    let start = performance.now();
    const uses = [...job.adapters, ...(request.fewStepAdapter === null ? [] : [request.fewStepAdapter])];
    const segments = await this.adapters.segments(uses, request.steps);
    await this.adapters.merge(segments[0]!.adapters, { signal });
    yield stage("merge", start);

    start = performance.now();
    const prompts = await this.#prompts.encode(request, {
      embeddings: await this.adapters.embeddings(uses),
      textRevision: this.adapters.textRevision,
      evaluations: request.steps * SAMPLERS[request.sampler].evaluations,
      signal,
    });
    yield stage("text encoder", start);

    start = performance.now();
    const { networks, adapters } = this;
    const latent = yield* samplingPass(
      { request, imageIndex, seed: job.seed, size, prompts, segments },
      { networks, adapters, training: this.#training, preview: this.#preview, signal },
    );
    yield stage("sampling", start);

    start = performance.now();
    const image = await this.networks.decode(latent, { size, signal });
    const picture = pictureOf(image, request);
    yield stage("VAE decoder", start);
    yield { type: "image", imageIndex, seed: job.seed, ...picture };
  }

  async dispose(): Promise<void> {
    this.adapters.dispose();
    await this.networks.dispose();
  }
}

function trainingScheduleOf({ scheduler }: Checkpoint): TrainingSchedule {
  return new TrainingSchedule(alphasCumprod(betasOf(scheduler)));
}
