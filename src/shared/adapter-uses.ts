// The uses of adapters in one image: several of one adapter add up, those of different adapters may take turns.
import type { AdapterUse } from "./request.ts";

/** Equal for uses that differ only in strength. */
export const useKind = ({ id, blockWeights = {}, steps }: AdapterUse): string =>
  JSON.stringify([id, Object.entries(blockWeights).sort(), steps]);

/** One use per adapter, in order of first use; uses with different block weights or steps stay separate. */
export function combineUses(uses: readonly AdapterUse[]): AdapterUse[] {
  const byKind = new Map<string, AdapterUse>();
  for (const use of uses) {
    const kind = useKind(use);
    const known = byKind.get(kind);
    byKind.set(kind, {
      ...use,
      unetStrength: (known?.unetStrength ?? 0) + use.unetStrength,
      textStrength: (known?.textStrength ?? 0) + use.textStrength,
    });
  }
  return [...byKind.values()];
}

/**
 * LoRA Switch (Zhong et al., arXiv 2402.16843): the adapters take turns of one step, in their order, so that each works alone. Uses with a
 * first or last step of their own keep it and are no part of the turns, nor is one without strength; uses of one adapter share its turn.
 * @param options.always ids that work at every step
 */
export function inTurns(
  uses: readonly AdapterUse[],
  { always }: { readonly always: ReadonlySet<string> },
): AdapterUse[] {
  const takesTurns = ({ id, unetStrength, steps }: AdapterUse): boolean =>
    !always.has(id) && unetStrength !== 0 && (!steps || (steps.start === 0 && steps.end === undefined));
  const ids = [...new Set(uses.filter(takesTurns).map(({ id }) => id))];
  return uses.map((use) => {
    if (!takesTurns(use)) return use;
    const { steps: _, ...rest } = use;
    if (ids.length < 2) return rest;
    return { ...rest, steps: { start: 0, turn: { index: ids.indexOf(use.id), count: ids.length, hold: 1 } } };
  });
}
