// Float32 accumulation for float16 models. ONNX Runtime's WebGPU kernels of MatMul, Gemm and convolution add up a value's products,
// tens of thousands in a wide layer, in the type of the tensors. With float16 that costs ten times torch's error: torch multiplies in
// float16 too, but adds in float32. The runtime has no setting for it (`enableMatmulFp32Accumulation` is for quantised weights), but
// it compiles its shaders on a device of ours: there, sums of a few products are added to one in float32. The runtime's kernels
// for other makers' cards (Intel's subgroup products) are not known here and stay as they are.

/** Has the products of shaders that are made from now on added up in float32. */
export function accumulateInFloat32(device: GPUDevice): void {
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    create({ ...descriptor, code: withFloat32Accumulation(descriptor.code) });
}

/** The runtime's kernel (WGSL) with float32 accumulation; any other text as it is. */
export function withFloat32Accumulation(code: string): string {
  return rewritten(code, IN_FOURS) ?? rewritten(code, ONE_BY_ONE) ?? code;
}

interface Rewriting {
  /** Declares the accumulators; its group is the type of the tensors. */
  readonly declaration: RegExp;
  /** How often the kernel names them: once more, and it does something with them that is not known here. */
  readonly uses: number;
  /** What stands in place of each of the kernel's lines, all of which must be there once. */
  readonly lines: (type: string) => readonly (readonly [line: string, replacement: string])[];
}

/** Steps of four products between two additions in float32; a kernel takes eight steps from tile to tile. */
const STEPS = 4;

/** Rows of four values. Adding up in float32 alone would take 17 % more of a step of Stable Diffusion 1.5, this 1 %. */
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

/** Where channels do not come in fours, as in the three of a picture: all products are added in float32. */
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

/** Null when the text is not of that kind. */
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
