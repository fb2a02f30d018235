// Several uses of one adapter in one picture: their strengths add up.
import type { AdapterUse } from "./request.ts";

/** Equal for uses that differ in their strengths only. */
export const useKind = ({ id, blockWeights = {}, steps }: AdapterUse): string =>
  JSON.stringify([id, Object.entries(blockWeights).sort(), steps]);

/** One use per adapter, in the order of their first; those with other block weights or steps stay apart. */
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
