// Outputs that are kept on WASM: they are in JavaScript memory anyway.

import type { Value } from "../graph/graph.ts";
import type { Inputs, KeptPart } from "../runtime/backend.ts";
import { assert } from "../shared/assert.ts";

class KeptArray implements KeptPart {
  readonly values: Float32Array;

  constructor(values: Float32Array) {
    this.values = values;
  }

  get length(): number {
    return this.values.length;
  }

  dispose(): void {} // garbage, once nothing refers to it
}

/** One part for each image of an output. */
export function keptArrays(values: Float32Array, { shape: [images = 1] }: Value): KeptPart[] {
  const length = values.length / images;
  return Array.from(
    { length: images },
    (_, i) => new KeptArray(values.subarray(i * length, (i + 1) * length)),
  );
}

/** An input in one piece. */
export function arrayOf(input: Inputs[string]): Float32Array {
  if (input instanceof Float32Array) return input;
  const arrays = input.map((part) => {
    assert(part instanceof KeptArray, "kept by a back end of this kind");
    return part.values;
  });
  if (arrays.length === 1) return arrays[0]!;
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}
