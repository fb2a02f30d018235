// Every suffix, prefix and wrapper on its own: network, module, slot and naming of each.
import { expect, test } from "vitest";
import { splitKey } from "./keys.ts";

const bare = (key: string): unknown => {
  const parts = splitKey(key);
  return parts && [parts.network, parts.module, parts.slot, parts.naming];
};

test.each(
  `hada_w1_a hada_w1_b hada_w2_a hada_w2_b hada_t1 hada_t2 lokr_w1 lokr_w1_a lokr_w1_b lokr_w2 lokr_w2_a lokr_w2_b lokr_t2
  diff diff_b w_norm b_norm weight bias on_input oft_blocks oft_diag rescale dora_scale alpha scale`.split(
    /\s+/,
  ),
)("the slot .%s, under any prefix's naming", (slot) => {
  expect(bare(`lora_unet_conv_in.${slot}`)).toEqual(["unet", "conv_in", slot, "kohya"]);
  expect(bare(`diffusion_model.conv_in.${slot}`)).toEqual(["unet", "conv_in", slot, "dotted"]);
  expect(bare(`LORA_UNET_CONV_IN.${slot.toUpperCase()}`)).toEqual(["unet", "conv_in", slot, "kohya"]);
});

test.each([
  ["lora_down.weight", "down"],
  ["lora_up.weight", "up"],
  ["lora_mid.weight", "mid"],
  ["a1.weight", "a1"],
  ["a2.weight", "a2"],
  ["b1.weight", "b1"],
  ["b2.weight", "b2"],
  ["bm.weight", "bm"],
])("the suffix .%s is %s", (suffix, slot) => {
  expect(bare(`lora_te_conv_in.${suffix}`)).toEqual(["text_encoder", "conv_in", slot, "kohya"]);
});

test.each([
  [".lora_A.weight", "down", "peft"],
  [".lora_B.weight", "up", "peft"],
  [".lora_A", "down", "peft"],
  [".lora_B", "up", "peft"],
  [".lora_A.my.style.weight", "down", "peft"],
  [".lora_B.default.bias", "up_bias", "peft"],
  [".lora_B.bias", "up_bias", "peft"],
  [".lora_magnitude_vector.weight", "magnitude", "peft"],
  [".lora_magnitude_vector.default.weight", "magnitude", "peft"],
  [".lora_magnitude_vector", "magnitude", "peft"],
  [".oft_R.weight", "oft_R", "peft"],
  [".oft_R.default.weight", "oft_R", "peft"],
  [".oft_r", "oft_r", "peft"],
  [".oft_r.default", "oft_r", "peft"],
  [".oft_s", "oft_s", "peft"],
  [".boft_R", "boft_R", "peft"],
  [".boft_R.default", "boft_R", "peft"],
  [".boft_s", "boft_s", "peft"],
  [".boft_P", "boft_P", "peft"],
  [".ia3_l", "ia3_l", "peft"],
  [".ia3_l.a.b", "ia3_l", "peft"],
  [".base_layer.bias", "trained_bias", "peft"],
  [".lora_linear_layer.down.weight", "down", "diffusers"],
  [".lora_linear_layer.up.weight", "up", "diffusers"],
  [".lora.down.weight", "down", "diffusers"],
  [".lora.up.weight", "up", "diffusers"],
  [".lora.alpha", "alpha", "diffusers"],
  ["_lora.down.weight", "down", "diffusers-old"],
  ["_lora.up.weight", "up", "diffusers-old"],
  ["_lora.alpha", "alpha", "diffusers-old"],
])("the suffix %s is %s and shows the naming %s, whatever the prefix", (suffix, slot, naming) => {
  expect(bare(`unet.mid.to_q${suffix}`)).toEqual(["unet", "mid_to_q", slot, naming]);
  expect(bare(`lora_unet_mid_to_q${suffix}`)).toEqual(["unet", "mid_to_q", slot, naming]);
});

test.each([
  ["lora_unet_", "unet", "kohya"],
  ["lora_te1_", "text_encoder", "kohya"],
  ["lora_te_", "text_encoder", "kohya"],
  ["lora_unet.", "unet", "dotted"],
  ["lora_te1.", "text_encoder", "dotted"],
  ["lora_te.", "text_encoder", "dotted"],
  ["lycoris_", null, "lycoris"],
  ["model.diffusion_model.", "unet", "dotted"],
  ["diffusion_model.", "unet", "dotted"],
  ["diffusion_model_", "unet", "kohya"],
  ["cond_stage_model.transformer.", "text_encoder", "dotted"],
  ["text_encoders.clip_l.transformer.", "text_encoder", "dotted"],
  ["clip_l.transformer.", "text_encoder", "dotted"],
  ["unet.", "unet", "diffusers"],
  ["text_encoder.", "text_encoder", "diffusers"],
  // The inner of two prefixes that both name a network holds.
  ["unet.text_encoder.", "text_encoder", "diffusers"],
  ["lora_unet_lycoris_", "unet", "lycoris"],
])("the prefix %s: %s, %s", (prefix, network, naming) => {
  expect(bare(`${prefix}proj.alpha`)).toEqual([network, "proj", "alpha", naming]);
  expect(bare(`${prefix.toUpperCase()}Proj_.alpha`)).toEqual([network, "proj", "alpha", naming]);
});

test.each(
  `base_model.model. base_model_model. model. network. net. pipeline. pipe. wrapped_transformer. wrapped_model. wrapped.
  transformer. lora. loras. lora_weights. lora_state_dict. model_state_dict. state_dict. weights. params. parameters.
  adapter. adapters. ema. _orig_mod. _fsdp_wrapped_module. _checkpoint_wrapped_module. module. processor. model_ module_
  .. model.module.`.split(/\s+/),
)("the wrapper %s is no part of a name", (wrapper) => {
  expect(bare(`${wrapper}mid.proj.alpha`)).toEqual([null, "mid_proj", "alpha", "dotted"]);
  expect(bare(`${wrapper}proj.alpha`)).toEqual([null, "proj", "alpha", "kohya"]);
});

test("a container of any name before a name that says everything", () => {
  for (const name of ["lora_unet_", "lora_te_", "lora_te1_", "LORA_UNET_", "lora_te.", "lycoris_"])
    expect(splitKey(`any.thing.${name}proj.alpha`)).toEqual(splitKey(`${name}proj.alpha`));
  expect(bare("any.thing.alpha")).toEqual([null, "any_thing", "alpha", "dotted"]);
});

test("a weight or bias of PEFT's own files is trained, any other is not", () => {
  expect(bare("base_model.model.proj.bias")).toEqual([null, "proj", "trained_bias", "kohya"]);
  expect(bare("base_model.model.proj.weight")).toEqual([null, "proj", "trained_weight", "kohya"]);
  expect(bare("base_model.model.proj.modules_to_save.my.style.weight")).toEqual([
    null,
    "proj",
    "trained_weight",
    "kohya",
  ]);
  for (const prefix of ["", "model."])
    expect(bare(`${prefix}proj.modules_to_save.default.weight`)).toEqual([
      null,
      "proj",
      "trained_weight",
      "kohya",
    ]);
  expect(bare("unet.proj.modules_to_save.bias")).toEqual(["unet", "proj", "trained_bias", "diffusers"]);
  expect(bare("model.proj.weight")).toEqual([null, "proj", "weight", "kohya"]);
  expect(bare("model.proj.bias")).toEqual([null, "proj", "bias", "kohya"]);
});

test("runs of underscores are one, and PEFT's two letters R stay apart", () => {
  expect(bare("lora_unet_a__b___c_.alpha")).toEqual(["unet", "a_b_c", "alpha", "kohya"]);
  expect(bare("a.oft_R.weight")).toEqual([null, "a", "oft_R", "peft"]);
  expect(bare("a.oft_r.weight")).toEqual([null, "a", "oft_r", "peft"]);
});

test("a key without suffix or path, or one that is too long, belongs to no adapter", () => {
  for (const key of [
    "proj",
    "alpha",
    ".alpha",
    "lora_unet_.alpha",
    "lora_unet__.alpha",
    "proj.alpha2",
    "proj.Alpha",
  ])
    expect(splitKey(key)).toBeNull();
  expect(splitKey(`${"a".repeat(994)}.alpha`)?.module).toHaveLength(994);
  expect(splitKey(`${"a".repeat(995)}.alpha`)).toBeNull();
});
