// Cuts a run into submissions short enough that a slow card can draw the page between two.

import type { Tuning } from "../tuning.ts";

export function submissions<Item>(
  items: readonly Item[],
  operations: (item: Item) => number,
  { submittedOperations, submittedDispatches }: Pick<Tuning, "submittedOperations" | "submittedDispatches">,
): Item[][] {
  const parts: Item[][] = [];
  let sum = 0;
  for (const item of items) {
    const last = parts.at(-1);
    sum += operations(item);
    if (!last || last.length === submittedDispatches || sum > submittedOperations) {
      parts.push([item]);
      sum = operations(item);
    } else last.push(item);
  }
  return parts;
}
