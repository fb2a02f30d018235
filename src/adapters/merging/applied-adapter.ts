// An adapter as a request uses it: its updates, its strengths, and the sampling steps at which it works.
import type { ParameterUpdate } from "../parameter-update.ts";
import type { BlockWeights } from "./block-weights.ts";

export interface StepWindow {
  /** First step at work, counted from 0. */
  readonly start: number;
  /** First step no longer at work; Infinity for "to the end". */
  readonly end: number;
  /** Takes turns within the window: of `count` adapters, each at work for `hold` steps, this is number `index`. */
  readonly turn?: { readonly index: number; readonly count: number; readonly hold: number };
}

/** An adapter with the weights it is to be used at. */
export interface AppliedAdapter {
  readonly id: string;
  readonly updates: readonly ParameterUpdate[];
  readonly unetStrength: number;
  readonly textStrength: number;
  /** Factors per block of the UNet and the text encoder; all 1 when absent. */
  readonly blockWeights?: BlockWeights;
  /** Steps at which the UNet part is at work; all when absent. `stepSegments` turns it into sets of adapters. */
  readonly steps?: StepWindow;
}
