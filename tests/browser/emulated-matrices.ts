// Subgroup matrices in plain WGSL, for tests on devices that have none: each of 32 lanes holds 8 of a block's 256 sums, and operands
// are read where they lie when they are multiplied. Nothing depends on lanes running in step.
import type { Matrices } from "../../src/wgsl/kernels/matrices.ts";

export const emulatedMatrices: Matrices = {
  head: /* wgsl */ `
// A place is an offset, a line, and whether columns lie as rows.
fn operandAt(place: vec3u, row: u32, column: u32) -> f32 {
  let line = select(row, column, place.z == 1u);
  let at = select(column, row, place.z == 1u);
  let word = tiles[place.x + line * place.y + at / 8u][at / 2u % 4u];
  return unpack2x16float(word)[at % 2u];
}
fn sumsAt(offset: u32, line: u32, lane: u32) -> array<f32, 8> {
  let at = offset + lane / 2u * line + lane % 2u * 2u;
  let low = bitcast<vec4f>(tiles[at]);
  let high = bitcast<vec4f>(tiles[at + 1u]);
  return array<f32, 8>(low.x, low.y, low.z, low.w, high.x, high.y, high.z, high.w);
}
fn multiplyBlocks(sums: ptr<function, array<f32, 8>>, left: vec3u, right: vec3u, lane: u32) {
  for (var i = 0u; i < 8u; i++) {
    let row = (lane * 8u + i) / 16u;
    let column = (lane * 8u + i) % 16u;
    var sum = (*sums)[i];
    for (var k = 0u; k < 16u; k++) { sum += operandAt(left, row, k) * operandAt(right, k, column); }
    (*sums)[i] = sum;
  }
}
`,
  sumType: "array<f32, 8>",
  left: (offset, line) => `vec3u(${offset}, ${line}u, 0u)`,
  right: (offset, line) => `vec3u(${offset}, ${line}u, 0u)`,
  transposed: (offset, line) => `vec3u(${offset}, ${line}u, 1u)`,
  multiply: (sum, left, right) => `multiplyBlocks(&${sum}, ${left}, ${right}, lane);`,
  // A lane's 8 sums are half a row of the block.
  store: (offset, sum, line) =>
    `for (var e = 0u; e < 8u; e += 4u) { tiles[${offset} + lane / 2u * ${line}u + lane % 2u * 2u + e / 4u] = bitcast<vec4u>(vec4f(${sum}[e], ${sum}[e + 1u], ${sum}[e + 2u], ${sum}[e + 3u])); }`,
  sum: (offset, line) => `sumsAt(${offset}, ${line}u, lane)`,
};
