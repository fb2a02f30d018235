// The rewritten accumulation in ONNX Runtime's kernels, with float32 tensors (the software GPU has no float16): the rewrite
// recognises every product kernel for these networks on this GPU and keeps its results. `npm run parity:full` on a real GPU
// bounds the float16 error.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
  const { sharePipelines } = await load("/tests/browser/share-pipelines.ts");
  // ONNX Runtime compiles only for a page's first device.
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  const shared = globalThis as { rewritingBackend?: any };
  if (!shared.rewritingBackend) {
    shared.rewritingBackend = await openOrtBackend({ preference: "webgpu", float16: false });
    sharePipelines(shared.rewritingBackend.gpu);
  }
  const backend = shared.rewritingBackend;
  const [rewritten, expected]: [string[], string[]] = [[], []];
  const create = backend.gpu.createShaderModule;
  backend.gpu.createShaderModule = (descriptor: GPUShaderModuleDescriptor) => {
    const code: string = withFloat32Accumulation(descriptor.code);
    const label = descriptor.label ?? "";
    if (/^(MatMul|Gemm|Conv)/u.test(label) && !code.includes("innerElementSize = 3;")) expected.push(label);
    if (code !== descriptor.code) rewritten.push(label);
    return create.call(backend.gpu, {
      ...descriptor,
      code: isBroken ? code.replaceAll(/(sums\S*) \+= /gu, "$1 = ") : code,
    });
  };
  const { parameters, session, run, error } = await openCase(name, backend);
  const values = await run();
  await session.dispose();
  parameters.dispose();
  backend.gpu.createShaderModule = create;
  return { error: error(values), rewritten, expected };
}

describe("every product kernel is rewritten, with the same results", () => {
  beforeAll(async () => void (await browser.page.reload()));

  test.each(["text_gelu", "unet_inpaint", "vae_decoder_plain", "vae_encoder"])(
    "%s",
    async (name) => {
      const { error, rewritten, expected } = await browser.page.evaluate(runInPage, [name, false] as const);
      expect(rewritten.length).toBeGreaterThan(1);
      expect(rewritten).toEqual(expected);
      expect(error).toBeLessThan(1e-4);
    },
    180_000,
  );
});

describe("sums that forget are noticed", () => {
  beforeAll(async () => void (await browser.page.reload()));

  // Of a network of matrix products and one of convolutions.
  test.each(["text_gelu", "vae_decoder_plain"])(
    "%s",
    async (name) => {
      const { error } = await browser.page.evaluate(runInPage, [name, true] as const);
      expect(error).toBeGreaterThan(1e-3);
    },
    180_000,
  );
});

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
