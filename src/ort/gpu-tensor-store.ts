// Parameters in GPU buffers as tensors of ONNX Runtime.

import type { StoredTensor } from "../formats/tensor-values.ts";
import { GpuParameterStore, type StoreOptions } from "../runtime/shared/gpu-parameter-store.ts";
import type { OrtParameter } from "./model.ts";
import type { OrtModule, Tensor } from "./ort.ts";

export class GpuTensorStore extends GpuParameterStore {
  private readonly ort: OrtModule;
  private readonly tensors = new Map<string, Tensor>();

  constructor(ort: OrtModule, options: StoreOptions) {
    super(options);
    this.ort = ort;
  }

  override add(spec: OrtParameter, stored: StoredTensor): void {
    super.add(spec, stored);
    const tensor = this.ort.Tensor.fromGpuBuffer(this.live(spec.name), {
      dataType: this.dtype === "f16" ? "float16" : "float32",
      dims: spec.inputShape,
    });
    this.tensors.set(spec.name, tensor);
  }

  /** For a session's feeds. */
  tensor(name: string): Tensor {
    return this.tensors.get(name)!;
  }
}
