// Chooses the device that runs the networks: WebGPU on a real GPU, otherwise multi-threaded WASM, which is many times
// faster than a software GPU. The report gives the reason.

import { StylusError } from "../shared/errors.ts";
import { say, together, verbatim, type Saying } from "../shared/saying.ts";
import { CHOSEN_BY_USER, type DevicePreference, type DeviceReport } from "../shared/request.ts";

export interface ChosenDevice {
  readonly report: DeviceReport;
  /** Null on WASM. Opened here, not by ONNX Runtime, so that other passes can share it. */
  readonly gpu: GPUDevice | null;
}

const SOFTWARE_ADAPTER = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|software|warp/i;

/** With narrower subgroups ONNX Runtime's attention kernel is silently wrong (measured with 4). */
const MIN_SUBGROUP_SIZE = 16;

/** More threads do not help: the matrices of one step are too small. */
const MAX_THREADS = 8;

interface ChooseOptions {
  /** Why WASM is required. */
  readonly wasmReason?: Saying | undefined;
  /** False disables float16. */
  readonly float16?: boolean;
  /** Features that the back end wants besides, where the adapter has them. */
  readonly features?: readonly string[];
  /** What was tried before and why it cannot be used, for the report. */
  readonly instead?: Saying | undefined;
}

/** @throws StylusError `device` if WebGPU is requested but unavailable */
export async function chooseDevice(
  preference: DevicePreference,
  { instead, ...options }: ChooseOptions = {},
): Promise<ChosenDevice> {
  const chosen = await choose(preference, options);
  if (!instead) return chosen;
  return { ...chosen, report: { ...chosen.report, reason: together([chosen.report.reason, instead]) } };
}

async function choose(
  preference: DevicePreference,
  { wasmReason = CHOSEN_BY_USER, float16 = true, features = [] }: Omit<ChooseOptions, "instead">,
): Promise<ChosenDevice> {
  if (preference === "wasm") return wasmDevice(wasmReason);
  const found = await findAdapter();
  if ("template" in found) {
    if (preference === "auto") return wasmDevice(found);
    throw new StylusError("device", say`WebGPU is not available: ${found}.`, {
      remedy: say`Choose "auto" or "wasm" as the device, or use a browser with WebGPU.`,
    });
  }
  if (found.software && preference === "auto") return wasmDevice(say`only a software GPU (${found.name})`);
  try {
    const gpu = await requestDevice(found.adapter, { float16, features });
    const reason = preference === "auto" ? say`a GPU is available` : CHOSEN_BY_USER;
    const f16 = gpu.features.has("shader-f16");
    return { gpu, report: { kind: "webgpu", name: verbatim(found.name), reason, threads: 1, f16 } };
  } catch (cause) {
    if (preference === "auto") return wasmDevice(say`the GPU ${found.name} could not be opened`);
    throw new StylusError("device", say`The GPU ${found.name} could not be opened.`, {
      remedy: say`Close other pages that use the GPU and reload.`,
      cause,
    });
  }
}

/** The WASM device, with the `reason` for it. */
export function wasmDevice(reason: Saying): ChosenDevice {
  const { threads, why } = chooseThreads();
  const name = threads === 1 ? say`1 thread of WebAssembly (${why})` : say`${threads} threads of WebAssembly`;
  return { gpu: null, report: { kind: "wasm", name, reason, threads, f16: false } };
}

/** Threads need shared memory, which requires cross-origin isolation. */
export function chooseThreads(
  scope: { crossOriginIsolated?: boolean; cores?: number; isNode?: boolean } = currentScope(),
): { threads: number; why: Saying } {
  const cores = scope.cores ?? 1;
  if (!scope.isNode && !scope.crossOriginIsolated)
    return { threads: 1, why: say`the page is not cross-origin isolated` };
  if (cores <= 1) return { threads: 1, why: say`one core` };
  return {
    threads: Math.min(MAX_THREADS, cores <= 4 ? cores : Math.max(4, Math.floor(cores / 2))),
    why: say`${cores} cores`,
  };
}

function currentScope(): { crossOriginIsolated: boolean; cores: number; isNode: boolean } {
  const isNode = !("location" in globalThis);
  const cores = globalThis.navigator?.hardwareConcurrency ?? (isNode ? 2 : 1);
  return { crossOriginIsolated: globalThis.crossOriginIsolated === true, cores, isNode };
}

interface FoundAdapter {
  readonly adapter: GPUAdapter;
  readonly name: string;
  readonly software: boolean;
}

/** The WebGPU adapter, or the reason that there is none. */
async function findAdapter(): Promise<FoundAdapter | Saying> {
  const gpu = globalThis.navigator?.gpu;
  if (!gpu)
    return globalThis.isSecureContext === false ? say`WebGPU needs https` : say`no WebGPU in this browser`;
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) return say`WebGPU found no GPU`;
  return { adapter, name: adapterName(adapter.info), software: isSoftwareAdapter(adapter) };
}

/** Whether WebGPU has a GPU that is not emulated. */
export async function hasRealGpu(): Promise<boolean> {
  const found = await findAdapter();
  return "adapter" in found && !found.software;
}

export function adapterName(
  info: Pick<GPUAdapterInfo, "vendor" | "architecture" | "device" | "description">,
): string {
  if (info.description) return info.description;
  return [info.vendor, info.architecture, info.device].filter(Boolean).join(" ") || "unnamed GPU";
}

export function isSoftwareAdapter(adapter: {
  readonly info: Omit<GPUAdapterInfo, "__brand">;
  readonly isFallbackAdapter?: boolean;
}): boolean {
  const { info } = adapter;
  // The flag moved from the adapter to its info; browsers have one or the other.
  if (adapter.isFallbackAdapter === true || info.isFallbackAdapter) return true;
  return SOFTWARE_ADAPTER.test([info.vendor, info.architecture, info.device, info.description].join(" "));
}

/** Features to enable; `subgroups` only if they are wide enough for correct results. */
export function wantedFeatures(
  adapter: Pick<GPUAdapter, "features"> & { readonly info: Pick<GPUAdapterInfo, "subgroupMinSize"> },
  { float16 = true }: { float16?: boolean } = {},
): GPUFeatureName[] {
  const wanted: GPUFeatureName[] = float16 ? ["shader-f16", "timestamp-query"] : ["timestamp-query"];
  if ((adapter.info.subgroupMinSize ?? 0) >= MIN_SUBGROUP_SIZE) wanted.push("subgroups");
  return wanted.filter((feature) => adapter.features.has(feature));
}

const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
] as const;

async function requestDevice(
  adapter: GPUAdapter,
  { float16, features }: { float16: boolean; features: readonly string[] },
): Promise<GPUDevice> {
  const more = (features as GPUFeatureName[]).filter((feature) => adapter.features.has(feature));
  return adapter.requestDevice({
    requiredFeatures: [...new Set([...wantedFeatures(adapter, { float16 }), ...more])],
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
}
