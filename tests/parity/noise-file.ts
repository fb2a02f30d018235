// Safetensors files of deterministic random weights, float16 as checkpoints are, made tensor by tensor: a file of gigabytes
// never lies in memory. tests/parity/full_size.py makes the same values.

import { fromFloat32 } from "../../src/shared/dtype.ts";
import { noise } from "./noise.ts";

export interface Shaped {
  readonly name: string;
  readonly shape: readonly number[];
}

const elements = ({ shape }: Shaped): number => shape.reduce((product, size) => product * size, 1);

/** The bytes of a file with these tensors, in order, in pieces of at most one tensor. */
export function* noiseFile(tensors: readonly Shaped[]): Generator<Uint8Array<ArrayBuffer>> {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const tensor of tensors) {
    const begin = end;
    end += 2 * elements(tensor);
    header[tensor.name] = { dtype: "F16", shape: tensor.shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  start.set(json, 8);
  yield start;
  for (const { name, shape } of tensors) yield fromFloat32(noise(name, shape), "F16");
}
