// The GPU merge against the CPU merge, for every family, layout and chain length, in a real browser.
// Compares f16 weights on every GPU, because the kernels access them as halves of words.
import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

const FOLDER = "tests/fixtures/adapters/goldens/";
const goldens = readdirSync(FOLDER).filter(
  (name) => name !== "model.safetensors" && name !== "expected.safetensors",
);

interface Comparison {
  readonly name: string;
  readonly family: string;
  readonly layout: string;
  readonly dtype: string;
  /** ‖gpu − cpu‖ / ‖cpu‖ */
  readonly error: number;
  /** The same against the CPU's result at other strengths, as with a wrong factor. */
  readonly errorOfMistake: number;
  /** Elements whose bits differ from the CPU's. */
  readonly unequal: number;
}

/** Merged sequentially, each parameter with one strength per file. */
interface Group {
  readonly name: string;
  readonly updates: { network: string; name: string; family: string }[];
  readonly strengths: number[];
}

interface Outcome {
  readonly results: readonly Comparison[];
  readonly errors: readonly string[];
  readonly bytes: number;
  readonly bytesAfter: number;
}

/** Defined by `defineCompare`. The merger is a GpuMerger, which is not typed here. */
declare const compare: <Merger>(
  parameters: ReadonlyMap<string, { readonly shape: number[]; readonly values: Float32Array }>,
  groups: readonly object[] | ((merger: Merger) => Promise<readonly object[]>),
  layouts?: readonly string[],
  dtypes?: readonly string[],
) => Promise<Outcome>;

let browser: TestBrowser;

beforeAll(async () => {
  browser = await openTestBrowser({ webgpu: "software" });
  await browser.page.evaluate(defineCompare);
});

afterAll(async () => browser?.close());

/** Runs in the page: `compare(parameters, values, groups of files)` merges each parameter of each group on both sides. */
async function defineCompare(): Promise<void> {
  const { GpuMerger } = await load("/src/adapters/gpu/merger.ts");
  const { mergeParameter } = await load("/src/adapters/merging/merge.ts");
  const { float32ToF16, toFloat32 } = await load("/src/shared/dtype.ts");
  const { fromInputLayout, toInputLayout } = await load("/src/runtime/shared/parameter-layout.ts");
  const { sharePipelines } = await load("/tests/browser/share-pipelines.ts");
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error("no GPU");
  const device = await adapter.requestDevice();
  sharePipelines(device);
  const errors: string[] = [];
  device.addEventListener("uncapturederror", (event) =>
    errors.push((event as GPUUncapturedErrorEvent).error.message),
  );

  const upload = (values: Float32Array, dtype: string): GPUBuffer => {
    const stored: Float32Array | Uint16Array = dtype === "f16" ? float32ToF16(values) : values;
    const padded = new Uint8Array(Math.ceil(stored.byteLength / 16) * 16);
    padded.set(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = device.createBuffer({ size: padded.length, usage });
    device.queue.writeBuffer(buffer, 0, padded);
    return buffer;
  };
  const download = async (
    buffer: GPUBuffer,
    { count, dtype }: { count: number; dtype: string },
  ): Promise<Float32Array> => {
    const staging = device.createBuffer({
      size: buffer.size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, 0, staging, 0, buffer.size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const bytes = new Uint8Array(staging.getMappedRange().slice(0)).subarray(
      0,
      count * (dtype === "f16" ? 2 : 4),
    );
    staging.destroy();
    return toFloat32(bytes, dtype === "f16" ? "F16" : "F32").slice();
  };
  /** The values rounded to the buffer's type. */
  const stored = (values: Float32Array, dtype: string): Float32Array => {
    if (dtype === "f32") return values;
    const halves: Uint16Array = float32ToF16(values);
    return toFloat32(new Uint8Array(halves.buffer, halves.byteOffset, halves.byteLength), "F16");
  };
  const relative = (a: Float32Array, b: Float32Array): number => {
    let difference = 0;
    let norm = 0;
    for (let i = 0; i < b.length; i++) {
      difference += (a[i]! - b[i]!) ** 2;
      norm += b[i]! ** 2;
    }
    return Math.sqrt(difference / norm);
  };

  Object.assign(globalThis, {
    async compare(
      parameters: Map<string, { shape: number[]; values: Float32Array }>,
      /** Or a function that creates them for this merger. */
      given: Group[] | ((merger: unknown) => Promise<Group[]>),
      layouts = ["same", "transpose"],
      dtypes = ["f32", "f16"],
    ) {
      const merger = new GpuMerger(device);
      const groups = typeof given === "function" ? await given(merger) : given;
      const results: unknown[] = [];
      for (const { name, updates, strengths } of groups) {
        // Updates of the same parameter, one per file, form a chain; one call merges all chains.
        const chains = Map.groupBy(updates, (update) => `${update.network}.${update.name}`);
        const cases = [...chains].flatMap(([key, chain]) => {
          const { shape, values } = parameters.get(key)!;
          const contributions = chain.map((update, i) => ({
            update,
            strength: strengths[i % strengths.length]!,
          }));
          return (shape.length > 1 ? layouts : ["same"]).flatMap((layout) =>
            dtypes.map((dtype) => {
              const arrange = (array: Float32Array): Float32Array => toInputLayout(array, { shape, layout });
              const pristine = upload(arrange(values), dtype);
              const live = upload(new Float32Array(values.length), dtype);
              return {
                chain,
                contributions,
                count: values.length,
                arrange,
                target: { shape, layout, dtype, pristine, live },
              };
            }),
          );
        });
        await merger.merge(cases.map(({ target, contributions }) => ({ target, contributions })));
        for (const { chain, contributions, count, arrange, target } of cases) {
          const { shape, layout, dtype, pristine, live } = target;
          const merged = await download(live, { count, dtype });
          const before = await download(pristine, { count, dtype });
          const start = fromInputLayout(before, { shape, layout });
          const mistaken = contributions.map(({ update, strength }) => ({
            update,
            strength: strength * 1.01,
          }));
          const expected = stored(arrange(mergeParameter(start, shape, contributions)), dtype);
          results.push({
            name,
            family: chain.map((update) => update.family).join(" + "),
            layout,
            dtype,
            error: relative(merged, expected),
            errorOfMistake: relative(merged, stored(arrange(mergeParameter(start, shape, mistaken)), dtype)),
            unequal: merged.filter((value, i) => !Object.is(value, expected[i])).length,
          });
          pristine.destroy();
          live.destroy();
        }
      }
      const bytes = merger.sizeBytes;
      merger.dispose();
      return { results, errors: errors.splice(0), bytes, bytesAfter: merger.sizeBytes };
    },
  });
}

function check({ results, errors, bytes, bytesAfter }: Outcome, { f32 = 2e-6 } = {}): void {
  expect(errors).toEqual([]);
  expect(bytes).toBeGreaterThan(0);
  expect(bytesAfter).toBe(0);
  for (const result of results) {
    // A sum that f32 and float64 put on different sides of a tie differs by one f16 step; this is rare.
    const tolerance = result.dtype === "f16" ? 2e-5 : f32;
    expect(result.error, JSON.stringify(result)).toBeLessThan(tolerance);
    expect(result.errorOfMistake, JSON.stringify(result)).toBeGreaterThan(Math.max(result.error * 5, 2e-5));
  }
}

/** In the page: the goldens' files and model, parsed. */
const compareGoldens = (names: readonly string[], together: boolean): Promise<Outcome> =>
  browser.page.evaluate(
    async ([files, folder, join]) => {
      const { parseAdapter } = await load("/src/adapters/adapter.ts");
      const { moduleTable } = await load("/src/adapters/names/module-table.ts");
      const { readHeader } = await load("/src/formats/safetensors.ts");
      const { readTensorF32 } = await load("/src/formats/tensor-values.ts");
      const fetchBlob = async (name: string): Promise<Blob> => (await fetch(`/${folder}${name}`)).blob();
      const model = await readHeader(await fetchBlob("model.safetensors"), { fileName: "model" });
      const parameters = new Map<string, { shape: number[]; values: Float32Array }>();
      const lists: Record<string, { name: string; shape: number[] }[]> = { unet: [], text_encoder: [] };
      for (const [name, source] of model.tensors) {
        parameters.set(name, { shape: source.shape, values: await readTensorF32(source) });
        lists[name.split(".")[0]!]!.push({ name: name.slice(name.indexOf(".") + 1), shape: source.shape });
      }
      const table = moduleTable(lists);
      const parsed = await Promise.all(
        files.map(async (name) => ({
          name,
          ...(await parseAdapter(await fetchBlob(name), { fileName: name, table })),
        })),
      );
      const groups = join
        ? [
            {
              name: files.join(", "),
              updates: parsed.flatMap(({ updates }) => updates),
              strengths: [0.7, -0.4, 0.9],
            },
          ]
        : parsed.map(({ name, updates }) => ({ name, updates, strengths: [0.7] }));
      return compare(parameters, groups);
    },
    [names, FOLDER, together] as const,
  );

test("every family, one adapter at a time", async () => {
  const outcome = await compareGoldens(goldens, false);
  check(outcome);
  expect(new Set(outcome.results.map(({ name }) => name)).size).toBe(goldens.length);
  expect(outcome.results.some(({ layout }) => layout === "transpose")).toBe(true);
  expect(new Set(outcome.results.map(({ dtype }) => dtype))).toEqual(new Set(["f32", "f16"]));
});

test("two and three adapters of different families on the same weights", async () => {
  const chains = [
    ["kohya-linear.safetensors", "loha.safetensors"],
    ["locon.safetensors", "oft.safetensors", "dora-rows.safetensors"],
    ["glora.safetensors", "lokr-both-full.safetensors", "boft.safetensors"],
    ["dora-columns.safetensors", "ia3.safetensors", "full-and-norm.safetensors"],
    ["dora-tucker-full-glora.safetensors", "locon-tucker.safetensors"],
    ["loha.safetensors", "peft-boft.safetensors", "peft-oft-cayley.safetensors"],
    ["peft-biases.safetensors", "full-and-norm.safetensors"],
  ];
  for (const names of chains) {
    const outcome = await compareGoldens(names, true);
    check(outcome);
    expect(outcome.results.some(({ family }) => family.split(" + ").length === names.length)).toBe(true);
  }
});

interface RandomOptions {
  readonly rank?: number;
  /** Type of the files. */
  readonly dtype?: "F32" | "F16" | "BF16";
  /** See `makeAdapter`. */
  readonly spread?: number;
  /** Number of adapters that are also merged together. */
  readonly together?: number;
}

/** In the page: random adapters of these kinds for a U-Net with these parameters, each alone and the first ones together. */
const compareRandom = (
  list: readonly { name: string; shape: number[] }[],
  kinds: readonly string[],
  { rank = 37, dtype = "F32", spread = 1, together = 3 }: RandomOptions = {},
): Promise<Outcome> =>
  browser.page.evaluate(
    async ([parameterList, kindList, options, count]) => {
      const { parseAdapter } = await load("/src/adapters/adapter.ts");
      const { moduleTable } = await load("/src/adapters/names/module-table.ts");
      const { makeAdapter, randomWeights } = await load("/tests/fixtures/adapters/make-adapter.ts");
      const table = moduleTable({ unet: parameterList });
      const shapes = new Map(parameterList.map(({ name, shape }) => [`unet.${name}`, shape]));
      const values = randomWeights(shapes, 5) as Map<string, Float32Array>;
      const parameters = new Map(
        [...shapes].map(([name, shape]) => [name, { shape, values: values.get(name)! }]),
      );
      const groups = await Promise.all(
        kindList.map(async (kind, i) => {
          const file = new Blob([makeAdapter(table, { kind, seed: i + 3, ...options })]);
          const { updates } = await parseAdapter(file, { fileName: kind, table });
          return { name: kind, updates, strengths: [0.8] };
        }),
      );
      const joined = groups.slice(0, count);
      groups.push({
        name: joined.map(({ name }) => name).join(", "),
        updates: joined.flatMap(({ updates }) => updates),
        strengths: [0.8, -0.4, 0.6],
      });
      return compare(parameters, groups);
    },
    [list, kinds, { rank, dtype, spread }, together] as const,
  );

test("weights larger than a tile, ranks larger than a step", async () => {
  const outcome = await compareRandom(
    [
      { name: "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj.weight", shape: [212, 136] },
      { name: "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight", shape: [66, 130] },
      { name: "mid_block.resnets.0.conv1.weight", shape: [70, 18, 3, 3] },
    ],
    ["lora", "loha", "lokr", "dora", "full", "oft", "peft-oft", "ia3", "glora"],
  );
  check(outcome);
  expect(outcome.results.length).toBeGreaterThanOrEqual(100);
});

test("odd sizes, where the halves of a word belong to different rows", async () => {
  const outcome = await compareRandom(
    [
      { name: "mid_block.attentions.0.proj_in.weight", shape: [67, 35] },
      { name: "mid_block.attentions.0.proj_out.weight", shape: [1, 7] },
      { name: "mid_block.resnets.0.conv1.weight", shape: [5, 3, 3, 3] },
    ],
    ["lora", "loha", "dora", "full", "ia3", "glora"],
  );
  check(outcome);
  expect(outcome.results.length).toBe(84);
});

test("more low-rank adapters than one dispatch adds, and f16 factors that start mid-word", async () => {
  const outcome = await compareRandom(
    [
      { name: "mid_block.attentions.0.proj_in.weight", shape: [36, 68] },
      { name: "mid_block.attentions.0.proj_out.weight", shape: [34, 3] },
    ],
    Array.from({ length: 10 }, () => "lora"),
    { rank: 5, dtype: "F16", together: 10 },
  );
  check(outcome);
  expect(outcome.results.length).toBe(88);
  expect(outcome.results.some(({ family }) => family.split(" + ").length === 10)).toBe(true);
});

/** In the page: reads a LoRA of 14 MB in parts, uploads and merges it; optionally drops it from the GPU first. */
const compareInParts = (
  isDropped: boolean,
): Promise<Outcome & { parts: number; fileBytes: number; bytesBefore: number }> =>
  browser.page.evaluate(async (drops) => {
    const { parseAdapter } = await load("/src/adapters/adapter.ts");
    const { moduleTable } = await load("/src/adapters/names/module-table.ts");
    const { makeAdapter, randomWeights } = await load("/tests/fixtures/adapters/make-adapter.ts");
    const list = [
      { name: "mid_block.attentions.0.proj_in.weight", shape: [36, 68] },
      { name: "mid_block.attentions.0.proj_out.weight", shape: [34, 3] },
    ];
    const table = moduleTable({ unet: list });
    const shapes = new Map(list.map(({ name, shape }) => [`unet.${name}`, shape]));
    const values = randomWeights(shapes, 5) as Map<string, Float32Array>;
    const parameters = new Map(
      [...shapes].map(([name, shape]) => [name, { shape, values: values.get(name)! }]),
    );
    // 7 MB of up factors before 7 MB of down factors, with odd counts of halves.
    const file = new Blob([makeAdapter(table, { kind: "lora", seed: 3, rank: 50_001, dtype: "F16" })]);
    type Part = { readonly bytes: Uint8Array; readonly offset: number; readonly fileBytes: number };
    type Receiving = { receiver(): { take(part: Part): void; drop(): void }; sizeBytes: number };
    const seen: Part[] = [];
    let bytesBefore = 0;
    const compared = await compare(
      parameters,
      async (merger: Receiving) => {
        const receiver = merger.receiver();
        const onPart = (part: Part): void => {
          seen.push(part);
          receiver.take(part);
        };
        const { updates } = await parseAdapter(file, { fileName: "large", table, onPart });
        if (drops) receiver.drop();
        bytesBefore = merger.sizeBytes;
        return [{ name: "large", updates, strengths: [0.002] }];
      },
      // How a file arrives does not depend on what it is merged into, and so many products take seconds.
      ["same"],
      ["f32"],
    );
    return { parts: seen.length, fileBytes: seen[0]!.fileBytes, bytesBefore, ...compared };
  }, isDropped);

test.each([
  { when: "while it is read", isDropped: false },
  { when: "while it is read, after a drop and a second upload", isDropped: true },
])("a file uploaded in parts $when, with a pair across two parts", async ({ isDropped }) => {
  const { parts, fileBytes, bytesBefore, ...outcome } = await compareInParts(isDropped);
  check(outcome, { f32: 2e-5 }); // a sum of 50,001 products
  expect(parts).toBe(2);
  const whole = 4 * Math.floor(fileBytes / 4) + 4;
  expect(bytesBefore).toBe(isDropped ? 0 : whole);
  expect(outcome.bytes).toBe(whole); // all of it once
});

test.each([
  { dtype: "BF16", spread: 1 },
  { dtype: "F16", spread: 8000 }, // up factors around 6e-5: most of them are subnormal halves
] as const)("factors of $dtype, spread $spread", async (options) => {
  const outcome = await compareRandom(
    [
      { name: "mid_block.attentions.0.proj_in.weight", shape: [36, 68] },
      { name: "mid_block.attentions.0.proj_out.weight", shape: [34, 3] },
    ],
    ["lora", "lora"],
    { rank: 5, together: 2, ...options },
  );
  check(outcome);
  expect(outcome.results.length).toBe(24);
});

test("f16 rounds to nearest, ties to even, down to its smallest values", async () => {
  const outcome = await browser.page.evaluate(async () => {
    // Every exponent that ends as a normal or subnormal half, mantissas at, below and above ties, both signs.
    const bits: number[] = [];
    for (let exponent = 127 - 26; exponent <= 127 + 14; exponent++)
      for (const mantissa of [0, 1, 0x0fff, 0x1000, 0x1001, 0x2fff, 0x3000, 0x3001, 0x7fefff, 0x7ff000])
        for (const sign of [0, 0x80000000]) bits.push((sign | (exponent << 23) | mantissa) >>> 0);
    const values = new Float32Array(Uint32Array.from(bits).buffer);
    const shape = [values.length / 4, 4];
    const update = {
      network: "unet",
      name: "x",
      family: "full",
      delta: () => ({ kind: "dense", values }),
      magnitude: null,
    };
    const parameters = new Map([["unet.x", { shape, values: new Float32Array(values.length) }]]);
    return compare(parameters, [{ name: "rounding", updates: [update], strengths: [1] }]);
  });
  check(outcome);
  expect(outcome.results.map(({ dtype, unequal }) => [dtype, unequal])).toEqual([
    ["f32", 0],
    ["f16", 0],
    ["f32", 0],
    ["f16", 0],
  ]);
});
