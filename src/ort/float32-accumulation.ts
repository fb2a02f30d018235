// Float32 accumulation for float16 models. ONNX Runtime's WebGPU kernels for MatMul, Gemm and convolution accumulate
// products, tens of thousands in a wide layer, in the tensors' type. In float16 the error is ten times torch's, which also
// multiplies in float16 but accumulates in float32. The runtime has no setting for this (`enableMatmulFp32Accumulation` is
// for quantised weights), but it compiles its shaders on our device: there, this adds sums of several products in float32.
// The runtime's kernels for other vendors' GPUs (Intel's subgroup products) are unknown here and stay unchanged.

/** Makes shaders that are created from now on accumulate in float32. */
export function accumulateInFloat32(device: GPUDevice): void {
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    create({ ...descriptor, code: withFloat32Accumulation(descriptor.code) });
}

/** The runtime's kernel (WGSL) with float32 accumulation; any other text unchanged. */
export function withFloat32Accumulation(code: string): string {
  return rewritten(code, IN_FOURS) ?? rewritten(code, ONE_BY_ONE) ?? code;
}

interface Rewriting {
  /** Matches the declaration of the accumulators; its group is the tensors' type. */
  readonly declaration: RegExp;
  /** Number of uses in the kernel; any other number means an unknown kernel. */
  readonly uses: number;
  /** Replacements for the kernel's lines, each of which must occur exactly once. */
  readonly lines: (type: string) => readonly (readonly [line: string, replacement: string])[];
}

/** Steps of four products between float32 additions; a kernel takes eight steps per tile. */
const STEPS = 4;

/** Rows of four values. Accumulating only in float32 would slow a step of Stable Diffusion 1.5 by 17 %, this by 1 %. */
const IN_FOURS: Rewriting = {
  declaration: /var acc: array<vec4<(\w+)>, rowPerThread>;/u,
  uses: 10,
  lines: (type) => [
    ["const tileInner = 32;", "const tileInner = 32;"],
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

/** For channel counts that are not a multiple of four, such as an image's three: adds all products in float32. */
const ONE_BY_ONE: Rewriting = {
  declaration: /var acc: array<array<(\w+), colPerThread>, rowPerThread>;/u,
  uses: 4,
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

/** Null if the text is not such a kernel. */
function rewritten(code: string, { declaration, uses, lines }: Rewriting): string | null {
  const type = declaration.exec(code)?.[1];
  if (type === undefined || code.match(/\bacc\b/gu)?.length !== uses) return null;
  let text = code;
  for (const [line, replacement] of lines(type)) {
    const parts = text.split(line);
    if (parts.length !== 2) return null;
    text = parts.join(replacement);
  }
  return text;
}
