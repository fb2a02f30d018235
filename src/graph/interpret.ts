// Computes a graph by definition, in plain loops and float64: what kernels are compared with, in their tests and when a device is
// opened.

import type { Graph, GraphNode, Value } from "./graph.ts";

type Numbers = Float32Array | Float64Array;

/** The outputs by name. `tensors` are inputs and parameters by name. */
export function interpret(
  graph: Graph,
  tensors: Readonly<Record<string, Numbers>>,
): Record<string, Float64Array> {
  const values = new Map<Value, Numbers>();
  const get = (value: Value): Numbers => values.get(value) ?? tensors[value.name]!;
  for (const node of graph.nodes)
    compute(node, get).forEach((result, i) => values.set(node.outputs[i]!, result));
  return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, Float64Array.from(get(value))]));
}

function compute(node: GraphNode, get: (value: Value) => Numbers): Numbers[] {
  const [out] = node.outputs;
  switch (node.op) {
    case "Conv": {
      const [x, weight, bias, residual] = node.inputs;
      const sums = convolve(get(x), { x, weight, out, values: get(weight), ...node.attributes });
      const area = out.shape[2]! * out.shape[3]!;
      return [
        sums.map(
          (sum, i) =>
            sum + get(bias)[Math.floor(i / area) % weight.shape[0]!]! + (residual ? get(residual)[i]! : 0),
        ),
      ];
    }
    case "GroupNorm": {
      const [x, weight, bias, shift] = node.inputs;
      return [
        groupNorm(get(x), {
          shape: x.shape,
          weight: get(weight),
          bias: get(bias),
          shift: shift && get(shift),
          ...node.attributes,
        }),
      ];
    }
    case "LayerNorm":
    case "AddLayerNorm": {
      const [weight, bias] = node.inputs.slice(-2) as [Value, Value];
      const { eps } = node.attributes;
      const sum =
        node.op === "LayerNorm"
          ? get(node.inputs[0])
          : Float64Array.from(get(node.inputs[0]), (value, i) => value + get(node.inputs[1])[i]!);
      return [layerNorm(sum, { weight: get(weight), bias: get(bias), eps }), sum];
    }
    case "Linear": {
      const [x, weight, bias] = node.inputs;
      const columns = x.shape.at(-1)!;
      const features = weight.shape[0]!;
      const [values, matrix] = [get(x), get(weight)];
      return [
        Float64Array.from({ length: sizeOf(out) }, (_, i) => {
          const [row, feature] = [Math.floor(i / features), i % features];
          let sum = bias ? get(bias)[feature]! : 0;
          for (let k = 0; k < columns; k++)
            sum += values[row * columns + k]! * matrix[feature * columns + k]!;
          return sum;
        }),
      ];
    }
    case "Attention": {
      const [q, k, v] = node.inputs;
      const [images, queries, channels] = q.shape as [number, number, number];
      return [
        attend([get(q), get(k), get(v)], {
          images,
          queries,
          keys: k.shape[1]!,
          channels,
          ...node.attributes,
        }),
      ];
    }
    case "Geglu": {
      const [x] = node.inputs;
      const half = x.shape.at(-1)! / 2;
      return [
        Float64Array.from({ length: sizeOf(out) }, (_, i) => {
          const at = Math.floor(i / half) * 2 * half + (i % half);
          return get(x)[at]! * gelu(get(x)[at + half]!);
        }),
      ];
    }
    case "Activation": {
      const { kind } = node.attributes;
      const of = {
        silu: (x: number) => x / (1 + Math.exp(-x)),
        gelu,
        quick_gelu: (x: number) => x / (1 + Math.exp(-1.702 * x)),
      }[kind];
      return [Float64Array.from(get(node.inputs[0]), of)];
    }
    case "Add": {
      const [a, b] = node.inputs.map(get) as [Numbers, Numbers];
      return [Float64Array.from(a, (value, i) => value + b[i % b.length]!)];
    }
    case "Concat": {
      const [a, b] = node.inputs;
      const [images, , height, width] = a.shape as [number, number, number, number];
      const parts = Array.from({ length: images }, (_, image) =>
        [a, b].map((part) => {
          const size = part.shape[1]! * height * width;
          return Array.from(get(part).subarray(image * size, (image + 1) * size));
        }),
      );
      return [Float64Array.from(parts.flat(2))];
    }
    case "Upsample": {
      const [x] = node.inputs;
      const [, , inHeight, inWidth] = x.shape as [number, number, number, number];
      const [, , height, width] = out.shape as [number, number, number, number];
      return [
        Float64Array.from({ length: sizeOf(out) }, (_, i) => {
          const column = Math.floor(((i % width) * inWidth) / width);
          const row = Math.floor(((Math.floor(i / width) % height) * inHeight) / height);
          const plane = Math.floor(i / (width * height));
          return get(x)[(plane * inHeight + row) * inWidth + column]!;
        }),
      ];
    }
    case "ToTokens":
    case "FromTokens": {
      const [images, channels, height, width] = (node.op === "ToTokens" ? node.inputs[0] : out).shape as [
        number,
        number,
        number,
        number,
      ];
      const area = height * width;
      const values = get(node.inputs[0]);
      const result = new Float64Array(images * channels * area);
      for (let image = 0; image < images; image++)
        for (let channel = 0; channel < channels; channel++)
          for (let i = 0; i < area; i++) {
            const map = (image * channels + channel) * area + i;
            const token = (image * area + i) * channels + channel;
            if (node.op === "ToTokens") result[token] = values[map]!;
            else result[map] = values[token]!;
          }
      return [result];
    }
    case "TimeEmbedding": {
      const { flipSinToCos, freqShift } = node.attributes;
      const half = out.shape[1]! / 2;
      const timestep = get(node.inputs[0])[0]!;
      return [
        Float64Array.from({ length: 2 * half }, (_, i) => {
          const angle = timestep * Math.exp((-Math.log(10_000) * (i % half)) / (half - freqShift));
          return i < half === flipSinToCos ? Math.cos(angle) : Math.sin(angle);
        }),
      ];
    }
    case "RepeatRow": {
      const row = get(node.inputs[0]);
      return [Float64Array.from({ length: sizeOf(out) }, (_, i) => row[i % row.length]!)];
    }
    case "FirstRows":
      return [get(node.inputs[0]).slice(0, sizeOf(out))];
  }
}

function sizeOf({ shape }: Value): number {
  return shape.reduce((product, size) => product * size, 1);
}

function convolve(
  input: Numbers,
  {
    x,
    weight,
    out,
    values,
    stride,
    padding,
  }: { x: Value; weight: Value; out: Value; values: Numbers; stride: number; padding: "same" | "end" },
): Float64Array {
  const [, channels, height, width] = x.shape as [number, number, number, number];
  const [features, , kernel] = weight.shape as [number, number, number];
  const [, , outHeight, outWidth] = out.shape as [number, number, number, number];
  const before = padding === "same" ? (kernel - 1) / 2 : 0;
  return Float64Array.from({ length: sizeOf(out) }, (_, i) => {
    const [column, row] = [i % outWidth, Math.floor(i / outWidth) % outHeight];
    const feature = Math.floor(i / (outWidth * outHeight)) % features;
    const image = Math.floor(i / (outWidth * outHeight * features));
    let sum = 0;
    for (let channel = 0; channel < channels; channel++)
      for (let dy = 0; dy < kernel; dy++)
        for (let dx = 0; dx < kernel; dx++) {
          const [y, at] = [row * stride + dy - before, column * stride + dx - before];
          if (y < 0 || y >= height || at < 0 || at >= width) continue;
          sum +=
            input[((image * channels + channel) * height + y) * width + at]! *
            values[((feature * channels + channel) * kernel + dy) * kernel + dx]!;
        }
    return sum;
  });
}

function groupNorm(
  x: Numbers,
  {
    shape,
    weight,
    bias,
    shift,
    groups,
    eps,
    silu,
  }: {
    shape: readonly number[];
    weight: Numbers;
    bias: Numbers;
    shift: Numbers | null;
    groups: number;
    eps: number;
    silu: boolean;
  },
): Float64Array {
  const [, channels, height, width] = shape as [number, number, number, number];
  const area = height * width;
  const shifted = Float64Array.from(x, (value, i) => value + (shift ? shift[Math.floor(i / area)]! : 0));
  const size = (channels / groups) * area;
  for (let start = 0; start < shifted.length; start += size) {
    const { mean, factor } = moments(shifted.subarray(start, start + size), eps);
    for (let i = start; i < start + size; i++) {
      const channel = Math.floor(i / area) % channels;
      const normed = (shifted[i]! - mean) * factor * weight[channel]! + bias[channel]!;
      shifted[i] = silu ? normed / (1 + Math.exp(-normed)) : normed;
    }
  }
  return shifted;
}

function layerNorm(
  x: Numbers,
  { weight, bias, eps }: { weight: Numbers; bias: Numbers; eps: number },
): Float64Array {
  const result = Float64Array.from(x);
  const width = weight.length;
  for (let start = 0; start < x.length; start += width) {
    const { mean, factor } = moments(x.subarray(start, start + width), eps);
    for (let i = 0; i < width; i++)
      result[start + i] = (x[start + i]! - mean) * factor * weight[i]! + bias[i]!;
  }
  return result;
}

function moments(values: Numbers, eps: number): { mean: number; factor: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, factor: 1 / Math.sqrt(squares / values.length + eps) };
}

function attend(
  [q, k, v]: [Numbers, Numbers, Numbers],
  {
    images,
    queries,
    keys,
    channels,
    heads,
    causal,
  }: {
    images: number;
    queries: number;
    keys: number;
    channels: number;
    heads: number;
    causal: boolean;
  },
): Float64Array {
  const out = new Float64Array(q.length);
  const width = channels / heads;
  for (let image = 0; image < images; image++)
    for (let head = 0; head < heads; head++)
      for (let row = 0; row < queries; row++) {
        const at = (image * queries + row) * channels + head * width;
        const scores = Array.from({ length: causal ? row + 1 : keys }, (_, column) => {
          let dot = 0;
          for (let i = 0; i < width; i++)
            dot += q[at + i]! * k[(image * keys + column) * channels + head * width + i]!;
          return dot / Math.sqrt(width);
        });
        const largest = Math.max(...scores);
        const weights = scores.map((score) => Math.exp(score - largest));
        const total = weights.reduce((a, b) => a + b, 0);
        weights.forEach((weight, column) => {
          for (let i = 0; i < width; i++)
            out[at + i]! += (weight / total) * v[(image * keys + column) * channels + head * width + i]!;
        });
      }
  return out;
}

/** x Φ(x), with the error function as its Maclaurin series or its continued fraction, whichever converges. */
function gelu(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  if (Math.abs(x) < 2.5) {
    let [term, sum] = [x, x];
    for (let n = 1; n < 60; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  const z = Math.abs(x);
  let fraction = z;
  for (let n = 60; n > 0; n--) fraction = z + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / fraction);
}
