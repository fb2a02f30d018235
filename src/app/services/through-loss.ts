// Work in a worker that is lost: a new worker starts by itself, and the work is done once more in it. A run that loses its device
// continues: the first time on the reopened device, the second time on WebAssembly, and it says so.
import { StylusError, throwIfAborted } from "../../shared/errors.ts";
import type { DeviceReport, DiffusionEvent, DiffusionRequest } from "../../shared/request.ts";
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
   * @param wasmReason WebAssembly is to take over, for this reason; null: as before
   */
  readonly reopen: (wasmReason: Saying | null) => Promise<DeviceReport>;
  /** Repairs the files that may explain a failure, and reopens the device; false when they do not. */
  readonly mend: (failure: unknown, signal: AbortSignal) => Promise<boolean>;
  readonly onEvent: (event: DiffusionEvent) => void;
  readonly signal: AbortSignal;
}

const lostTwice = say`the GPU was lost twice`;

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
    onEvent,
    signal,
  }: Recovery & {
    readonly generate: (request: DiffusionRequest, onEvent: (event: DiffusionEvent) => void) => Promise<void>;
  },
): Promise<void> {
  let done = 0;
  let losses = 0;
  let device: DeviceReport | null = null; // once it was opened again
  let isMended = false;

  /** @throws `failure`, or why the device cannot be opened again */
  async function recover(failure: unknown): Promise<void> {
    if (!isLoss(failure) || losses === 2 || (losses === 1 && device?.kind === "wasm")) throw failure;
    losses += 1;
    const wasmReason = losses === 2 ? lostTwice : null;
    const tell = (message: string, now: DeviceReport | null): void =>
      onEvent({ type: "device", imageIndex: done, message, device: now });
    const { restarting, lostAgain } = t.run.device;
    tell((wasmReason === null ? restarting : lostAgain)(messageOf(failure)), null);
    device = await reopen(wasmReason);
    throwIfAborted(signal);
    tell(recovered(device, wasmReason), device);
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

function recovered({ kind, reason }: DeviceReport, wasmReason: Saying | null): string {
  if (wasmReason !== null) return t.run.device.onCpuAfterLosses;
  return kind === "webgpu" ? t.run.device.recovered : t.run.device.onCpu(spoken(reason));
}
