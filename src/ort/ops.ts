// Standard operators with shape inference. Each takes the builder first and returns the new value.

import { onnxTypeCode } from "../formats/onnx.ts";
import { type OnnxBuilder, MICROSOFT, shapeError, sizeOf, type Tensor } from "./onnx-builder.ts";

export function reshape(g: OnnxBuilder, x: Tensor, shape: readonly number[]): Tensor {
  if (x.shape.join() === shape.join()) return x;
  if (sizeOf(x.shape) !== sizeOf(shape)) throw shapeError(`Cannot reshape to [${shape.join(", ")}]`, x);
  return g.one("Reshape", [x, g.int64(shape)], shape, { dtype: x.dtype });
}

export function transpose(g: OnnxBuilder, x: Tensor, order: readonly number[]): Tensor {
  if (order.length !== x.shape.length) throw shapeError(`Cannot transpose by [${order.join(", ")}]`, x);
  const shape = order.map((axis) => x.shape[axis]!);
  return g.one("Transpose", [x], shape, { attributes: { perm: order } });
}

function broadcast(a: Tensor, b: Tensor): number[] {
  const rank = Math.max(a.shape.length, b.shape.length);
  return Array.from({ length: rank }, (_, i) => {
    const left = a.shape[i - rank + a.shape.length] ?? 1;
    const right = b.shape[i - rank + b.shape.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) throw shapeError("Shapes do not broadcast", a, b);
    return Math.max(left, right);
  });
}

export function add(g: OnnxBuilder, a: Tensor, b: Tensor): Tensor {
  return g.one("Add", [a, b], broadcast(a, b));
}

export function mul(g: OnnxBuilder, a: Tensor, b: Tensor): Tensor {
  return g.one("Mul", [a, b], broadcast(a, b));
}

export function unary(g: OnnxBuilder, op: "Cos" | "Sin" | "Gelu", x: Tensor): Tensor {
  return g.one(op, [x], x.shape);
}

/** x · sigmoid(alpha · x): alpha 1 is SiLU, 1.702 is CLIP's quick GELU. */
export function quickGelu(g: OnnxBuilder, x: Tensor, alpha: number): Tensor {
  return g.one("QuickGelu", [x], x.shape, { domain: MICROSOFT, attributes: { alpha: { float: alpha } } });
}

/** [..., K] × [K, N] → [..., N] */
export function matMul(g: OnnxBuilder, x: Tensor, weight: Tensor, label: string): Tensor {
  if (x.shape.at(-1) !== weight.shape[0]) throw shapeError("Matrix product does not fit", weight, x);
  return g.one("MatMul", [x, weight], [...x.shape.slice(0, -1), weight.shape[1]!], { label });
}

/** [M, K] × [N, K]ᵀ (+ [N]) → [M, N]: a linear layer with its weight in checkpoint order. */
export function gemm(
  g: OnnxBuilder,
  x: Tensor,
  weight: Tensor,
  { bias, label }: { bias: Tensor | null; label: string },
): Tensor {
  if (x.shape.length !== 2 || x.shape[1] !== weight.shape[1])
    throw shapeError("Matrix product does not fit", weight, x);
  const inputs = bias ? [x, weight, bias] : [x, weight];
  return g.one("Gemm", inputs, [x.shape[0]!, weight.shape[0]!], { attributes: { transB: 1 }, label });
}

export function concat(g: OnnxBuilder, values: readonly Tensor[], axis: number): Tensor {
  const [first] = values as [Tensor];
  const fits = values.every((value) => value.shape.every((size, i) => i === axis || size === first.shape[i]));
  if (!fits) throw shapeError("Cannot concatenate", ...values);
  const shape = first.shape.map((size, i) =>
    i === axis ? values.reduce((sum, value) => sum + value.shape[axis]!, 0) : size,
  );
  return g.one("Concat", values, shape, { attributes: { axis } });
}

/** Two halves along the last axis. */
export function halves(g: OnnxBuilder, x: Tensor): [Tensor, Tensor] {
  const last = x.shape.at(-1)!;
  if (last % 2 !== 0) throw shapeError("Cannot halve the last axis", x);
  const shape = [...x.shape.slice(0, -1), last / 2];
  const [a, b] = g.node("Split", [x], [shape, shape], {
    attributes: { axis: x.shape.length - 1, num_outputs: 2 },
  });
  return [a!, b!];
}

/** The range [begin, end) of one axis. */
export function slice(
  g: OnnxBuilder,
  x: Tensor,
  { axis, begin, end }: { axis: number; begin: number; end: number },
): Tensor {
  if (begin === 0 && end === x.shape[axis]) return x;
  const shape = x.shape.map((size, i) => (i === axis ? end - begin : size));
  return g.one("Slice", [x, g.int64([begin]), g.int64([end]), g.int64([axis])], shape);
}

/** Zero-pads x: counts before each axis, then counts after each. */
export function pad(g: OnnxBuilder, x: Tensor, pads: readonly number[]): Tensor {
  const rank = x.shape.length;
  const shape = x.shape.map((size, axis) => size + pads[axis]! + pads[axis + rank]!);
  return g.one("Pad", [x, g.int64(pads)], shape, { dtype: x.dtype });
}

/** Rows of x [R, C] by number → [...shape, C]; `name` names the indices. */
export function gather(
  g: OnnxBuilder,
  x: Tensor,
  { name, shape, rows }: { name: string; shape: readonly number[]; rows: readonly number[] },
): Tensor {
  return g.one("Gather", [x, g.int32(name, shape, rows)], [...shape, ...x.shape.slice(1)], {
    attributes: { axis: 0 },
  });
}

export function expand(g: OnnxBuilder, x: Tensor, shape: readonly number[]): Tensor {
  if (x.shape.join() === shape.join()) return x;
  return g.one("Expand", [x, g.int64(shape)], shape);
}

/** Nearest neighbour: output i reads input floor(i · in / out) along each axis, like torch's interpolate. */
export function resizeNearest(g: OnnxBuilder, x: Tensor, shape: readonly number[]): Tensor {
  const attributes = { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  const factors = shape.map((size, axis) => size / x.shape[axis]!);
  if (factors.every(Number.isInteger)) {
    const scales = g.floats(
      `scales_${factors.join("_")}`,
      [factors.length],
      Float32Array.from(factors),
      "f32",
    );
    return g.one("Resize", [x, null, scales], shape, { attributes, dtype: x.dtype });
  }
  return g.one("Resize", [x, null, null, g.int64(shape)], shape, { attributes, dtype: x.dtype });
}

export function cast(g: OnnxBuilder, x: Tensor, dtype: "f32" | "f16"): Tensor {
  if (x.dtype === dtype) return x;
  return g.one("Cast", [x], x.shape, { dtype, attributes: { to: onnxTypeCode(dtype) } });
}

/** Layer normalisation over the last axis with parameters `${name}.weight` and `.bias`. */
export function layerNorm(g: OnnxBuilder, x: Tensor, { name, eps }: { name: string; eps: number }): Tensor {
  const channels = x.shape.at(-1)!;
  const weight = g.parameter(`${name}.weight`, [channels]);
  const bias = g.parameter(`${name}.bias`, [channels]);
  return g.one("LayerNormalization", [x, weight, bias], x.shape, {
    attributes: { axis: -1, epsilon: { float: eps } },
    label: name,
  });
}
