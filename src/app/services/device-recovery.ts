// A run that loses its device continues: the first time on the reopened device, the second time on WebAssembly, and it says
// so. Images that are done stay; the one under way begins again (its noise comes from its seed, so it is the same image).
import { throwIfAborted } from "../../shared/errors.ts";
import type { DeviceReport, DiffusionEvent, DiffusionRequest } from "../../shared/request.ts";
import { t } from "../../texts/texts.ts";
import { resumable, type Generate } from "./resumable.ts";
import { isLoss } from "./through-loss.ts";

export interface Recovery {
  /** Generates all images of a request. @throws StylusError device-lost */
  readonly generate: Generate;
  /**
   * Reopens the device with everything on it that a run needs.
   * @param wasmReason WebAssembly is to take over, for this reason; null: as before
   */
  readonly reopen: (wasmReason: string | null) => Promise<DeviceReport>;
  readonly onEvent: (event: DiffusionEvent) => void;
  readonly signal: AbortSignal;
}

export const WASM_REASON = "the GPU was lost twice";

/** @throws StylusError whatever `generate` and `reopen` throw, a loss only when WebAssembly itself fails after being started again */
export async function generateThroughLosses(
  request: DiffusionRequest,
  { generate, reopen, onEvent, signal }: Recovery,
): Promise<void> {
  const images = resumable(request, onEvent);
  let device: DeviceReport | null = null; // once it was opened again
  for (let losses = 1; ; losses++) {
    try {
      await images.rest(generate);
      return;
    } catch (error) {
      throwIfAborted(signal);
      if (!isLoss(error) || losses > 2 || (losses === 2 && device?.kind === "wasm")) throw error;
      const wasmReason = losses === 2 ? WASM_REASON : null;
      const tell = (message: string, now: DeviceReport | null): void =>
        onEvent({ type: "device", imageIndex: images.done, message, device: now });
      tell(
        wasmReason === null ? t.run.device.restarting(error.message) : t.run.device.lostAgain(error.message),
        null,
      );
      device = await reopen(wasmReason);
      throwIfAborted(signal);
      tell(recovered(device, { wasmReason }), device);
    }
  }
}

function recovered({ kind, reason }: DeviceReport, { wasmReason }: { wasmReason: string | null }): string {
  if (wasmReason !== null) return t.run.device.onCpuAfterLosses;
  return kind === "webgpu" ? t.run.device.recovered : t.run.device.onCpu(reason);
}
