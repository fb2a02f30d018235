// The Stylus paper and its reference code disagree in places. Both are presets; `balanced` is Stylus Web's default.
// docs/stylus.md lists the differences and the source of each number.

import type { PresetId } from "../../shared/limits.ts";

/** The masks of a task with n adapters. */
export type MaskRule =
  | "one-hot" // each adapter alone, all together, none (paper §3.3): n + 2, for n = 1: 2
  | "power-set" // every subset (masking.py): 2^n
  | "never-empty" // each adapter alone, all together: n + 1, for n = 1: 1
  | "all"; // all together: 1

export interface Preset {
  /** Maximum adapters per task. */
  readonly perTask: number;
  /** Maximum style adapters over all tasks. */
  readonly styles: number;
  /** Minimum match of adapter and task, τ of Eq. 1. */
  readonly threshold: number;
  readonly masks: MaskRule;
  /** Factor on every refined weight (`base_weight` of prompts.py). */
  readonly baseWeight: number;
  /** Maximum sum of absolute strengths in one image; null: no limit. */
  readonly budget: number | null;
}

export const presets: Readonly<Record<PresetId, Preset>> = {
  paper: { perTask: 5, styles: 2, threshold: 0.5, masks: "one-hot", baseWeight: 1, budget: null },
  reference: { perTask: 3, styles: 2, threshold: 0.5, masks: "power-set", baseWeight: 0.8, budget: null },
  balanced: { perTask: 3, styles: 2, threshold: 0.5, masks: "never-empty", baseWeight: 1, budget: 1.6 },
};
