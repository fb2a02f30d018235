// In the page: tiles checked and a small network tuned on the device, what was found kept in the page's database.
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { interpret } from "../../src/graph/interpret.ts";
import { say, verbatim } from "../../src/shared/saying.ts";
import { TuningRecords } from "../../src/storage/tuning-records.ts";
import { WgslBackend } from "../../src/wgsl/backend.ts";
import { planGraph } from "../../src/wgsl/plan/plan.ts";
import { kernelsVersion } from "../../src/wgsl/tuner/kernels-version.ts";
import { adapterKey } from "../../src/wgsl/tuner/tuner.ts";
import { SOFTWARE_TUNING, type Tuning } from "../../src/wgsl/tuning.ts";
import { relativeError } from "../parity/cases.ts";
import { sharePipelines } from "./share-pipelines.ts";
import { noise, noiseTensors } from "../parity/noise.ts";

/** By the rates the second tile is always the faster one. */
const TUNING: Tuning = {
  ...SOFTWARE_TUNING,
  products: [
    { tile: { rows: 16, columns: 32, depth: 16, rowsEach: 2, left: "by rows" }, rate: 5, alone: 0.2 },
    { tile: { rows: 32, columns: 32, depth: 16, rowsEach: 4, left: "by depth" }, rate: 15, alone: 0.2 },
  ],
  parts: [1, 2],
  winograd: { ...SOFTWARE_TUNING.winograd, worth: Infinity },
};

/** Milliseconds: a software GPU compiles for long. */
const PATIENCE = 600_000;

/** A convolution, three products of one operand, a gated one, and one row that has no tile to choose. */
function smallNetwork(): Graph {
  const g = new GraphBuilder("unet");
  // Too few channels for Winograd's filtering.
  const map = g.conv(g.input("sample", [1, 24, 6, 7]), { module: "conv", channels: 32, kernel: 3 });
  const x = g.toTokens(map);
  const project = (module: string) => g.linear(x, { module, features: 32, bias: false });
  const [query, key, value] = [project("q"), project("k"), project("v")];
  const attended = g.attention(query, { module: "attention", key, value, heads: 2 });
  g.output("gated", g.geglu(g.linear(attended, { module: "ff", features: 64, bias: true })));
  g.output("row", g.linear(g.input("row", [1, 1, 32]), { module: "one", features: 16, bias: true }));
  return g.finish();
}

/** A network that is not tuned: convolutions by Winograd's filtering and by taps, and a product. */
function otherNetwork(): Graph {
  const g = new GraphBuilder("vae");
  const map = g.conv(g.input("latent", [1, 32, 6, 7]), { module: "conv", channels: 32, kernel: 3 });
  const half = g.conv(map, { module: "half", channels: 32, kernel: 3, stride: 2 });
  g.output("product", g.linear(g.toTokens(half), { module: "linear", features: 40, bias: true }));
  return g.finish();
}

/** One for all visits of a kind, which compiles a kernel once. */
const devices = new Map<string, Promise<GPUDevice>>();

interface DeviceOptions {
  readonly timestamps?: boolean;
  /** Products with this tile leave out the last step of their sums. */
  readonly wrongTile?: string | null;
  /** Products with this tile never end compiling. */
  readonly endlessTile?: string | null;
}

async function openDevice({
  timestamps = true,
  wrongTile = null,
  endlessTile = null,
}: DeviceOptions): Promise<GPUDevice> {
  const adapter = (await navigator.gpu.requestAdapter())!;
  const gpu = await adapter.requestDevice({ requiredFeatures: timestamps ? ["timestamp-query"] : [] });
  if (wrongTile !== null) compileWrongly(gpu, wrongTile);
  if (endlessTile !== null) compileEndlessly(gpu, endlessTile);
  sharePipelines(gpu);
  return gpu;
}

function compileWrongly(gpu: GPUDevice, tile: string): void {
  const create = gpu.createShaderModule.bind(gpu);
  gpu.createShaderModule = (descriptor) => {
    if (!descriptor.label?.includes(tile)) return create(descriptor);
    return create({ ...descriptor, code: descriptor.code.replace("step < end;", "step + 1u < end;") });
  };
}

function compileEndlessly(gpu: GPUDevice, tile: string): void {
  const create = gpu.createComputePipelineAsync.bind(gpu);
  gpu.createComputePipelineAsync = (descriptor) =>
    descriptor.label?.includes(tile) ? new Promise(() => {}) : create(descriptor);
}

interface VisitOptions extends DeviceOptions {
  readonly limitMilliseconds?: number;
}

async function openBackend(options: DeviceOptions): Promise<WgslBackend> {
  const kind = JSON.stringify(options);
  const device = devices.get(kind) ?? openDevice(options);
  devices.set(kind, device);
  const gpu = await device;
  const report = {
    kind: "webgpu",
    name: verbatim("a test"),
    reason: say`a GPU is available`,
    threads: 1,
    f16: false,
  } as const;
  return new WgslBackend(gpu, { report, type: "f32", tuning: TUNING });
}

interface Visit {
  /** Submissions of the tiles' check. */
  readonly checks: number;
  readonly choices: Readonly<Record<string, string>>;
  readonly measuredShapes: number;
  /** Relative, the largest of all outputs of both networks. */
  readonly error: number;
  /** Of the tuned network's products that have tiles. */
  readonly kernels: readonly string[];
  /** Of the other network's. */
  readonly others: readonly string[];
}

/** @public Called in a page, where a test can only name it. */
export async function visit({ limitMilliseconds = PATIENCE, ...options }: VisitOptions = {}): Promise<Visit> {
  const backend = await openBackend(options);
  const errors: string[] = [];
  backend.gpu.addEventListener("uncapturederror", ({ error }) => errors.push(error.message));
  const checks = await submissionsOf(backend.gpu, () =>
    backend.adapt(new TuningRecords(), { limitMilliseconds }),
  );
  const tuned = await backend.tune(smallNetwork());
  const runs = [await run(backend, smallNetwork()), await run(backend, otherNetwork())];
  if (errors.length > 0) throw new Error(errors.join("\n"));
  return {
    checks,
    choices: Object.fromEntries(backend.target.measured),
    measuredShapes: tuned?.measuredShapes ?? 0,
    error: Math.max(...runs.map(({ error }) => error)),
    kernels: runs[0]!.kernels,
    others: runs[1]!.kernels,
  };
}

async function submissionsOf({ queue }: GPUDevice, work: () => Promise<void>): Promise<number> {
  let count = 0;
  const submit = queue.submit.bind(queue);
  queue.submit = (buffers) => {
    count++;
    return submit(buffers);
  };
  await work().finally(() => (queue.submit = submit));
  return count;
}

async function run(backend: WgslBackend, graph: Graph) {
  const parameters = await backend.loadParameters(graph, noiseTensors(graph.parameters));
  const session = await backend.createSession(graph, { parameters });
  const inputs = Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, noise(name, shape)]));
  const results = await session.run(inputs);
  const known = Object.fromEntries(graph.parameters.map(({ name, shape }) => [name, noise(name, shape)]));
  const expected = interpret(graph, { ...known, ...inputs });
  const names = graph.outputs.map(({ name }) => name);
  const kernels = planGraph(graph, backend.target, names).dispatches.map(({ kernel }) => kernel.name);
  await session.dispose();
  parameters.dispose();
  return {
    error: Math.max(
      ...names.map((name) => relativeError(results[name]!, Float32Array.from(expected[name]!))),
    ),
    kernels: kernels.filter((name) => name.startsWith("product")),
  };
}

/** @public What a record of this adapter is stored under, and its version. */
export async function recordOfThisDevice(): Promise<{ key: string; version: string }> {
  const { gpu, target } = await openBackend({});
  return { key: adapterKey(gpu.adapterInfo, target), version: kernelsVersion(target) };
}
