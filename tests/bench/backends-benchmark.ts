// Runs in a page: the same networks with the same weights and inputs on ONNX Runtime and on our own kernels, with and without
// subgroup matrices: times, closeness of the results, and what each kernel takes.

import type { DiffusionNetworks } from "../../src/engine/networks.ts";
import type { ParameterSet } from "../../src/engine/resident-networks.ts";
import { DiffusionPipeline } from "../../src/engine/pipeline.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { buildUnet } from "../../src/graph/unet.ts";
import { buildVaeDecoder } from "../../src/graph/vae.ts";
import { openOrtBackend } from "../../src/ort/backend.ts";
import type { Backend, Tensors } from "../../src/runtime/backend.ts";
import type { GpuMemory } from "../../src/runtime/gpu-memory.ts";
import { WgslBackend } from "../../src/wgsl/backend.ts";
import { openWgslBackend } from "../../src/wgsl/open-backend.ts";
import type { TimedDispatch } from "../../src/wgsl/program.ts";
import type { AttentionShape } from "../../src/wgsl/kernels/attention.ts";
import { nameOfMatrixTile } from "../../src/wgsl/kernels/subgroup-matrix-product.ts";
import { nameOfTile } from "../../src/wgsl/kernels/product.ts";
import { TUNING, type Tuning } from "../../src/wgsl/tuning.ts";
import { wrongResults } from "../../src/wgsl/self-test.ts";
import { WgslSession } from "../../src/wgsl/session.ts";
import { relativeError } from "../parity/cases.ts";
import { noise } from "../parity/noise.ts";
import { type Figure, median, megabytes, milliseconds, timed } from "./figures.ts";
import { keepInOpfs } from "./opfs.ts";
import { casesOf, type PackSize, randomPack } from "./random-pack.ts";
import { english } from "../../src/shared/saying.ts";

export interface BackendsOptions {
  readonly float16: boolean;
  readonly size: PackSize;
  readonly repeats: number;
  /** Names in `OPENERS`. */
  readonly engines: readonly string[];
  /** Also times a step with other tunings. */
  readonly variants: boolean;
  /** Instead times the tuner, and a step with its choices. */
  readonly tune: boolean;
}

/** One shape for heads of every width up to 256. */
const attention = (shape: Partial<AttentionShape>): Partial<Tuning> => ({
  attention: [{ ...TUNING.attention[0]!, upTo: 256, ...shape }, TUNING.attention.at(-1)!],
});
/** Each shipped tile alone. */
const tilesOf = <Key extends "products" | "matrixProducts">(
  key: Key,
  nameOf: (tile: Tuning[Key][number]["tile"]) => string,
): Record<string, Partial<Tuning>> =>
  Object.fromEntries(TUNING[key].map((rated) => [`tiles of ${nameOf(rated.tile)}`, { [key]: [rated] }]));

const winograd = (changes: Partial<Tuning["winograd"]>): Partial<Tuning> => ({
  winograd: { ...TUNING.winograd, ...changes },
});
const WINOGRAD_VARIANTS: Readonly<Record<string, Partial<Tuning>>> = {
  "no Winograd": winograd({ worth: 0 }),
  "Winograd wherever possible": winograd({ worth: Infinity }),
  "Winograd, sums in halves": winograd({ worth: Infinity, sumsInHalves: true }),
  "Winograd, bands of 32 MB": winograd({ worth: Infinity, bandBytes: 2 ** 25 }),
  "Winograd, bands of 128 MB": winograd({ worth: Infinity, bandBytes: 2 ** 27 }),
};

/** What `tuning.ts` is fitted from. */
const VARIANTS: Readonly<Record<string, Readonly<Record<string, Partial<Tuning>>>>> = {
  wgsl: {
    "as shipped": {},
    ...WINOGRAD_VARIANTS,
    "attention: 1 query": attention({ queries: 1, keysAtOnce: 8 }),
    "attention: 2 queries": attention({}),
    "attention: 2 queries, 64 invocations": attention({ invocations: 64 }),
    "attention: 2 queries, 2 keys at once": attention({ keysAtOnce: 2 }),
    "attention: 4 queries": attention({ queries: 4, fours: 5 }),
    ...tilesOf("products", nameOfTile),
    "no shared sums": { parts: [1] },
    "sums shared less readily": { dispatchMicroseconds: 4, minStepsPerPart: 8 },
  },
  matrices: {
    "as shipped": {},
    ...WINOGRAD_VARIANTS,
    ...tilesOf("matrixProducts", nameOfMatrixTile),
    "attention: 64 keys, 2 subgroups": { matrixAttention: { subgroups: 2, keys: 64 } },
    "attention: 32 keys, 2 subgroups": { matrixAttention: { subgroups: 2, keys: 32 } },
    "attention: 32 keys, 1 subgroup": { matrixAttention: { subgroups: 1, keys: 32 } },
    "no shared sums": { parts: [1] },
    "sums shared less readily": { dispatchMicroseconds: 4, minStepsPerPart: 8 },
  },
};

/** A figure, or the profile of a network's run. */
export type BackendsRow =
  | Figure
  | { readonly part: string; readonly what: "profile"; readonly dispatches: readonly TimedDispatch[] };

type Measured = Backend & { readonly gpuMemory: GpuMemory | null };

const OPENERS: Readonly<Record<string, (options: { float16: boolean }) => Promise<Measured>>> = {
  onnxruntime: ({ float16 }) => openOrtBackend({ preference: "webgpu", float16 }),
  wgsl: ({ float16 }) => openWgslBackend({ preference: "webgpu", float16, matrices: false }),
  matrices: ({ float16 }) => openWgslBackend({ preference: "webgpu", float16, matrices: true }),
};

export async function* compareBackends(options: BackendsOptions): AsyncGenerator<BackendsRow> {
  const files = await randomPack(options.size, { keep: keepInOpfs(options.size) });
  /** The first engine's results. */
  const reference = new Map<string, Float32Array>();
  for (const name of options.engines) {
    let backend!: Measured;
    yield milliseconds(
      name,
      "device and self-test",
      await timed(async () => (backend = await OPENERS[name]!(options))),
      english(backend.report.name),
    );
    if (backend instanceof WgslBackend) {
      if (name === "matrices" && !backend.target.matrices) {
        yield { part: name, what: "subgroup matrices are not offered", value: 0, unit: "" };
        backend.dispose();
        continue;
      }
      const own = backend;
      let wrong: string | null = null;
      const time = await timed(async () => (wrong = await wrongResults(own)));
      yield milliseconds(name, "self-test", time, wrong ?? "right");
    }
    let pipeline!: DiffusionPipeline;
    yield milliseconds(
      name,
      "parameters from disk to device",
      await timed(async () => (pipeline = await DiffusionPipeline.load(files, { backend }))),
    );
    try {
      if (!options.tune) yield* networkRows(pipeline.networks, { name, backend, options, reference });
      else if (backend instanceof WgslBackend)
        yield* tuningRows(pipeline.networks, { name, backend, options });
    } catch (error) {
      yield { part: name, what: `failed: ${String(error)}`, value: 0, unit: "" };
    }
    if (options.variants && backend instanceof WgslBackend)
      yield* variantRows(pipeline.networks, { name, backend, options });
    if (backend.gpuMemory) {
      const { own, runtime } = backend.gpuMemory;
      yield megabytes(name, "peak of own GPU buffers", own.use.peakBytes);
      yield megabytes(name, "peak of the runtime's GPU buffers", runtime.use.peakBytes);
    }
    await pipeline.dispose();
    backend.dispose();
  }
}

async function* networkRows(
  { checkpoint, resident }: DiffusionNetworks,
  {
    name,
    backend,
    options,
    reference,
  }: {
    name: string;
    backend: Measured;
    options: BackendsOptions;
    reference: Map<string, Float32Array>;
  },
): AsyncGenerator<BackendsRow> {
  const { unet, vae_decoder } = casesOf(options.size);
  const cases: { part: string; graph: Graph; store: ParameterSet; repeats: number }[] = [
    ...[2, 1].map((batch) => ({
      part: `UNet, batch ${batch}`,
      graph: buildUnet(checkpoint.unet.config, {
        batch,
        height: unet.height,
        width: unet.width,
        contextTokens: 77,
      }),
      store: "unet" as const,
      repeats: options.repeats,
    })),
    {
      part: "VAE decoder",
      graph: buildVaeDecoder(checkpoint.vae.config, {
        batch: 1,
        height: vae_decoder.height,
        width: vae_decoder.width,
      }),
      store: "vae_decoder",
      repeats: Math.min(options.repeats, 7),
    },
  ];
  for (const { part: network, graph, store, repeats } of cases) {
    const part = `${name}: ${network}`;
    const feeds: Record<string, Float32Array> = Object.fromEntries(
      graph.inputs.map((input) => [input.name, noise(input.name, input.shape)]),
    );
    if (feeds["timestep"]) feeds["timestep"] = Float32Array.of(617);
    const start = performance.now();
    const session = await backend.createSession(graph, { parameters: resident.get(store)! });
    yield milliseconds(part, "session build", performance.now() - start);
    let results: Tensors = {};
    yield milliseconds(part, "first run", await timed(async () => (results = await session.run(feeds))));
    const values = results[graph.outputs[0]!.name]!;
    const known = reference.get(network);
    if (known)
      yield {
        part,
        what: `relative difference from ${options.engines[0]}`,
        value: 1e6 * relativeError(values, known),
        unit: "",
        note: "millionths",
      };
    else reference.set(network, values);
    const times: number[] = [];
    const submits: number[] = [];
    const image = feeds["sample"] ?? feeds["latent_sample"]!;
    for (let i = 0; i < repeats; i++) {
      // As in sampling: another sample and timestep at every step, with the same text.
      image[0] = image[0]! + 1 / 64;
      if (feeds["timestep"]) feeds["timestep"][0]!--;
      times.push(await timed(() => session.run(feeds)));
      submits.push((session as { submitMilliseconds?: number }).submitMilliseconds ?? 0);
    }
    yield milliseconds(part, "a run", median(times), `shortest ${Math.min(...times).toFixed(1)}`);
    yield milliseconds(part, "CPU time of a run", median(submits), "until submitted to the GPU");
    if (session instanceof WgslSession && session.canProfile)
      yield { part, what: "profile", dispatches: await session.profile(feeds) };
    await session.dispose();
  }
}

interface OneEngine {
  readonly name: string;
  readonly backend: WgslBackend;
  readonly options: BackendsOptions;
}

/** The tuner's time and choices, and a step before and after, for batch 2 and 1. */
async function* tuningRows(
  { checkpoint, resident }: DiffusionNetworks,
  { name, backend, options }: OneEngine,
): AsyncGenerator<BackendsRow> {
  const { height, width } = casesOf(options.size).unet;
  const repeats = Math.min(options.repeats, 12);
  const graphs = [2, 1].map((batch) => ({
    part: `${name}: UNet, batch ${batch}`,
    graph: buildUnet(checkpoint.unet.config, { batch, height, width, contextTokens: 77 }),
  }));
  const reference = new Map<number, Float32Array>();
  const steps = async function* (engine: WgslBackend, what: string): AsyncGenerator<BackendsRow> {
    for (const { part, graph } of graphs) {
      const session = await engine.createSession(graph, { parameters: resident.get("unet")! });
      yield* stepRows(session, { part, what, repeats, reference });
      await session.dispose();
    }
  };
  yield* steps(backend, "a step, not tuned");
  const { gpu, report, target } = backend;
  const { type, matrices, tuning } = target;
  const engine = new WgslBackend(gpu, { report, type, matrices, tuning });
  const kept = new Map<string, string>();
  engine.tuneWith({
    read: async () => new Map(),
    add: async (_adapter, _version, choices) => choices.forEach((choice, shape) => kept.set(shape, choice)),
  });
  for (const { part, graph } of graphs) {
    const start = performance.now();
    const { choices, measuredShapes } = (await engine.tune(graph))!;
    const time = performance.now() - start;
    const note = `${measuredShapes} of ${choices.size} shapes measured`;
    yield milliseconds(part, "tuning", time, note);
  }
  for (const [shape, choice] of kept) yield { part: shape, what: choice, value: 0, unit: "" };
  yield* steps(engine, "a step, tuned");
}

/** The time of a step or of decoding, how far its result is from the first of its shape, and its profile where the device times passes. */
async function* stepRows(
  session: WgslSession,
  {
    part,
    what,
    repeats,
    reference,
  }: { part: string; what: string; repeats: number; reference: Map<number, Float32Array> },
): AsyncGenerator<BackendsRow> {
  const feeds: Record<string, Float32Array> = Object.fromEntries(
    session.graph.inputs.map((input) => [input.name, noise(input.name, input.shape)]),
  );
  if (feeds["timestep"]) feeds["timestep"] = Float32Array.of(617);
  const image = feeds["sample"] ?? feeds["latent_sample"]!;
  const values = (await session.run(feeds))[session.graph.outputs[0]!.name]!;
  const known = reference.get(values.length);
  if (!known) reference.set(values.length, values);
  const difference = known ? `, off by ${relativeError(values, known).toExponential(1)}` : "";
  const times: number[] = [];
  for (let i = 0; i < repeats; i++) {
    image[0] = image[0]! + 1 / 64;
    if (feeds["timestep"]) feeds["timestep"][0]!--;
    times.push(await timed(() => session.run(feeds)));
  }
  yield milliseconds(part, what, median(times), `shortest ${Math.min(...times).toFixed(1)}${difference}`);
  if (session.canProfile) yield { part, what: "profile", dispatches: await session.profile(feeds) };
}

/** A step of batch 2 with each of the engine's variants, on the same parameters, and the decoder where convolutions differ. */
async function* variantRows(
  { checkpoint, resident }: DiffusionNetworks,
  { name, backend, options }: OneEngine,
): AsyncGenerator<BackendsRow> {
  const { unet, vae_decoder: vae } = casesOf(options.size);
  const step = buildUnet(checkpoint.unet.config, {
    batch: 2,
    height: unet.height,
    width: unet.width,
    contextTokens: 77,
  });
  const decoder = buildVaeDecoder(checkpoint.vae.config, { batch: 1, height: vae.height, width: vae.width });
  const { report, target } = backend;
  const reference = new Map<number, Float32Array>();
  for (const [variant, tuning] of Object.entries(VARIANTS[name] ?? {})) {
    const part = `${name}, ${variant}`;
    try {
      const { type, matrices } = target;
      const other = new WgslBackend(backend.gpu, {
        report,
        type,
        matrices,
        tuning: { ...target.tuning, ...tuning },
      });
      const repeats = Math.min(options.repeats, 8);
      const session = await other.createSession(step, { parameters: resident.get("unet")! });
      yield* stepRows(session, { part, what: "a step, batch 2", repeats, reference });
      await session.dispose();
      if (variant !== "as shipped" && !(variant in WINOGRAD_VARIANTS)) continue;
      const decoding = await other.createSession(decoder, { parameters: resident.get("vae_decoder")! });
      yield* stepRows(decoding, { part, what: "the decoder", repeats: Math.min(repeats, 4), reference });
      await decoding.dispose();
    } catch (error) {
      yield { part, what: `failed: ${String(error)}`, value: 0, unit: "" };
    }
  }
}
