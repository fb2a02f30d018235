// The worker that generates images, as the page uses it: a new one for another device or another model, started and loaded again
// after a crash, ended when it does not stop when asked to.
import type { DiffusionService, LoadedNetworks } from "../../engine/service.ts";
import { WorkerClient } from "../../rpc/client.ts";
import type { DevicePreference, DiffusionRequest, Kernels, Substitute } from "../../shared/request.ts";
import { generateThroughLosses, throughLoss, type Recovery } from "./through-loss.ts";
import { abortable } from "../../shared/abortable.ts";
import { say, type Saying } from "../../shared/saying.ts";

/** A step of a large model on a slow device may take this long; after that the worker is ended. */
const stopGraceMilliseconds = 10_000;

export interface DiffusionWorker extends Pick<
  WorkerClient<DiffusionService>,
  "call" | "terminate" | "alive"
> {
  /** Puts a pack's networks on the device; cheap when they are. */
  load(
    pack: { readonly id: string; readonly files: ReadonlyMap<string, Blob> },
    device: DevicePreference,
  ): Promise<LoadedNetworks>;
  /** From now on something else stands in for this device, or for our own kernels. */
  takeOver(from: DevicePreference, substitute: Substitute): void;
  generate(request: DiffusionRequest, recovery: Recovery): Promise<void>;
}

const KERNELS: ReadonlyMap<string, Kernels> = new Map(Object.entries({ wgsl: "wgsl", onnx: "onnxruntime" }));

/** The page's address: `?backend=wgsl` or `?backend=onnx` for one's kernels whatever the GPU, `?tune=off` for the shipped tiles. */
function wantedKernels(search: string): { readonly kernels: Kernels | undefined; readonly tune: boolean } {
  const address = new URLSearchParams(search);
  return { kernels: KERNELS.get(address.get("backend") ?? ""), tune: address.get("tune") !== "off" };
}

export function createDiffusionWorker(): DiffusionWorker {
  const worker = new WorkerClient<DiffusionService>(
    say`generating`,
    () => new Worker(new URL("../../../workers/diffusion.ts", import.meta.url), { type: "module" }),
  );
  const { kernels, tune } = wantedKernels(location.search);
  /** Not after a loss in a run: tuning may have caused it, and where nothing can be stored no record says so. */
  let mayTune = tune;
  /** What the worker was started for. */
  let startedFor = "";
  let takenOver: { readonly from: DevicePreference; readonly reason: Saying } | null = null;
  /** Why ONNX Runtime stands in for our own kernels. */
  let insteadOfKernels: Saying | null = null;
  let hasOwnKernels = false;

  return {
    get alive() {
      return worker.alive;
    },
    call: (use) => worker.call(use),
    terminate: () => worker.terminate(),

    async load(pack, wantedDevice) {
      const instead = takenOver?.from === wantedDevice ? takenOver : null;
      const device = instead ? "wasm" : wantedDevice;
      // ONNX Runtime is loaded once per worker, for one device; and only a new worker gives back the old one's memory.
      const wanted = `${pack.id} ${device}`;
      if (startedFor !== wanted) worker.terminate();
      startedFor = wanted;
      const load = (): Promise<LoadedNetworks> =>
        worker.call((service) =>
          service.load(pack, {
            device,
            kernels,
            tune: mayTune,
            ...(insteadOfKernels && { kernels: "onnxruntime", instead: insteadOfKernels }),
            wasmReason: instead?.reason,
          }),
        );
      try {
        // The device was lost between runs, so nothing is reported.
        const loaded = await throughLoss(load, async () => worker.terminate());
        hasOwnKernels = loaded.device.kernels === "wgsl";
        return loaded;
      } catch (error) {
        // A runtime that failed to start stays failed: the next attempt needs a new worker. It may be at work for another pack already.
        if (startedFor === wanted) worker.terminate();
        throw error;
      }
    },

    takeOver(from, { by, reason }) {
      if (by === "wasm") takenOver = { from, reason };
      else insteadOfKernels = reason;
    },

    async generate(request, { reopen, mend, onEvent, signal }) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const onAbort = (): void => {
        timer = setTimeout(() => worker.terminate(), stopGraceMilliseconds);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        await generateThroughLosses(request, {
          generate: (part, hear) =>
            worker.call((service) => service.generate(part, { onEvent: hear, signal })),
          reopen(substitute) {
            mayTune = false;
            return abortable(reopen(substitute), signal);
          },
          hasOwnKernels: () => hasOwnKernels,
          mend: (failure) => abortable(mend(failure, signal), signal),
          onEvent,
          signal,
        });
      } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}
