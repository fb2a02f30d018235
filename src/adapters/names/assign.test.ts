// The place of every tensor of a file, or the likely reason that it has none.
import { describe, expect, test } from "vitest";
import { sd15, tiny } from "../../../tests/fixtures/adapters/small-files.ts";
import { assignKeys, type Assignment, PLAIN_WEIGHT } from "./assign.ts";
import type { ModuleTable } from "./module-table.ts";
import { english, say } from "../../shared/saying.ts";

type Shapes = Readonly<Record<string, readonly number[]>>;
const assign = (
  shapes: Shapes,
  { table = sd15, metadata = {} }: { table?: ModuleTable; metadata?: Readonly<Record<string, string>> } = {},
): Assignment =>
  assignKeys(new Map(Object.entries(shapes).map(([key, shape]) => [key, { shape }])), {
    table,
    metadata: new Map(Object.entries(metadata)),
    fileName: "folder/style.pt",
  });
const placesOf = ({ modules }: Assignment): unknown =>
  [...modules].map(([{ path }, slots]) => [path, Object.fromEntries(slots)]);
const causeOf = (key: string): string | undefined =>
  assign({ [key]: [2, 2] }).unmatched.map(({ cause }) => english(cause))[0];

test.each([
  ["text_model.lora_embedding_A.default", "it changes token embeddings, which is not supported"],
  ["text_model.lora_embedding_B", "it changes token embeddings, which is not supported"],
  ["text_model.oft_embedding_R.weight", "it changes token embeddings, which is not supported"],
  ["text_model.lora_embedding_C", "its name matches no known adapter format"],
  ["lora_unet_conv_in.up_list.0", "it is a DyLoRA that was not exported"],
  ["lora_unet_conv_in.down_list.12", "it is a DyLoRA that was not exported"],
  ["lora_unet_conv_in.up_list", "its name matches no known adapter format"],
  ["a.bias_indices", "it is a sparse bias left over from an extraction, which is not supported"],
  ["a.bias_values", "it is a sparse bias left over from an extraction, which is not supported"],
  ["a.bias_size", "it is a sparse bias left over from an extraction, which is not supported"],
  ["a.bias_size.b", "its name matches no known adapter format"],
  ["a.to_k_custom_diffusion.weight", "it is Custom Diffusion, which is not supported"],
  ["lora_te2_a.alpha", "it belongs to a second text encoder (SDXL and later)"],
  ["lora_te3_a.alpha", "it belongs to a second text encoder (SDXL and later)"],
  ["text_encoder_2.a.alpha", "it belongs to a second text encoder (SDXL and later)"],
  ["clip_g", "it belongs to a second text encoder (SDXL and later)"],
  ["clip_l", "it belongs to a second text encoder (SDXL and later)"],
  ["unet.a.transformer_blocks.1.b.alpha", "it belongs to a deeper transformer (SDXL)"],
  ["lora_unet_a_transformer_blocks_9_b.alpha", "it belongs to a deeper transformer (SDXL)"],
  ["unet.a.transformer_blocks.0.b.alpha", "the model has no module with that name"],
  ["a.motion_modules.0.alpha", "it belongs to a video model's motion module"],
  ["a.temporal.alpha", "it belongs to a video model's motion module"],
  ["lora_vae_a.alpha", "it belongs to a VAE, whose adapters are not supported"],
  ["vae.a.alpha", "it belongs to a VAE, whose adapters are not supported"],
  ["first_stage_model.a.alpha", "it belongs to a VAE, whose adapters are not supported"],
  ["bundle_emb.x.clip_g", "it belongs to a second text encoder (SDXL and later)"],
  [
    "lora_te_text_model_embeddings_token_embedding.diff",
    "it changes token embeddings, which is not supported",
  ],
  ["decoder.conv_in.weight", "it belongs to a VAE, whose adapters are not supported"],
  ["post_quant_conv.weight", "it belongs to a VAE, whose adapters are not supported"],
  ["my_vae.a.alpha", "the model has no module with that name"],
  ["double_blocks.0.alpha", "it belongs to a diffusion transformer (Flux, SD 3)"],
  ["single_blocks.0.alpha", "it belongs to a diffusion transformer (Flux, SD 3)"],
  ["single_transformer_blocks.0.alpha", "it belongs to a diffusion transformer (Flux, SD 3)"],
  ["joint_blocks.0.alpha", "it belongs to a diffusion transformer (Flux, SD 3)"],
  ["lora_unet_nowhere.alpha", "the model has no module with that name"],
  ["nothing", "its name matches no known adapter format"],
])("%s: %s", (key, cause) => {
  expect(causeOf(key)).toBe(cause);
});

test("modules stand in the model's order, with the key of each slot", () => {
  const assigned = assign({
    "lora_unet_conv_out.alpha": [],
    "lora_unet_conv_in.lora_up.weight": [320, 4],
    "unet.conv_in.lora_A.weight": [4, 36],
    "lora_te_text_model_encoder_layers_0_mlp_fc1.alpha": [],
  });
  expect(placesOf(assigned)).toEqual([
    ["conv_in", { up: "lora_unet_conv_in.lora_up.weight", down: "unet.conv_in.lora_A.weight" }],
    ["conv_out", { alpha: "lora_unet_conv_out.alpha" }],
    ["text_model.encoder.layers.0.mlp.fc1", { alpha: "lora_te_text_model_encoder_layers_0_mlp_fc1.alpha" }],
  ]);
  expect([...assigned.namings]).toEqual(["kohya", "peft"]);
  expect(assigned.unmatched).toEqual([]);
  expect(assigned.embeddings.size).toBe(0);
});

test("a second tensor for a slot is left over", () => {
  const { namings, unmatched } = assign({
    "lora_unet_conv_in.alpha": [],
    "diffusion_model.conv_in.alpha": [],
  });
  expect(unmatched).toEqual([
    {
      key: "diffusion_model.conv_in.alpha",
      cause: say`the file also has the same part of the same module as ${"lora_unet_conv_in.alpha"}`,
    },
  ]);
  expect([...namings]).toEqual(["kohya"]);
});

describe("plain weights", () => {
  const C = "lora_unet_conv_in";
  test.each<[string, Shapes, string[], string[]]>([
    ["(IA)³ keeps its own", { [`${C}.weight`]: [320], [`${C}.on_input`]: [] }, ["weight", "on_input"], []],
    ["a weight", { [`${C}.weight`]: [320] }, [], [`${C}.weight`]],
    ["a bias", { [`${C}.bias`]: [320] }, [], [`${C}.bias`]],
    ["both", { [`${C}.bias`]: [320], [`${C}.weight`]: [320] }, [], [`${C}.weight`, `${C}.bias`]],
    ["among others", { [`${C}.weight`]: [320], [`${C}.alpha`]: [] }, ["alpha"], [`${C}.weight`]],
    [
      "a trained module beside an adapted one",
      {
        "base_model.model.conv_in.weight": [320],
        "base_model.model.conv_in.bias": [320],
        "base_model.model.conv_out.lora_A.weight": [4, 2880],
      },
      ["trained_weight", "trained_bias", "down"],
      [],
    ],
    [
      "a whole model of PEFT",
      {
        "base_model.model.conv_in.weight": [320],
        "base_model.model.conv_out.lora_A.default.weight": [4, 2880],
        "base_model.model.conv_out.base_layer.weight": [4, 320, 3, 3],
      },
      ["down"],
      ["base_model.model.conv_out.base_layer.weight", "base_model.model.conv_in.weight"],
    ],
    ["a trained bias", { "base_model.model.conv_in.bias": [320] }, ["trained_bias"], []],
    [
      "a trained bias beside its weight",
      { "base_model.model.conv_in.bias": [320], "base_model.model.conv_in.weight": [320] },
      [],
      ["base_model.model.conv_in.weight", "base_model.model.conv_in.bias"],
    ],
  ])("%s", (_, shapes, slots, plain) => {
    const assigned = assign(shapes);
    expect([...assigned.modules.values()].flatMap((module) => [...module.keys()])).toEqual(slots);
    expect(assigned.unmatched).toEqual(plain.map((key) => ({ key, cause: PLAIN_WEIGHT })));
  });
});

test("textual inversions: named, marked, alone, and the numbers of their placeholders", () => {
  const names = (...args: Parameters<typeof assign>): unknown =>
    [...assign(...args).embeddings].map(([key, { name }]) => [key, name]);
  expect(names({ "bundle_emb.cat.emb_params": [2, 768], "lora_unet_conv_in.alpha": [] })).toEqual([
    ["bundle_emb.cat.emb_params", "cat"],
  ]);
  expect(names({ cat: [768], dog: [768] }, { metadata: { cat: "<embed>", dog: "embed" } })).toEqual([
    ["cat", "cat"],
  ]);
  expect(names({ cat: [2, 12] }, { table: tiny })).toEqual([["cat", "cat"]]);
  expect(names({ cat: [2, 12] })).toEqual([]);
  const pickle = assign({ "string_to_token.*": [], "string_to_param.*": [2, 768] });
  expect([...pickle.embeddings]).toEqual([["string_to_param.*", { name: "style" }]]);
  expect(pickle.unmatched).toEqual([]);
});

describe("lists without names", () => {
  const noOrder = say`its position in the list fits no module order of this model`;
  test.each<[string, Shapes]>([
    ["half a pair", { "unet:0:up": [4, 2] }],
    ["two halves of the same side", { "unet:0:up": [4, 2], "unet:1:up": [4, 2] }],
    ["a place beyond the pairs", { "unet:0:up": [4, 2], "unet:1:down": [2, 4] }],
    ["a scalar", { "unet:0:up": [], "unet:0:down": [2, 4] }],
    ["pairs of no module", { "unet:0:up": [4, 2], "unet:0:down": [2, 4] }],
  ])("%s have no place", (_, shapes) => {
    const assigned = assign(shapes, { table: tiny });
    expect(assigned.unmatched).toEqual(Object.keys(shapes).map((key) => ({ key, cause: noOrder })));
    expect(assigned.modules.size).toBe(0);
    expect(assigned.namings.size).toBe(0);
  });
});
