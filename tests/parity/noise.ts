// The deterministic weights and inputs of tests/parity/reference.py, made from a tensor's name.

import type { TensorSource } from "../../src/formats/safetensors.ts";
import type { Parameter } from "../../src/graph/graph.ts";

/** Uniform in [-1, 1): a 32-bit mixing hash. */
function uniform(word: number): number {
  let x = word;
  x ^= x >>> 16;
  x = Math.imul(x, 0x7feb352d);
  x ^= x >>> 15;
  x = Math.imul(x, 0x846ca68b);
  x ^= x >>> 16;
  return (x >>> 8) / 2 ** 23 - 1;
}

const seeds = new Map<string, number>();

function fnv1a(name: string): number {
  const known = seeds.get(name);
  if (known !== undefined) return known;
  let seed = 2166136261;
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 16777619) >>> 0;
  seeds.set(name, seed);
  return seed;
}

/** Values of the tensor `name`; the scales are those of reference.py. */
export function noise(name: string, shape: readonly number[]): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const { offset, scale } = distribution(name, shape);
  const seed = fnv1a(name);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = offset + scale * uniform((seed + i) | 0);
  return values;
}

function distribution(name: string, shape: readonly number[]): { offset: number; scale: number } {
  if (name.endsWith(".bias")) return { offset: 0, scale: 0.1 };
  if (name.includes("embedding.weight")) return { offset: 0, scale: 0.5 };
  if (name.endsWith(".weight") && shape.length === 1) return { offset: 1, scale: 0.2 };
  const fanIn = name.endsWith(".weight") ? shape.slice(1).reduce((product, size) => product * size, 1) : 1;
  return { offset: 0, scale: Math.sqrt(3 / fanIn) };
}

/** The parameters as if they lay in a float32 file. */
export function noiseTensors(specs: readonly Parameter[]): Map<string, TensorSource> {
  const parts: Float32Array<ArrayBuffer>[] = [];
  let offset = 0;
  const entries = specs.map(({ name, shape }) => {
    const values = noise(name, shape) as Float32Array<ArrayBuffer>;
    const entry = { name, shape, offset, sizeBytes: values.byteLength };
    parts.push(values);
    offset += values.byteLength;
    return entry;
  });
  const blob = new Blob(parts);
  return new Map(entries.map((entry) => [entry.name, { ...entry, dtype: "F32", blob, fileName: "noise" }]));
}
