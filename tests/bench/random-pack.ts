// A pack of Stable Diffusion 1.5 at full size, or in miniature, with deterministic random weights: it has everything the
// engine reads, and its images are noise. Configs: tests/parity/full-size.json.

import { buildTextEncoder, TOKEN_EMBEDDING } from "../../src/graph/clip-text.ts";
import { parseTextEncoderConfig, parseUnetConfig, parseVaeConfig } from "../../src/graph/config.ts";
import { buildUnet } from "../../src/graph/unet.ts";
import { buildVaeDecoder, buildVaeEncoder } from "../../src/graph/vae.ts";
import { miniaturePack } from "../fixtures/engine/miniature-pack.ts";
import type { ParityCase } from "../parity/cases.ts";
import sizes from "../parity/full-size.json" with { type: "json" };
import { noiseFile, type Shaped } from "../parity/noise-file.ts";

export type PackSize = "full" | "mini";

/** Stores a file that is generated in pieces and returns it as a Blob, on disk if possible. */
export type KeepFile = (path: string, pieces: () => Iterable<Uint8Array<ArrayBuffer>>) => Promise<Blob>;

/** The weight files: each network's parameters; the text encoder's include its token table. */
function weightFiles(size: PackSize): ReadonlyMap<string, readonly Shaped[]> {
  const { text_encoder, unet, vae_decoder } = casesOf(size);
  const path = "config.json";
  const text = buildTextEncoder(parseTextEncoderConfig(text_encoder.config, { path }), { batch: 1 });
  const { vocab_size, hidden_size } = text_encoder.config as { vocab_size: number; hidden_size: number };
  const vae = parseVaeConfig(vae_decoder.config, {
    path,
    tensors: { has: (name) => name.includes("quant") },
  });
  const latent = { batch: 1, height: 8, width: 8 };
  return new Map<string, readonly Shaped[]>([
    [
      "text_encoder/model.safetensors",
      [...text.parameters, { name: TOKEN_EMBEDDING, shape: [vocab_size, hidden_size] }],
    ],
    [
      "unet/diffusion_pytorch_model.safetensors",
      buildUnet(parseUnetConfig(unet.config, { path }), { ...latent, contextTokens: 77 }).parameters,
    ],
    [
      "vae/diffusion_pytorch_model.safetensors",
      [...buildVaeEncoder(vae, latent).parameters, ...buildVaeDecoder(vae, latent).parameters],
    ],
  ]);
}

type Cases = Readonly<Record<ParityCase["network"], ParityCase>>;

/** What a network does not have is 0: the VAE no tokens, the text encoder no map. */
const noSizes = { height: 0, width: 0, tokens: 0, timestep: 0 };

/** The networks that full_size.py computes at this size. */
export function casesOf(size: PackSize): Cases {
  const { text_encoder, unet, vae_decoder, vae_encoder } = sizes[size];
  return {
    text_encoder: { ...noSizes, ...text_encoder, network: "text_encoder" },
    unet: { ...noSizes, ...unet, network: "unet" },
    vae_decoder: { ...noSizes, ...vae_decoder, network: "vae_decoder" },
    vae_encoder: { ...noSizes, ...vae_encoder, network: "vae_encoder" },
  };
}

/** A diffusers folder with a tokenizer of letters, without adapters. */
export async function randomPack(size: PackSize, { keep }: { keep: KeepFile }): Promise<Map<string, Blob>> {
  const cases = casesOf(size);
  const files = new Map<string, Blob>();
  const small = miniaturePack();
  for (const path of ["tokenizer/vocab.json", "tokenizer/merges.txt", "scheduler/scheduler_config.json"])
    files.set(path, small.get(path)!);
  for (const [network, { config }] of [
    ["text_encoder", cases.text_encoder],
    ["unet", cases.unet],
    ["vae", cases.vae_decoder],
  ] as const)
    files.set(`${network}/config.json`, new Blob([JSON.stringify(config)]));
  for (const [path, tensors] of weightFiles(size))
    files.set(path, await keep(path, () => noiseFile(tensors)));
  return files;
}

/** In memory: for the miniature. */
export const keepInMemory: KeepFile = async (_, pieces) => new Blob([...pieces()]);
