// Opens our own kernels on a real GPU, or where they are asked for, if they are right there; otherwise the fallback, with the reason in its
// report.

import { chooseDevice, hasRealGpu, isSoftwareAdapter } from "../runtime/device.ts";
import type { Backend, BackendOptions, OpenBackend } from "../runtime/backend.ts";
import { StylusError, throwIfAborted } from "../shared/errors.ts";
import { say, verbatim, type Saying } from "../shared/saying.ts";
import { WgslBackend } from "./backend.ts";
import { MATRIX_FEATURES } from "./matrix-support.ts";
import { wrongResults } from "./self-test.ts";
import type { TuningRecords } from "./tuner/tuner.ts";

/** Our own kernels, tuned with `records`, with `fallback` behind them; on a software GPU only if `kernels` is "wgsl". */
export function withWgsl(fallback: OpenBackend, records: TuningRecords): OpenBackend {
  return async (options: BackendOptions): Promise<Backend> => {
    const { kernels, preference } = options;
    if (kernels === "onnxruntime" || preference === "wasm") return fallback(options);
    if (kernels !== "wgsl" && !(await hasRealGpu())) return fallback(options);
    const opened = await openTested(options);
    if (opened instanceof WgslBackend) {
      // A software GPU has one tile.
      if (options.tune !== false && !isSoftwareAdapter({ info: opened.gpu.adapterInfo }))
        opened.tuneWith(records);
      return opened;
    }
    return fallback({ ...options, instead: say`WGSL kernels: ${opened}` });
  };
}

/** The back end, or why it cannot be used. */
async function openTested(options: BackendOptions): Promise<WgslBackend | Saying> {
  // A driver may fail with subgroup matrices only.
  for (const matrices of [true, false]) {
    const backend = await openWgslBackend({ ...options, matrices }).catch((error: unknown) => {
      throwIfAborted(options.signal);
      if (error instanceof StylusError) return error.said.message;
      return verbatim(error instanceof Error ? error.message : String(error));
    });
    if (!(backend instanceof WgslBackend)) return backend;
    const wrong = await backend
      .unlessLost(wrongResults(backend))
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
    throwIfAborted(options.signal);
    if (wrong === null) return backend;
    backend.dispose();
    if (!backend.target.matrices) return verbatim(wrong);
  }
  return say`no device`;
}

/**
 * Opens the GPU for our own kernels, untested.
 * @throws StylusError `device` without WebGPU, `cancelled`
 */
export async function openWgslBackend({
  preference,
  float16 = true,
  matrices = true,
  signal,
}: BackendOptions & { readonly matrices?: boolean }): Promise<WgslBackend> {
  const { gpu, report } = await chooseDevice(preference, {
    float16,
    features: matrices && float16 ? MATRIX_FEATURES : [],
  });
  throwIfAborted(signal);
  if (!gpu)
    throw new StylusError("device", say`The WGSL kernels need WebGPU: ${report.reason}.`, {
      remedy: say`Use ONNX Runtime.`,
    });
  const reason = say`${report.reason}, with the WGSL kernels`;
  const int8 = preference === "low-vram";
  // The kernels need no feature for halves: where memory is short even GPUs without 16-bit shaders store them.
  const f16 = report.f16 || int8;
  return new WgslBackend(gpu, {
    report: { ...report, f16, reason, kernels: "wgsl", ...(int8 && { weights: "int8" as const }) },
    type: f16 ? "f16" : "f32",
    int8,
  });
}
