// Tensors as float32 values. Files in 8 bits keep a weight as small numbers and a scale tensor beside it; what leaves here
// is their product, so that nothing after it knows how a weight is stored. Names and shapes are those of ComfyUI's
// checkpoints (https://github.com/comfyanonymous/ComfyUI/blob/master/QUANTIZATION.md): `X.weight` in int8 or float8,
// `X.weight_scale` (before it was documented: `X.scale_weight`) of one number, one for each row, or one for each block.

import { isFloat, toFloat32 } from "../shared/dtype.ts";
import { StylusError } from "../shared/errors.ts";
import { say, type Saying } from "../shared/saying.ts";
import { readRange, readTensor, streamTensors, type TensorSource } from "./safetensors.ts";

/** A tensor's bytes, with its scale if it has one. */
export interface StoredTensor {
  readonly source: TensorSource;
  readonly bytes: Uint8Array;
  readonly scale?: Float32Array | undefined;
}

const SCALE_NAMES = ["weight_scale", "scale_weight"] as const;

/** What quantised files also contain and no value depends on: notes, and scales of activations for 8-bit arithmetic. */
const NOTES = /(^|\.)(comfy_quant|input_scale|scale_input|scaled_fp8)$/;

/**
 * Gives each weight of a network its scale; scales are no longer tensors of their own.
 * @param tensors by name, whatever files they are in
 * @throws StylusError `bad-file` for a weight in int8 without a scale, or a scale whose shape does not fit
 */
export function withScales(tensors: ReadonlyMap<string, TensorSource>): Map<string, TensorSource> {
  const scaled = new Map<string, TensorSource>();
  for (const [name, source] of tensors) {
    const module = name.replace(/\.weight$/, "");
    const isScale = SCALE_NAMES.some((tail) => name.endsWith(`.${tail}`));
    if (isScale || NOTES.test(name)) continue;
    const scale = SCALE_NAMES.map((tail) => tensors.get(`${module}.${tail}`)).find((found) => found);
    if (module === name || scale === undefined) {
      if (source.dtype === "I8") throw badScale(source, say`has type I8, but no scale ${source.name}_scale`);
      scaled.set(name, source);
      continue;
    }
    checkScale(source, scale);
    scaled.set(name, { ...source, scale });
  }
  return scaled;
}

function badScale(source: TensorSource, message: Saying): StylusError {
  return new StylusError("bad-file", say`Tensor "${source.name}" ${message}.`, {
    where: source.fileName,
    remedy: say`Quantise the model again, or use its version in fp16.`,
  });
}

function checkScale(source: TensorSource, scale: TensorSource): void {
  if (!isFloat(source.dtype) && source.dtype !== "I8")
    throw badScale(
      source,
      say`has type ${source.dtype} and a scale; only int8 and floating-point types can have one`,
    );
  const { shape } = scale;
  const one = shape.every((size) => size === 1);
  const perRow = shape[0] === source.shape[0] && shape.slice(1).every((size) => size === 1);
  const inBlocks =
    shape.length === source.shape.length &&
    shape.every((size, axis) => (axis < 2 ? size > 0 && source.shape[axis]! % size === 0 : size === 1));
  if (!isFloat(scale.dtype) || !(one || perRow || inBlocks)) {
    const given = `${scale.dtype} [${shape.join(", ")}]`;
    throw badScale(source, say`is [${source.shape.join(", ")}], and its scale "${scale.name}" is ${given}`);
  }
}

/** The scales of these tensors, in few reads where they lie together. @throws StylusError `bad-file`, `cancelled` */
export async function readScales(
  sources: Iterable<TensorSource>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Map<TensorSource, Float32Array>> {
  const owners = new Map<TensorSource, TensorSource>();
  for (const source of sources) if (source.scale) owners.set(source.scale, source);
  const scales = new Map<TensorSource, Float32Array>();
  for await (const { source, bytes } of streamTensors(owners.keys(), options))
    scales.set(owners.get(source)!, scaleValues(source, bytes).slice());
  return scales;
}

/** May be a view of `bytes`. */
function scaleValues(scale: TensorSource, bytes: Uint8Array): Float32Array {
  const values = toFloat32(bytes, scale.dtype);
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw badScale(scale, say`contains ${wrong}, which is no scale`);
  return values;
}

/** float32 values: of `bytes`, times the scale. May be a view of `bytes` if there is no `target`. */
export function valuesOf({ source, bytes, scale }: StoredTensor, target?: Float32Array): Float32Array {
  const values = toFloat32(bytes, source.dtype, target);
  // Multiplying in place must not change the file's own bytes.
  if (scale === undefined) return values;
  return multiply(values.buffer === bytes.buffer ? values.slice() : values, { source, scale });
}

/** How scales lie on a tensor: rows [rowsPerScale] × [blocks] parts of a row. */
function scaleLayout({ shape, scale }: TensorSource) {
  const [scaleRows = 1, blocks = 1] = scale!.shape;
  const rowLength = shape.slice(1).reduce((product, size) => product * size, 1);
  return { rowLength, rowsPerScale: (shape[0] ?? 1) / scaleRows, blocks };
}

/** Multiplies rows by their scales, in place. @param firstRow of `values`, counted from the first row that `scale` is for */
function multiply(
  values: Float32Array,
  { source, scale, firstRow = 0 }: { source: TensorSource; scale: Float32Array; firstRow?: number },
): Float32Array {
  const { rowLength, rowsPerScale, blocks } = scaleLayout(source);
  const blockLength = rowLength / blocks;
  for (let at = 0, block = 0; at < values.length; block++) {
    const row = firstRow + Math.floor(block / blocks);
    const factor = scale[Math.floor(row / rowsPerScale) * blocks + (block % blocks)]!;
    for (const end = at + blockLength; at < end; at++) values[at]! *= factor;
  }
  return values;
}

/** The tensor's values. @throws StylusError `bad-file` */
export async function readTensorF32(source: TensorSource): Promise<Float32Array> {
  if (!hasValues(source)) {
    throw new StylusError(
      "bad-file",
      say`Tensor "${source.name}" has type ${source.dtype}, not floating point.`,
      {
        where: source.fileName,
      },
    );
  }
  return valuesOf(await readStoredTensor(source));
}

/** The tensor's bytes, with its scale. @throws StylusError `bad-file` */
export async function readStoredTensor(source: TensorSource): Promise<StoredTensor> {
  const scale = source.scale && scaleValues(source.scale, await readTensor(source.scale));
  return { source, bytes: await readTensor(source), scale };
}

/** Whether the tensor can be a network's parameter. */
export const hasValues = ({ dtype, scale }: TensorSource): boolean => isFloat(dtype) || scale !== undefined;

/** Rows `[begin, end)` of a 2-D tensor as float32 [end - begin, columns]; reads no other rows. */
export async function readRowsF32(
  source: TensorSource,
  { begin, end }: { begin: number; end: number },
): Promise<Float32Array> {
  const rows = async (tensor: TensorSource, from: number, to: number): Promise<Uint8Array> => {
    const rowBytes = tensor.sizeBytes / Math.max(1, tensor.shape[0] ?? 1);
    return readRange(tensor, { begin: from * rowBytes, end: to * rowBytes });
  };
  const values = toFloat32(await rows(source, begin, end), source.dtype);
  if (!source.scale) return values;
  const { rowsPerScale } = scaleLayout(source);
  const first = Math.floor(begin / rowsPerScale);
  const scale = scaleValues(source.scale, await rows(source.scale, first, Math.ceil(end / rowsPerScale)));
  return multiply(values, { source, scale, firstRow: begin - first * rowsPerScale });
}
