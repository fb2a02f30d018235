// An adapter as a request uses it: its updates, strengths and active sampling steps.
import type { AdapterSteps } from "../../shared/request.ts";
import type { ParameterUpdate } from "../parameter-update.ts";
import type { BlockWeights } from "./block-weights.ts";

/** An adapter with its strengths. */
export interface AppliedAdapter {
  readonly id: string;
  readonly updates: readonly ParameterUpdate[];
  readonly unetStrength: number;
  readonly textStrength: number;
  /** Factors per block of the U-Net and the text encoder; all 1 if absent. */
  readonly blockWeights?: BlockWeights;
  /** Active steps of the U-Net part; all if absent. `stepSegments` turns them into sets of adapters. */
  readonly steps?: AdapterSteps;
}
