// The U-Net's miniature with weights in 8 bits on our own back end, on a software GPU: the same as with float32 weights of the same
// values, and as far from the golden as rounding makes it (measured on the CPU: 2.2e-2 and 1.3e-2, tests/bench/int8.ts).
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

/** Measured: 1.2e-4, of weights halfway between two bytes, which may get either as the device divides. */
const TOLERANCE = 5e-4;
const ROUNDED = { least: 3e-3, most: 4e-2 };

let browser: TestBrowser;

beforeAll(async () => {
  browser = await openTestBrowser({ webgpu: "software" });
});

afterAll(async () => browser?.close());

interface Errors {
  readonly golden: number;
  /** To float32 weights of the values that those in 8 bits have, and of those that they would have with another scale. */
  readonly same: number;
  readonly broken: number;
  readonly int8Parameters: number;
}

async function inPage(name: string): Promise<Errors> {
  const { openCase } = await load("/tests/browser/parity-case.ts");
  const { relativeError } = await load("/tests/parity/cases.ts");
  const { chooseDevice } = await load("/src/runtime/device.ts");
  const { WgslBackend } = await load("/src/wgsl/backend.ts");
  const { storedParameters } = await load("/src/wgsl/parameters.ts");
  const { int8Values } = await load("/src/wgsl/int8/int8-values.ts");
  const { SOFTWARE_TUNING } = await load("/src/wgsl/tuning.ts");
  const { gpu, report } = await chooseDevice("webgpu", { float16: false });
  const tuning = { ...SOFTWARE_TUNING, int8: { ...SOFTWARE_TUNING.int8, least: 0 } };
  const open = (int8: boolean) => openCase(name, new WgslBackend(gpu, { report, type: "f32", tuning, int8 }));
  const rounded = await open(true);
  const specs = storedParameters(rounded.session.graph, { int8: true, tuning }).filter(
    (spec: { int8: unknown }) => spec.int8,
  );
  const values: Float32Array = await rounded.run();
  const golden: number = rounded.error(values);
  await rounded.session.dispose();
  rounded.parameters.dispose();

  const whole = await open(false);
  const rewritten = async (group: number): Promise<number> => {
    for (const spec of specs) {
      const exact = await whole.parameters.pristine(spec.name);
      whole.parameters.write(spec.name, int8Values(exact, { ...spec, int8: { group } }));
    }
    return relativeError(await whole.run(), values);
  };
  const same = await rewritten(tuning.int8.group);
  const broken = await rewritten(16);
  await whole.session.dispose();
  whole.parameters.dispose();
  return { golden, same, broken, int8Parameters: specs.length };
}

test.each(["unet", "unet_inpaint"])(
  "%s",
  async (name) => {
    const { golden, same, broken, int8Parameters } = await browser.page.evaluate(inPage, name);
    console.info(
      `${name}: ${golden.toExponential(1)} to the golden, ${same.toExponential(1)} to the same values`,
    );
    expect(int8Parameters).toBeGreaterThan(50);
    expect(same).toBeLessThan(TOLERANCE);
    expect(broken).toBeGreaterThan(ROUNDED.least);
    expect(golden).toBeGreaterThan(ROUNDED.least);
    expect(golden).toBeLessThan(ROUNDED.most);
  },
  400_000,
);
