// Streams a network's parameters from their files into a store, one at a time.

import { streamTensors, type TensorSource } from "../../formats/safetensors.ts";
import { readScales, type StoredTensor } from "../../formats/tensor-values.ts";
import type { Parameter } from "../../graph/graph.ts";
import { throwIfAborted } from "../../shared/errors.ts";
import type { LoadOptions } from "../backend.ts";
import { matchTensors } from "./match-tensors.ts";

interface Receiver<Spec> {
  add(spec: Spec, tensor: StoredTensor): void;
  /** Waits until the device has taken what was added, if that is much. */
  settle?(): Promise<void>;
  /** @throws StylusError `memory` if the device had no room for something */
  checked?(): Promise<void>;
  dispose(): void;
}

/** Disposes of the store if it fails. @throws StylusError `bad-file` for missing or misshapen tensors, `memory`, `cancelled` */
export async function streamParameters<Spec extends Parameter, Store extends Receiver<Spec>>(
  specs: readonly Spec[],
  tensors: ReadonlyMap<string, TensorSource>,
  { store, onProgress, signal }: LoadOptions & { readonly store: Store },
): Promise<Store> {
  try {
    const pairs = matchTensors(specs, tensors);
    const totalBytes = [...pairs.keys()].reduce((sum, source) => sum + source.sizeBytes, 0);
    const scales = await readScales(pairs.keys(), { signal });
    let loadedBytes = 0;
    for await (const { source, bytes } of streamTensors(pairs.keys(), { signal })) {
      store.add(pairs.get(source)!, { source, bytes, scale: scales.get(source) });
      await store.settle?.();
      loadedBytes += source.sizeBytes;
      onProgress?.({ loadedBytes, totalBytes });
      throwIfAborted(signal);
    }
    await store.checked?.();
    return store;
  } catch (error) {
    store.dispose();
    throw error;
  }
}
