// The runtime of a worker: one ONNX Runtime, one device. Sessions are created one after the other, because two at once throw.

import type { GraphModel, GraphTarget } from "../graph/model.ts";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import type { DevicePreference, DeviceReport } from "../shared/request.ts";
import { type ChosenDevice, chooseDevice, wasmDevice } from "./device.ts";
import { accumulateInFloat32 } from "./float32-accumulation.ts";
import { GpuMemory } from "./gpu-memory.ts";
import { attentionIsRight } from "./self-test.ts";
import { loadOrt, type OrtModule } from "./ort.ts";
import type { ParameterStore } from "./parameter-store.ts";
import { createOrtSession, NetworkSession } from "./session.ts";

export interface CreateSessionOptions {
  readonly parameters: ParameterStore;
  /** WebGPU only: runs are recorded and replayed, which takes about a millisecond of CPU time instead of 15. On by default. */
  readonly graphCapture?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export class Runtime {
  readonly ort: OrtModule;
  readonly gpu: GPUDevice | null;
  /** Null on WASM. */
  readonly gpuMemory: GpuMemory | null;
  readonly report: DeviceReport;
  /** What graphs for this runtime are built for. */
  readonly target: GraphTarget;
  /** Settles when the GPU is gone (driver reset, long sleep); never on WASM. */
  readonly lost: Promise<StylusError>;
  private queue: Promise<unknown> = Promise.resolve();
  private loss: StylusError | null = null;
  private readonly waiting = new Set<(loss: StylusError) => void>();

  constructor(ort: OrtModule, { gpu, report }: ChosenDevice) {
    this.ort = ort;
    this.gpu = gpu;
    this.gpuMemory = gpu && new GpuMemory(gpu);
    this.report = report;
    this.target = { device: report.kind, dtype: report.f16 ? "f16" : "f32" };
    this.lost = gpu ? gpu.lost.then(lostError) : new Promise(() => {});
    void this.lost.then((loss) => {
      this.loss = loss;
      for (const reject of this.waiting) reject(loss);
      this.waiting.clear();
    });
  }

  /** @throws StylusError `device` when the runtime refuses the graph or has no memory for it */
  async createSession(
    model: GraphModel,
    { parameters, graphCapture = this.gpu !== null, signal }: CreateSessionOptions,
  ): Promise<NetworkSession> {
    const { ort, gpu } = this;
    const create = async (): Promise<NetworkSession> => {
      throwIfAborted(signal);
      return new NetworkSession(await createOrtSession(ort, { gpu, model, graphCapture }), {
        ort,
        gpu,
        model,
        parameters,
      });
    };
    const result = this.queue.then(create);
    this.queue = result.catch(() => {});
    return result;
  }

  /**
   * The outcome of `work`, or the loss of the device: what waits for a lost GPU may wait for ever, or fail in other words.
   * @throws StylusError `device-lost`, and whatever `work` throws
   */
  unlessLost<Value>(work: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.loss) reject(this.loss);
      else this.waiting.add(reject);
      const settle = (end: () => void): void => {
        this.waiting.delete(reject);
        end();
      };
      work.then(
        (value) => settle(() => resolve(value)),
        // A failure that the loss has caused may be heard of first.
        (error: unknown) =>
          setTimeout(() => settle(() => reject(error)), this.gpu ? LOSS_NEWS_MILLISECONDS : 0),
      );
    });
  }

  dispose(): void {
    this.gpu?.destroy();
  }
}

/** How long the news of a loss may take after the first failure that it causes. */
const LOSS_NEWS_MILLISECONDS = 100;

function lostError(info: GPUDeviceLostInfo): StylusError {
  const why = info.message.trim().replace(/\.$/u, "") || info.reason;
  return new StylusError("device-lost", `The graphics device was lost: ${why}.`, {
    remedy: "Your prompt, settings and pictures are kept: generate again.",
  });
}

export interface RuntimeOptions {
  readonly preference: DevicePreference;
  /** Why WASM is demanded, for the report; the user's wish when absent. */
  readonly wasmReason?: string | undefined;
  /** False computes in float32 where float16 could be had. */
  readonly float16?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Chooses the device, loads ONNX Runtime for it and, on WebGPU, checks that attention computes what it should.
 * @throws StylusError `device` when nothing can run, `cancelled`
 */
export async function createRuntime({
  preference,
  wasmReason,
  float16 = true,
  signal,
}: RuntimeOptions): Promise<Runtime> {
  const chosen = await chooseDevice(preference, { wasmReason, float16 });
  throwIfAborted(signal);
  const { ort } = await loadOrt({ device: chosen.report.kind, threads: chosen.report.threads });
  throwIfAborted(signal);
  if (chosen.gpu && chosen.report.f16) accumulateInFloat32(chosen.gpu);
  if (!chosen.gpu || (await attentionIsRight(ort, chosen.gpu))) return new Runtime(ort, chosen);
  chosen.gpu.destroy();
  const problem = `attention computes wrong results on ${chosen.report.name}`;
  if (preference === "webgpu")
    throw new StylusError("device", `WebGPU was asked for, but ${problem}.`, {
      remedy: "Update the browser and the graphics driver, or choose the device wasm.",
    });
  // The CPU kernels are part of the loaded build too, on the thread count it was loaded with.
  const fallback = wasmDevice(problem);
  return new Runtime(ort, { gpu: null, report: { ...fallback.report, threads: chosen.report.threads } });
}
