// Loads parameters from their files to the device: JavaScript memory for WASM, GPU buffers for WebGPU.

import type { TensorSource } from "../formats/safetensors.ts";
import type { LoadOptions, ParameterStore } from "../runtime/backend.ts";
import { streamParameters } from "../runtime/shared/stream-parameters.ts";
import { assert } from "../shared/assert.ts";
import { CpuParameterStore } from "./cpu-parameter-store.ts";
import { GpuTensorStore } from "./gpu-tensor-store.ts";
import type { OrtParameter } from "./model.ts";
import type { OrtModule } from "./ort.ts";

export type OrtParameterStore = CpuParameterStore | GpuTensorStore;

interface OrtLoadOptions extends LoadOptions {
  readonly ort: OrtModule;
  /** Null on WASM. */
  readonly gpu: GPUDevice | null;
  readonly dtype: "f32" | "f16";
}

/**
 * Streams the tensors one at a time.
 * @throws StylusError `bad-file` for missing or misshapen tensors, `cancelled`
 */
export async function loadParameters(
  specs: readonly OrtParameter[],
  tensors: ReadonlyMap<string, TensorSource>,
  { ort, gpu, dtype, ...options }: OrtLoadOptions,
): Promise<OrtParameterStore> {
  if (gpu)
    return streamParameters(specs, tensors, { store: new GpuTensorStore(ort, { gpu, dtype }), ...options });
  return streamParameters(specs, tensors, { store: new CpuParameterStore(ort), ...options });
}

/** A store of this back end. */
export function ownStore(store: ParameterStore): OrtParameterStore {
  assert(
    store instanceof GpuTensorStore || store instanceof CpuParameterStore,
    "a store of another back end",
  );
  return store;
}
