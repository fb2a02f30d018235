// Loads parameters from their files to the device: JavaScript memory for WASM, GPU buffers for WebGPU.

import { streamTensors, type TensorSource } from "../formats/safetensors.ts";
import type { LoadOptions, ParameterStore } from "../runtime/backend.ts";
import { matchTensors } from "../runtime/match-tensors.ts";
import { assert } from "../shared/assert.ts";
import { throwIfAborted } from "../shared/errors.ts";
import { CpuParameterStore } from "./cpu-parameter-store.ts";
import { GpuParameterStore } from "./gpu-parameter-store.ts";
import type { OrtParameter } from "./model.ts";
import type { OrtModule } from "./ort.ts";

export type OrtParameterStore = CpuParameterStore | GpuParameterStore;

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
  { ort, gpu, dtype, onProgress, signal }: OrtLoadOptions,
): Promise<OrtParameterStore> {
  const pairs = matchTensors(specs, tensors);
  const totalBytes = [...pairs.keys()].reduce((sum, source) => sum + source.sizeBytes, 0);
  const store = gpu ? new GpuParameterStore({ ort, gpu, dtype }) : new CpuParameterStore(ort);
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

/** A store of this back end. */
export function ownStore(store: ParameterStore): OrtParameterStore {
  assert(
    store instanceof GpuParameterStore || store instanceof CpuParameterStore,
    "a store of another back end",
  );
  return store;
}
