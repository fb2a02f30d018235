// The ONNX Runtime back end: one runtime and one device per worker. Sessions are created sequentially, because concurrent
// creation throws.

import type { TensorSource } from "../formats/safetensors.ts";
import type { Graph } from "../graph/graph.ts";
import type { Backend, BackendOptions, LoadOptions, SessionOptions } from "../runtime/backend.ts";
import { type ChosenDevice, chooseDevice, wasmDevice } from "../runtime/device.ts";
import { DeviceLoss } from "../runtime/device-loss.ts";
import { GpuMemory } from "../runtime/gpu-memory.ts";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import { inTurn } from "../shared/in-turn.ts";
import { say } from "../shared/saying.ts";
import type { DeviceReport } from "../shared/request.ts";
import { accumulateInFloat32 } from "./float32-accumulation.ts";
import { lower } from "./lowering.ts";
import type { OrtTarget } from "./model.ts";
import { loadOrt, type OrtModule } from "./ort.ts";
import { loadParameters, ownStore, type OrtParameterStore } from "./load-parameters.ts";
import { attentionIsRight } from "./self-test.ts";
import { createOrtSession, OrtSession } from "./session.ts";

export interface OrtSessionOptions extends SessionOptions {
  /** WebGPU only: records and replays runs, which takes about one millisecond of CPU time instead of 15. On by default. */
  readonly graphCapture?: boolean;
}

export class OrtBackend implements Backend {
  readonly ort: OrtModule;
  readonly gpu: GPUDevice | null;
  /** Null on WASM. */
  readonly gpuMemory: GpuMemory | null;
  readonly report: DeviceReport;
  readonly target: OrtTarget;
  private readonly loss: DeviceLoss;
  private readonly inTurn = inTurn();

  constructor(ort: OrtModule, { gpu, report }: ChosenDevice) {
    this.ort = ort;
    this.gpu = gpu;
    this.gpuMemory = gpu && new GpuMemory(gpu);
    this.report = report;
    this.target = { device: report.kind, dtype: report.f16 ? "f16" : "f32" };
    this.loss = new DeviceLoss(gpu);
  }

  get lost(): Promise<StylusError> {
    return this.loss.lost;
  }

  loadParameters(
    graph: Graph,
    tensors: ReadonlyMap<string, TensorSource>,
    options: LoadOptions = {},
  ): Promise<OrtParameterStore> {
    const { ort, gpu, target } = this;
    return loadParameters(lower(graph, target).parameters, tensors, {
      ort,
      gpu,
      dtype: target.dtype,
      ...options,
    });
  }

  createSession(
    graph: Graph,
    { parameters, graphCapture = this.gpu !== null, signal }: OrtSessionOptions,
  ): Promise<OrtSession> {
    const { ort, gpu } = this;
    const create = async (): Promise<OrtSession> => {
      throwIfAborted(signal);
      const model = lower(graph, this.target);
      const opened = await createOrtSession(ort, { gpu, model, graphCapture });
      return new OrtSession(opened, { ort, gpu, graph, model, parameters: ownStore(parameters) });
    };
    return this.inTurn(create);
  }

  unlessLost<Value>(work: Promise<Value>): Promise<Value> {
    return this.loss.unlessLost(work);
  }

  dispose(): void {
    this.gpu?.destroy();
  }
}

/**
 * Chooses the device, loads ONNX Runtime for it and, on WebGPU, checks that attention is correct.
 * @throws StylusError `device` if no device works, `cancelled`
 */
export async function openOrtBackend({
  preference,
  wasmReason,
  float16 = true,
  instead,
  signal,
}: BackendOptions): Promise<OrtBackend> {
  const chosen = await chooseDevice(preference, { wasmReason, float16, instead });
  throwIfAborted(signal);
  const { ort } = await loadOrt({ device: chosen.report.kind, threads: chosen.report.threads });
  throwIfAborted(signal);
  if (chosen.gpu && chosen.report.f16) accumulateInFloat32(chosen.gpu);
  if (!chosen.gpu || (await attentionIsRight(ort, chosen.gpu))) return new OrtBackend(ort, chosen);
  chosen.gpu.destroy();
  const problem = say`attention gives wrong results on ${chosen.report.name}`;
  if (preference !== "auto")
    throw new StylusError("device", say`WebGPU cannot be used: ${problem}.`, {
      remedy: say`Update the browser and the GPU driver, or choose the device wasm.`,
    });
  // The loaded build also has the CPU kernels, with the thread count it was loaded with.
  const fallback = wasmDevice(problem);
  return new OrtBackend(ort, { gpu: null, report: { ...fallback.report, threads: chosen.report.threads } });
}
