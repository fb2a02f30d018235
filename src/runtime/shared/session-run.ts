// What the sessions of every back end do around a run.

import type { Graph } from "../../graph/graph.ts";
import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import type { Inputs } from "../backend.ts";

/** @throws Error, a bug: an input is missing or has another size */
export function checkInputs(graph: Graph, inputs: Inputs): void {
  for (const { name, shape } of graph.inputs) {
    const count = shape.reduce((product, size) => product * size, 1);
    const got = lengthOf(inputs[name]);
    if (got !== count) throw new Error(`${graph.network}: input ${name} needs ${count} values, got ${got}`);
  }
}

function lengthOf(input: Inputs[string] | undefined): number | undefined {
  if (input === undefined || input instanceof Float32Array) return input?.length;
  return input.reduce((sum, { length }) => sum + length, 0);
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
