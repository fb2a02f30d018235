// Layers for ONNX Runtime's WebGPU kernels: channels-last, 1×1 convolutions and linear layers as MatMul with the weight as
// [in, out], group norm, skip-and-normalise and bias additions in the fused com.microsoft operators.
// Avoids BiasSplitGelu, whose f16 shader does not compile; GEGLU is Split, Gelu, Mul.

import { type OnnxBuilder, MICROSOFT, shapeError, sizeOf, type Tensor } from "./onnx-builder.ts";
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
  gather,
  halves,
  matMul,
  mul,
  pad,
  reshape,
  resizeNearest,
  transpose,
  unary,
} from "./ops.ts";

/**
 * Maximum values in the nine copies of a map for convolution by taps: 64 MB in float16. At 512×512 the largest in SD 1.5
 * takes 24 MB for two images; much larger images use Conv, which then has enough workgroups.
 */
const MAX_TAP_VALUES = 2 ** 25;

/** A 3×3 convolution and the size of its output. */
interface WindowOptions extends MapSize {
  readonly weight: Tensor;
  readonly name: string;
  readonly channels: number;
  readonly stride: number;
  /** Zeros before and after each row and column. */
  readonly begin: number;
  readonly end: number;
}

export class WebgpuLayers implements Layers {
  readonly g: OnnxBuilder;
  private readonly maxTapValues: number;

  constructor(g: OnnxBuilder, { maxTapValues = MAX_TAP_VALUES }: { maxTapValues?: number } = {}) {
    this.g = g;
    this.maxTapValues = maxTapValues;
  }

  fromImage(image: Tensor): FeatureMap {
    return this.map(transpose(this.g, cast(this.g, image, this.g.target.dtype), [0, 2, 3, 1])); // [B, H, W, C]
  }

  toImage(map: FeatureMap): Tensor {
    return transpose(this.g, this.settle(map).value, [0, 3, 1, 2]);
  }

  settle(map: FeatureMap): FeatureMap {
    return map.residual ? this.map(add(this.g, map.value, map.residual)) : map;
  }

  conv3x3(map: FeatureMap, options: ConvOptions): FeatureMap {
    const { name, channels, smallMap = false } = options;
    const { value } = this.settle(map);
    const [batch, , , inputs] = value.shape as [number, number, number, number];
    const window = convWindow(map, options);
    const { height, width } = window;
    const shape = [channels, inputs, 3, 3];
    if (!smallMap) {
      const weight = this.g.parameter(`${name}.weight`, shape);
      return this.conv(value, { weight, name, channels, ...window });
    }
    const taps = this.g.parameter(`${name}.weight`, shape, {
      layout: "transpose",
      inputShape: [9, inputs, channels],
    });
    if (9 * batch * height * width * inputs <= this.maxTapValues)
      return this.convByTaps(value, { weight: taps, name, channels, ...window });
    const weight = transpose(this.g, reshape(this.g, taps, [3, 3, inputs, channels]), [3, 2, 0, 1]);
    return this.conv(value, { weight, name, channels, ...window });
  }

  private conv(
    value: Tensor,
    { weight, name, channels, stride, begin, end, height, width }: WindowOptions,
  ): FeatureMap {
    const { g } = this;
    const attributes = {
      kernel_shape: [3, 3],
      pads: [begin, begin, end, end],
      strides: [stride, stride],
      dilations: [1, 1],
      group: 1,
    };
    // ONNX convolutions are channels-first; the runtime cancels these transposes against its own channels-last kernel.
    const x = padChannels(g, transpose(g, value, [0, 3, 1, 2]));
    const y = g.one(
      "Conv",
      [x, padChannels(g, weight), g.parameter(`${name}.bias`, [channels])],
      [value.shape[0]!, channels, height, width],
      { attributes, label: name },
    );
    return this.map(transpose(g, y, [0, 2, 3, 1]));
  }

  /**
   * A 3×3 convolution as nine matrix products, one per kernel position, and their sum. For a small map the runtime's
   * convolution starts too few workgroups, and it transposes weights that are inputs in every run.
   */
  private convByTaps(
    value: Tensor,
    { weight, name, channels, stride, begin, end, height, width }: WindowOptions,
  ): FeatureMap {
    const { g } = this;
    const [batch, rows, columns, inputs] = value.shape as [number, number, number, number];
    const [paddedRows, paddedColumns] = [rows + begin + end, columns + begin + end];
    const padded = pad(g, value, [0, begin, begin, 0, 0, end, end, 0]);
    const places = Array.from({ length: 9 * batch * height * width }, (_, at) => {
      const [x, y] = [at % width, Math.floor(at / width) % height];
      const b = Math.floor(at / (width * height)) % batch;
      const tap = Math.floor(at / (width * height * batch));
      const row = y * stride + Math.floor(tap / 3);
      return (b * paddedRows + row) * paddedColumns + x * stride + (tap % 3);
    });
    const taps = gather(g, reshape(g, padded, [batch * paddedRows * paddedColumns, inputs]), {
      name: `taps_${[batch, rows, columns, stride, begin].join("_")}`,
      shape: [9, batch * height * width],
      rows: places,
    });
    const products = g.one("MatMul", [taps, weight], [9, batch * height * width, channels], { label: name });
    const sum = g.one("ReduceSum", [products, g.int64([0])], [batch * height * width, channels], {
      attributes: { keepdims: 0 },
      label: name,
    });
    const bias = g.parameter(`${name}.bias`, [channels]);
    return this.map(reshape(g, add(g, sum, bias), [batch, height, width, channels]));
  }

  conv1x1(map: FeatureMap, { name, channels }: { name: string; channels: number }): FeatureMap {
    const y = this.linear(this.toTokens(map), { name, features: channels, bias: true, pointwise: true });
    return this.fromTokens(this.settleLinear(y), map);
  }

  groupNorm(
    map: FeatureMap,
    { name, groups, eps, silu, shift }: GroupNormOptions,
  ): { normed: FeatureMap; input: FeatureMap } {
    const { g } = this;
    if (map.channels % groups !== 0)
      throw shapeError(`${map.channels} channels cannot be split into ${groups} groups`, map.value);
    const weight = g.parameter(`${name}.weight`, [map.channels]);
    const bias = g.parameter(`${name}.bias`, [map.channels]);
    const attributes = { epsilon: { float: eps }, groups, activation: silu ? 1 : 0, channels_last: 1 };
    const options = { attributes, domain: MICROSOFT, label: name } as const;
    if (shift) {
      const input = this.settle(map);
      const inputs = [input.value, weight, bias, shift.value, ...(shift.bias ? [shift.bias] : [])];
      return { normed: this.map(g.one("SkipGroupNorm", inputs, input.value.shape, options)), input };
    }
    if (map.residual) {
      const { shape } = map.value;
      const [normed, sum] = g.node(
        "SkipGroupNorm",
        [map.value, weight, bias, map.residual],
        [shape, shape],
        options,
      );
      return { normed: this.map(normed!), input: this.map(sum!) };
    }
    return {
      normed: this.map(g.one("GroupNorm", [map.value, weight, bias], map.value.shape, options)),
      input: map,
    };
  }

  addMaps(map: FeatureMap, other: FeatureMap): FeatureMap {
    return { ...this.settle(map), residual: this.settle(other).value };
  }

  addShortcut(map: FeatureMap, input: FeatureMap, { name }: { name: string }): FeatureMap {
    const shortcut = this.linear(this.toTokens(input), {
      name,
      features: map.channels,
      bias: true,
      pointwise: true,
    });
    return this.fromTokens(this.addResidual(shortcut, this.toTokens(map)), map);
  }

  concatChannels(a: FeatureMap, b: FeatureMap): FeatureMap {
    return this.map(concat(this.g, [this.settle(a).value, this.settle(b).value], 3));
  }

  upsample(map: FeatureMap, { height, width }: MapSize): FeatureMap {
    const { value } = this.settle(map);
    const [batch, channels] = [value.shape[0]!, map.channels];
    return this.map(resizeNearest(this.g, value, [batch, height, width, channels]));
  }

  toTokens(map: FeatureMap): Tensor {
    const { value } = this.settle(map);
    return reshape(this.g, value, [value.shape[0]!, map.height * map.width, map.channels]);
  }

  fromTokens(tokens: Tensor, { height, width }: MapSize): FeatureMap {
    const [batch, , channels] = tokens.shape as [number, number, number];
    return this.map(reshape(this.g, tokens, [batch, height, width, channels]));
  }

  linear(x: Tensor, { name, features, bias, pointwise = false }: LinearOptions): Biased {
    const inputs = x.shape.at(-1)!;
    const shape = pointwise ? [features, inputs, 1, 1] : [features, inputs];
    const weight = this.g.parameter(`${name}.weight`, shape, { layout: "transpose" });
    return {
      value: matMul(this.g, x, weight, name),
      bias: bias ? this.g.parameter(`${name}.bias`, [features]) : null,
    };
  }

  settleLinear(x: Biased): Tensor {
    return x.bias ? add(this.g, x.value, x.bias) : x.value;
  }

  addResidual({ value, bias }: Biased, residual: Tensor): Tensor {
    if (!bias) return add(this.g, value, residual);
    return this.g.one("BiasAdd", [value, bias, residual], value.shape, { domain: MICROSOFT });
  }

  skipLayerNorm(
    { value, bias }: Biased,
    { residual, name, eps }: { residual: Tensor; name: string; eps: number },
  ): { normed: Tensor; sum: Tensor } {
    const channels = value.shape.at(-1)!;
    if (sizeOf(value.shape) !== sizeOf(residual.shape))
      throw shapeError("Residual does not fit", value, residual);
    const weight = this.g.parameter(`${name}.weight`, [channels]);
    const shift = this.g.parameter(`${name}.bias`, [channels]);
    const inputs = [value, residual, weight, shift, ...(bias ? [bias] : [])];
    const options = { attributes: { epsilon: { float: eps } }, domain: MICROSOFT, label: name } as const;
    const [normed, , , sum] = this.g.node(
      "SkipLayerNormalization",
      inputs,
      [value.shape, null, null, value.shape],
      options,
    );
    return { normed: normed!, sum: sum! };
  }

  geglu(x: Biased): Tensor {
    const [value, gate] = halves(this.g, this.settleLinear(x));
    return mul(this.g, value, unary(this.g, "Gelu", gate));
  }

  private map(value: Tensor): FeatureMap {
    const [, height, width, channels] = value.shape as [number, number, number, number];
    return { value, channels, height, width };
  }
}

/**
 * Zero-pads the channels (axis 1) to a multiple of four. The convolution kernel gives wrong results for the nine channels of
 * an inpainting U-Net (it processes them three at a time, which works only for three).
 */
function padChannels(g: OnnxBuilder, x: Tensor): Tensor {
  const missing = x.shape[1] === 3 ? 0 : (4 - (x.shape[1]! % 4)) % 4;
  if (missing === 0) return x;
  return pad(g, x, [0, 0, 0, 0, 0, missing, 0, 0]);
}
