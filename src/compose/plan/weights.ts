// Strengths of the active adapters in one image. Per task: refined weight × base weight ÷ active adapters of the task
// (Stylus §3.3 and prompts.py); then a budget over all tasks prevents the "overcooked" sums of many adapters. A strength
// that the user has set stays unchanged. A card whose own weight is beyond ±2 has a scale of its own (a slider): the budget, which is in
// the usual unit, neither cuts nor counts it. Adapters that take turns work alone: none is divided, and each has the whole budget.
import type { Composition, AdapterPick } from "../composition.ts";
import type { TaskMask } from "./adapter-masks.ts";
import type { CombineId } from "../../shared/limits.ts";
import type { Preset } from "./presets.ts";

export interface PlannedUse {
  readonly id: string;
  readonly taskIndex: number;
  /** Final strength. */
  readonly strength: number;
  /** Its formula, for the page: "0.8 ÷ 2 × 0.75 (budget)". */
  readonly formula: string;
}

export interface StrengthOverrides {
  /** Final strength by adapter id; exempt from division and budget. */
  readonly strengths?: Readonly<Record<string, number>> | undefined;
}

/** Weights beyond are no multiples of what an adapter was trained at. */
const usualWeight = 2;

const short = (value: number): string => String(Number(value.toFixed(3)));

/** @param masks one per task, as long as its picks */
export function strengths(
  composition: Composition,
  masks: readonly TaskMask[],
  options: { readonly preset: Preset; readonly combine: CombineId } & StrengthOverrides,
): readonly PlannedUse[] {
  const { preset } = options;
  const alone = options.combine === "switch";
  const byHand = new Map(Object.entries(options.strengths ?? {}));
  const uses: { pick: AdapterPick; taskIndex: number; strength: number; formula: string; fixed: boolean }[] =
    [];
  for (const [taskIndex, task] of composition.tasks.entries()) {
    const active = task.picks.filter((_, i) => masks[taskIndex]![i]);
    for (const pick of active) {
      const fixed = byHand.get(pick.id);
      if (fixed !== undefined) {
        uses.push({ pick, taskIndex, strength: fixed, formula: "set by you", fixed: true });
        continue;
      }
      const parts = [short(pick.weight)];
      if (preset.baseWeight !== 1) parts.push(`× ${short(preset.baseWeight)}`);
      const sharing = alone ? 1 : active.length;
      if (sharing > 1) parts.push(`÷ ${sharing}`);
      const strength = (pick.weight * preset.baseWeight) / sharing;
      uses.push({ pick, taskIndex, strength, formula: parts.join(" "), fixed: false });
    }
  }
  const isFree = ({ pick, fixed }: (typeof uses)[number]): boolean =>
    fixed || Math.abs(pick.weight) > usualWeight;
  const spent = uses.reduce((sum, use) => sum + (isFree(use) ? 0 : Math.abs(use.strength)), 0);
  const { budget } = preset;
  return uses.map((use) => {
    const { pick, taskIndex, strength, formula } = use;
    const total = alone ? Math.abs(strength) : spent;
    const cut = budget !== null && total > budget && !isFree(use) ? budget / total : 1;
    return {
      id: pick.id,
      taskIndex,
      strength: strength * cut,
      formula: cut === 1 ? formula : `${formula} × ${short(cut)} (budget)`,
    };
  });
}
