// What the graph package hands to the runtime: a model file and the list of parameters to feed it.
//
// Inputs and outputs of the networks; always float32 (or as said), whatever type the graph computes in:
//   text encoder  token_embeddings [B, T, C] (rows of text_model.embeddings.token_embedding.weight, looked up by the caller
//                 so that textual inversions need nothing special; positions are added by the graph)
//                 → clip_skip_1 … clip_skip_N [B, T, C]: hidden states N layers from the end, final layer norm applied
//                 (clip_skip_1 is the usual last hidden state)
//   UNet          sample [B, Cin, H, W], timestep [1], encoder_hidden_states [B, T, cross] → out_sample [B, Cout, H, W]
//   VAE decoder   latent_sample [B, 4, H, W] (already divided by the scaling factor) → sample [B, 3, 8H, 8W], about -1 … 1
//   VAE encoder   sample [B, 3, 8H, 8W] → moments [B, 8, H, W]: mean, then log variance (not clamped)

import type { OnnxValue } from "../formats/onnx.ts";

export type NetworkId = "unet" | "text_encoder" | "vae";

/** Where the graph will run and the type it computes in. WASM computes in f32 only. */
export interface GraphTarget {
  readonly device: "wasm" | "webgpu";
  readonly dtype: "f32" | "f16";
}

/** One parameter of a network. It is a graph input under its own name. */
export interface ParameterSpec {
  /** Module path within the network, for example `down_blocks.0.resnets.0.conv1.weight`. */
  readonly name: string;
  /** Shape in the checkpoint, for example [out, in] or [out, in, kh, kw]. */
  readonly shape: readonly number[];
  /**
   * "transpose": the graph wants [in, out] of a matrix [out, in] or [out, in, 1, 1], and [kh·kw, in, out] of a convolution
   * [out, in, kh, kw]; "same": the checkpoint's order of values.
   */
  readonly layout: "same" | "transpose";
  /** Shape of the graph input; "same" layouts may drop the 1×1 of a kernel. */
  readonly inputShape: readonly number[];
}

export interface GraphModel {
  readonly network: NetworkId;
  readonly target: GraphTarget;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Without the parameters. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly parameters: readonly ParameterSpec[];
}
