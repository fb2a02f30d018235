// The input for ONNX Runtime: a model file of a few kilobytes, and the layout of each parameter, which is a model input.

import type { OnnxValue } from "../formats/onnx.ts";
import type { NetworkId } from "../graph/graph.ts";
import type { StoredParameter } from "../runtime/shared/parameter-layout.ts";

/** The kernels that the model targets, and its compute type. WASM supports only f32. */
export interface OrtTarget {
  readonly device: "wasm" | "webgpu";
  readonly dtype: "f32" | "f16";
}

/** A parameter as an input of the model, under its own name. */
export interface OrtParameter extends StoredParameter {
  /** Shape of the model's input; "same" layouts may drop the 1×1 of a kernel. */
  readonly inputShape: readonly number[];
}

export interface OrtModel {
  readonly network: NetworkId;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Excludes parameters. All float32. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly parameters: readonly OrtParameter[];
}
