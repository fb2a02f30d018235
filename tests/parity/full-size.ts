// The networks at the sizes of full-size.json against the references of full_size.py, output by output. Runs wherever the
// back end does: in a page at full size, in Node in miniature.

import { readHeader, type TensorSource } from "../../src/formats/safetensors.ts";
import { readTensorF32 } from "../../src/formats/tensor-values.ts";
import { clipTextNames } from "../../src/graph/names.ts";
import type { Backend } from "../../src/runtime/backend.ts";
import { casesOf, type PackSize } from "../bench/random-pack.ts";
import { buildCase, type ParityCase, relativeError } from "./cases.ts";
import { noise } from "./noise.ts";

export interface ComparedOutput {
  readonly network: ParityCase["network"];
  /** A block's name, or the network's own output. */
  readonly output: string;
  /** ‖ours − reference‖ / ‖reference‖ over the values that the reference has of this output; the reference is float64. */
  readonly error: number;
  /** |‖ours‖ / ‖reference‖ − 1| over all values. */
  readonly normError: number;
  /** The same errors of torch itself; null where it was not run. */
  readonly torch: { readonly f32: number | null; readonly f16: number | null };
}

interface ReferenceOutput {
  readonly count: number;
  readonly norm: number;
  readonly torch_f32?: number;
  readonly torch_f16?: number;
}

export interface CompareOptions {
  readonly backend: Backend;
  readonly size: PackSize;
  /** Of randomPack. */
  readonly files: ReadonlyMap<string, Blob>;
  /** The output of full_size.py; omits networks that it did not compute. */
  readonly references: Blob;
  /** Changes a case, to show that the comparison notices. */
  readonly change?: (parity: ParityCase) => ParityCase;
}

const FILE_OF: Readonly<Record<ParityCase["network"], string>> = {
  text_encoder: "text_encoder/model.safetensors",
  unet: "unet/diffusion_pytorch_model.safetensors",
  vae_decoder: "vae/diffusion_pytorch_model.safetensors",
  vae_encoder: "vae/diffusion_pytorch_model.safetensors",
};

/** One output after the other: at full size the blocks' outputs together would take gigabytes. */
export async function* compareFullSize({
  backend,
  size,
  files,
  references,
  change = (parity) => parity,
}: CompareOptions): AsyncGenerator<ComparedOutput> {
  const reference = await readHeader(references, { fileName: "references.safetensors" });
  if (reference.metadata.get("size") !== size)
    throw new Error(`the references are of size ${reference.metadata.get("size")}, not ${size}`);
  const outputs = JSON.parse(reference.metadata.get("outputs")!) as Record<string, ReferenceOutput>;
  for (const parity of Object.values(casesOf(size)).map(change)) {
    const { network } = parity;
    if (!Object.keys(outputs).some((name) => name.startsWith(`${network}/`))) continue;
    const graph = buildCase(parity, { blockOutputs: true });
    const parameters = await backend.loadParameters(graph, await tensorsOf(network, files));
    const session = await backend.createSession(graph, { parameters });
    const feeds = Object.fromEntries(
      graph.inputs.map(({ name, shape }) => [
        name,
        name === "timestep" ? Float32Array.of(parity.timestep) : noise(name, shape),
      ]),
    );
    for (const { name } of graph.outputs) {
      const expected = outputs[`${network}/${name}`];
      if (expected === undefined) throw new Error(`the references have no ${network}/${name}`);
      const values = (await session.run(feeds, [name]))[name]!;
      const known = await readTensorF32(reference.tensors.get(`${network}/${name}`)!);
      yield {
        network,
        output: name,
        error: relativeError(sampled(values, known.length), known),
        normError: values.length === expected.count ? Math.abs(norm(values) / expected.norm - 1) : Infinity,
        torch: { f32: expected.torch_f32 ?? null, f16: expected.torch_f16 ?? null },
      };
    }
    await session.dispose();
    parameters.dispose();
  }
}

async function tensorsOf(
  network: ParityCase["network"],
  files: ReadonlyMap<string, Blob>,
): Promise<ReadonlyMap<string, TensorSource>> {
  const { tensors } = await readHeader(files.get(FILE_OF[network])!, { fileName: FILE_OF[network] });
  if (network !== "text_encoder") return tensors;
  const names = clipTextNames(new Set(tensors.keys()));
  return new Map([...names].map(([inFile, name]) => [name, tensors.get(inFile)!]));
}

/** The values that full_size.py keeps. */
function sampled(values: Float32Array, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => values[Math.floor((i * values.length) / count)]!);
}

function norm(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
