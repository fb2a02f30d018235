// Layers for the CPU kernels of the WASM runtime: channels-first, convolutions as im2col + GEMM inside ONNX Runtime,
// linear layers as Gemm with the weight in the checkpoint's own order, group norm through InstanceNormalization.

import { type OnnxBuilder, shapeError, sizeOf, type Tensor } from "./onnx-builder.ts";
import {
  type Biased,
  type ConvOptions,
  convWindow,
  type FeatureMap,
  type GroupNormOptions,
  type Layers,
  type LinearOptions,
  type MapSize,
} from "./layers.ts";
import {
  add,
  cast,
  concat,
  gemm,
  halves,
  layerNorm,
  mul,
  quickGelu,
  reshape,
  resizeNearest,
  transpose,
  unary,
} from "./ops.ts";

export class WasmLayers implements Layers {
  readonly g: OnnxBuilder;

  constructor(g: OnnxBuilder) {
    this.g = g;
  }

  fromImage(image: Tensor): FeatureMap {
    return this.map(cast(this.g, image, this.g.target.dtype)); // [B, C, H, W]
  }

  toImage(map: FeatureMap): Tensor {
    return this.settle(map).value;
  }

  settle(map: FeatureMap): FeatureMap {
    return map.residual ? this.map(add(this.g, map.value, map.residual)) : map;
  }

  conv3x3(map: FeatureMap, options: ConvOptions): FeatureMap {
    const { name, channels } = options;
    const { value } = this.settle(map);
    const { stride, begin, end, height, width } = convWindow(map, options);
    const shape = [value.shape[0]!, channels, height, width];
    const attributes = { kernel_shape: [3, 3], pads: [begin, begin, end, end], strides: [stride, stride] };
    return this.conv(value, { name, shape, kernel: 3, attributes });
  }

  conv1x1(map: FeatureMap, { name, channels }: { name: string; channels: number }): FeatureMap {
    const { value } = this.settle(map);
    const shape = [value.shape[0]!, channels, map.height, map.width];
    return this.conv(value, { name, shape, kernel: 1, attributes: { kernel_shape: [1, 1] } });
  }

  private conv(
    x: Tensor,
    {
      name,
      shape,
      kernel,
      attributes,
    }: { name: string; shape: number[]; kernel: number; attributes: Record<string, number[]> },
  ): FeatureMap {
    const channels = shape[1]!;
    const weight = this.g.parameter(`${name}.weight`, [channels, x.shape[1]!, kernel, kernel]);
    const bias = this.g.parameter(`${name}.bias`, [channels]);
    return this.map(this.g.one("Conv", [x, weight, bias], shape, { attributes, label: name }));
  }

  groupNorm(
    map: FeatureMap,
    { name, groups, eps, silu, shift }: GroupNormOptions,
  ): { normed: FeatureMap; input: FeatureMap } {
    const { g } = this;
    const input = this.settle(map);
    const { channels, height, width } = input;
    const batch = input.value.shape[0]!;
    if (channels % groups !== 0)
      throw shapeError(`${channels} channels cannot be split into ${groups} groups`, input.value);
    const perChannel = (value: Tensor): Tensor =>
      reshape(g, value, [sizeOf(value.shape) / channels, channels, 1, 1]);
    const x = shift ? add(g, input.value, perChannel(this.settleLinear(shift))) : input.value;
    const ones = g.floats(`ones_${groups}`, [groups], new Float32Array(groups).fill(1));
    const zeros = g.floats(`zeros_${groups}`, [groups], new Float32Array(groups));
    const grouped = reshape(g, x, [batch, groups, (channels / groups) * height * width]);
    const whitened = g.one("InstanceNormalization", [grouped, ones, zeros], grouped.shape, {
      attributes: { epsilon: { float: eps } },
      label: name,
    });
    const weight = perChannel(g.parameter(`${name}.weight`, [channels]));
    const bias = perChannel(g.parameter(`${name}.bias`, [channels]));
    const scaled = add(g, mul(g, reshape(g, whitened, x.shape), weight), bias);
    return { normed: this.map(silu ? quickGelu(g, scaled, 1) : scaled), input };
  }

  addMaps(map: FeatureMap, other: FeatureMap): FeatureMap {
    return this.map(add(this.g, this.settle(map).value, this.settle(other).value));
  }

  addShortcut(map: FeatureMap, input: FeatureMap, { name }: { name: string }): FeatureMap {
    return this.addMaps(map, this.conv1x1(input, { name, channels: map.channels }));
  }

  concatChannels(a: FeatureMap, b: FeatureMap): FeatureMap {
    return this.map(concat(this.g, [this.settle(a).value, this.settle(b).value], 1));
  }

  upsample(map: FeatureMap, { height, width }: MapSize): FeatureMap {
    const { value } = this.settle(map);
    const [batch, channels] = [value.shape[0]!, map.channels];
    return this.map(resizeNearest(this.g, value, [batch, channels, height, width]));
  }

  toTokens(map: FeatureMap): Tensor {
    const { value } = this.settle(map);
    const flat = reshape(this.g, value, [value.shape[0]!, map.channels, map.height * map.width]);
    return transpose(this.g, flat, [0, 2, 1]);
  }

  fromTokens(tokens: Tensor, { height, width }: MapSize): FeatureMap {
    const [batch, , channels] = tokens.shape as [number, number, number];
    return this.map(reshape(this.g, transpose(this.g, tokens, [0, 2, 1]), [batch, channels, height, width]));
  }

  linear(x: Tensor, { name, features, bias, pointwise = false }: LinearOptions): Biased {
    const inputs = x.shape.at(-1)!;
    const shape = pointwise ? [features, inputs, 1, 1] : [features, inputs];
    const weight = this.g.parameter(`${name}.weight`, shape, { inputShape: [features, inputs] });
    const flat = reshape(this.g, x, [sizeOf(x.shape) / inputs, inputs]);
    const y = gemm(this.g, flat, weight, {
      bias: bias ? this.g.parameter(`${name}.bias`, [features]) : null,
      label: name,
    });
    return { value: reshape(this.g, y, [...x.shape.slice(0, -1), features]), bias: null };
  }

  settleLinear(x: Biased): Tensor {
    return x.bias ? add(this.g, x.value, x.bias) : x.value;
  }

  addResidual(x: Biased, residual: Tensor): Tensor {
    return add(this.g, this.settleLinear(x), residual);
  }

  skipLayerNorm(
    x: Biased,
    { residual, name, eps }: { residual: Tensor; name: string; eps: number },
  ): { normed: Tensor; sum: Tensor } {
    const sum = this.addResidual(x, residual);
    return { normed: layerNorm(this.g, sum, { name, eps }), sum };
  }

  geglu(x: Biased): Tensor {
    const [value, gate] = halves(this.g, this.settleLinear(x));
    return mul(this.g, value, unary(this.g, "Gelu", gate));
  }

  private map(value: Tensor): FeatureMap {
    const [, channels, height, width] = value.shape as [number, number, number, number];
    return { value, channels, height, width };
  }
}
