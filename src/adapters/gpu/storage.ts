// How WGSL reads and writes weights that are stored as f32 or f16. f16 is read and written as two halves of a u32, so no
// kernel needs the feature shader-f16 and all of them can be tested on any adapter.

export type Storage = "f32" | "f16";

/** f32 → the bits of f16, to nearest, ties to even: WGSL's own pack2x16float may round either way. */
const HALF = /* wgsl */ `
fn half(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let sign = (bits >> 16u) & 0x8000u;
  let magnitude = bits & 0x7fffffffu;
  if (magnitude >= 0x47800000u) { return sign | 0x7c00u; }
  // Below 2^-14: adding 0.5 aligns the mantissa to 2^-24.
  if (magnitude < 0x38800000u) { return sign | (bitcast<u32>(abs(value) + 0.5) - 0x3f000000u); }
  return sign | ((magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13u) & 1u)) >> 13u);
}
`;

/** The bits of f16 → f32, exactly: WGSL's own unpack2x16float may lose the smallest values. */
export const WIDEN = /* wgsl */ `
fn widen(bits: u32) -> f32 {
  let magnitude = bits & 0x7fffu;
  let normal = bitcast<f32>((magnitude << 13u) + 0x38000000u);
  let value = select(normal, f32(magnitude) * 5.9604644775390625e-8, magnitude < 0x400u);
  return select(value, -value, bits >= 0x8000u);
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
