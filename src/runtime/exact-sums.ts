// Sums of products in float16. ONNX Runtime's WebGPU kernels of MatMul, Gemm and convolution add up a value's products, tens of
// thousands in a wide layer, in the type of the tensors. With float16 that costs ten times torch's error: torch multiplies in
// float16 too, but adds in float32. The runtime has no setting for it (`enableMatmulFp32Accumulation` is for quantised weights), but
// it compiles its shaders on a device of ours: there, each invocation's sum of a few products is added to one in float32.

/** Gives the device's shaders such sums, from now on. */
export function keepSumsExact(device: GPUDevice): void {
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => create({ ...descriptor, code: withExactSums(descriptor.code) });
}

/** The runtime's kernel (WGSL) with such sums; any other text as it is. */
export function withExactSums(code: string): string {
  return rewritten(code, IN_FOURS) ?? rewritten(code, ONE_BY_ONE) ?? code;
}

interface Rewriting {
  /** Declares the sums; its group is the type of the tensors. */
  readonly sums: RegExp;
  /** What stands in place of each of the kernel's lines, all of which must be there once. */
  readonly lines: (type: string) => readonly (readonly [line: string, replacement: string])[];
}

/** Steps of four products between two additions in float32; a kernel takes eight steps from tile to tile. */
const STEPS = 4;

/** Rows of four values. Adding up in float32 alone would take 17 % more of a step of Stable Diffusion 1.5, this nothing. */
const IN_FOURS: Rewriting = {
  sums: /var acc: array<vec4<(\w+)>, rowPerThread>;/gu,
  lines: (type) => [
    [
      `var acc: array<vec4<${type}>, rowPerThread>;`,
      `var acc: array<vec4<${type}>, rowPerThread>;
  var sums: array<vec4<f32>, rowPerThread>;`,
    ],
    [
      "acc[i] = BCached3 * ACached.w + acc[i];",
      `acc[i] = BCached3 * ACached.w + acc[i];
        if (k % ${STEPS} == ${STEPS - 1}) {
          sums[i] += vec4<f32>(acc[i]);
          acc[i] = vec4<${type}>();
        }`,
    ],
    ["globalCol, acc[innerRow])", `globalCol, vec4<${type}>(sums[innerRow]))`],
  ],
};

/** Where channels do not come in fours, as in the three of a picture: few products, all of them added in float32. */
const ONE_BY_ONE: Rewriting = {
  sums: /var acc: array<array<(\w+), colPerThread>, rowPerThread>;/gu,
  lines: (type) => [
    [
      `var acc: array<array<${type}, colPerThread>, rowPerThread>;`,
      "var sums: array<array<f32, colPerThread>, rowPerThread>;",
    ],
    [
      "acc[innerRow][innerCol] = acc[innerRow][innerCol] + ACached * BCached[innerCol];",
      "sums[innerRow][innerCol] += f32(ACached) * f32(BCached[innerCol]);",
    ],
    [
      "globalCol + innerCol, acc[innerRow][innerCol])",
      `globalCol + innerCol, ${type}(sums[innerRow][innerCol]))`,
    ],
  ],
};

/** Null when the text is not of that kind. */
function rewritten(code: string, { sums, lines }: Rewriting): string | null {
  const [found] = code.matchAll(sums);
  if (!found) return null;
  let text = code;
  for (const [line, replacement] of lines(found[1]!)) {
    const parts = text.split(line);
    if (parts.length !== 2) return null;
    text = parts.join(replacement);
  }
  return text;
}
