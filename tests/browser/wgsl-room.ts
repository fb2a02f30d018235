// In the page: our own kernels on a device that has room for so many bytes of buffers, and that rejects what a test says.
import { GraphBuilder } from "../../src/graph/builder.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { interpret } from "../../src/graph/interpret.ts";
import { chooseDevice } from "../../src/runtime/device.ts";
import type { Session } from "../../src/runtime/backend.ts";
import { WgslBackend } from "../../src/wgsl/backend.ts";
import { Pipelines } from "../../src/wgsl/pipelines.ts";
import { planGraph } from "../../src/wgsl/plan/plan.ts";
import { SOFTWARE_TUNING } from "../../src/wgsl/tuning.ts";
import { DispatchTimer } from "../../src/wgsl/tuner/dispatch-timer.ts";
import { relativeError } from "../parity/cases.ts";
import { noise, noiseTensors } from "../parity/noise.ts";

/** A product of so many rows. */
function network(rows: number): Graph {
  const g = new GraphBuilder("unet");
  const x = g.input("x", [1, rows, 32]);
  g.output("out", g.linear(x, { module: "linear", features: 32, bias: true }));
  return g.finish();
}

class Small {
  /** Bytes for which there is room. */
  room = Infinity;
  live = 0;
  /** Buffers so far. */
  made = 0;
  readonly gpu: GPUDevice;

  /** Reports a lack of memory as WebGPU does: to an error scope. */
  constructor(gpu: GPUDevice) {
    this.gpu = gpu;
    let isFull = false;
    const create = gpu.createBuffer.bind(gpu);
    gpu.createBuffer = (descriptor) => {
      const buffer = create(descriptor);
      this.made++;
      this.live += buffer.size;
      isFull ||= this.live > this.room;
      const destroy = buffer.destroy.bind(buffer);
      let isLive = true;
      buffer.destroy = () => {
        if (isLive) this.live -= buffer.size;
        isLive = false;
        destroy();
        return undefined;
      };
      return buffer;
    };
    const pop = gpu.popErrorScope.bind(gpu);
    gpu.popErrorScope = async () => {
      const error = isFull ? new GPUOutOfMemoryError("out of memory") : null;
      isFull = false;
      const popped = await pop();
      return error ?? popped;
    };
  }

  /** The next call of a method fails. */
  failOnce(method: "createBindGroup" | "createComputePipelineAsync"): void {
    const works = this.gpu[method];
    const fail = (): never => {
      Object.assign(this.gpu, { [method]: works });
      throw new TypeError("rejected");
    };
    Object.assign(this.gpu, { [method]: fail });
  }
}

async function open(): Promise<{
  small: Small;
  backend: WgslBackend;
  prepare: (rows: number) => Promise<Net>;
}> {
  const { gpu, report } = await chooseDevice("webgpu", { float16: false });
  const small = new Small(gpu!);
  const backend = new WgslBackend(gpu!, { report, type: "f32" });
  const parameters = await backend.loadParameters(network(1), noiseTensors(network(1).parameters));
  return {
    small,
    backend,
    async prepare(rows) {
      const graph = network(rows);
      const session = await backend.createSession(graph, { parameters });
      return { session, error: () => errorOf(graph, session) };
    },
  };
}

interface Net {
  readonly session: Session;
  /** Runs it. @returns its relative error */
  readonly error: () => Promise<number>;
}

async function errorOf(graph: Graph, session: Session): Promise<number> {
  const known = Object.fromEntries(
    [...graph.inputs, ...graph.parameters].map(({ name, shape }) => [name, noise(name, shape)]),
  );
  const { out } = await session.run({ x: known["x"]! });
  return relativeError(out!, Float32Array.from(interpret(graph, known)["out"]!));
}

const told = (failure: unknown) => {
  const { code, message, remedy } = failure as { code?: string; message: string; remedy?: string };
  return { code, message, remedy };
};

const failureOf = (work: Promise<unknown>) => work.then(() => null, told);

/** @public Two networks with room for either, in turn. */
export async function inTurn(): Promise<{ errors: number[]; mostBytes: number; room: number }> {
  const { small, prepare } = await open();
  const [one, other] = [await prepare(256), await prepare(300)];
  const before = small.live;
  const errors = [await one.error()];
  const ofOne = small.live - before;
  small.room = before + 2 * ofOne - 16;
  const bytes = [];
  for (const net of [other, one, other]) {
    errors.push(await net.error());
    bytes.push(small.live);
  }
  return { errors, mostBytes: Math.max(...bytes), room: small.room };
}

/** @public A network without room, and with room again. */
export async function withoutRoom() {
  const { small, prepare } = await open();
  const net = await prepare(256);
  const before = small.live;
  small.room = before;
  const failure = await failureOf(net.error());
  const left = small.live - before;
  small.room = Infinity;
  return { failure, left, error: await net.error() };
}

/** @public A bind group that cannot be made, once. */
export async function withoutBindGroup() {
  const { small, prepare } = await open();
  const net = await prepare(256);
  const before = small.live;
  small.failOnce("createBindGroup");
  const failure = await failureOf(net.error());
  const left = small.live - before;
  return { failure, left, error: await net.error() };
}

/** @public A kernel that is rejected, once. */
export async function withoutKernel() {
  const { small, prepare } = await open();
  small.failOnce("createComputePipelineAsync");
  const failure = await failureOf(prepare(256));
  return { failure, error: await (await prepare(256)).error() };
}

/** @public Parameters without room; then those of a merge, which has room at the second try. */
export async function parameters(weights: "whole" | "int8") {
  const { gpu, report } = await chooseDevice("webgpu", { float16: false });
  const small = new Small(gpu!);
  const backend = new WgslBackend(gpu!, {
    report,
    type: "f32",
    int8: weights === "int8",
    tuning: { ...SOFTWARE_TUNING, int8: { ...SOFTWARE_TUNING.int8, least: 0 } },
  });
  const graph = network(256);
  const load = () => backend.loadParameters(graph, noiseTensors(graph.parameters));
  small.room = 1000;
  const failure = await failureOf(load());
  const left = small.live;
  small.room = Infinity;
  const store = await load();
  const session = await backend.createSession(graph, { parameters: store });
  const before = await errorOf(graph, session);
  const names = graph.parameters.map(({ name }) => name);
  let merges = 0;
  const merge = () => store.gpu!.rewrite(names, async () => void merges++);
  small.room = small.live;
  const mergeFailure = await failureOf(merge());
  const mergesWithoutRoom = merges;
  small.room = Infinity;
  const after = await errorOf(graph, session);
  await merge();
  await store.gpu!.release(names);
  const released = await errorOf(graph, session);
  return { failure, left, mergeFailure, mergesWithoutRoom, merges, errors: [before, after, released] };
}

/** @public The tuner's timer: a kernel that is rejected, no room, and then both. */
export async function timings() {
  const { small, backend } = await open();
  const { gpu, target } = backend;
  const timer = new DispatchTimer(gpu, new Pipelines(gpu));
  const { dispatches } = planGraph(network(256), target, ["out"]);
  const ways = dispatches
    .filter(({ kernel }) => kernel.name.startsWith("product"))
    .map((dispatch) => [dispatch]);
  const { made, live } = small;
  small.failOnce("createComputePipelineAsync");
  const rejected = await failureOf(timer.time(ways));
  const madeBefore = small.made - made;
  small.room = live;
  const full = await failureOf(timer.time(ways));
  const left = small.live - live;
  small.room = Infinity;
  const { length } = await timer.time(ways);
  return { rejected, madeBefore, full, left, length, leftAfter: small.live - live };
}
