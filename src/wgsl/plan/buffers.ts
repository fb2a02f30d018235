// Which temporaries share a buffer: those whose lifetimes do not meet. A temporary lives from the first dispatch that writes it to
// the last that reads it; one that is kept from run to run shares with nothing.

import type { Block, Dispatch } from "../kernels/kernel.ts";

interface BufferPlan {
  /** Index into `sizesBytes` for each temporary. */
  readonly bufferOf: ReadonlyMap<Block, number>;
  readonly sizesBytes: readonly number[];
}

interface Lifetime {
  readonly first: number;
  last: number;
}

/** Largest first, each into the smallest buffer that is free all its life: close to the most that lives at once. */
export function shareBuffers(
  dispatches: readonly Dispatch[],
  kept: ReadonlySet<Block> = new Set(),
): BufferPlan {
  const lifetimes = lifetimesOf(dispatches);
  const bufferOf = new Map<Block, number>();
  const sizesBytes: number[] = [];
  const tenants: Lifetime[][] = [];
  const bySize = [...lifetimes].toSorted(([a], [b]) => b.sizeBytes - a.sizeBytes);
  for (const [block, lifetime] of bySize) {
    const isFree = (buffer: number): boolean =>
      tenants[buffer]!.every(({ first, last }) => last < lifetime.first || lifetime.last < first);
    // Buffers are made from large to small, so the last one that is free is the smallest.
    const free = kept.has(block) ? -1 : tenants.findLastIndex((_, buffer) => isFree(buffer));
    const buffer = free === -1 ? tenants.length : free;
    if (free === -1) {
      sizesBytes.push(block.sizeBytes);
      tenants.push([]);
    }
    tenants[buffer]!.push(kept.has(block) ? { first: 0, last: Infinity } : lifetime);
    bufferOf.set(block, buffer);
  }
  return { bufferOf, sizesBytes };
}

function lifetimesOf(dispatches: readonly Dispatch[]): Map<Block, Lifetime> {
  const lifetimes = new Map<Block, Lifetime>();
  dispatches.forEach(({ reads, write }, i) => {
    for (const block of [...reads, write]) {
      if (block.role !== "temporary") continue;
      const known = lifetimes.get(block);
      if (known) known.last = i;
      else lifetimes.set(block, { first: i, last: i });
    }
  });
  return lifetimes;
}
