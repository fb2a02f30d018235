// Adapter changes on WebGPU, with weights in f32, f16 and 8 bits: any sequence of adding, removing and re-weighting gives the bytes of
// a merge from scratch, computes only what changed, and removing all adapters restores the pristine bytes.
// Uses the engine's parameter store, merger and adapter library, without ONNX Runtime.
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { propertyRuns } from "../fixtures/properties.ts";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

const KINDS = ["lora", "loha", "lokr", "dora", "oft", "glora"];

interface Use {
  readonly id: string;
  readonly unetStrength: number;
  readonly textStrength: number;
  readonly blockWeights?: Readonly<Record<string, number>>;
}

interface Outcome {
  /** Parameters written or restored for each set of the sequence. */
  readonly touched: readonly number[];
  /** Parameters whose bytes differ from a merge of the last set alone. */
  readonly unlikeScratch: readonly string[];
  /** Number of parameters that differ from the pristine ones with the last set merged. */
  readonly changed: number;
  /** Parameters that differ from the pristine ones once nothing is merged. */
  readonly leftOver: readonly string[];
  /** Bytes of pristine copies still held then. */
  readonly bytesAside: number;
  readonly errors: readonly string[];
}

/** Defined by `defineRunSets`. */
declare const runSetsInPage: (
  sets: readonly (readonly Use[])[],
  dtype: string,
  compared: readonly Use[],
) => Promise<Outcome>;
declare const unlikeFile: (set: readonly Use[]) => Promise<{ unlike: string[]; changed: number }>;
declare const useRefused: () => Promise<{ messages: string[]; resident: number[] }>;

let browser: TestBrowser;
/** Parameters that each adapter changes, in UNet and text encoder. */
let sizes: Readonly<Record<string, readonly [unet: number, text: number]>>;

beforeAll(async () => {
  browser = await openTestBrowser({ webgpu: "software" });
  sizes = await browser.page.evaluate(defineRunSets, KINDS);
});

afterAll(async () => browser?.close());

/** Runs in the page: defines `runSetsInPage` and `useRefused` there. */
async function defineRunSets(
  kinds: readonly string[],
): Promise<Record<string, readonly [unet: number, text: number]>> {
  const { parseAdapter } = await load("/src/adapters/adapter.ts");
  const { moduleTable } = await load("/src/adapters/names/module-table.ts");
  const { AdapterLibrary } = await load("/src/engine/adapters/library.ts");
  const { createMerger } = await load("/src/engine/adapters/merger.ts");
  const { readHeader, readTensor, writeSafetensors } = await load("/src/formats/safetensors.ts");
  const { GpuParameterStore } = await load("/src/runtime/shared/gpu-parameter-store.ts");
  const { fromInputLayout } = await load("/src/runtime/shared/parameter-layout.ts");
  const { fromFloat32 } = await load("/src/shared/dtype.ts");
  const { Int8ParameterStore } = await load("/src/wgsl/int8/parameter-store.ts");
  const { Quantiser } = await load("/src/wgsl/int8/quantiser.ts");
  const { Pipelines } = await load("/src/wgsl/pipelines.ts");
  const { TUNING } = await load("/src/wgsl/tuning.ts");
  const { makeAdapter, randomWeights } = await load("/tests/fixtures/adapters/make-adapter.ts");
  const { textParameters, unetParameters } = await load("/tests/fixtures/adapters/sd-parameters.ts");

  type Store = InstanceType<typeof GpuParameterStore>;
  const networks: Record<string, { name: string; shape: number[] }[]> = {
    unet: unetParameters({ widths: [8, 16], layers: 1, contextWidth: 12, attention: [true, false] }),
    text_encoder: textParameters({ width: 12, layers: 1, vocabulary: 8 }),
  };
  const table = moduleTable(networks);
  const files = kinds.map((kind, i) => ({
    kind,
    blob: new Blob([makeAdapter(table, { kind, seed: i + 1, every: i + 1, rank: 3 })]),
  }));
  const { sharePipelines } = await load("/tests/browser/share-pipelines.ts");
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error("no GPU");
  const device = await adapter.requestDevice();
  sharePipelines(device);
  const errors: string[] = [];
  device.addEventListener("uncapturederror", (event) =>
    errors.push((event as GPUUncapturedErrorEvent).error.message),
  );

  const pipelines = new Pipelines(device);
  const int8 = { ...TUNING, int8: { group: 8, least: 0 } };
  const quantiser = await Quantiser.create(device, { pipelines, target: { type: "f16", tuning: int8 } });

  interface Spec {
    name: string;
    shape: number[];
    layout: string;
    int8: object | null;
  }
  const specsOf = (network: string): Spec[] =>
    networks[network]!.map(({ name, shape }) => {
      // Matrices and some convolutions, as in the U-Net's graph.
      const isTransposed = shape.length === 2 || (shape.length === 4 && name.startsWith("mid_block"));
      const isInt8 = isTransposed && network === "unet" && shape[0]! % 4 === 0;
      return { name, shape, layout: isTransposed ? "transpose" : "same", int8: isInt8 ? int8.int8 : null };
    });

  const randomHalves = (network: string): Map<string, Uint8Array> => {
    const list = networks[network]!;
    const values = randomWeights(new Map(list.map(({ name, shape }) => [name, shape])), 1);
    return new Map(list.map(({ name }) => [name, fromFloat32(values.get(name), "F16")]));
  };

  /** The parameters of a network on the GPU, as from a file of these values. */
  async function openStore(network: string, dtype: string, halves = randomHalves(network)): Promise<Store> {
    const specs = specsOf(network);
    const data = specs.map(({ name, shape }) => ({ name, shape, dtype: "F16", bytes: halves.get(name)! }));
    const { tensors } = await readHeader(new Blob([writeSafetensors(data)]), { fileName: network });
    const store =
      dtype === "int8"
        ? new Int8ParameterStore(device, { dtype: "f16", quantiser })
        : new GpuParameterStore({ gpu: device, dtype });
    for (const spec of specs) {
      const source = tensors.get(spec.name);
      store.add(spec, { source, bytes: await readTensor(source) });
    }
    return store;
  }

  async function openSession(dtype: string) {
    const stores: Record<string, Store> = {
      unet: await openStore("unet", dtype),
      text_encoder: await openStore("text_encoder", dtype),
    };
    const library = new AdapterLibrary(
      table,
      createMerger((network: string) => stores[network]),
    );
    for (const { kind, blob } of files) library.register(kind, blob, { fileName: kind });
    return { stores, library };
  }

  /** Bytes of every live parameter, as text. */
  async function download(stores: Record<string, Store>): Promise<Map<string, string>> {
    const live = Object.entries(networks).flatMap(([network, list]) =>
      list.map(({ name }): [string, GPUBuffer] => [`${network}/${name}`, stores[network]!.live(name)]),
    );
    const size = live.reduce((sum, [, buffer]) => sum + buffer.size, 0);
    const staging = device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    const encoder = device.createCommandEncoder();
    let end = 0;
    for (const [, buffer] of live) {
      encoder.copyBufferToBuffer(buffer, 0, staging, end, buffer.size);
      end += buffer.size;
    }
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const bytes = new Uint8Array(staging.getMappedRange().slice(0));
    staging.destroy();
    let at = 0;
    return new Map(live.map(([name, buffer]) => [name, bytes.subarray(at, (at += buffer.size)).join()]));
  }

  const differing = (a: Map<string, string>, b: Map<string, string>): string[] =>
    [...a.keys()].filter((name) => a.get(name) !== b.get(name));
  const bytesOf = (stores: Record<string, Store>): number =>
    Object.values(stores).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

  // One session for sequences and one for single sets from scratch; their mergers keep the compiled kernels.
  const opened = new Map<string, Awaited<ReturnType<typeof openSession>>>();
  const sessionFor = async (key: string, dtype: string) => {
    const session = opened.get(key) ?? (await openSession(dtype));
    opened.set(key, session);
    return session;
  };
  const pristineBytes = new Map<string, Map<string, string>>();
  Object.assign(globalThis, {
    async runSetsInPage(sets: Use[][], dtype: string, compared: Use[]): Promise<Outcome> {
      const { stores, library } = await sessionFor(`${dtype} gradual`, dtype);
      const scratch = await sessionFor(`${dtype} scratch`, dtype);
      const pristine = pristineBytes.get(dtype) ?? (await download(stores));
      pristineBytes.set(dtype, pristine);
      const bytesBefore = bytesOf(stores);
      const touched: number[] = [];
      for (const set of sets) touched.push(await library.apply(set));
      const merged = await download(stores);

      await scratch.library.apply(compared.toReversed());
      const fresh = await download(scratch.stores);
      await scratch.library.apply([]);
      if (differing(pristine, await download(scratch.stores)).length > 0)
        throw new Error("the comparison did not start from pristine bytes");

      await library.apply([]);
      const after = await download(stores);
      const bytesAside = bytesOf(stores) - bytesBefore;
      return {
        touched,
        unlikeScratch: differing(merged, fresh),
        changed: differing(pristine, merged).length,
        leftOver: differing(pristine, after),
        bytesAside,
        errors: errors.splice(0),
      };
    },
  });

  Object.assign(globalThis, {
    /** Parameters whose bytes, merged in 8 bits, are not those of a file with the merged halves; and how many bytes the merged ones take. */
    async unlikeFile(set: Use[]): Promise<{ unlike: string[]; changed: number }> {
      const [whole, rounded] = [
        await sessionFor("f16 scratch", "f16"),
        await sessionFor("int8 scratch", "int8"),
      ];
      const before = await download(rounded.stores);
      await whole.library.apply(set);
      const halves = new Map<string, Uint8Array>();
      const merged = await download({
        unet: whole.stores["unet"]!,
        text_encoder: whole.stores["text_encoder"]!,
      });
      for (const spec of specsOf("unet")) {
        const bytes = Uint8Array.from(merged.get(`unet/${spec.name}`)!.split(","), Number);
        const count = spec.shape.reduce((product, size) => product * size, 1);
        const values: Uint16Array = fromInputLayout(new Uint16Array(bytes.buffer, 0, count), spec);
        halves.set(spec.name, new Uint8Array(values.slice().buffer));
      }
      const stores = { ...rounded.stores, unet: await openStore("unet", "int8", halves) };
      await rounded.library.apply(set);
      const [own, fresh] = [await download(rounded.stores), await download(stores)];
      stores.unet.dispose();
      await whole.library.apply([]);
      await rounded.library.apply([]);
      const unlike = differing(own, fresh).filter((name) => name.startsWith("unet/"));
      return { unlike, changed: differing(before, own).length };
    },
    /** Uses a LoRA of NaNs twice: the error each time, and the files on the GPU afterwards. */
    async useRefused(): Promise<{ messages: string[]; resident: number[] }> {
      const bytes = new Uint8Array(await files[0]!.blob.arrayBuffer());
      bytes.fill(0xff, 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true)));
      const { library } = await sessionFor("f32 gradual", "f32");
      library.register("refused", new Blob([bytes]), { fileName: "refused" });
      const alive = new Set<GPUBuffer>();
      const create = device.createBuffer.bind(device);
      device.createBuffer = (descriptor) => {
        const buffer = create(descriptor);
        if (descriptor.label !== "adapter file") return buffer;
        alive.add(buffer);
        const destroy = buffer.destroy.bind(buffer);
        buffer.destroy = () => {
          alive.delete(buffer);
          destroy();
        };
        return buffer;
      };
      const [messages, resident]: [string[], number[]] = [[], []];
      for (let i = 0; i < 2; i++) {
        await library
          .apply([{ id: "refused", unetStrength: 1, textStrength: 1 }])
          .catch((error: Error) => messages.push(error.message));
        resident.push(alive.size);
      }
      await library.apply([{ id: kinds[0]!, unetStrength: 1, textStrength: 1 }]);
      resident.push(alive.size);
      await library.apply([]);
      device.createBuffer = create;
      return { messages, resident };
    },
  });

  const parsed = await Promise.all(
    files.map(async ({ kind, blob }) => {
      const { updates } = await parseAdapter(blob, { fileName: kind, table });
      const text = updates.filter((update: { network: string }) => update.network === "text_encoder").length;
      return [kind, [updates.length - text, text]] as const;
    }),
  );
  return Object.fromEntries(parsed);
}

/** @param compared the set merged from scratch for comparison; by default the last set */
function runSets(
  sets: readonly (readonly Use[])[],
  dtype: string,
  compared = sets.at(-1)!,
): Promise<Outcome> {
  return browser.page.evaluate((args) => runSetsInPage(...args), [sets, dtype, compared] as const);
}

const both = (id: string, strength: number): Use => ({ id, unetStrength: strength, textStrength: strength });

const strength = fc.constantFrom(-1, -0.3, 0, 0.25, 0.8, 1.5);
const use: fc.Arbitrary<Use> = fc.record(
  {
    id: fc.constantFrom(...KINDS),
    unetStrength: strength,
    textStrength: strength,
    blockWeights: fc.constantFrom<Readonly<Record<string, number>>>({ M00: 0 }, { IN01: 0.5, BASE: -1 }),
  },
  { requiredKeys: ["id", "unetStrength", "textStrength"] },
);
const sets = fc.array(fc.uniqueArray(use, { selector: ({ id }) => id, maxLength: 3 }), {
  minLength: 1,
  maxLength: 5,
});

describe.each([
  { dtype: "f32", nearly: 1.001 },
  { dtype: "f16", nearly: 1.001 },
  { dtype: "int8", nearly: 1.1 },
])("$dtype", ({ dtype, nearly }) => {
  test("any sequence gives the bytes of a merge from scratch, and removing all adapters the pristine bytes", async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(sets, async (sequence) => {
        const outcome = await runSets(sequence, dtype);
        expect(outcome.errors).toEqual([]);
        expect(outcome.unlikeScratch).toEqual([]);
        expect(outcome.leftOver).toEqual([]);
        expect(outcome.bytesAside).toBe(0);
        changed += outcome.changed;
      }),
      { ...propertyRuns(15), seed: 4 }, // these sequences change enough
    );
    expect(changed).toBeGreaterThan(100);
  });

  test("the comparison detects other strengths", async () => {
    const { unlikeScratch } = await runSets([[both("lora", 1)]], dtype, [both("lora", nearly)]);
    expect(unlikeScratch.length).toBe(sizes["lora"]![0] + sizes["lora"]![1]);
  });

  test("computes only what changed", async () => {
    const { touched, unlikeScratch } = await runSets(
      [
        [both("lora", 1)],
        [both("lora", 1), both("dora", 0.5)],
        [both("dora", 0.5), both("lora", 1)],
        [both("lora", 1), both("dora", 0.7)],
        [both("lora", 1), { ...both("dora", 0.7), textStrength: 0.1 }],
        [both("lora", 1)],
      ],
      dtype,
    );
    const all = ([unet, text]: readonly [number, number]): number => unet + text;
    expect(touched).toEqual([
      all(sizes["lora"]!),
      all(sizes["dora"]!),
      0,
      all(sizes["dora"]!),
      sizes["dora"]![1],
      all(sizes["dora"]!),
    ]);
    expect(unlikeScratch).toEqual([]);
  });
});

test.each([
  [both("lora", 1)],
  [both("lora", 0.8), both("dora", -0.3)],
  [both("loha", 1), both("lokr", 1), both("oft", 1), both("glora", 0.5)],
])("what is merged in 8 bits is what a file of the merged halves is in 8 bits (%#)", async (...set) => {
  const { unlike, changed } = await browser.page.evaluate((given) => unlikeFile(given), set);
  expect(unlike).toEqual([]);
  expect(changed).toBeGreaterThan(10);
});

test("a rejected adapter leaves nothing on the GPU", async () => {
  const { messages, resident } = await browser.page.evaluate(() => useRefused());
  expect(messages).toHaveLength(2);
  expect(resident.slice(0, 2)).toEqual([0, 0]);
  expect(resident[2]).toBeLessThanOrEqual(1); // none if it was there before
});
