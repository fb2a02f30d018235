// Whether a model can run on this device, in plain words. Pure; device-probe.ts asks the browser.

import { StylusError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";
import type { DevicePreference } from "../../shared/request.ts";
import type { Manifest } from "../../storage/manifest.ts";

/** What the browser says of its graphics hardware; it never says how much memory that has. */
export interface GraphicsReport {
  /** Null when there is none that can be used. */
  readonly name: string | null;
  /** What there is instead of it: "no WebGPU in this browser"; null when there is one. */
  readonly reason: Saying | null;
  /** Half-precision numbers in shaders: without them weights take twice the memory. */
  readonly f16: boolean;
}

export interface ModelNeeds {
  /** Numbers in the networks that must be in memory together. */
  readonly parameters: number;
  /** From the manifest; null where nobody says. */
  readonly minGpuMemoryBytes: number | null;
}

/** The hub's checkpoints are in half precision. Pocket's in 8 bits counts for half of what it is: it is small either way. */
export const needsOf = ({ files, requirements }: Manifest): ModelNeeds => ({
  parameters:
    files
      .filter(({ path }) => path.endsWith(".safetensors") && !/^(vae|adapters)\//.test(path))
      .reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / 2,
  minGpuMemoryBytes: requirements?.minGpuMemoryBytes ?? null,
});

export type ModelFit =
  /** `gpuBytes`: memory that it needs; null for a model that runs anywhere. */
  | { readonly kind: "good"; readonly gpuBytes: number | null; readonly hasF16: boolean }
  /** On the CPU, for `reason`. */
  | { readonly kind: "slow"; readonly reason: Saying }
  | { readonly kind: "impossible"; readonly weightBytes: number };

/** WebAssembly memory ends at 4 GB, and a run needs room beside the weights of the largest network. */
const wasmWeightLimitBytes = 2e9;

/** Parameters of the Pocket pack and below: seconds per image on any processor. */
const smallParameters = 50e6;

export function fitOf(
  { parameters, minGpuMemoryBytes }: ModelNeeds,
  { name, reason, f16 }: GraphicsReport,
): ModelFit {
  if (parameters <= smallParameters) return { kind: "good", gpuBytes: null, hasF16: f16 };
  if (name !== null) {
    const gpuBytes = (minGpuMemoryBytes ?? 2 * parameters + 2e9) * (f16 ? 1 : 2);
    return { kind: "good", gpuBytes, hasF16: f16 };
  }
  const weightBytes = 4 * parameters;
  return weightBytes <= wasmWeightLimitBytes
    ? { kind: "slow", reason: reason ?? noWebGpu }
    : { kind: "impossible", weightBytes };
}

/** Where nobody says why. */
export const noWebGpu = say`no WebGPU`;

const withoutGraphics: GraphicsReport = { name: null, reason: null, f16: false };

/**
 * For a graphics device that was lost twice in one run: a large model cannot go on without it.
 * @throws StylusError device
 */
export function checkWasmCanTakeOver({
  title,
  needs,
}: {
  readonly title: string;
  readonly needs: ModelNeeds;
}): void {
  if (fitOf(needs, withoutGraphics).kind !== "impossible") return;
  throw new StylusError("device", say`The GPU was lost twice, and ${title} is too large for WebAssembly.`, {
    where: "device",
    remedy: say`Close other programs and tabs that use the GPU, or generate smaller images, then try again.`,
  });
}

/**
 * Loading a model that cannot run would take the page down with it: it is refused before.
 * @throws StylusError unsupported
 */
export function checkFit(
  { title, needs }: { readonly title: string; readonly needs: ModelNeeds },
  { device, graphics }: { readonly device: DevicePreference; readonly graphics: GraphicsReport },
): void {
  const fit = fitOf(needs, device === "wasm" ? withoutGraphics : graphics);
  if (fit.kind !== "impossible") return;
  const why = device === "wasm" ? say`the device is set to WebAssembly` : (graphics.reason ?? noWebGpu);
  throw new StylusError(
    "unsupported",
    say`${title} cannot run here: ${why}. It needs WebGPU: on the CPU its weights take ${Math.round(fit.weightBytes / 1e8) / 10} GB, more than WebAssembly can hold.`,
    {
      where: "device",
      remedy:
        device === "wasm"
          ? say`Choose another device under Settings, or use Pocket.`
          : say`Use Pocket, or a browser and computer with WebGPU.`,
    },
  );
}
