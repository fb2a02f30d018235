// Subgroup matrices in plain WGSL, for tests on devices that have none: each of 32 lanes holds 8 of a block's 256 sums, and operands
// are read where they lie when they are multiplied. Nothing depends on lanes running in step.
import type { Matrices } from "../../src/wgsl/kernels/matrices.ts";

export const emulatedMatrices: Matrices = {
  head: /* wgsl */ `
fn operandAt(place: vec2u, row: u32, column: u32) -> f32 {
  let word = tiles[place.x + row * place.y + column / 8u][column / 2u % 4u];
  return unpack2x16float(word)[column % 2u];
}
fn multiplyBlocks(sums: ptr<function, array<f32, 8>>, left: vec2u, right: vec2u, lane: u32) {
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
  left: (offset, line) => `vec2u(${offset}, ${line}u)`,
  right: (offset, line) => `vec2u(${offset}, ${line}u)`,
  multiply: (sum, left, right) => `multiplyBlocks(&${sum}, ${left}, ${right}, lane);`,
  // A lane's 8 sums are half a row of the block.
  store: (offset, sum, line) =>
    `for (var e = 0u; e < 8u; e += 4u) { tiles[${offset} + lane / 2u * ${line}u + lane % 2u * 2u + e / 4u] = bitcast<vec4u>(vec4f(${sum}[e], ${sum}[e + 1u], ${sum}[e + 2u], ${sum}[e + 3u])); }`,
};
