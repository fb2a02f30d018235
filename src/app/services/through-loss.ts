// Work in a worker that is lost: a new worker starts by itself, and the work is done once more in it. A run that loses its device
// continues: the first time on the reopened device, then with ONNX Runtime in place of our own kernels, then on WebAssembly, and it says
// so. What our own kernels cannot compute continues with ONNX Runtime at once; an image that has no room on the GPU ends the run.
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import type { DeviceReport, DiffusionEvent, DiffusionRequest, Substitute } from "../../shared/request.ts";
import { messageOf, spoken } from "../../texts/sayings.ts";
import { t } from "../../texts/texts.ts";
import { say, type Saying } from "../../shared/saying.ts";

export const isLoss = (error: unknown): error is StylusError =>
  error instanceof StylusError && error.code === "device-lost";

/**
 * @param prepare gives the new worker what the work needs of it
 * @throws StylusError device-lost when the worker is lost a second time
 */
export async function throughLoss<Value>(
  work: () => Promise<Value>,
  prepare: () => Promise<unknown> = async () => {},
): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!isLoss(error)) throw error;
    await prepare();
    return work();
  }
}

export interface Recovery {
  /**
   * Reopens the device, in a new worker, with everything on it that the rest of a run needs.
   * @param substitute takes over from now on; null: as before
   */
  readonly reopen: (substitute: Substitute | null) => Promise<DeviceReport>;
  /** Repairs the files that may explain a failure, and reopens the device; false when they do not. */
  readonly mend: (failure: unknown, signal: AbortSignal) => Promise<boolean>;
  readonly onEvent: (event: DiffusionEvent) => void;
  readonly signal: AbortSignal;
}

const lostOften = say`the GPU was lost more than once`;

const withRuntime = (why: Saying): Substitute => ({ by: "onnxruntime", reason: say`WGSL kernels: ${why}` });

/**
 * Images that are done stay; the one under way begins again (its noise comes from its seed, so it is the same image).
 * @param context.generate all images of a request
 * @throws StylusError whatever `generate`, `reopen` and `mend` throw, a loss only when WebAssembly itself fails after being started again
 */
export async function generateThroughLosses(
  request: DiffusionRequest,
  {
    generate,
    reopen,
    mend,
    hasOwnKernels,
    onEvent,
    signal,
  }: Recovery & {
    /** Whether the networks run on our own kernels now. */
    readonly hasOwnKernels: () => boolean;
    readonly generate: (request: DiffusionRequest, onEvent: (event: DiffusionEvent) => void) => Promise<void>;
  },
): Promise<void> {
  let done = 0;
  let losses = 0;
  let device: DeviceReport | null = null; // once it was opened again
  let isMended = false;

  /** What takes over, null: nothing but the same again. @throws `failure` when nothing is left */
  function substituteAfter(failure: StylusError): Substitute | null {
    if (failure.code === "device" && hasOwnKernels()) return withRuntime(failure.said.message);
    if (!isLoss(failure)) throw failure;
    losses += 1;
    if (losses === 1) return null;
    if (hasOwnKernels()) return withRuntime(lostOften);
    if (device?.kind === "wasm") throw failure;
    return { by: "wasm", reason: lostOften };
  }

  /** @throws `failure`, or why the device cannot be opened again */
  async function recover(failure: unknown): Promise<void> {
    if (!(failure instanceof StylusError)) throw failure;
    const substitute = substituteAfter(failure);
    const tell = (message: string, now: DeviceReport | null): void =>
      onEvent({ type: "device", imageIndex: done, message, device: now });
    const { restarting, lostAgain, switching } = t.run.device;
    const again = substitute === null ? restarting : lostAgain;
    tell((isLoss(failure) ? again : switching)(messageOf(failure)), null);
    device = await reopen(substitute);
    throwIfAborted(signal);
    tell(recovered(device, substitute), device);
  }

  for (;;) {
    const first = done;
    try {
      await generate({ ...request, images: request.images.slice(first) }, (event) => {
        if (event.type === "image") done += 1;
        onEvent({ ...event, imageIndex: event.imageIndex + first });
      });
      return;
    } catch (failure) {
      throwIfAborted(signal);
      try {
        await recover(failure);
      } catch (error) {
        throwIfAborted(signal);
        if (isMended || !(await mend(error, signal))) throw error;
        isMended = true;
        losses = 0;
      }
    }
  }
}

function recovered({ kind, reason }: DeviceReport, substitute: Substitute | null): string {
  if (substitute?.by === "wasm") return t.run.device.onCpuAfterLosses;
  if (substitute?.by === "onnxruntime" && kind === "webgpu") return t.run.device.onRuntime;
  return kind === "webgpu" ? t.run.device.recovered : t.run.device.onCpu(spoken(reason));
}
