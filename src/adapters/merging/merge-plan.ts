// Which parameters to write when the set of adapters changes, and from what. A parameter's values depend only on its
// pristine values and its contributions, always in order of adapter ids; so the plan compares contributions before and
// after and skips what stays the same.
import type { ParameterUpdate } from "../parameter-update.ts";
import type { AppliedAdapter } from "./applied-adapter.ts";
import { blockFactor } from "./block-weights.ts";
import type { AdapterNetwork } from "../adapter-networks.ts";

interface PlannedContribution {
  readonly adapterId: string;
  readonly update: ParameterUpdate;
  /** Network strength × block factor. Never 0. */
  readonly strength: number;
}

export interface PlannedWrite {
  readonly network: AdapterNetwork;
  readonly name: string;
  readonly shape: readonly number[];
  /** In merge order. */
  readonly contributions: readonly PlannedContribution[];
}

/** What is currently merged: contributions by parameter. Opaque to callers, who keep it between plans. */
export type MergeState = ReadonlyMap<string, PlannedWrite>;

export interface MergePlan {
  /** Parameters to recompute from their pristine values. */
  readonly writes: readonly PlannedWrite[];
  /** Parameters to restore to their pristine values. */
  readonly restores: readonly { readonly network: AdapterNetwork; readonly name: string }[];
  /** The state after the plan. */
  readonly next: MergeState;
}

/** Nothing merged: every parameter is pristine. */
export const PRISTINE: MergeState = new Map();

/** The changes from the merged state to `wanted`, in any order. */
export function planMerge(current: MergeState, wanted: readonly AppliedAdapter[]): MergePlan {
  const next = collect(wanted);
  const writes = [...next]
    .filter(([key, write]) => !sameContributions(current.get(key), write))
    .map(([, write]) => write);
  const restores = [...current]
    .filter(([key]) => !next.has(key))
    .map(([, { network, name }]) => ({ network, name }));
  return { writes, restores, next };
}

function collect(adapters: readonly AppliedAdapter[]): MergeState {
  const ordered = [...adapters].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const state = new Map<string, PlannedWrite & { contributions: PlannedContribution[] }>();
  for (const adapter of ordered) {
    for (const update of adapter.updates) {
      const networkStrength = update.network === "unet" ? adapter.unetStrength : adapter.textStrength;
      const strength = networkStrength * blockFactor(adapter.blockWeights, update.block);
      if (strength === 0) continue;
      const key = `${update.network}/${update.name}`;
      const write = state.get(key) ?? {
        network: update.network,
        name: update.name,
        shape: update.shape,
        contributions: [],
      };
      write.contributions.push({ adapterId: adapter.id, update, strength });
      state.set(key, write);
    }
  }
  return state;
}

/** Compares updates as objects: a file that is read again under the same id counts as new. */
function sameContributions(before: PlannedWrite | undefined, after: PlannedWrite): boolean {
  if (before === undefined || before.contributions.length !== after.contributions.length) return false;
  return after.contributions.every(({ update, strength }, i) => {
    const old = before.contributions[i]!;
    return old.update === update && old.strength === strength;
  });
}
