// Whether a model can run on this device, in plain words. Pure; device-probe.ts asks the browser.

/** What the browser says of its graphics hardware; it never says how much memory that has. */
export interface GraphicsReport {
  /** Null when there is none that can be used. */
  readonly name: string | null;
  /** What there is instead of it: "no WebGPU in this browser". */
  readonly reason: string;
  /** Half-precision numbers in shaders: without them weights take twice the memory. */
  readonly f16: boolean;
}

export interface ModelNeeds {
  /** Numbers in the networks that must be in memory together. */
  readonly parameters: number;
  /** From the manifest; null where nobody says. */
  readonly minGpuMemoryBytes: number | null;
}

export interface ModelFit {
  /** slow: on the processor. */
  readonly kind: "good" | "slow" | "impossible";
  readonly text: string;
}

/** WebAssembly memory ends at 4 GB, and a run needs room beside the weights of the largest network. */
const wasmWeightLimitBytes = 2e9;

/** Parameters of the Pocket pack and below: seconds per picture on any processor. */
const smallParameters = 50e6;

const inGigabytes = (bytes: number): string => `${Math.round(bytes / 1e8) / 10} GB`;

export function fitOf(
  { parameters, minGpuMemoryBytes }: ModelNeeds,
  { name, reason, f16 }: GraphicsReport,
): ModelFit {
  if (parameters <= smallParameters) return { kind: "good", text: "Small enough for any computer." };
  if (name !== null) {
    const needBytes = (minGpuMemoryBytes ?? 2 * parameters + 2e9) * (f16 ? 1 : 2);
    const why = f16 ? "" : " This graphics device has no 16-bit shaders, which doubles it.";
    return {
      kind: "good",
      text: `Needs about ${inGigabytes(needBytes)} of graphics memory.${why}`,
    };
  }
  const weightBytes = 4 * parameters;
  if (weightBytes <= wasmWeightLimitBytes) {
    return { kind: "slow", text: `Runs on the processor here (${reason}): minutes per picture.` };
  }
  return {
    kind: "impossible",
    text: `Needs WebGPU: on the processor its weights would take ${inGigabytes(weightBytes)}, more than WebAssembly can hold beside a run.`,
  };
}
