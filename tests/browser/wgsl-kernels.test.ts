// Every kernel and fusion on random small shapes against the definition in float64, in a real browser on a software GPU; and proof
// that the comparison notices a deliberate break. Tolerances are relative errors: measured 2e-7 in float32 (1e-4 through the software
// GPU's coarse sine), 5e-4 in float16, 1e-3 with Winograd's filtering.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { memoryOf } from "../../src/wgsl/kernels/product.ts";
import { TUNING } from "../../src/wgsl/tuning.ts";
import { openTestBrowser, type TestBrowser } from "./harness.ts";
import { BUILDERS, WIDE_BUILDERS, WINOGRAD_BUILDERS } from "./wgsl-cases.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

const TOLERANCE = { f32: 2e-6, f16: 3e-3 };
const COARSE_SINE = 1e-3;
/** A weight halfway between two bytes may get either, as the device divides. */
const TIES = 5e-4;
const BROKEN = 1e-2;

const WITH_WEIGHTS =
  /linear|row for every|convolution|self attention|cross attention|biases|sum and layer|^concatenation/;

let browser: TestBrowser;

beforeAll(async () => {
  browser = await openTestBrowser({ webgpu: "software" });
});

afterAll(async () => browser?.close());

interface Run {
  readonly name: string;
  readonly type: "f32" | "f16";
  readonly error: number;
  readonly shapes: string;
  readonly kernels: readonly string[];
}

const run = async (options: Readonly<Record<string, unknown>>): Promise<readonly Run[]> => {
  const { runs, errors } = await browser.page.evaluate(
    async (given) => (await load("/tests/browser/wgsl-cases.ts")).runCases(given),
    options,
  );
  expect(errors).toEqual([]);
  return runs;
};

function expectRight(runs: readonly Run[], more = 0): void {
  expect(runs.length).toBeGreaterThan(0);
  const tolerance = ({ name, type }: Run): number =>
    more + (name === "one row for every image" ? COARSE_SINE + TOLERANCE[type] : TOLERANCE[type]);
  expect(runs.filter((one) => !(one.error < tolerance(one)))).toEqual([]);
}

describe.each([
  { type: "f32", seeds: [1, 2, 3], widths: [40, 512] },
  { type: "f16", seeds: [4], widths: [80, 160] },
])("$type", ({ type, seeds, widths }) => {
  test.each(Object.keys(BUILDERS))("%s", async (name) => {
    expectRight(await run({ names: [name], type, seeds }));
  });

  test("wide heads", async () => {
    expectRight(await run({ widths, type, seeds: seeds.slice(0, 1) }));
  });

  test("one wide head, all scores at once and a few queries at a time", async () => {
    const names = ["one wide head"];
    expectRight(await run({ names, type, seeds: seeds.slice(0, 1) }));
    expectRight(await run({ names, type, seeds: [5], tuning: { scores: 1000 } }));
  });
});

/** The software GPU has 32 KB of workgroup memory, which the largest tile exceeds: it is tested with half its depth. */
const tiles = TUNING.products.map(({ tile }) => (memoryOf(tile) <= 32_768 ? tile : { ...tile, depth: 8 }));

test.each(tiles.map((tile) => ({ name: `${tile.rows}×${tile.columns}×${tile.depth}`, tile })))(
  "tile of $name, sums in parts",
  async ({ tile }) => {
    const tuning = {
      products: [{ tile, rate: 1, alone: 1 }],
      parts: [4],
      minStepsPerPart: 0,
      dispatchMicroseconds: 0,
      partsRate: 1e9,
    };
    expectRight(await run({ names: ["deep convolution"], type: "f16", seeds: [6], tuning }));
  },
);

test.each([
  { type: "f32", names: ["linear and GEGLU", "upsampling before a convolution"] },
  { type: "f16", names: ["deep convolution"] },
])("tile of 32×32 that lies by depth, $type", async ({ type, names }) => {
  const tile = { rows: 32, columns: 32, depth: 16, rowsEach: 4, left: "by depth" };
  expectRight(await run({ names, type, seeds: [8], tuning: { products: [{ tile, rate: 1, alone: 1 }] } }));
});

test("several queries an invocation, heads shared among invocations", async () => {
  const attention = [{ upTo: 1e9, invocations: 64, queries: 4, fours: 5, keysAtOnce: 4, blockBytes: 4096 }];
  const names = ["causal attention with biases"];
  expectRight(await run({ names, widths: [40], type: "f32", seeds: [1, 2], tuning: { attention } }));
});

describe("subgroup matrices, emulated", () => {
  const tile = { depth: 32, subgroupRows: 16 };
  test.each([
    {
      tile: { ...tile, rows: 32, columns: 32, subgroupColumns: 16, ahead: 2 },
      names: Object.keys(WIDE_BUILDERS),
    },
    {
      tile: { ...tile, rows: 16, columns: 80, subgroupColumns: 80, ahead: 0 },
      names: ["wide linear and GEGLU"],
    },
  ])("tile of $tile.rows×$tile.columns, reading $tile.ahead ahead", async ({ tile: one, names }) => {
    const tuning = { matrixProducts: [{ tile: one, rate: 1, alone: 1 }] };
    expectRight(await run({ names, type: "f16", seeds: [1], tuning, matrices: true }));
  });

  test.each([
    { subgroups: 4, keys: 32, widths: [40] },
    { subgroups: 1, keys: 64, widths: [80] },
  ])("attention of $subgroups subgroups and $keys keys", async ({ widths, ...matrixAttention }) => {
    const tuning = { matrixAttention };
    const names = ["attention to growing keys"];
    expectRight(await run({ names, widths, type: "f16", seeds: [1], tuning, matrices: true }));
  });

  test("sums in parts", async () => {
    const tuning = {
      matrixProducts: [
        {
          tile: { ...tile, rows: 16, columns: 32, subgroupColumns: 32, ahead: 2 },
          rate: 1,
          alone: 1,
        },
      ],
      parts: [3],
      minStepsPerPart: 0,
      dispatchMicroseconds: 0,
      partsRate: 1e9,
    };
    expectRight(await run({ names: ["wide convolution"], type: "f16", seeds: [3], tuning, matrices: true }));
  });
});

describe("Winograd's filtering", () => {
  const names = Object.keys(WINOGRAD_BUILDERS);
  const winograd = { ...TUNING.winograd, worth: Infinity, channels: 4 };
  const bandsOf = ({ kernels }: Run): number =>
    kernels.filter((kernel) => kernel.startsWith("Winograd results")).length;

  test.each([
    { type: "f32", seeds: [1, 2, 3] },
    { type: "f16", seeds: [4, 5] },
  ])("$type", async ({ type, seeds }) => {
    const runs = await run({ names, type, seeds, tuning: { winograd } });
    expectRight(runs);
    const convolutions = ({ name }: Run): number => (name === "3×3 convolutions of concatenations" ? 4 : 1);
    expect(runs.map(bandsOf)).toEqual(runs.map(convolutions));
  });

  test("a band at a time, sums in halves", async () => {
    const tuning = { winograd: { ...winograd, bandBytes: 16_000, sumsInHalves: true } };
    const runs = await run({ names, type: "f16", seeds: [6], tuning });
    expectRight(runs);
    expect(Math.max(...runs.map(bandsOf))).toBeGreaterThan(4);
  });

  test("sums in parts", async () => {
    const free = { minStepsPerPart: 0, dispatchMicroseconds: 0, partsRate: 1e9 };
    const tuning = { winograd, parts: [3], ...free };
    expectRight(await run({ names: ["3×3 convolution of many channels"], type: "f16", seeds: [7], tuning }));
  });

  test("products by subgroup matrices, emulated", async () => {
    const tile = { rows: 32, columns: 32, depth: 32, subgroupRows: 16, subgroupColumns: 16, ahead: 1 };
    const sums = { ...winograd, sumsInHalves: true };
    const tuning = { winograd: sums, matrixProducts: [{ tile, rate: 1, alone: 1 }] };
    const many = names.filter((name) => name.includes("many channels"));
    const runs = await run({ names: many, type: "f16", seeds: [8], tuning, matrices: true });
    expectRight(runs);
    for (const { kernels } of runs) expect(kernels.join()).toContain("matrix product 32x32x32");
  });

  test("an upsampling that doubles nothing is computed as before", async () => {
    const names = ["upsampling before a convolution"];
    expectRight(await run({ names, type: "f32", seeds: [1, 2, 3, 4], tuning: { winograd } }));
  });
});

describe("weights in 8 bits", () => {
  const all = { ...TUNING.winograd, worth: Infinity, channels: 4 };

  test.each([
    { type: "f32", seeds: [1, 2, 3], int8: 64 },
    { type: "f16", seeds: [4, 5], int8: 16 },
  ])("products and convolutions, $type, by $int8", async ({ type, seeds, int8 }) => {
    const names = Object.keys(BUILDERS).filter((name) => WITH_WEIGHTS.test(name));
    const runs = await run({ names, type, seeds, int8 });
    expectRight(runs, TIES);
    const isInt8 = ({ kernels }: Run): boolean =>
      kernels.some((kernel) => kernel.includes(`int8 by ${int8}`));
    // Their number of outputs may be no multiple of four.
    const isLoose = ({ name }: Run): boolean =>
      name === "linear, bias" || name === "convolution to few channels";
    expect(runs.filter((one) => !isInt8(one) && !isLoose(one)).map(({ name }) => name)).toEqual([]);
  });

  test("Winograd's filtering", async () => {
    const names = Object.keys(WINOGRAD_BUILDERS);
    const runs = await run({ names, type: "f16", seeds: [6], tuning: { winograd: all }, int8: 32 });
    expectRight(runs, TIES);
    for (const { kernels } of runs) expect(kernels.join()).toContain("Winograd weights");
  });

  test("subgroup matrices, emulated", async () => {
    const tile = { rows: 32, columns: 32, depth: 32, subgroupRows: 16, subgroupColumns: 16, ahead: 2 };
    const tuning = { matrixProducts: [{ tile, rate: 1, alone: 1 }] };
    const names = Object.keys(WIDE_BUILDERS);
    expectRight(await run({ names, type: "f16", seeds: [1], tuning, matrices: true, int8: 64 }), TIES);
  });

  test("sums in parts", async () => {
    const free = { minStepsPerPart: 0, dispatchMicroseconds: 0, partsRate: 1e9 };
    const names = ["deep convolution"];
    expectRight(
      await run({ names, type: "f16", seeds: [6], tuning: { parts: [4], ...free }, int8: 64 }),
      TIES,
    );
  });

  test.each(["linear and residual", "deep convolution"])("another scale is noticed: %s", async (name) => {
    const [right] = await run({ names: [name], type: "f16", seeds: [2], int8: 64 });
    const [wrong] = await run({ names: [name], type: "f16", seeds: [2], int8: 64, broken: "another scale" });
    expect(wrong!.error).toBeGreaterThan(BROKEN);
    expect(right!.error).toBeLessThan(BROKEN / 3);
  });
});

describe("a deliberate break is noticed", () => {
  test.each([
    ["a dropped bias", "linear, bias"],
    ["a dropped bias", "convolution and sum"],
    ["another padding", "convolution padded at the end"],
    ["another stride", "convolution with stride"],
    ["another eps", "layer norm"],
    ["not causal", "causal attention with biases"],
    ["another head count", "cross attention"],
    ["other groups", "group norm with a shift"],
  ])("%s: %s", async (broken, name) => {
    for (const { error } of await run({ names: [name], type: "f32", seeds: [1], broken }))
      expect(error).toBeGreaterThan(BROKEN);
  });
});
