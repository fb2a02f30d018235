// What runs a graph. The engine depends only on these interfaces; a back end is a folder like src/ort that implements them.

import type { TensorSource } from "../formats/safetensors.ts";
import type { Graph, Parameter } from "../graph/graph.ts";
import type { StylusError } from "../shared/errors.ts";
import type { DevicePreference, DeviceReport, Kernels } from "../shared/request.ts";
import { type Saying } from "../shared/saying.ts";

export interface BackendOptions {
  readonly preference: DevicePreference;
  /** Why WASM is required, for the report; absent if the user chose it. */
  readonly wasmReason?: Saying | undefined;
  /** False computes in float32 even if float16 is available. */
  readonly float16?: boolean | undefined;
  /** Whose kernels run the networks. By default our own on a real GPU that computes them right, otherwise ONNX Runtime's. */
  readonly kernels?: Kernels | undefined;
  /** False: our own kernels take the shipped tiles instead of measuring on the device. */
  readonly tune?: boolean | undefined;
  /** What was tried before and why it cannot be used, for the report. */
  readonly instead?: Saying | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Chooses and opens the device. @throws StylusError `device` if no device works, `cancelled` */
export type OpenBackend = (options: BackendOptions) => Promise<Backend>;

export interface Backend {
  readonly report: DeviceReport;
  /** Settles when the GPU is lost (driver reset, long sleep); never on WASM. */
  readonly lost: Promise<StylusError>;
  /**
   * Streams the graph's parameters from their files to the device, one at a time. They serve every graph with the same
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
   * @throws StylusError `device` if the back end rejects the graph or runs out of memory
   */
  createSession(graph: Graph, options: SessionOptions): Promise<Session>;
  /**
   * The outcome of `work`, or the loss of the device: work on a lost GPU may never settle, or may fail with another error.
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

/** One image's part of an output, left where it was computed for later runs, of any session of the same back end. */
export interface KeptPart {
  /** Values. */
  readonly length: number;
  dispose(): void;
}

/** By name: values, or a part for each image of the batch. */
export type Inputs = Readonly<Record<string, Float32Array | readonly KeptPart[]>>;

/** One network at one size, ready to run. */
export interface Session {
  readonly graph: Graph;
  /**
   * Runs the network once.
   * @param inputs every input of the graph
   * @param wanted names of the outputs to return; all if absent
   * @throws StylusError `device` if the back end fails
   */
  run(inputs: Inputs, wanted?: readonly string[]): Promise<Tensors>;
  /** As `run`, and keeps the output `kept`, in parts that are the caller's to dispose of. */
  runKeeping(
    inputs: Inputs,
    options: { readonly wanted: readonly string[]; readonly kept: string },
  ): Promise<{ readonly values: Tensors; readonly parts: readonly KeptPart[] }>;
  dispose(): Promise<void>;
}

/**
 * The parameters of one network, resident on the device and read by every run. Adapters write into the store without
 * rebuilding a session; the pristine values can always be restored bit for bit.
 */
export interface ParameterStore {
  readonly specs: ReadonlyMap<string, Parameter>;
  /** Bytes held on the device or in memory. */
  readonly sizeBytes: number;
  /** Parameters in GPU buffers, for merging there; null if they are elsewhere. */
  readonly gpu: GpuParameters | null;
  /** The checkpoint's values in its own order, float32. Read-only. */
  pristine(name: string): Promise<Float32Array>;
  /** Replaces the values that runs read; `values` in checkpoint order. */
  write(name: string, values: Float32Array): void;
  /** Undoes every write to `name`, bit for bit. */
  restore(name: string): Promise<void>;
  dispose(): void;
}

export interface GpuParameters {
  readonly device: GPUDevice;
  /** How parameters are stored. */
  readonly dtype: "f32" | "f16";
  /**
   * Rewrites these parameters: `merge` gets all of them, or a few at a time where memory is short, and has submitted its work when it resolves.
   * The buffers are its own until then.
   */
  rewrite(
    names: readonly string[],
    merge: (parameters: readonly GpuParameter[]) => Promise<void>,
  ): Promise<void>;
  /** Restores these parameters' pristine values and frees what was kept for that. */
  release(names: readonly string[]): Promise<void>;
}

/** What a merge kernel needs: pristine values to read, live values to write. */
export interface GpuParameter {
  readonly name: string;
  readonly dtype: "f32" | "f16";
  /** "transpose": [in, out] of a matrix [out, in], [kh·kw, in, out] of a convolution; "same": the checkpoint's order. */
  readonly layout: "same" | "transpose";
  readonly live: GPUBuffer;
  readonly pristine: GPUBuffer;
}
