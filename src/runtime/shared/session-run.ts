// What the sessions of every back end do around a run.

import type { Graph } from "../../graph/graph.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { Tensors } from "../backend.ts";

/** @throws Error, a bug: an input is missing or has another size */
export function checkInputs(graph: Graph, inputs: Tensors): void {
  for (const { name, shape } of graph.inputs) {
    const count = shape.reduce((product, size) => product * size, 1);
    const got = inputs[name]?.length;
    if (got !== count) throw new Error(`${graph.network}: input ${name} needs ${count} values, got ${got}`);
  }
}

/** What a run fails with, whatever the back end threw. */
export function runFailure({ network }: Graph, cause: unknown): StylusError {
  if (cause instanceof StylusError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new StylusError("device", say`The ${network} failed to run: ${message}`, {
    remedy: say`Reload the page, then try a smaller image or fewer images at once.`,
    cause,
  });
}
