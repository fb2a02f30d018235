// What ONNX Runtime is given: a model file of a few kilobytes, and how it wants each parameter, which is an input of the model.

import type { OnnxValue } from "../formats/onnx.ts";
import type { NetworkId, Parameter } from "../graph/graph.ts";

/** Whose kernels the model is written for, and the type it computes in. WASM computes in f32 only. */
export interface OrtTarget {
  readonly device: "wasm" | "webgpu";
  readonly dtype: "f32" | "f16";
}

/** A parameter as an input of the model, under its own name. */
export interface OrtParameter extends Parameter {
  /**
   * "transpose": the model wants [in, out] of a matrix [out, in] or [out, in, 1, 1], and [kh·kw, in, out] of a convolution
   * [out, in, kh, kw]; "same": the checkpoint's order of values.
   */
  readonly layout: "same" | "transpose";
  /** Shape of the model's input; "same" layouts may drop the 1×1 of a kernel. */
  readonly inputShape: readonly number[];
}

export interface OrtModel {
  readonly network: NetworkId;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Without the parameters. All float32. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly parameters: readonly OrtParameter[];
}
