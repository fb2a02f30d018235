// What a plan is made for.

import type { ElementType } from "../kernels/kernel.ts";
import type { Matrices } from "../kernels/matrices.ts";
import type { MeasuredChoices } from "../product-choice.ts";
import type { Tuning } from "../tuning.ts";

export interface PlanTarget {
  readonly type: ElementType;
  /** Limits of the device: bytes of workgroup memory, invocations of a workgroup, blocks of a dispatch. */
  readonly memory: number;
  readonly invocations: number;
  readonly blocks: number;
  /** Subgroup matrices of 16×16×16 halves with float32 sums, in subgroups of 32; null without. */
  readonly matrices: Matrices | null;
  /** The U-Net's weights are in 8 bits, for cards with little memory. */
  readonly int8: boolean;
  readonly tuning: Tuning;
  /** What was measured on the device, in place of what the tuning's rates say. */
  readonly measured: MeasuredChoices;
}
