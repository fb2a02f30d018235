// Several uses of one adapter in one image: their strengths add up.
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
