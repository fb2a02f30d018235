// The back ends of a page against the goldens of tests/parity/reference.py, in a real browser on a software GPU (float32).
// Tolerance: relative error 1e-4. Measured: text and VAE 1e-6; U-Net 4e-5, entirely from the software GPU's coarse sine.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backendsIn, type TestedBackend } from "../parity/backends.ts";
import type { DeepFeatureErrors } from "../parity/deep-feature.ts";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

const TOLERANCE = 1e-4;
const BROKEN = 1e-3;

let browser: TestBrowser;

beforeAll(async () => {
  browser = await openTestBrowser({ webgpu: "software" });
});

afterAll(async () => browser?.close());

interface CaseErrors {
  readonly report: { readonly kind: string; readonly f16: boolean };
  /** After the third run; null for a back end that replays nothing. */
  readonly replay: { readonly captured: boolean; readonly recorded: boolean } | null;
  /** Four runs, of which a back end may replay all but the first; one with a bias overwritten, one after restoring it. */
  readonly errors: readonly number[];
  /** Whether the outputs of the second, fourth and last run are equal bit for bit. */
  readonly restored: boolean;
  /** By input: whether outputs follow an in-place change of its last value and return bit for bit when it is undone. */
  readonly followed: Readonly<Record<string, boolean>>;
}

/** One back end for all cases of a page: ONNX Runtime is loaded once. */
async function openInPage(backendName: string): Promise<void> {
  const { sharePipelines } = await load("/tests/browser/share-pipelines.ts");
  const { openBackend } = await load("/tests/parity/backends.ts");
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  const shared = globalThis as { parityBackend?: any };
  shared.parityBackend = await openBackend(backendName);
  sharePipelines(shared.parityBackend.gpu);
}

async function deepFeatureInPage(): Promise<DeepFeatureErrors> {
  const { deepFeatureErrors } = await load("/tests/parity/deep-feature.ts");
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  return deepFeatureErrors((globalThis as any).parityBackend);
}

async function runInPage([backendName, name]: readonly [
  backendName: string,
  name: string,
]): Promise<CaseErrors> {
  const { openCase } = await load("/tests/browser/parity-case.ts");
  const { replayOf } = await load("/tests/parity/backends.ts");
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  const backend = (globalThis as any).parityBackend;
  const { parameters, session, feeds, run, error } = await openCase(name, backend);
  const first = await run();
  const second = await run();
  const third = await run();
  const replay = replayOf(backendName, session);
  const fourth = await run();
  const bias: string = (session.graph.parameters as { name: string }[]).findLast((one) =>
    one.name.endsWith(".bias"),
  )!.name;
  parameters.write(bias, new Float32Array(parameters.specs.get(bias).shape[0]).fill(1));
  const overwritten = await run();
  await parameters.restore(bias);
  const last = await run();
  const same = (values: Float32Array): boolean =>
    (second as Float32Array).every((value, i) => Object.is(value, values[i]));
  const followed: Record<string, boolean> = {};
  for (const [input, values] of Object.entries(feeds as Record<string, Float32Array>)) {
    const end = values.length - 1;
    const before = values[end]!;
    values[end] = before + 1;
    const changed = await run();
    values[end] = before;
    followed[input] = !same(changed) && same(await run());
  }
  await session.dispose();
  parameters.dispose();
  return {
    report: backend.report,
    replay,
    errors: [first, second, third, fourth, overwritten, last].map(error),
    restored: same(fourth) && same(last),
    followed,
  };
}

/** A software GPU takes minutes for our own back end: the usual run has its smallest network, `npm test -- wgsl` all of them. */
const isWgslStage = process.env["WGSL_STAGE"] !== undefined;
const networksOf = ({ isSlow, networks }: TestedBackend): readonly string[] => {
  const all = isSlow && !isWgslStage ? ["text_gelu"] : ["text_gelu", "unet_inpaint", "vae_decoder_plain"];
  return networks ? all.filter((name) => networks.includes(name)) : all;
};
const backends = backendsIn("page").filter(
  (one) => (one.isSlow || !isWgslStage) && networksOf(one).length > 0,
);

describe.each(backends)("$name", (tested) => {
  const { name: backend, replayOf } = tested;
  beforeAll(async () => {
    await browser.page.reload();
    await browser.page.evaluate(openInPage, backend);
  });

  test.each(networksOf(tested))(
    "%s",
    async (name) => {
      const { report, replay, errors, restored, followed } = await browser.page.evaluate(runInPage, [
        backend,
        name,
      ] as const);
      expect(report).toMatchObject({ kind: "webgpu", f16: false });
      expect(replay).toEqual(replayOf ? { captured: true, recorded: true } : null);
      const overwritten = errors[4];
      for (const error of errors.filter((_, i) => i !== 4)) expect(error).toBeLessThan(TOLERANCE);
      expect(overwritten).toBeGreaterThan(BROKEN);
      expect(restored).toBe(true);
      expect(Object.values(followed)).not.toContain(false);
    },
    180_000,
  );

  test.skipIf(tested.isSlow && !isWgslStage)(
    "deep features",
    async () => {
      const { whole, shallow, alone, swapped, fresh } = await browser.page.evaluate(deepFeatureInPage);
      for (const error of [...whole, ...shallow, alone]) expect(error).toBeLessThan(TOLERANCE);
      for (const error of [swapped, fresh]) expect(error).toBeGreaterThan(BROKEN);
    },
    300_000,
  );
});
