// Element types of safetensors files, and exact conversion between them and float32.
// Widening (f16, bf16, f8 → f32) is exact; narrowing rounds to nearest, ties to even, like torch.

export type DType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "F8_E4M3"
  | "F8_E5M2"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL";

const SIZE_BYTES: Readonly<Record<DType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
};

/** Bytes of one element. */
export function dtypeSizeBytes(dtype: DType): number {
  return SIZE_BYTES[dtype];
}

export function isDType(name: unknown): name is DType {
  return typeof name === "string" && Object.hasOwn(SIZE_BYTES, name);
}

/** Floating-point types: the only ones a network parameter may have. */
export function isFloat(dtype: DType): boolean {
  return dtype.startsWith("F") || dtype === "BF16";
}

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

function bitsOf(value: number): number {
  scratch[0] = value;
  return scratchBits[0]!;
}

// Widening tables hold the float32 *bits* so that NaN payloads survive too.
let f16Bits: Uint32Array | undefined;

function f16Table(): Uint32Array {
  if (f16Bits) return f16Bits;
  const table = new Uint32Array(65536);
  for (let half = 0; half < 65536; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 31;
    const mantissa = half & 0x3ff;
    if (exponent === 0) table[half] = sign | bitsOf(mantissa * 2 ** -24);
    else if (exponent === 31) table[half] = sign | 0x7f800000 | (mantissa << 13);
    else table[half] = sign | ((exponent + 112) << 23) | (mantissa << 13);
  }
  f16Bits = table;
  return table;
}

let e4m3Bits: Uint32Array | undefined;

/** Float8 E4M3FN: bias 7, no infinities, 0x7f and 0xff are NaN, largest 448. */
function e4m3Table(): Uint32Array {
  if (e4m3Bits) return e4m3Bits;
  const table = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const sign = (byte & 0x80) << 24;
    const exponent = (byte >>> 3) & 15;
    const mantissa = byte & 7;
    if ((byte & 0x7f) === 0x7f) table[byte] = sign | 0x7fc00000;
    else if (exponent === 0) table[byte] = sign | bitsOf(mantissa * 2 ** -9);
    else table[byte] = sign | ((exponent + 120) << 23) | (mantissa << 20);
  }
  e4m3Bits = table;
  return table;
}

/** Typed-array views need aligned storage; bytes from the middle of a file may not be aligned. */
function aligned(bytes: Uint8Array, elementBytes: number): Uint8Array {
  return bytes.byteOffset % elementBytes === 0 ? bytes : bytes.slice();
}

/**
 * Values of any numeric type as float32. Exact for F32, F16, BF16, F8 and small integers.
 * Returns a view, not a copy, of aligned F32 data if there is no `target`.
 */
export function toFloat32(bytes: Uint8Array, dtype: DType, target?: Float32Array): Float32Array {
  const size = SIZE_BYTES[dtype];
  const source = aligned(bytes, size);
  const count = Math.floor(source.byteLength / size);
  if (dtype === "F32") {
    const view = new Float32Array(source.buffer, source.byteOffset, count);
    if (!target) return view;
    target.set(view);
    return target;
  }
  const out = target ?? new Float32Array(count);
  const outBits = new Uint32Array(out.buffer, out.byteOffset, count);
  if (dtype === "F16") {
    const table = f16Table();
    const halves = new Uint16Array(source.buffer, source.byteOffset, count);
    for (let i = 0; i < count; i++) outBits[i] = table[halves[i]!]!;
  } else if (dtype === "BF16") {
    const halves = new Uint16Array(source.buffer, source.byteOffset, count);
    for (let i = 0; i < count; i++) outBits[i] = halves[i]! << 16;
  } else if (dtype === "F8_E4M3") {
    const table = e4m3Table();
    for (let i = 0; i < count; i++) outBits[i] = table[source[i]!]!;
  } else if (dtype === "F8_E5M2") {
    // E5M2 is the upper byte of a float16.
    const table = f16Table();
    for (let i = 0; i < count; i++) outBits[i] = table[source[i]! << 8]!;
  } else {
    const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
    for (let i = 0; i < count; i++) out[i] = readNumber(view, i * size, dtype);
  }
  return out;
}

type WideDType = Exclude<DType, "F32" | "F16" | "BF16" | "F8_E4M3" | "F8_E5M2">;

function readNumber(view: DataView, offset: number, dtype: WideDType): number {
  switch (dtype) {
    case "F64":
      return view.getFloat64(offset, true);
    case "I64":
      return Number(view.getBigInt64(offset, true));
    case "U64":
      return Number(view.getBigUint64(offset, true));
    case "I32":
      return view.getInt32(offset, true);
    case "U32":
      return view.getUint32(offset, true);
    case "I16":
      return view.getInt16(offset, true);
    case "U16":
      return view.getUint16(offset, true);
    case "I8":
      return view.getInt8(offset);
    case "U8":
    case "BOOL":
      return view.getUint8(offset);
  }
}

/** float32 → float16 bits. Overflow gives infinity, NaN stays NaN. */
export function float32ToF16(
  values: Float32Array,
  target = new Uint16Array(values.length),
): Uint16Array<ArrayBufferLike> {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!;
    const sign = (word >>> 16) & 0x8000;
    const magnitude = word & 0x7fffffff;
    if (magnitude >= 0x47800000) {
      target[i] = sign | (magnitude > 0x7f800000 ? 0x7e00 | ((magnitude >>> 13) & 0x3ff) : 0x7c00);
    } else if (magnitude < 0x38800000) {
      // Below 2⁻¹⁴: adding 0.5 aligns the mantissa to 2⁻²⁴, so the float adder itself rounds to even.
      scratchBits[0] = magnitude;
      scratch[0] = scratch[0]! + 0.5;
      target[i] = sign | (scratchBits[0]! - 0x3f000000);
    } else {
      target[i] = sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
    }
  }
  return target;
}

function float32ToBf16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const out = new Uint16Array(values.length);
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i]!;
    const isNaN = (word & 0x7fffffff) > 0x7f800000;
    out[i] = isNaN ? (word >>> 16) | 0x40 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  }
  return out;
}

/** One float32 → 8 bits with `mantissaBits` of mantissa; `overflow` is what magnitudes past the largest value become. */
function float32ToF8(
  values: Float32Array,
  format: { mantissaBits: number; bias: number; overflow: number; nan: number },
): Uint8Array {
  const out = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const sign = value < 0 || Object.is(value, -0) ? 0x80 : 0;
    const magnitude = Math.abs(value);
    if (Number.isNaN(value)) {
      out[i] = format.nan;
      continue;
    }
    if (magnitude === Infinity) {
      out[i] = sign | format.overflow;
      continue;
    }
    const exponent = Math.max((bitsOf(magnitude) >>> 23) - 127, 1 - format.bias);
    const steps = roundHalfEven(magnitude * 2 ** (format.mantissaBits - exponent));
    // `steps` counts units of the last place; a carry moves into the exponent by itself.
    const code = ((exponent + format.bias - 1) << format.mantissaBits) + steps;
    out[i] = sign | Math.min(code, format.overflow);
  }
  return out;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** float32 → bytes of a floating-point type (little-endian), rounding to nearest even. */
export function fromFloat32(
  values: Float32Array,
  dtype: "F32" | "F16" | "BF16" | "F8_E4M3" | "F8_E5M2",
): Uint8Array<ArrayBuffer> {
  const narrow = ((): Uint8Array | Uint16Array | Float32Array => {
    switch (dtype) {
      case "F32":
        return values;
      case "F16":
        return float32ToF16(values);
      case "BF16":
        return float32ToBf16(values);
      case "F8_E4M3":
        return float32ToF8(values, { mantissaBits: 3, bias: 7, overflow: 0x7f, nan: 0x7f });
      case "F8_E5M2":
        return float32ToF8(values, { mantissaBits: 2, bias: 15, overflow: 0x7c, nan: 0x7e });
    }
  })();
  const bytes = new Uint8Array(narrow.byteLength);
  bytes.set(new Uint8Array(narrow.buffer, narrow.byteOffset, narrow.byteLength));
  return bytes;
}
