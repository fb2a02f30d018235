// One tensor of an adapter file in its stored type: an adapter takes no more memory than disk space, and widens to
// float32 only during a merge.
import { dtypeSizeBytes, toFloat32, type DType } from "../../shared/dtype.ts";
import { elided } from "../../shared/untrusted-text.ts";
import type { Matrix } from "../delta.ts";

export interface AdapterTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Little-endian, row-major, at any offset of a larger buffer. */
  readonly bytes: Uint8Array;
}

/** The factors of a low-rank update in their stored form: γ·up·down with up [O, R] and down [R, C], row-major. */
export interface StoredLowRank {
  readonly scale: number;
  readonly up: AdapterTensor;
  readonly down: AdapterTensor;
}

/** A tensor's name in a message. */
export const shownName = (name: string): string => (name.trim() === "" ? "(unnamed)" : elided(name, 160));

/** Product of all sizes; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function tensorValues(tensor: AdapterTensor): Float32Array {
  return toFloat32(tensor.bytes, tensor.dtype);
}

/** The tensor with all but its first dimension flattened: [out, in, kh, kw] → [out, in·kh·kw]. */
export function tensorMatrix(tensor: AdapterTensor): Matrix {
  const rows = tensor.shape[0] ?? 1;
  return { rows, columns: rows === 0 ? 0 : elementCount(tensor.shape) / rows, values: tensorValues(tensor) };
}

/** The value of a tensor that has only one, once ([], [1]) or repeated; otherwise null. */
export function scalarValue(tensor: AdapterTensor): number | null {
  const [first, ...others] = tensorValues(tensor);
  return first !== undefined && others.every((value) => value === first) ? first : null;
}

/** Whether every value is finite. Checks the stored bits without conversion. */
export function allFinite(tensor: AdapterTensor): boolean {
  const { bytes, dtype } = tensor;
  switch (dtype) {
    case "F16":
      return !anyHalfSet(bytes, 0x7c00);
    case "BF16":
      return !anyHalfSet(bytes, 0x7f80);
    case "F32":
      return !anyExponentSet(words32(bytes), 0x7f800000);
    case "F8_E5M2":
      return !anyExponentSet(bytes, 0x7c);
    case "F8_E4M3":
      return !anyExponentSet(bytes, 0x7f);
    default:
      return tensorValues(tensor).every((value) => Number.isFinite(value));
  }
}

/** All bits of the mask set means infinity or NaN (in E4M3: NaN, it has no infinity). */
function anyExponentSet(words: Uint8Array | Uint16Array | Uint32Array, mask: number): boolean {
  for (let i = 0; i < words.length; i++) {
    if ((words[i]! & mask) === mask) return true;
  }
  return false;
}

/**
 * The same for 16-bit values, two at a time: adding the mask's lowest bit to a full exponent carries into the sign bit,
 * which nothing else reaches. Four words per iteration take a third less time than one.
 */
function anyHalfSet(bytes: Uint8Array, mask: number): boolean {
  const even = bytes.byteLength - (bytes.byteLength % 16);
  const words = words32(bytes.subarray(0, even));
  const masks = mask | (mask << 16);
  const lowest = mask & -mask;
  const step = lowest | (lowest << 16);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < words.length; i += 4) {
    a |= (words[i]! & masks) + step;
    b |= (words[i + 1]! & masks) + step;
    c |= (words[i + 2]! & masks) + step;
    d |= (words[i + 3]! & masks) + step;
  }
  return ((a | b | c | d) & 0x80008000) !== 0 || anyExponentSet(words16(bytes.subarray(even)), mask);
}

function words16(bytes: Uint8Array): Uint16Array {
  const source = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(
    source.buffer,
    source.byteOffset,
    Math.floor(source.byteLength / dtypeSizeBytes("F16")),
  );
}

function words32(bytes: Uint8Array): Uint32Array {
  const source = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Uint32Array(
    source.buffer,
    source.byteOffset,
    Math.floor(source.byteLength / dtypeSizeBytes("F32")),
  );
}
