// An adapter as a request uses it: its updates, strengths and active sampling steps.
import type { ParameterUpdate } from "../parameter-update.ts";
import type { BlockWeights } from "./block-weights.ts";

export interface StepWindow {
  /** First active step, counted from 0. */
  readonly start: number;
  /** First inactive step after that; Infinity for "to the end". */
  readonly end: number;
  /** Takes turns within the window: number `index` of `count` adapters, each active for `hold` steps. */
  readonly turn?: { readonly index: number; readonly count: number; readonly hold: number };
}

/** An adapter with its strengths. */
export interface AppliedAdapter {
  readonly id: string;
  readonly updates: readonly ParameterUpdate[];
  readonly unetStrength: number;
  readonly textStrength: number;
  /** Factors per block of the U-Net and the text encoder; all 1 if absent. */
  readonly blockWeights?: BlockWeights;
  /** Active steps of the U-Net part; all if absent. `stepSegments` turns them into sets of adapters. */
  readonly steps?: StepWindow;
}
