// The diffusion worker's service: one loaded pack, sequential requests. Options with callbacks and an AbortSignal cross
// the worker boundary through src/rpc/wire.ts; failures are StylusErrors.

import type { AdapterReport } from "../adapters/report.ts";
import type { Backend, LoadProgress, OpenBackend } from "../runtime/backend.ts";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import { inTurn } from "../shared/in-turn.ts";
import { say, type Saying } from "../shared/saying.ts";
import type {
  DevicePreference,
  DeviceReport,
  DiffusionEvent,
  DiffusionRequest,
  Kernels,
} from "../shared/request.ts";
import { DiffusionPipeline } from "./pipeline.ts";

export interface DiffusionPack {
  readonly id: string;
  /** Relative path → file. */
  readonly files: ReadonlyMap<string, Blob>;
}

export interface LoadedNetworks {
  readonly device: DeviceReport;
  /** Parameters on the device or in memory. */
  readonly sizeBytes: number;
  readonly milliseconds: { readonly device: number; readonly parameters: number };
  /** Pixels per latent along one axis: sizes are multiples of it. */
  readonly latentScale: number;
}

/** An adapter file of the user that was inspected before. */
export interface RegisteredAdapter {
  readonly id: string;
  readonly blob: Blob;
  readonly fileName: string;
  /** It contains only textual inversions, whose words work in every prompt. */
  readonly isEmbedding: boolean;
}

interface Loaded {
  readonly pack: string;
  readonly device: DevicePreference;
  readonly backend: Backend;
  readonly pipeline: DiffusionPipeline;
  readonly result: LoadedNetworks;
}

export class DiffusionService {
  #loaded: Loaded | null = null;
  #loss: StylusError | null = null;
  /** One call at a time, because merging for one request must not change the parameters of another. */
  readonly #inTurn = inTurn();
  readonly #openBackend: OpenBackend;

  constructor(openBackend: OpenBackend) {
    this.#openBackend = openBackend;
  }

  /**
   * Loads a pack's networks, or returns at once if they are loaded. Replaces any other pack.
   * @throws StylusError bad-file, not-found, unsupported, device, device-lost, cancelled
   */
  load(
    pack: DiffusionPack,
    {
      device,
      kernels,
      tune,
      instead,
      wasmReason,
      onProgress,
      signal,
    }: {
      device: DevicePreference;
      /** Of the whole worker: the same in every call. */
      kernels?: Kernels | undefined;
      /** False: our own kernels are not tuned. */
      tune?: boolean | undefined;
      /** Why ONNX Runtime's kernels are used in place of our own. */
      instead?: Saying | undefined;
      /** Why WASM is required, if the user did not choose it. */
      wasmReason?: Saying | undefined;
      onProgress?: ((progress: LoadProgress) => void) | undefined;
      signal?: AbortSignal | undefined;
    },
  ): Promise<LoadedNetworks> {
    return this.#inTurn(async () => {
      this.#throwIfLost();
      if (this.#loaded?.pack === pack.id && this.#loaded.device === device) return this.#loaded.result;
      await this.#unload();
      const start = performance.now();
      const backend = await this.#openBackend({
        preference: device,
        kernels,
        tune,
        instead,
        wasmReason,
        signal,
      });
      const ready = performance.now();
      try {
        const pipeline = await backend.unlessLost(
          DiffusionPipeline.load(pack.files, {
            backend,
            oneAtATime: device === "low-vram" && backend.report.kind === "webgpu",
            onProgress,
            signal,
          }),
        );
        const result = {
          device: backend.report,
          sizeBytes: pipeline.networks.sizeBytes,
          milliseconds: { device: ready - start, parameters: performance.now() - ready },
          latentScale: pipeline.networks.latentScale,
        };
        this.#loaded = { pack: pack.id, device, backend, pipeline, result };
        void backend.lost.then((loss) => this.#forget(backend, loss));
        return result;
      } catch (error) {
        backend.dispose();
        throw error;
      }
    });
  }

  /** Adds a user's adapter file under an id. @throws StylusError bad-file, unsupported */
  addAdapter(id: string, blob: Blob, { fileName }: { fileName: string }): Promise<AdapterReport> {
    return this.#inTurn(() => this.#pipeline().addAdapter(id, blob, { fileName }));
  }

  /** Diagnoses a file for the loaded model without adding it. @throws StylusError bad-file, unsupported */
  inspectAdapter(blob: Blob, { fileName }: { fileName: string }): Promise<AdapterReport> {
    return this.#inTurn(() => this.#pipeline().adapters.inspect(blob, { fileName }));
  }

  /** Registers new files, which are read on first use. Of those that are registered, learns which are textual inversions. */
  registerAdapters(adapters: readonly RegisteredAdapter[]): Promise<void> {
    return this.#inTurn(async () => {
      const library = this.#pipeline().adapters;
      for (const { id, blob, ...kind } of adapters) {
        if (!library.has(id)) library.register(id, blob, kind);
        else if (kind.isEmbedding) library.markEmbedding(id);
      }
    });
  }

  /** Removes an adapter; ignores an unknown id. */
  removeAdapter(id: string): Promise<void> {
    return this.#inTurn(async () => this.#loaded?.pipeline.adapters.remove(id));
  }

  /**
   * Generates the images of a request and reports them as events.
   * @throws StylusError bad-input, bad-file, unsupported, device, cancelled; device-lost if the GPU is lost during the run,
   * after which only a new worker works
   */
  generate(
    request: DiffusionRequest,
    { onEvent, signal }: { onEvent: (event: DiffusionEvent) => void; signal?: AbortSignal | undefined },
  ): Promise<void> {
    return this.#inTurn(async () => {
      throwIfAborted(signal);
      const pipeline = this.#pipeline(request.packId);
      const { backend } = pipeline.networks;
      let ended = false;
      const generate = async (): Promise<void> => {
        for await (const event of pipeline.generate(request, { signal })) if (!ended) onEvent(event);
      };
      await backend.unlessLost(generate()).finally(() => (ended = true));
    });
  }

  /** Frees all sessions and parameters. */
  dispose(): Promise<void> {
    return this.#inTurn(() => this.#unload());
  }

  #pipeline(packId?: string): DiffusionPipeline {
    this.#throwIfLost();
    if (this.#loaded === null || (packId !== undefined && this.#loaded.pack !== packId)) {
      throw new StylusError(
        "bad-input",
        packId === undefined ? say`No model is loaded.` : say`The model "${packId}" is not loaded.`,
        {
          where: "packId",
          remedy: say`Load it first.`,
        },
      );
    }
    return this.#loaded.pipeline;
  }

  async #unload(): Promise<void> {
    const loaded = this.#loaded;
    this.#loaded = null;
    await loaded?.pipeline.dispose();
    loaded?.backend.dispose();
  }

  /** The GPU is lost with everything on it, including ONNX Runtime's state in this worker. */
  #forget(backend: Backend, loss: StylusError): void {
    if (this.#loaded?.backend !== backend) return;
    this.#loaded = null;
    this.#loss = loss;
  }

  #throwIfLost(): void {
    if (this.#loss) throw this.#loss;
  }
}
