// One network ready to run: feeds inputs and parameters, returns outputs as float32.

import type { Graph, Value } from "../graph/graph.ts";
import type { Inputs, KeptPart, Session, Tensors } from "../runtime/backend.ts";
import { keepImages } from "../runtime/shared/kept-buffers.ts";
import { checkInputs, runFailure } from "../runtime/shared/session-run.ts";
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { GpuIo } from "./gpu-io.ts";
import { arrayOf, keptArrays } from "./kept-arrays.ts";
import { type InferenceSession, type OrtModule, startingRuntime, type Tensor } from "./ort.ts";
import type { OrtParameterStore } from "./load-parameters.ts";
import type { OrtModel } from "./model.ts";
import { ReplayedRuns } from "./recording.ts";

interface OrtSessionParts {
  readonly ort: OrtModule;
  readonly gpu: GPUDevice | null;
  readonly graph: Graph;
  readonly model: OrtModel;
  readonly parameters: OrtParameterStore;
}

interface WantedOutputs {
  readonly names: readonly string[];
  readonly kept?: Value;
}

interface Results {
  readonly values: Tensors;
  /** Of `kept`. */
  readonly parts: readonly KeptPart[];
}

export class OrtSession implements Session {
  readonly graph: Graph;
  readonly replay: Replay;
  /** Of the last run: until its work was submitted to the GPU; on WASM the whole run. */
  submitMilliseconds = 0;
  private readonly session: InferenceSession;
  private readonly options: OrtSessionParts;
  private readonly gpuIo: GpuIo | null;
  private replayed: ReplayedRuns<InferenceSession.OnnxValueMapType> | null;
  /** On the GPU every input keeps its buffer, because merging writes into it. */
  private gpuFeeds: Readonly<Record<string, Tensor>> | null = null;

  constructor({ session, replay }: OpenedSession, options: OrtSessionParts) {
    this.session = session;
    this.replay = replay;
    this.options = options;
    this.graph = options.graph;
    this.replayed = options.gpu && replay.captured ? new ReplayedRuns(options.gpu) : null;
    this.gpuIo = options.gpu ? new GpuIo({ ort: options.ort, gpu: options.gpu, model: options.model }) : null;
  }

  async run(inputs: Inputs, wanted?: readonly string[]): Promise<Tensors> {
    const names = wanted ?? this.graph.outputs.map(({ name }) => name);
    return (await this.runAny(inputs, { names })).values;
  }

  runKeeping(
    inputs: Inputs,
    { wanted, kept }: { readonly wanted: readonly string[]; readonly kept: string },
  ): Promise<Results> {
    return this.runAny(inputs, {
      names: wanted,
      kept: this.graph.outputs.find(({ name }) => name === kept)!,
    });
  }

  private async runAny(inputs: Inputs, outputs: WantedOutputs): Promise<Results> {
    checkInputs(this.graph, inputs);
    try {
      return this.gpuIo
        ? await this.runOnGpu(this.gpuIo, inputs, outputs)
        : await this.runOnCpu(inputs, outputs);
    } catch (cause) {
      throw runFailure(this.graph, cause);
    }
  }

  /** Whether the next run replays without ONNX Runtime. */
  get isRecorded(): boolean {
    return this.replayed !== null && this.replayed.results !== null;
  }

  private async runOnCpu(inputs: Inputs, { names, kept }: WantedOutputs): Promise<Results> {
    const feeds = this.parameterFeeds();
    for (const { name, shape } of this.graph.inputs)
      feeds[name] = new this.options.ort.Tensor("float32", arrayOf(inputs[name]!), shape);
    const start = performance.now();
    const results = await this.session.run(feeds, kept ? [...names, kept.name] : names);
    this.submitMilliseconds = performance.now() - start;
    const valuesOf = (name: string): Float32Array => results[name]!.data as Float32Array;
    return {
      values: Object.fromEntries(names.map((name) => [name, valuesOf(name)])),
      parts: kept ? keptArrays(valuesOf(kept.name), kept) : [],
    };
  }

  private async runOnGpu(io: GpuIo, inputs: Inputs, { names, kept }: WantedOutputs): Promise<Results> {
    const start = performance.now();
    io.upload(inputs);
    const feeds = (this.gpuFeeds ??= { ...this.parameterFeeds(), ...io.feeds });
    const run = (): Promise<InferenceSession.OnnxValueMapType> => this.session.run(feeds);
    const results = await (this.replayed ? this.replayed.run(run) : run());
    this.submitMilliseconds = performance.now() - start;
    try {
      const parts = kept ? keepImages(io.gpu, results[kept.name]!.gpuBuffer, kept) : [];
      return { values: await io.download(results, names), parts };
    } finally {
      if (results !== this.replayed?.results) disposeOf(results);
    }
  }

  private parameterFeeds(): Record<string, Tensor> {
    const { parameters } = this.options;
    return Object.fromEntries(
      this.options.model.parameters.map(({ name }) => [name, parameters.tensor(name)]),
    );
  }

  async dispose(): Promise<void> {
    disposeOf(this.replayed?.results ?? {});
    this.replayed = null;
    this.gpuIo?.dispose();
    await this.session.release();
  }
}

function disposeOf(results: InferenceSession.OnnxValueMapType): void {
  for (const result of Object.values(results)) result.dispose();
}

/** Whether runs are recorded once and replayed (ONNX Runtime's graph capture), and why not. */
export interface Replay {
  readonly captured: boolean;
  /** Null if captured. */
  readonly reason: string | null;
}

interface OpenedSession {
  readonly session: InferenceSession;
  readonly replay: Replay;
}

interface OrtSessionOptions {
  readonly gpu: GPUDevice | null;
  readonly model: Pick<OrtModel, "bytes" | "network">;
  readonly graphCapture: boolean;
}

/**
 * A bare session, for the runtime itself and its self-test. Disables graph capture, with the reason, if the runtime does
 * not support it.
 * @throws StylusError `device`
 */
export async function createOrtSession(
  ort: OrtModule,
  { gpu, model, graphCapture }: OrtSessionOptions,
): Promise<OpenedSession> {
  const webgpu = {
    name: "webgpu",
    device: gpu,
    validationMode: "disabled",
    storageBufferCacheMode: "simple",
  };
  const create = (enableGraphCapture: boolean): Promise<InferenceSession> =>
    startingRuntime(ort, () =>
      ort.InferenceSession.create(model.bytes, {
        executionProviders: [gpu ? webgpu : "wasm"],
        graphOptimizationLevel: "all",
        ...(gpu ? { preferredOutputLocation: "gpu-buffer", enableGraphCapture } : {}),
      } as InferenceSession.SessionOptions),
    );
  try {
    if (!gpu) return { session: await create(false), replay: withoutReplay("not on WebGPU") };
    if (!graphCapture) return { session: await create(false), replay: withoutReplay("switched off") };
    // Fails if an operator has no GPU kernel; the graph still runs, without replay.
    return await create(true).then(
      (session) => ({ session, replay: { captured: true, reason: null } }),
      async (refusal: unknown) => ({
        session: await create(false),
        replay: withoutReplay(refusal instanceof Error ? refusal.message : String(refusal)),
      }),
    );
  } catch (cause) {
    if (cause instanceof StylusError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new StylusError("device", say`The ${model.network} could not be prepared: ${message}`, {
      remedy: say`Reload the page, then try a smaller image.`,
      cause,
    });
  }
}

function withoutReplay(reason: string): Replay {
  return { captured: false, reason };
}
