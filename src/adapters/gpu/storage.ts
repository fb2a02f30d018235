// WGSL that reads and writes weights stored as f32 or f16. f16 values are accessed as two halves of a u32, so no kernel
// needs the feature shader-f16 and all kernels can be tested on any GPU.

export type Storage = "f32" | "f16";

/** f32 → the bits of f16, to nearest, ties to even: WGSL's own pack2x16float may round either way. */
const HALF = /* wgsl */ `
fn half(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let magnitude = bits & 0x7fffffffu;
  let normal = (magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13u) & 1u)) >> 13u;
  // Below 2^-14: adding 0.5 aligns the mantissa to 2^-24.
  let tiny = bitcast<u32>(abs(value) + 0.5) - 0x3f000000u;
  let finite = select(normal, tiny, magnitude < 0x38800000u);
  return ((bits >> 16u) & 0x8000u) | select(finite, 0x7c00u, magnitude >= 0x47800000u);
}
`;

/** The bits of f16 → f32, exactly: WGSL's own unpack2x16float may lose the smallest values. */
export const WIDEN = /* wgsl */ `
fn widen(bits: vec4u) -> vec4f {
  let magnitude = bits & vec4u(0x7fffu);
  let mantissa = magnitude << vec4u(13u);
  let normal = bitcast<vec4f>(mantissa + vec4u(0x38000000u));
  // Below 2^-14: the mantissa with exponent 2^-14, minus 2^-14.
  let tiny = bitcast<vec4f>(mantissa + vec4u(0x38800000u)) - vec4f(6.103515625e-5);
  let value = bitcast<vec4u>(select(normal, tiny, magnitude < vec4u(0x400u)));
  return bitcast<vec4f>(value | ((bits & vec4u(0x8000u)) << vec4u(16u)));
}
`;

/** Element type of the buffer. */
export const elementType = (storage: Storage): string => (storage === "f16" ? "u32" : "f32");

/** `readBase(at)` or `readSource(at)`: f32. */
export const reader = (buffer: string, storage: Storage): string => {
  const name = buffer === "base" ? "readBase" : "readSource";
  const value = storage === "f32" ? `${buffer}[at]` : `unpack2x16float(${buffer}[at / 2u])[at % 2u]`;
  return `fn ${name}(at: u32) -> f32 { return ${value}; }\n`;
};

/** `writeMerged(at, pair, isPair)` or `writeProjection`: elements at and, if isPair, at + 1; in f16 `at` is even. */
export const writer = (buffer: string, storage: Storage): string => {
  const head = `fn ${buffer === "merged" ? "writeMerged" : "writeProjection"}(at: u32, pair: vec2f, isPair: bool)`;
  return storage === "f32"
    ? `${head} {\n  ${buffer}[at] = pair.x;\n  if (isPair) { ${buffer}[at + 1u] = pair.y; }\n}\n`
    : `${HALF}${head} { ${buffer}[at / 2u] = half(pair.x) | (half(pair.y) << 16u); }\n`;
};

/** Element type of a buffer accessed four elements at a time. */
export const fourType = (storage: Storage): string => (storage === "f16" ? "vec2u" : "vec4f");

/** `readFour(at)` and `writeFour(at, four, count)` of `source` and `merged` as vec4 buffers: `at` is a multiple of 4. */
export const alignedFours = (source: Storage, merged: Storage): string => {
  const read =
    source === "f32"
      ? "return source[at / 4u];"
      : "let pairs = source[at / 4u];\n  return vec4f(unpack2x16float(pairs.x), unpack2x16float(pairs.y));";
  const written =
    merged === "f32"
      ? "four"
      : "vec2u(half(four.x) | (half(four.y) << 16u), half(four.z) | (half(four.w) << 16u))";
  return /* wgsl */ `${merged === "f32" ? "" : HALF}
fn readFour(at: u32) -> vec4f {
  ${read}
}
fn writeFour(at: u32, four: vec4f, count: u32) { merged[at / 4u] = ${written}; }
`;
};

/** The same from any element; writes the first `count`. For f16 writes, `at` is even. */
export const looseFours = (source: Storage, merged: Storage): string => /* wgsl */ `
${reader("source", source)}
${writer("merged", merged)}
fn readFour(at: u32) -> vec4f {
  return vec4f(readSource(at), readSource(at + 1u), readSource(at + 2u), readSource(at + 3u));
}
fn writeFour(at: u32, four: vec4f, count: u32) {
  writeMerged(at, four.xy, count > 1u);
  if (count > 2u) { writeMerged(at + 2u, four.zw, count > 3u); }
}
`;
