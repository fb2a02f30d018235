// Which dispatches a run can leave out because nothing that they depend on has changed since the last one: keys and values of the text
// in every step but the first.

import type { Block, Dispatch } from "../kernels/kernel.ts";
import type { Plan } from "./plan.ts";

interface Dependence {
  /** The graph inputs that each dispatch depends on. */
  readonly inputs: ReadonlyMap<Dispatch, ReadonlySet<string>>;
  /** Temporaries that a dispatch reads which may run when the one that wrote them does not: they keep a buffer of their own. */
  readonly kept: ReadonlySet<Block>;
}

export function dependenceOf({ dispatches, inputs: blocks, images }: Plan): Dependence {
  const inputs = new Map<Dispatch, ReadonlySet<string>>();
  const ofBlock = new Map<Block, Set<string>>();
  const kept = new Set<Block>();
  const of = (block: Block): Set<string> =>
    block.role === "input" ? new Set([block.name]) : (ofBlock.get(block) ?? new Set());
  for (const dispatch of dispatches) {
    const read = new Set(dispatch.reads.flatMap((block) => [...of(block)]));
    // An image is another one in every step, so what depends on it always runs. So does what depends on parameters alone: to keep it
    // would take as much memory as they do.
    const isAlways = read.size === 0 || [...read].some((name) => images.has(name));
    const all = isAlways ? new Set(blocks.keys()) : read;
    inputs.set(dispatch, all);
    // Parts of a concatenation are written one after the other.
    ofBlock.set(dispatch.write, new Set([...of(dispatch.write), ...all]));
  }
  for (const dispatch of dispatches) {
    const own = inputs.get(dispatch)!;
    for (const block of dispatch.reads)
      if (block.role === "temporary" && of(block).size < own.size) kept.add(block);
    // Another part of the same concatenation may stay.
    if (dispatch.write.role === "temporary" && of(dispatch.write).size > own.size) kept.add(dispatch.write);
  }
  return { inputs, kept };
}
