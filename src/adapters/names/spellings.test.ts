// Names that wrappers, tools and habits have changed are found, and no other network's are.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import { effect } from "../../../tests/fixtures/adapters/effect.ts";
import { file, pair, plain, Q, read, renamed, sd15 } from "../../../tests/fixtures/adapters/small-files.ts";
import { splitKey } from "./keys.ts";
import { flatten, type ModuleEntry } from "./module-table.ts";

describe("names", () => {
  const dotted = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q";
  const asPeft =
    (prefix: string, path: string, adapter = "") =>
    (name: string) =>
      `${prefix}${path}.lora_${name.includes("lora_up") ? "B" : "A"}${adapter}.weight`;
  const spellings: readonly (readonly [what: string, change: (name: string) => string])[] = [
    ["a doubled prefix", (name) => `lora_unet_${name}`],
    ["torch.compile behind kohya's prefix", (name) => name.replace("lora_unet_", "lora_unet__orig_mod_")],
    ["torch.compile inside a kohya name", (name) => name.replace("attentions", "_orig_mod_attentions")],
    ["torch.compile inside a path", asPeft("unet.", dotted.replace("0.att", "0._orig_mod.att"))],
    ["FSDP inside a path", asPeft("unet.", dotted.replace("attn1", "attn1._fsdp_wrapped_module"))],
    ["DDP before a path", asPeft("module.unet.", dotted)],
    ["DDP behind a prefix", asPeft("unet.module.", dotted)],
    ["PEFT in a model in DDP", asPeft("module.base_model.model.", dotted)],
    ["a model in a model", asPeft("model.", dotted)],
    ["an adapter's name with dots", asPeft("unet.", dotted, ".my.style")],
    ["a trailing underscore", (name) => name.replace("_to_q.", "_to_q_.")],
    ["a module in capitals", (name) => name.replace(Q, Q.toUpperCase())],
    ["all in capitals", (name) => name.toUpperCase()],
    ["a network without a prefix", (name) => name.replace("lora_unet_", "unet_")],
    ["LyCORIS over a pipeline", (name) => name.replace("lora_unet_", "lycoris_unet_")],
    ["no word weight", (name) => name.replace(/\.weight$/, "")],
    [
      "PEFT's parts by the adapter's name",
      (name) => asPeft("unet.", dotted)(name).replace(/\.weight$/, ".my.style"),
    ],
    ["a container", (name) => `my_lora.weights.${name}`],
  ];
  test.each(spellings)("%s", async (_, change) => {
    const file_ = await read(file(renamed(change)));
    expect(file_.report).toMatchObject({ refusal: null, unmatched: [] });
    expect(effect(file_)).toEqual(effect(await read(file(plain))));
  });

  const layer = "text_model_encoder_layers_0_self_attn_k_proj";

  test.each([
    `text_encoder_${layer}`,
    `lora_text_encoder_${layer}`,
    `text_encoder_1.${layer.replaceAll("_", ".").replace("text.model", "text_model").replace("self.attn.k.proj", "self_attn.k_proj")}`,
    `te_${layer}`,
    `te1.${layer}`,
    `clip_l.${layer}`,
    `clip.${layer}`,
    `conditioner.embedders.0.transformer.${layer}`,
  ])("a text encoder as %s", (name) => {
    expect(resolved(`${name}.alpha`)).toMatchObject({
      network: "text_encoder",
      path: "text_model.encoder.layers.0.self_attn.k_proj",
    });
  });

  test("a second text encoder is none", () => {
    for (const name of ["text_encoder_2.", "text_encoder_2_", "te2_", "lora_te2_", "clip_g."])
      expect(resolved(`${name}${layer}.alpha`)).toBeUndefined();
  });

  test("a text encoder in a wrapper", async () => {
    const { report, updates } = await read(
      file(pair(`lora_te_wrapped_transformer_${layer}`, { out: 768, input: 768 })),
    );
    expect(report.unmatched).toEqual([]);
    expect(updates.map(({ name }) => name)).toEqual(["text_model.encoder.layers.0.self_attn.k_proj.weight"]);
  });

  const entries = fc.constantFrom(...sd15.modules.filter(({ weight }) => weight !== null));
  const resolved = (key: string): ModuleEntry | undefined => {
    const parts = splitKey(key);
    return parts ? sd15.find(parts.module, parts.network) : undefined;
  };

  test("any module behind any wrappers is found", () => {
    const wrapper = fc.constantFrom("module", "model", "base_model.model", "_orig_mod", "lora", "weights");
    fc.assert(
      fc.property(
        entries,
        fc.array(wrapper, { maxLength: 3 }),
        fc.record({
          inside: fc.nat(9),
          flat: fc.boolean(),
          capitals: fc.boolean(),
          tail: fc.constantFrom("", "_"),
        }),
        ({ network, path }, wrappers, { inside, flat, capitals, tail }) => {
          const parts = path.split(".");
          parts.splice(inside % parts.length, 0, "_orig_mod");
          const whole = [...wrappers, ...parts].join(".");
          const module = flat ? flatten(whole) : whole;
          const prefix = { unet: ["lora_unet_", "unet."], text_encoder: ["lora_te_", "text_encoder."] }[
            network
          ];
          const key = `${prefix[flat ? 0 : 1]}${capitals ? module.toUpperCase() : module}${tail}.lora_down.weight`;
          expect(resolved(key), key).toMatchObject({ network, path });
        },
      ),
      propertyRuns(100),
    );
  });

  test("no module of another network is taken for one of these", () => {
    const foreign = fc.constantFrom(
      "lora_te2_",
      "lora_vae_",
      "lora_prior_",
      "text_encoder_2.",
      "vae.",
      "controlnet.",
      "first_stage_model.",
      "image_encoder.vision_model.",
      "text_encoders.clip_g.transformer.",
    );
    fc.assert(
      fc.property(entries, foreign, ({ path }, prefix) => {
        const module = prefix.endsWith("_") ? flatten(path) : path;
        expect(resolved(`${prefix}${module}.lora_down.weight`)).toBeUndefined();
      }),
      propertyRuns(100),
    );
  });
});
