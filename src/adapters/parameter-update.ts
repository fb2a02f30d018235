// One adapter's change to one parameter: read from its file by adapter.ts, planned and merged by merging/ and gpu/.

import type { Family } from "./families/module-tensors.ts";
import type { MergeSource } from "./merging/merge.ts";
import type { AdapterNetwork } from "./adapter-networks.ts";

export interface ParameterUpdate extends MergeSource {
  readonly network: AdapterNetwork;
  /** Parameter name, as in the checkpoint and the graph. */
  readonly name: string;
  /** The parameter's checkpoint shape. */
  readonly shape: readonly number[];
  /** Block for per-block weights: BASE, IN00 …, M00, OUT00 …, OTHER. */
  readonly block: string;
  readonly family: Family;
  readonly rank: number | null;
  readonly alpha: number | null;
}
