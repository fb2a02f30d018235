// In the page: a small network tuned on the device, its choices kept in the page's database.
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

const TUNING: Tuning = {
  ...SOFTWARE_TUNING,
  products: [
    { tile: { rows: 16, columns: 32, depth: 16, rowsEach: 2, left: "by rows" }, rate: 5, alone: 0.2 },
    { tile: { rows: 32, columns: 32, depth: 16, rowsEach: 4, left: "by depth" }, rate: 5, alone: 0.2 },
  ],
  parts: [1, 2],
};

/** Milliseconds: a software GPU compiles for long. */
const PATIENCE = 600_000;

/** A convolution, three products of one operand, a gated one, and one row that has no tile to choose. */
function smallNetwork(): Graph {
  const g = new GraphBuilder("unet");
  const map = g.conv(g.input("sample", [1, 24, 6, 7]), { module: "conv", channels: 32, kernel: 3 });
  const x = g.toTokens(map);
  const project = (module: string) => g.linear(x, { module, features: 32, bias: false });
  const [query, key, value] = [project("q"), project("k"), project("v")];
  const attended = g.attention(query, { module: "attention", key, value, heads: 2 });
  g.output("gated", g.geglu(g.linear(attended, { module: "ff", features: 64, bias: true })));
  g.output("row", g.linear(g.input("row", [1, 1, 32]), { module: "one", features: 16, bias: true }));
  return g.finish();
}

const graph = smallNetwork();
const names = graph.outputs.map(({ name }) => name);

/** One for all visits, which compiles a kernel once. */
const devices = new Map<boolean, Promise<GPUDevice>>();

async function openDevice(timestamps: boolean): Promise<GPUDevice> {
  const adapter = (await navigator.gpu.requestAdapter())!;
  const gpu = await adapter.requestDevice({ requiredFeatures: timestamps ? ["timestamp-query"] : [] });
  sharePipelines(gpu);
  return gpu;
}

async function openBackend(timestamps: boolean): Promise<WgslBackend> {
  const device = devices.get(timestamps) ?? openDevice(timestamps);
  devices.set(timestamps, device);
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
  readonly choices: Readonly<Record<string, string>>;
  readonly measuredShapes: number;
  /** Relative, the largest of both outputs. */
  readonly error: number;
  /** Of the products that have tiles. */
  readonly kernels: readonly string[];
}

/** @public Called in a page, where a test can only name it. */
export async function visit({ timestamps = true } = {}): Promise<Visit> {
  const backend = await openBackend(timestamps);
  const errors: string[] = [];
  backend.gpu.addEventListener("uncapturederror", ({ error }) => errors.push(error.message));
  backend.tuneWith(new TuningRecords(), { limitMilliseconds: PATIENCE });
  const tuned = (await backend.tune(graph))!;
  const tensors = noiseTensors(graph.parameters);
  const parameters = await backend.loadParameters(graph, tensors);
  const session = await backend.createSession(graph, { parameters });
  const inputs = Object.fromEntries(graph.inputs.map(({ name, shape }) => [name, noise(name, shape)]));
  const results = await session.run(inputs);
  const known = Object.fromEntries(graph.parameters.map(({ name, shape }) => [name, noise(name, shape)]));
  const expected = interpret(graph, { ...known, ...inputs });
  const kernels = planGraph(graph, backend.target, names).dispatches.map(({ kernel }) => kernel.name);
  await session.dispose();
  parameters.dispose();
  if (errors.length > 0) throw new Error(errors.join("\n"));
  return {
    choices: Object.fromEntries(backend.target.measured),
    measuredShapes: tuned.measuredShapes,
    error: Math.max(
      ...names.map((name) => relativeError(results[name]!, Float32Array.from(expected[name]!))),
    ),
    kernels: kernels.filter((name) => name.startsWith("product")),
  };
}

/** @public What a record of this adapter is stored under, and its version. */
export async function recordOfThisDevice(): Promise<{ key: string; version: string }> {
  const { gpu, target } = await openBackend(true);
  return { key: adapterKey(gpu.adapterInfo, target), version: kernelsVersion(target) };
}
