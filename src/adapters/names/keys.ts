// Splits a tensor key of an adapter file into network, module (as a flattened name) and part of the adapter ("slot"). All
// key formats found in practice differ only in prefix, separator and suffix; the module between them is looked up in the
// module table and never split.
import { flatten, type AdapterNetwork } from "./module-table.ts";

/** A tensor's role in an adapter module, whatever the file calls it. */
export type Slot =
  | "down"
  | "up"
  | "mid"
  | "hada_w1_a"
  | "hada_w1_b"
  | "hada_w2_a"
  | "hada_w2_b"
  | "hada_t1"
  | "hada_t2"
  | "lokr_w1"
  | "lokr_w1_a"
  | "lokr_w1_b"
  | "lokr_w2"
  | "lokr_w2_a"
  | "lokr_w2_b"
  | "lokr_t2"
  | "a1"
  | "a2"
  | "b1"
  | "b2"
  | "bm"
  | "diff"
  | "diff_b"
  | "w_norm"
  | "b_norm"
  | "weight"
  | "bias"
  | "on_input"
  | "oft_blocks"
  | "oft_diag"
  | "rescale"
  | "oft_R"
  | "oft_r"
  | "oft_s"
  | "boft_R"
  | "boft_s"
  | "boft_P"
  | "ia3_l"
  | "up_bias"
  | "trained_bias"
  | "dora_scale"
  | "magnitude"
  | "alpha"
  | "scale";

/** How the file writes its keys. */
export type Naming = "kohya" | "diffusers-old" | "diffusers" | "peft" | "lycoris" | "dotted";

export interface KeyParts {
  /** Null if the prefix does not show it. */
  readonly network: AdapterNetwork | null;
  /** Module path with "." written as "_", without network prefix. */
  readonly module: string;
  readonly slot: Slot;
  readonly naming: Naming;
}

// Suffix, slot, and the naming the suffix alone proves (null: the prefix shows it). Longer suffixes first.
const SUFFIXES: readonly (readonly [suffix: string, slot: Slot, naming: Naming | null])[] = (
  [
    [".lora_down.weight", "down", null],
    [".lora_up.weight", "up", null],
    [".lora_mid.weight", "mid", null],
    [".lora_A.weight", "down", "peft"],
    [".lora_B.weight", "up", "peft"],
    [".lora_A", "down", "peft"],
    [".lora_B", "up", "peft"],
    [".lora_B.bias", "up_bias", "peft"],
    [".lora_magnitude_vector.weight", "magnitude", "peft"],
    [".lora_magnitude_vector", "magnitude", "peft"],
    [".oft_R.weight", "oft_R", "peft"],
    ...(["oft_r", "oft_s", "boft_R", "boft_s", "boft_P", "ia3_l"] as const).map(
      (slot) => [`.${slot}`, slot, "peft"] as const,
    ),
    [".base_layer.bias", "trained_bias", "peft"],
    [".lora_linear_layer.down.weight", "down", "diffusers"],
    [".lora_linear_layer.up.weight", "up", "diffusers"],
    [".lora.down.weight", "down", "diffusers"],
    [".lora.up.weight", "up", "diffusers"],
    [".lora.alpha", "alpha", "diffusers"],
    ["_lora.down.weight", "down", "diffusers-old"],
    ["_lora.up.weight", "up", "diffusers-old"],
    ["_lora.alpha", "alpha", "diffusers-old"],
    [".a1.weight", "a1", null],
    [".a2.weight", "a2", null],
    [".b1.weight", "b1", null],
    [".b2.weight", "b2", null],
    [".bm.weight", "bm", null],
    ...(
      [
        "hada_w1_a",
        "hada_w1_b",
        "hada_w2_a",
        "hada_w2_b",
        "hada_t1",
        "hada_t2",
        "lokr_w1",
        "lokr_w1_a",
        "lokr_w1_b",
        "lokr_w2",
        "lokr_w2_a",
        "lokr_w2_b",
        "lokr_t2",
        "diff",
        "diff_b",
        "w_norm",
        "b_norm",
        "weight",
        "bias",
        "on_input",
        "oft_blocks",
        "oft_diag",
        "rescale",
        "dora_scale",
        "alpha",
        "scale",
      ] as const
    ).map((slot) => [`.${slot}`, slot, null] as const),
  ] as (readonly [string, Slot, Naming | null])[]
).sort((a, b) => b[0].length - a[0].length);

const PREFIXES: readonly (readonly [prefix: string, network: AdapterNetwork | null, naming: Naming])[] = [
  ["lora_unet_", "unet", "kohya"],
  ["lora_te1_", "text_encoder", "kohya"],
  ["lora_te_", "text_encoder", "kohya"],
  ["lora_unet.", "unet", "dotted"],
  ["lora_te1.", "text_encoder", "dotted"],
  ["lora_te.", "text_encoder", "dotted"],
  ["lycoris_", null, "lycoris"],
  ["model.diffusion_model.", "unet", "dotted"],
  ["diffusion_model.", "unet", "dotted"],
  ["cond_stage_model.transformer.", "text_encoder", "dotted"],
  ["text_encoders.clip_l.transformer.", "text_encoder", "dotted"], // ComfyUI
  ["clip_l.transformer.", "text_encoder", "dotted"],
  ["unet.", "unet", "diffusers"],
  ["text_encoder.", "text_encoder", "diffusers"],
];

/** The prefix that PEFT's `save_pretrained` adds to every key. */
export const PEFT_PREFIX = "base_model.model.";

/** Wrappers that training libraries leave before or inside a path. */
const WRAPPERS = /^(?:base_model\.model\.|_orig_mod\.|module\.)+/;

/** Parts of a key, or null if its suffix matches no adapter format. */
export function splitKey(key: string): KeyParts | null {
  let rest = key.replace(WRAPPERS, "");
  const prefix = PREFIXES.find(([text]) => rest.startsWith(text));
  if (prefix) rest = rest.slice(prefix[0].length).replace(WRAPPERS, "");
  // PEFT may keep the adapter's name: `lora_A.default.weight`, `lora_magnitude_vector.default_0.weight`.
  rest = rest
    .replace(/\.(lora_A|lora_B|lora_magnitude_vector|oft_R)\.[^.]+\.(weight|bias)$/, ".$1.$2")
    .replace(/\.(oft_[rs]|boft_[Rs]|ia3_l)\.[^.]+$/, ".$1");
  const suffix = SUFFIXES.find(([text]) => rest.endsWith(text));
  if (!suffix || rest.length === suffix[0].length) return null;
  const path = rest.slice(0, -suffix[0].length).replace(".processor.", ".");
  return {
    network: prefix?.[1] ?? null,
    module: flatten(path),
    slot: suffix[1] === "bias" && key.startsWith(PEFT_PREFIX) ? "trained_bias" : suffix[1],
    naming: suffix[2] ?? prefix?.[2] ?? (path.includes(".") ? "dotted" : "kohya"),
  };
}
