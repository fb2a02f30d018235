// The graphs against diffusers and transformers (make_goldens.py) and against reference.py, on every back end, in float32;
// and proof that the comparison notices a deliberate break.
// Tolerance: relative error (norm of the difference over norm of the reference) 1e-4; measured about 1e-6.

import { openAsBlob } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import type { Backend, ParameterStore } from "../../src/runtime/backend.ts";
import { backendsIn } from "./backends.ts";
import { type Goldens, type ParityCase, readGoldens, relativeError, runCase } from "./cases.ts";

const TOLERANCE = 1e-4;
/** A break must be far from the tolerance. */
const BROKEN = 1e-3;

let goldens: Goldens;

const open = async (name: string): Promise<Goldens> =>
  readGoldens(await openAsBlob(fileURLToPath(new URL(`goldens/${name}.safetensors`, import.meta.url))));

let diffusers: Goldens;

beforeAll(async () => {
  goldens = await open("miniature");
  diffusers = await open("diffusers");
});

const withConfig =
  (config: Readonly<Record<string, unknown>>) =>
  (parity: ParityCase): ParityCase => ({ ...parity, config: { ...parity.config, ...config } });

function elements(store: ParameterStore, name: string): number {
  return store.specs.get(name)!.shape.reduce((product, size) => product * size, 1);
}

describe.each(backendsIn("node"))("$name", ({ open: openBackend }) => {
  let backend: Backend;

  beforeAll(async () => {
    backend = await openBackend();
  });

  async function errorOf(
    name: string,
    change: (parity: ParityCase) => ParityCase = (parity) => parity,
  ): Promise<number> {
    const parity = change(goldens.cases[name]!);
    return relativeError(await runCase(parity, { backend }), goldens.outputs.get(name)!);
  }

  describe("parity", () => {
    const networks = [
      "text",
      "text_gelu",
      "unet",
      "unet_inpaint",
      "vae_decoder",
      "vae_decoder_plain",
      "vae_encoder",
    ];
    it.each(networks)("%s with reference.py", async (name) => {
      const error = await errorOf(name);
      console.info(`${name}: relative error ${error.toExponential(1)}`);
      expect(error).toBeLessThan(TOLERANCE);
    });
    it.each(networks)("%s with diffusers and transformers", async (name) => {
      const error = relativeError(
        await runCase(diffusers.cases[name]!, { backend }),
        diffusers.outputs.get(name)!,
      );
      console.info(`${name}: relative error ${error.toExponential(1)} to diffusers`);
      expect(error).toBeLessThan(TOLERANCE);
    });
  });

  it("writing every parameter and restoring it gives the same bits", async () => {
    const parity = goldens.cases["vae_encoder"]!;
    const prepare = async (store: ParameterStore): Promise<void> => {
      for (const name of store.specs.keys())
        store.write(name, new Float32Array(elements(store, name)).fill(0.5));
      for (const name of store.specs.keys()) await store.restore(name);
    };
    expect(await runCase(parity, { backend, prepare })).toEqual(await runCase(parity, { backend }));
  });

  describe("a deliberate break is noticed", () => {
    it.each<[string, string, Readonly<Record<string, unknown>>]>([
      ["text", "activation", { hidden_act: "gelu" }],
      ["text", "head count", { num_attention_heads: 2 }],
      ["text_gelu", "layer norm eps", { layer_norm_eps: 1e-2 }],
      ["unet", "sine before cosine", { flip_sin_to_cos: false }],
      ["unet", "frequency shift", { freq_shift: 1 }],
      ["unet", "head count", { attention_head_dim: 8 }],
      ["unet", "norm groups", { norm_num_groups: 4 }],
      ["unet", "norm eps", { norm_eps: 1e-2 }],
      ["unet_inpaint", "head count of one level", { attention_head_dim: [2, 8, 8] }],
      ["unet_inpaint", "norm eps", { norm_eps: 1e-2 }],
      ["vae_decoder", "norm groups", { norm_num_groups: 4 }],
      ["vae_decoder", "quantisation convolution left out", { use_post_quant_conv: false }],
      ["vae_encoder", "quantisation convolution left out", { use_quant_conv: false }],
    ])("%s: %s", async (name, _, config) => {
      expect(await errorOf(name, withConfig(config))).toBeGreaterThan(BROKEN);
    });

    it.each([
      ["text", "text_model.encoder.layers.1.self_attn.k_proj.weight"],
      ["text", "text_model.encoder.layers.2.mlp.fc2.bias"],
      ["unet", "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_out.0.bias"],
      ["unet", "mid_block.resnets.1.time_emb_proj.bias"],
      ["unet", "up_blocks.2.resnets.0.conv_shortcut.bias"],
      ["unet_inpaint", "up_blocks.0.upsamplers.0.conv.bias"],
      ["vae_decoder", "decoder.mid_block.attentions.0.to_v.bias"],
      ["vae_encoder", "encoder.down_blocks.0.downsamplers.0.conv.bias"],
    ])("%s: without %s", async (name, parameter) => {
      const parity = goldens.cases[name]!;
      const prepare = (store: ParameterStore): void =>
        store.write(parameter, new Float32Array(elements(store, parameter)));
      expect(
        relativeError(await runCase(parity, { backend, prepare }), goldens.outputs.get(name)!),
      ).toBeGreaterThan(BROKEN);
    });

    it("unet: another timestep", async () => {
      expect(
        await errorOf("unet", (parity) => ({ ...parity, timestep: parity.timestep + 1 })),
      ).toBeGreaterThan(BROKEN);
    });
  });
});
