// Graphs of the published Stable Diffusion 1.5 configs have exactly the published networks' parameters.

import { describe, expect, it } from "vitest";
import { buildTextEncoder, TOKEN_EMBEDDING } from "./clip-text.ts";
import { parseTextEncoderConfig, parseUnetConfig, parseVaeConfig } from "./config.ts";
import type { Parameter } from "./graph.ts";
import { buildUnet } from "./unet.ts";
import { buildVaeDecoder, buildVaeEncoder } from "./vae.ts";

const path = "config.json";
const unet = parseUnetConfig(
  {
    block_out_channels: [320, 640, 1280, 1280],
    layers_per_block: 2,
    cross_attention_dim: 768,
    attention_head_dim: 8,
    down_block_types: ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
    up_block_types: ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
  },
  { path },
);
const vae = parseVaeConfig(
  {
    block_out_channels: [128, 256, 512, 512],
    layers_per_block: 2,
    down_block_types: Array(4).fill("DownEncoderBlock2D"),
    up_block_types: Array(4).fill("UpDecoderBlock2D"),
  },
  { path, tensors: { has: () => true } },
);
const text = parseTextEncoderConfig(
  { hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12, vocab_size: 49408 },
  { path },
);

const count = (specs: readonly Parameter[]): number =>
  specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);

describe("Stable Diffusion 1.5", () => {
  const size = { batch: 1, height: 64, width: 64 };

  it("UNet: 859,520,964 parameters in 686 tensors", () => {
    const { parameters } = buildUnet(unet, { ...size, contextTokens: 77 });
    expect(count(parameters)).toBe(859_520_964);
    expect(parameters.length).toBe(686);
  });

  it("UNet: all image sizes share the same parameters", () => {
    const sizes = [size, { batch: 2, height: 64, width: 64 }, { batch: 1, height: 128, width: 96 }];
    const [first, ...others] = sizes.map((one) => buildUnet(unet, { ...one, contextTokens: 77 }).parameters);
    for (const other of others) expect(other).toEqual(first);
  });

  it("text encoder: 123,060,480 parameters with the token table", () => {
    const { parameters } = buildTextEncoder(text, { batch: 2 });
    expect(count(parameters) + text.vocabSize * text.hiddenSize).toBe(123_060_480);
    expect(parameters.some(({ name }) => name === TOKEN_EMBEDDING)).toBe(false);
  });

  it("VAE: 83,653,863 parameters in both halves", () => {
    const halves = [...buildVaeEncoder(vae, size).parameters, ...buildVaeDecoder(vae, size).parameters];
    expect(count(halves)).toBe(83_653_863);
  });
});
