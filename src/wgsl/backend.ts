// The back end on our own compute passes. Needs WebGPU and nothing else: no float16 feature, no subgroups.

import type { TensorSource } from "../formats/safetensors.ts";
import type { Graph } from "../graph/graph.ts";
import type { Backend, LoadOptions, SessionOptions } from "../runtime/backend.ts";
import { isSoftwareAdapter } from "../runtime/device.ts";
import { DeviceLoss } from "../runtime/device-loss.ts";
import { GpuMemory } from "../runtime/gpu-memory.ts";
import { GpuParameterStore } from "../runtime/shared/gpu-parameter-store.ts";
import { streamParameters } from "../runtime/shared/stream-parameters.ts";
import { assert } from "../shared/assert.ts";
import { type StylusError, throwIfAborted } from "../shared/errors.ts";
import type { DeviceReport } from "../shared/request.ts";
import type { ElementType } from "./kernels/kernel.ts";
import { type Matrices, subgroupMatrices } from "./kernels/matrices.ts";
import { hasMatrices } from "./matrix-support.ts";
import { Int8ParameterStore } from "./int8/parameter-store.ts";
import { Quantiser } from "./int8/quantiser.ts";
import { storedParameters, type WgslParameter, type WgslParameterStore } from "./parameters.ts";
import { Pipelines } from "./pipelines.ts";
import { planGraph } from "./plan/plan.ts";
import type { PlanTarget } from "./plan/target.ts";
import { rightTiles } from "./self-test.ts";
import { WgslSession } from "./session.ts";
import { DispatchTimer } from "./tuner/dispatch-timer.ts";
import type { Tuned } from "./tuner/tune.ts";
import { adapterKey, Tuner, type TuningRecords } from "./tuner/tuner.ts";
import { SOFTWARE_TUNING, type Tuning, tuningFor } from "./tuning.ts";

/** The most that tuning may take at the first use of a network and size. */
const TUNING_MILLISECONDS = 3000;

export class WgslBackend implements Backend {
  readonly gpu: GPUDevice;
  readonly gpuMemory: GpuMemory;
  readonly report: DeviceReport;
  target: PlanTarget;
  readonly #loss: DeviceLoss;
  readonly #pipelines: Pipelines;
  #tuner: Tuner | null = null;

  constructor(
    gpu: GPUDevice,
    {
      report,
      type,
      tuning = isSoftwareAdapter({ info: gpu.adapterInfo }) ? SOFTWARE_TUNING : tuningFor(gpu.adapterInfo),
      matrices = type === "f16" && hasMatrices(gpu) ? subgroupMatrices : null,
      int8 = false,
    }: {
      report: DeviceReport;
      type: ElementType;
      tuning?: Tuning;
      matrices?: Matrices | null;
      int8?: boolean;
    },
  ) {
    this.gpu = gpu;
    this.gpuMemory = new GpuMemory(gpu);
    this.report = report;
    const { limits } = gpu;
    this.target = {
      type,
      memory: limits.maxComputeWorkgroupStorageSize,
      invocations: limits.maxComputeInvocationsPerWorkgroup,
      blocks: limits.maxStorageBuffersPerShaderStage,
      matrices,
      int8,
      tuning,
      measured: new Map(),
    };
    this.#loss = new DeviceLoss(gpu);
    this.#pipelines = new Pipelines(gpu);
  }

  get lost(): Promise<StylusError> {
    return this.#loss.lost;
  }

  async loadParameters(
    graph: Graph,
    tensors: ReadonlyMap<string, TensorSource>,
    options: LoadOptions = {},
  ): Promise<WgslParameterStore> {
    const specs = storedParameters(graph, this.target);
    const store = await this.emptyStore(specs, this.target);
    return streamParameters(specs, tensors, { store, ...options });
  }

  /** For these parameters. @throws StylusError `device` */
  async emptyStore(specs: readonly WgslParameter[], target: PlanTarget): Promise<WgslParameterStore> {
    const { gpu } = this;
    const dtype = target.type;
    if (!specs.some(({ int8 }) => int8)) return new GpuParameterStore({ gpu, dtype });
    const quantiser = await Quantiser.create(gpu, { pipelines: this.#pipelines, target });
    return new Int8ParameterStore(gpu, { dtype, quantiser });
  }

  /** From now on measures products on the device, or takes what `records` has of it. */
  tuneWith(records: TuningRecords, { limitMilliseconds = TUNING_MILLISECONDS } = {}): void {
    const timer = new DispatchTimer(this.gpu, this.#pipelines);
    const tiles = (): Promise<Tuning> => rightTiles(this);
    const adapter = adapterKey(this.gpu.adapterInfo, this.target);
    this.#tuner = new Tuner(adapter, { timer, records, tiles, limitMilliseconds });
    this.target = { ...this.target, measured: this.#tuner.measured };
  }

  /** Measures the U-Net's products, which take most of the time, unless they are known; null where nothing is tuned. */
  async tune(graph: Graph, signal?: AbortSignal): Promise<Tuned | null> {
    if (!this.#tuner || graph.network !== "unet") return null;
    const { target } = this;
    const names = graph.outputs.map(({ name }) => name);
    return this.#tuner.tune(planGraph(graph, target, names).products, { target, signal });
  }

  async createSession(graph: Graph, { parameters, signal }: SessionOptions): Promise<WgslSession> {
    assert(
      parameters instanceof GpuParameterStore || parameters instanceof Int8ParameterStore,
      "a store of this back end",
    );
    await this.tune(graph, signal);
    const session = await this.openSession(graph, { parameters, target: this.target });
    throwIfAborted(signal);
    return session;
  }

  /** A session with another target than this back end's: another table of tiles. @throws StylusError `device` */
  async openSession(
    graph: Graph,
    { parameters, target }: { readonly parameters: WgslParameterStore; readonly target: PlanTarget },
  ): Promise<WgslSession> {
    const session = new WgslSession(graph, {
      device: this.gpu,
      pipelines: this.#pipelines,
      target,
      parameters,
    });
    await session.prepare();
    return session;
  }

  unlessLost<Value>(work: Promise<Value>): Promise<Value> {
    return this.#loss.unlessLost(work);
  }

  dispose(): void {
    this.gpu.destroy();
  }
}
