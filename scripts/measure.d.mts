import type { DeviceReport } from "../src/shared/request.ts";

export interface FirstImage {
  readonly firstImageMs: number;
  readonly loadMs: number;
  readonly downloadedBytes: number;
}

export interface RunTimes {
  readonly runs: number;
  readonly imageMs: number;
  readonly stepMs: number;
  readonly steps: number;
  readonly sampler: string;
  readonly cfgScale: number;
  readonly partsMs: Readonly<Record<string, number>>;
}

export interface Measurement {
  readonly machine: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly loadBefore: number;
    readonly system: string;
    readonly node: string;
    readonly browser: string;
    readonly app: string;
  };
  readonly device: DeviceReport;
  readonly size: { readonly width: number; readonly height: number };
  readonly cold: FirstImage;
  readonly warm: FirstImage;
  readonly fast: RunTimes;
  readonly full: RunTimes;
}

export function measure(options?: { device?: "auto" | "wasm" | "webgpu" }): Promise<Measurement>;
