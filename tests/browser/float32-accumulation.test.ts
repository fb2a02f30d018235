// The rewritten accumulation in ONNX Runtime's kernels, with float32 tensors (the software GPU has no float16): the rewrite
// recognises every product kernel for these networks on this GPU and keeps its results. `npm run parity:full` on a real GPU
// bounds the float16 error.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

let browser: TestBrowser;

beforeAll(async () => {
  browser = await openTestBrowser({ webgpu: "software" });
});

afterAll(async () => browser?.close());

interface Outcome {
  readonly error: number;
  /** Labels of the product kernels: the rewritten ones, and all except those for three channels, which add 27 products. */
  readonly rewritten: readonly string[];
  readonly expected: readonly string[];
}

async function runInPage([name, isBroken]: readonly [name: string, isBroken: boolean]): Promise<Outcome> {
  const { withFloat32Accumulation } = await load("/src/ort/float32-accumulation.ts");
  const { openCase } = await load("/tests/browser/parity-case.ts");
  const { openOrtBackend } = await load("/src/ort/backend.ts");
  const backend = await openOrtBackend({ preference: "webgpu", float16: false });
  const [rewritten, expected]: [string[], string[]] = [[], []];
  const create = backend.gpu.createShaderModule.bind(backend.gpu);
  backend.gpu.createShaderModule = (descriptor: GPUShaderModuleDescriptor) => {
    const code: string = withFloat32Accumulation(descriptor.code);
    const label = descriptor.label ?? "";
    if (/^(MatMul|Gemm|Conv)/u.test(label) && !code.includes("innerElementSize = 3;")) expected.push(label);
    if (code !== descriptor.code) rewritten.push(label);
    return create({ ...descriptor, code: isBroken ? code.replaceAll(/(sums\S*) \+= /gu, "$1 = ") : code });
  };
  const { session, run, error } = await openCase(name, backend);
  const values = await run();
  await session.dispose();
  return { error: error(values), rewritten, expected };
}

test.each([
  { name: "text_gelu", breaks: false },
  { name: "unet_inpaint", breaks: true },
  { name: "vae_decoder_plain", breaks: true },
  { name: "vae_encoder", breaks: false },
])(
  "$name",
  async ({ name, breaks }) => {
    await browser.page.reload(); // ONNX Runtime compiles only for a page's first device
    const { error, rewritten, expected } = await browser.page.evaluate(runInPage, [name, false] as const);
    expect(rewritten.length).toBeGreaterThan(1);
    expect(rewritten).toEqual(expected);
    expect(error).toBeLessThan(1e-4);
    if (!breaks) return;
    await browser.page.reload();
    const broken = await browser.page.evaluate(runInPage, [name, true] as const);
    expect(broken.error).toBeGreaterThan(1e-3);
  },
  180_000,
);

test("does not change a kernel with other uses of its sums", async () => {
  const texts = await browser.page.evaluate(async () => {
    const { withFloat32Accumulation } = await load("/src/ort/float32-accumulation.ts");
    const known = `const tileInner = 32;
      var acc: array<vec4<a_element_t>, rowPerThread>;
        acc[i] = BCached0 * ACached.x + acc[i];
        acc[i] = BCached1 * ACached.y + acc[i];
        acc[i] = BCached2 * ACached.z + acc[i];
        acc[i] = BCached3 * ACached.w + acc[i];
      mm_write(batch, globalRow + innerRow, globalCol, acc[innerRow]);`;
    const scaled = known.replace("mm_write", "acc[innerRow] = alpha * acc[innerRow]; mm_write");
    const short = known.replace("32", "24");
    return [known, scaled, short].map((code) => withFloat32Accumulation(code) !== code);
  });
  expect(texts).toEqual([true, false, false]);
});
