// The miniature cases of reference.py: their graphs, their inputs, their golden outputs.

import { readHeader } from "../../src/formats/safetensors.ts";
import { readTensorF32 } from "../../src/formats/tensor-values.ts";
import { buildTextEncoder } from "../../src/graph/clip-text.ts";
import { parseTextEncoderConfig, parseUnetConfig, parseVaeConfig } from "../../src/graph/config.ts";
import type { Graph } from "../../src/graph/graph.ts";
import { buildUnet } from "../../src/graph/unet.ts";
import { buildVaeDecoder, buildVaeEncoder } from "../../src/graph/vae.ts";
import type { Backend, ParameterStore } from "../../src/runtime/backend.ts";
import { noise, noiseTensors } from "./noise.ts";

export interface ParityCase {
  readonly network: "text_encoder" | "unet" | "vae_decoder" | "vae_encoder";
  readonly config: Readonly<Record<string, unknown>>;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly tokens: number;
  readonly timestep: number;
}

export interface Goldens {
  readonly cases: Readonly<Record<string, ParityCase>>;
  /** Output tensor per case. */
  readonly outputs: ReadonlyMap<string, Float32Array>;
}

/** Reads tests/parity/goldens/miniature.safetensors. */
export async function readGoldens(blob: Blob): Promise<Goldens> {
  const file = await readHeader(blob, { fileName: "miniature.safetensors" });
  const outputs = new Map<string, Float32Array>();
  for (const [name, source] of file.tensors) outputs.set(name, await readTensorF32(source));
  return { cases: JSON.parse(file.metadata.get("cases")!) as Goldens["cases"], outputs };
}

export function buildCase(
  { network, config, batch, height, width, tokens }: ParityCase,
  { blockOutputs = false }: { blockOutputs?: boolean } = {},
): Graph {
  const path = "config.json";
  switch (network) {
    case "text_encoder":
      return buildTextEncoder(parseTextEncoderConfig(config, { path }), { batch, tokens });
    case "unet":
      return buildUnet(parseUnetConfig(config, { path }), {
        batch,
        height,
        width,
        contextTokens: tokens,
        blockOutputs,
      });
    case "vae_decoder":
    case "vae_encoder": {
      const vae = parseVaeConfig(config, {
        path,
        tensors: {
          has: (name) =>
            config[name.startsWith("post") ? "use_post_quant_conv" : "use_quant_conv"] !== false &&
            !name.includes("query"),
        },
      });
      return network === "vae_decoder"
        ? buildVaeDecoder(vae, { batch, height, width, blockOutputs })
        : buildVaeEncoder(vae, { batch, height, width, blockOutputs });
    }
  }
}

/** Runs a case, after `prepare` has changed its parameters, and gives its outputs one after the other, in the order of the golden. */
export async function runCase(
  parity: ParityCase,
  { backend, prepare }: { backend: Backend; prepare?: (store: ParameterStore) => void | Promise<void> },
): Promise<Float32Array> {
  const graph = buildCase(parity);
  const parameters = await backend.loadParameters(graph, noiseTensors(graph.parameters));
  await prepare?.(parameters);
  const session = await backend.createSession(graph, { parameters });
  const feeds = Object.fromEntries(
    graph.inputs.map(({ name, shape }) => [
      name,
      name === "timestep" ? Float32Array.of(parity.timestep) : noise(name, shape),
    ]),
  );
  const results = await session.run(feeds);
  await session.dispose();
  parameters.dispose();
  const names = graph.outputs.map(({ name }) => name).toSorted();
  return Float32Array.from(names.flatMap((name) => [...results[name]!]));
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let norm = 0;
  for (let i = 0; i < actual.length; i++) {
    difference += (actual[i]! - expected[i]!) ** 2;
    norm += expected[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}
