// What runs a graph: the engine knows these interfaces only. A back end is a folder beside src/ort that implements them.

import type { TensorSource } from "../formats/safetensors.ts";
import type { Graph, Parameter } from "../graph/graph.ts";
import type { StylusError } from "../shared/errors.ts";
import type { DevicePreference, DeviceReport } from "../shared/request.ts";

export interface BackendOptions {
  readonly preference: DevicePreference;
  /** Why WASM is demanded, for the report; the user's wish when absent. */
  readonly wasmReason?: string | undefined;
  /** False computes in float32 where float16 could be had. */
  readonly float16?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Chooses the device and opens it. @throws StylusError `device` when nothing can run, `cancelled` */
export type OpenBackend = (options: BackendOptions) => Promise<Backend>;

export interface Backend {
  readonly report: DeviceReport;
  /** Settles when the GPU is gone (driver reset, long sleep); never on WASM. */
  readonly lost: Promise<StylusError>;
  /**
   * Streams the graph's parameters from their files to the device, one at a time. They serve every graph that has the same
   * parameters, whatever its size.
   * @throws StylusError `bad-file` for missing or misshapen tensors, `cancelled`
   */
  loadParameters(
    graph: Graph,
    tensors: ReadonlyMap<string, TensorSource>,
    options?: LoadOptions,
  ): Promise<ParameterStore>;
  /**
   * @param options.parameters a store of this back end, with the graph's parameters
   * @throws StylusError `device` when the back end refuses the graph or has no memory for it
   */
  createSession(graph: Graph, options: SessionOptions): Promise<Session>;
  /**
   * The outcome of `work`, or the loss of the device: what waits for a lost GPU may wait for ever, or fail in other words.
   * @throws StylusError `device-lost`, and whatever `work` throws
   */
  unlessLost<Value>(work: Promise<Value>): Promise<Value>;
  dispose(): void;
}

export interface LoadProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

export interface LoadOptions {
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface SessionOptions {
  readonly parameters: ParameterStore;
  readonly signal?: AbortSignal | undefined;
}

/** float32, row-major, by name. */
export type Tensors = Readonly<Record<string, Float32Array>>;

/** One network of one size, ready to run. */
export interface Session {
  readonly graph: Graph;
  /**
   * Runs the network once.
   * @param inputs every input of the graph
   * @param wanted names of the outputs to bring back; all when absent
   * @throws StylusError `device` when the back end fails
   */
  run(inputs: Tensors, wanted?: readonly string[]): Promise<Tensors>;
  dispose(): Promise<void>;
}

/**
 * The parameters of one network, resident on the device and read by every run. Adapters write into the store; the pristine
 * values can always be had back bit for bit. No session is rebuilt for it.
 */
export interface ParameterStore {
  readonly specs: ReadonlyMap<string, Parameter>;
  /** Bytes held on the device or in memory. */
  readonly sizeBytes: number;
  /** Where parameters lie in GPU buffers, for merging there; null where they do not. */
  readonly gpu: GpuParameters | null;
  /** The values of the checkpoint in its own order, float32. Read only. */
  pristine(name: string): Promise<Float32Array>;
  /** Replaces the values that runs read; `values` in checkpoint order. */
  write(name: string, values: Float32Array): void;
  /** Undoes every write to `name`, to the bit. */
  restore(name: string): void;
  dispose(): void;
}

export interface GpuParameters {
  readonly device: GPUDevice;
  /** How parameters are stored. */
  readonly dtype: "f32" | "f16";
  /** The buffers of these parameters; keeps their pristine values aside the first time. */
  forMerge(names: readonly string[]): GpuParameter[];
  /** Sets these parameters back to their pristine values, and frees the copies of those. */
  release(names: readonly string[]): void;
}

/** What a merge kernel needs: pristine values to read, live values to write. */
export interface GpuParameter {
  readonly dtype: "f32" | "f16";
  /** "transpose": [in, out] of a matrix [out, in], [kh·kw, in, out] of a convolution; "same": the checkpoint's order. */
  readonly layout: "same" | "transpose";
  readonly live: GPUBuffer;
  readonly pristine: GPUBuffer;
}
