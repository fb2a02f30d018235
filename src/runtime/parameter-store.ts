// The parameters of one network, resident on the device and fed to every run. Adapters write into the store; the pristine
// values can always be had back bit for bit. The values a graph sees change between runs; no session is rebuilt for it.

import type { ParameterSpec } from "../graph/model.ts";
import { streamTensors, type TensorSource } from "../formats/safetensors.ts";
import { toFloat32 } from "../shared/dtype.ts";
import { throwIfAborted } from "../shared/errors.ts";
import { assert } from "../shared/assert.ts";
import { GpuParameterStore } from "./gpu-parameter-store.ts";
import type { OrtModule, Tensor } from "./ort.ts";
import { matchTensors, fromInputLayout, toInputLayout } from "./parameter-layout.ts";
import type { Runtime } from "./runtime.ts";

export interface ParameterStore {
  readonly specs: ReadonlyMap<string, ParameterSpec>;
  /** Bytes held on the device or in memory. */
  readonly sizeBytes: number;
  /** The values of the checkpoint in its own order, float32. Read only. */
  pristine(name: string): Promise<Float32Array>;
  /** Replaces the values the graph sees; `values` in checkpoint order. */
  write(name: string, values: Float32Array): void;
  /** Undoes every write to `name`, to the bit. */
  restore(name: string): void;
  /** For a session's feeds. */
  tensor(name: string): Tensor;
  dispose(): void;
}

export interface LoadProgress {
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

export interface LoadOptions {
  readonly runtime: Runtime;
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Streams the tensors from their files to the device, one at a time.
 * @throws StylusError `bad-file` for missing or misshapen tensors, `cancelled`
 */
export async function loadParameters(
  specs: readonly ParameterSpec[],
  tensors: ReadonlyMap<string, TensorSource>,
  { runtime, onProgress, signal }: LoadOptions,
): Promise<ParameterStore> {
  const pairs = matchTensors(specs, tensors);
  const totalBytes = [...pairs.keys()].reduce((sum, source) => sum + source.sizeBytes, 0);
  const { gpu, ort } = runtime;
  const store = gpu
    ? new GpuParameterStore({ ort, gpu, dtype: runtime.target.dtype, tensors })
    : new CpuParameterStore(ort);
  let loadedBytes = 0;
  try {
    for await (const { source, bytes } of streamTensors(pairs.keys(), { signal })) {
      store.add(pairs.get(source)!, { source, bytes });
      if (store instanceof GpuParameterStore) await store.settle();
      loadedBytes += source.sizeBytes;
      onProgress?.({ loadedBytes, totalBytes });
      throwIfAborted(signal);
    }
  } catch (error) {
    store.dispose();
    throw error;
  }
  return store;
}

/** One parameter's tensors; `pristine` is set once the fed values differ from it. */
interface CpuParameter {
  readonly spec: ParameterSpec;
  tensor: Tensor;
  readonly pristine: Tensor;
}

/** float32 arrays in JavaScript memory. The pristine array is fed as long as nothing is merged into it. */
class CpuParameterStore implements ParameterStore {
  readonly specs = new Map<string, ParameterSpec>();
  sizeBytes = 0;
  private readonly parameters = new Map<string, CpuParameter>();
  private readonly ort: OrtModule;

  constructor(ort: OrtModule) {
    this.ort = ort;
  }

  add(spec: ParameterSpec, { source, bytes }: { source: TensorSource; bytes: Uint8Array }): void {
    // A copy: `bytes` belongs to the stream's buffer.
    const values = toInputLayout(toFloat32(bytes, source.dtype, new Float32Array(elements(spec))), spec);
    const tensor = this.makeTensor(spec, values);
    this.specs.set(spec.name, spec);
    this.parameters.set(spec.name, { spec, tensor, pristine: tensor });
    this.sizeBytes += values.byteLength;
  }

  async pristine(name: string): Promise<Float32Array> {
    const { spec, pristine } = this.get(name);
    return fromInputLayout(pristine.data as Float32Array, spec);
  }

  write(name: string, values: Float32Array): void {
    const parameter = this.get(name);
    assert(values.length === elements(parameter.spec), `${name}: ${values.length} values written`);
    if (parameter.tensor === parameter.pristine) {
      parameter.tensor = this.makeTensor(parameter.spec, new Float32Array(values.length));
      this.sizeBytes += values.byteLength;
    }
    (parameter.tensor.data as Float32Array).set(toInputLayout(values, parameter.spec));
  }

  restore(name: string): void {
    const parameter = this.get(name);
    if (parameter.tensor === parameter.pristine) return;
    parameter.tensor = parameter.pristine;
    this.sizeBytes -= 4 * elements(parameter.spec);
  }

  tensor(name: string): Tensor {
    return this.get(name).tensor;
  }

  dispose(): void {
    this.parameters.clear();
    this.sizeBytes = 0;
  }

  private get(name: string): CpuParameter {
    const parameter = this.parameters.get(name);
    assert(parameter, `no parameter ${name}`);
    return parameter;
  }

  private makeTensor(spec: ParameterSpec, values: Float32Array): Tensor {
    return new this.ort.Tensor("float32", values, spec.inputShape);
  }
}

function elements(spec: ParameterSpec): number {
  return spec.shape.reduce((product, size) => product * size, 1);
}
