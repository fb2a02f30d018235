// The sampling steps at which an adapter is active. Covers start and end steps and LoRA Switch (Zhong et al., "Multi-LoRA
// Composition for Image Generation", arXiv 2402.16843), where adapters take turns. Only the UNet part follows the
// window: the text is encoded once, before the first step, with every adapter's text part.
import type { AdapterSteps } from "../../shared/request.ts";
import type { AppliedAdapter } from "./applied-adapter.ts";

/** Steps `[begin, end)` with the same set of adapters. */
export interface StepSegment {
  readonly begin: number;
  readonly end: number;
  readonly adapters: readonly AppliedAdapter[];
}

export function isAtWork(window: AdapterSteps | undefined, step: number): boolean {
  if (window === undefined) return true;
  if (step < window.start || step >= (window.end ?? Infinity)) return false;
  if (window.turn === undefined) return true;
  const { index, count, hold } = window.turn;
  return Math.floor((step - window.start) / hold) % count === index;
}

/** Splits a run of `steps` steps where the set of adapters changes. Without windows: one segment. */
export function stepSegments(adapters: readonly AppliedAdapter[], steps: number): StepSegment[] {
  const segments: (StepSegment & { end: number })[] = [];
  let previous = "";
  for (let step = 0; step < steps; step++) {
    const active = adapters.map((adapter) => isAtWork(adapter.steps, step));
    const signature = active.map(Number).join("");
    if (step === 0 || signature !== previous) {
      const set = adapters.map((adapter, i) => (active[i] ? adapter : { ...adapter, unetStrength: 0 }));
      segments.push({ begin: step, end: step + 1, adapters: set });
    } else {
      segments.at(-1)!.end = step + 1;
    }
    previous = signature;
  }
  return segments;
}
