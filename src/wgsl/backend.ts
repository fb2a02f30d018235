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
import { storedParameters } from "./parameters.ts";
import { Pipelines } from "./pipelines.ts";
import type { PlanTarget } from "./plan/target.ts";
import { WgslSession } from "./session.ts";
import { SOFTWARE_TUNING, TUNING, type Tuning } from "./tuning.ts";

export class WgslBackend implements Backend {
  readonly gpu: GPUDevice;
  readonly gpuMemory: GpuMemory;
  readonly report: DeviceReport;
  readonly target: PlanTarget;
  readonly #loss: DeviceLoss;
  readonly #pipelines: Pipelines;

  constructor(
    gpu: GPUDevice,
    {
      report,
      type,
      tuning = isSoftwareAdapter({ info: gpu.adapterInfo }) ? SOFTWARE_TUNING : TUNING,
      matrices = type === "f16" && hasMatrices(gpu) ? subgroupMatrices : null,
    }: {
      report: DeviceReport;
      type: ElementType;
      tuning?: Tuning;
      matrices?: Matrices | null;
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
      tuning,
    };
    this.#loss = new DeviceLoss(gpu);
    this.#pipelines = new Pipelines(gpu);
  }

  get lost(): Promise<StylusError> {
    return this.#loss.lost;
  }

  loadParameters(
    graph: Graph,
    tensors: ReadonlyMap<string, TensorSource>,
    options: LoadOptions = {},
  ): Promise<GpuParameterStore> {
    const store = new GpuParameterStore({ gpu: this.gpu, dtype: this.target.type });
    return streamParameters(storedParameters(graph), tensors, { store, ...options });
  }

  async createSession(graph: Graph, { parameters, signal }: SessionOptions): Promise<WgslSession> {
    assert(parameters instanceof GpuParameterStore, "a store of this back end");
    const session = new WgslSession(graph, {
      device: this.gpu,
      pipelines: this.#pipelines,
      target: this.target,
      parameters,
    });
    await session.prepare();
    throwIfAborted(signal);
    return session;
  }

  unlessLost<Value>(work: Promise<Value>): Promise<Value> {
    return this.#loss.unlessLost(work);
  }

  dispose(): void {
    this.gpu.destroy();
  }
}
