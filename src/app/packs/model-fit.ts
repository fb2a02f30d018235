// Whether a model can run on this device, in plain words. Pure; device-probe.ts asks the browser.

import { StylusError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";
import type { DevicePreference } from "../../shared/request.ts";
import type { Manifest } from "../../storage/manifest.ts";

/** What the browser says of its graphics hardware; it never says how much memory that has. */
export type GraphicsReport =
  /** `f16`: half-precision numbers in shaders; without them weights take twice the memory. */
  | { readonly kind: "gpu"; readonly name: string; readonly f16: boolean }
  /** None that can be used: "no WebGPU in this browser". */
  | { readonly kind: "none"; readonly reason: Saying };

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
  /** It runs anywhere. */
  | { readonly kind: "good"; readonly gpuBytes: null }
  /** `gpuBytes`: memory that it needs. */
  | { readonly kind: "good"; readonly gpuBytes: number; readonly hasF16: boolean }
  /** On the CPU, for `reason`. */
  | { readonly kind: "slow"; readonly reason: Saying }
  | { readonly kind: "impossible"; readonly reason: Saying; readonly weightBytes: number };

/** WebAssembly memory ends at 4 GB, and a run needs room beside the weights of the largest network. */
const wasmWeightLimitBytes = 2e9;

/** Parameters of the Pocket pack and below: seconds per image on any processor. */
const smallParameters = 50e6;

export function fitOf({ parameters, minGpuMemoryBytes }: ModelNeeds, graphics: GraphicsReport): ModelFit {
  if (parameters <= smallParameters) return { kind: "good", gpuBytes: null };
  if (graphics.kind === "gpu") {
    const gpuBytes = (minGpuMemoryBytes ?? 2 * parameters + 2e9) * (graphics.f16 ? 1 : 2);
    return { kind: "good", gpuBytes, hasF16: graphics.f16 };
  }
  const { reason } = graphics;
  const weightBytes = 4 * parameters;
  return weightBytes <= wasmWeightLimitBytes
    ? { kind: "slow", reason }
    : { kind: "impossible", reason, weightBytes };
}

/**
 * For a graphics device that was lost more than once in a run: a large model cannot go on without it.
 * @throws StylusError device
 */
export function checkWasmCanTakeOver({
  title,
  needs,
}: {
  readonly title: string;
  readonly needs: ModelNeeds;
}): void {
  if (fitOf(needs, { kind: "none", reason: say`the GPU was lost more than once` }).kind !== "impossible")
    return;
  throw new StylusError(
    "device",
    say`The GPU was lost more than once, and ${title} is too large for WebAssembly.`,
    {
      where: "device",
      remedy: say`Close other programs and tabs that use the GPU, or generate smaller images, then try again.`,
    },
  );
}

/**
 * Loading a model that cannot run would take the page down with it: it is refused before.
 * @throws StylusError unsupported
 */
export function checkFit(
  { title, needs }: { readonly title: string; readonly needs: ModelNeeds },
  { device, graphics }: { readonly device: DevicePreference; readonly graphics: GraphicsReport },
): void {
  const onCpu: GraphicsReport = { kind: "none", reason: say`the device is set to WebAssembly` };
  const fit = fitOf(needs, device === "wasm" ? onCpu : graphics);
  if (fit.kind !== "impossible") return;
  throw new StylusError(
    "unsupported",
    say`${title} cannot run here: ${fit.reason}. It needs WebGPU: on the CPU its weights take ${Math.round(fit.weightBytes / 1e8) / 10} GB, more than WebAssembly can hold.`,
    {
      where: "device",
      remedy:
        device === "wasm"
          ? say`Choose another device under Settings, or use Pocket.`
          : say`Use Pocket, or a browser and computer with WebGPU.`,
    },
  );
}
