// Masks diversify a batch: each image draws one mask per task uniformly (Stylus §3.3). The space is the cross product over
// tasks and is listed only on request, since 51 adapters in one task have 2^51 masks. Because it is a product, drawing each
// task's mask uniformly draws the whole mask uniformly.
import { unreachable } from "../../shared/assert.ts";
import type { MaskRule } from "./presets.ts";
import { below } from "./random.ts";

/** One boolean per adapter of a task: true = active. */
export type TaskMask = readonly boolean[];

/** Number of different masks of a task with `n` adapters; 1 if it has none. */
export function maskCount(n: number, rule: MaskRule): bigint {
  if (n === 0) return 1n;
  switch (rule) {
    case "one-hot":
      return n === 1 ? 2n : BigInt(n) + 2n;
    case "power-set":
      return 1n << BigInt(n);
    case "never-empty":
      return n === 1 ? 1n : BigInt(n) + 1n;
    case "all":
      return 1n;
    default:
      return unreachable(rule);
  }
}

/** Number of masks of a whole composition; `sizes` = adapters per task. */
export function totalMasks(sizes: readonly number[], rule: MaskRule): bigint {
  return sizes.reduce((product, n) => product * maskCount(n, rule), 1n);
}

/** The index-th mask of a task: all together first, then each alone, then none. The power set counts in binary. */
function maskAt(n: number, index: bigint, rule: MaskRule): TaskMask {
  const all = (value: boolean): TaskMask => Array.from({ length: n }, () => value);
  if (rule === "power-set") return Array.from({ length: n }, (_, i) => ((index >> BigInt(i)) & 1n) === 1n);
  if (index === 0n) return all(true);
  if (index === maskCount(n, rule) - 1n && rule === "one-hot") return all(false);
  return Array.from({ length: n }, (_, i) => BigInt(i) === index - 1n);
}

/** All masks of a composition one after another; an iterator. */
export function* everyMask(sizes: readonly number[], rule: MaskRule): Generator<readonly TaskMask[]> {
  const total = totalMasks(sizes, rule);
  for (let index = 0n; index < total; index++) {
    let rest = index;
    yield sizes.map((n) => {
      const count = maskCount(n, rule);
      const mask = maskAt(n, rest % count, rule);
      rest /= count;
      return mask;
    });
  }
}

/** One mask of a composition, uniformly. `random` gives values in [0, 1). */
export function sampleMask(
  sizes: readonly number[],
  rule: MaskRule,
  random: () => number,
): readonly TaskMask[] {
  return sizes.map((n) => {
    if (rule === "power-set") return Array.from({ length: n }, () => random() < 0.5);
    return maskAt(n, BigInt(below(random, Number(maskCount(n, rule)))), rule);
  });
}
