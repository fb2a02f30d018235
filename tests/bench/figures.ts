// The benchmark's figures and its timers.

import type { Kernels } from "../../src/shared/request.ts";
import type { PackSize } from "./random-pack.ts";

export interface Figure {
  readonly part: string;
  readonly what: string;
  readonly value: number;
  readonly unit: "ms" | "MB" | "";
  readonly note?: string;
}

export type Part = "text" | "unet" | "vae" | "image" | "adapters";

export interface BenchmarkOptions {
  readonly device: "webgpu" | "wasm";
  readonly kernels: Kernels;
  /** False computes in float32 even if float16 is available. */
  readonly float16: boolean;
  readonly size: PackSize;
  readonly parts: readonly Part[];
  /** Runs for the median. */
  readonly repeats: number;
  readonly steps: number;
}

/** Milliseconds of `work`. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

export const milliseconds = (part: string, what: string, value: number, note?: string): Figure => ({
  part,
  what,
  value,
  unit: "ms",
  ...(note !== undefined && { note }),
});

export const megabytes = (part: string, what: string, bytes: number, note?: string): Figure => ({
  part,
  what,
  value: bytes / 1e6,
  unit: "MB",
  ...(note !== undefined && { note }),
});
