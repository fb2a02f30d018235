// The layers for a graph's nodes. Two implementations exist because ONNX Runtime's kernels prefer different memory layouts:
// channels-last with fused operators on WebGPU (layers-webgpu.ts), channels-first on WASM (layers-wasm.ts).

import type { OnnxBuilder, Tensor } from "./onnx-builder.ts";

export interface MapSize {
  readonly height: number;
  readonly width: number;
}

/** An image-like hidden state. It may be a pending sum that the next normalisation can fuse. */
export interface FeatureMap extends MapSize {
  readonly channels: number;
  /** In the layout of the layers that created it. */
  readonly value: Tensor;
  /** If set, the state is `value + residual`. */
  readonly residual?: Tensor;
}

/** Result of a linear layer whose bias may be pending. */
export interface Biased {
  readonly value: Tensor;
  readonly bias: Tensor | null;
}

export interface GroupNormOptions {
  readonly name: string;
  readonly groups: number;
  readonly eps: number;
  /** Applies SiLU afterwards. */
  readonly silu: boolean;
  /** Added to each channel before normalising: the time embedding [B, channels]. */
  readonly shift?: Biased;
}

export interface ConvOptions {
  readonly name: string;
  readonly channels: number;
  readonly stride?: 1 | 2;
  /** "same": 1 on each side; "end": 1 at the right and bottom only (the VAE encoder's downsampler). */
  readonly padding?: "same" | "end";
  /** The output has few positions and many channels. A module must set this alike for all image sizes. */
  readonly smallMap?: boolean;
}

/** Zeros before and after each row and column of a 3×3 convolution, and the size of its output. */
export function convWindow(
  map: MapSize,
  { stride = 1, padding = "same" }: Pick<ConvOptions, "stride" | "padding">,
): MapSize & { readonly stride: 1 | 2; readonly begin: number; readonly end: number } {
  const [begin, end] = padding === "same" ? [1, 1] : [0, 1];
  const size = (length: number): number => Math.floor((length + begin + end - 3) / stride) + 1;
  return { stride, begin, end, height: size(map.height), width: size(map.width) };
}

export interface LinearOptions {
  readonly name: string;
  readonly features: number;
  readonly bias: boolean;
  /** The checkpoint stores the weight as a 1×1 convolution [out, in, 1, 1]. */
  readonly pointwise?: boolean;
}

export interface Layers {
  readonly g: OnnxBuilder;
  /** [B, C, H, W] in float32, a graph input → hidden state */
  fromImage(image: Tensor): FeatureMap;
  /** Hidden state → [B, C, H, W] */
  toImage(map: FeatureMap): Tensor;
  /** Computes a pending sum. */
  settle(map: FeatureMap): FeatureMap;
  conv3x3(map: FeatureMap, options: ConvOptions): FeatureMap;
  conv1x1(map: FeatureMap, options: { name: string; channels: number }): FeatureMap;
  /** `input` is the settled input: use it for the residual branch. */
  groupNorm(map: FeatureMap, options: GroupNormOptions): { normed: FeatureMap; input: FeatureMap };
  /** map + other with the same shape; may stay pending. */
  addMaps(map: FeatureMap, other: FeatureMap): FeatureMap;
  /** map + conv1x1(input): the shortcut of a residual block that changes its width. */
  addShortcut(map: FeatureMap, input: FeatureMap, options: { name: string }): FeatureMap;
  concatChannels(a: FeatureMap, b: FeatureMap): FeatureMap;
  /** Nearest neighbour to `size`: twice as large, minus one where the larger map had an odd length. */
  upsample(map: FeatureMap, size: MapSize): FeatureMap;
  /** Hidden state → tokens [B, H·W, C] */
  toTokens(map: FeatureMap): Tensor;
  /** tokens [B, H·W, C] → hidden state */
  fromTokens(tokens: Tensor, size: MapSize): FeatureMap;
  /** x [..., in] → [..., features] */
  linear(x: Tensor, options: LinearOptions): Biased;
  /** Adds the bias. */
  settleLinear(x: Biased): Tensor;
  /** x + bias + residual */
  addResidual(x: Biased, residual: Tensor): Tensor;
  /** Layer norm of the sum x + bias + residual, and the sum itself. */
  skipLayerNorm(
    x: Biased,
    options: { residual: Tensor; name: string; eps: number },
  ): { normed: Tensor; sum: Tensor };
  /** value · GELU(gate) of the two halves of the last axis. */
  geglu(x: Biased): Tensor;
}
