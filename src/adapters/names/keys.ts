// Splits a tensor key of an adapter file into network, module (as a flattened name) and part of the adapter ("slot"). All
// key formats found in practice differ only in prefix, separator and suffix; the module between them is looked up in the
// module table and never split.
import { flatten } from "./module-table.ts";
import type { AdapterNetwork } from "../adapter-networks.ts";

/** A tensor's role in an adapter module, whatever the file calls it. */
export type Slot =
  | "down"
  | "up"
  | "mid"
  | "lora_E"
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
  | "trained_weight"
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

// Suffix, slot, and the naming the suffix alone proves (null: the prefix shows it). One that another ends with comes
// behind it.
const SUFFIXES: readonly (readonly [suffix: string, slot: Slot, naming: Naming | null])[] = [
  [".lora_down.weight", "down", null],
  [".lora_up.weight", "up", null],
  [".lora_mid.weight", "mid", null],
  [".lora_down", "down", null],
  [".lora_up", "up", null],
  [".lora_mid", "mid", null],
  [".lora_A.weight", "down", "peft"],
  [".lora_B.weight", "up", "peft"],
  [".lora_A", "down", "peft"],
  [".lora_B", "up", "peft"],
  [".lora_E", "lora_E", "peft"],
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
];

const PREFIXES: readonly (readonly [prefix: string, network: AdapterNetwork | null, naming: Naming])[] = [
  ["lora_unet_", "unet", "kohya"],
  ["lora_te1_", "text_encoder", "kohya"],
  ["lora_te_", "text_encoder", "kohya"],
  ["unet_", "unet", "kohya"],
  ["te1_", "text_encoder", "kohya"],
  ["te_", "text_encoder", "kohya"],
  ["text_encoder_1_", "text_encoder", "kohya"],
  ["text_encoder_1.", "text_encoder", "diffusers"],
  ["text_encoder_", "text_encoder", "kohya"],
  ["lora_unet.", "unet", "dotted"],
  ["lora_te1.", "text_encoder", "dotted"],
  ["lora_te.", "text_encoder", "dotted"],
  ["te1.", "text_encoder", "dotted"],
  ["te.", "text_encoder", "dotted"],
  ["lycoris_", null, "lycoris"],
  ["model.diffusion_model.", "unet", "dotted"],
  ["diffusion_model.", "unet", "dotted"],
  ["diffusion_model_", "unet", "kohya"],
  ["cond_stage_model.transformer.", "text_encoder", "dotted"],
  ["text_encoders.clip_l.transformer.", "text_encoder", "dotted"], // ComfyUI
  ["clip_l.", "text_encoder", "dotted"],
  ["clip.", "text_encoder", "dotted"],
  ["conditioner.embedders.0.transformer.", "text_encoder", "dotted"],
  ["unet.", "unet", "diffusers"],
  ["text_encoder.", "text_encoder", "diffusers"],
];

/** The prefix that PEFT's `save_pretrained` adds to every key. */
export const PEFT_PREFIX = "base_model.model.";

/**
 * Names that tools put before a path: wrappers of training libraries, and containers of the dictionary that was saved. No module
 * of a model starts with one of them.
 */
const WRAPPERS =
  /^(?:base_model[._]model|model|network|net|pipeline|pipe|wrapped_transformer|wrapped_model|wrapped|transformer|lora|loras|lora_weights|lora_state_dict|model_state_dict|state_dict|weights|params|parameters|adapters?|ema)[._]/;

/** Wrappers that stand anywhere in a path, because they wrap single layers: torch.compile, FSDP, checkpointing, DDP. */
const INNER_WRAPPERS =
  /(^|[._])(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|module|processor)[._]/;

/** Containers of any name, before a name that says everything. */
const CONTAINERS = /^.*\.(?=(?:lora_(?:unet|te1?)|lycoris)[._])/i;

/** No module's name comes near it; bounds the work on hostile ones. */
const MAX_KEY_LENGTH = 1000;

/** What PEFT keeps by the adapter's name, which a file may still have behind it: `hada_w1_a.default`. */
const NAMED_PARTS =
  /\.(hada_(?:w[12]_[ab]|t[12])|lokr_(?:w[12](?:_[ab])?|t2)|oft_[rs]|boft_[Rs]|ia3_l|lora_(?:[ABE]|magnitude_vector)(?!.*\.(?:weight|bias)$))\..+$/;

/** Parts of a key, or null if its suffix matches no adapter format. */
export function splitKey(key: string): KeyParts | null {
  if (key.length > MAX_KEY_LENGTH) return null;
  // PEFT may keep the adapter's name, which may have dots: `lora_A.default.weight`, `lora_magnitude_vector.my.style.weight`.
  const named = key
    .replace(/\.(lora_A|lora_B|lora_magnitude_vector|oft_R)\..+\.(weight|bias)$/, ".$1.$2")
    .replace(NAMED_PARTS, ".$1");
  const plain = named.replace(/\.modules_to_save\.(?:.+\.)?(weight|bias)$/, ".$1");
  const isTrained = plain !== named || key.startsWith(PEFT_PREFIX);
  const suffix = suffixOf(plain);
  if (!suffix) return null;
  const { network, prefix, path } = splitPath(plain.slice(0, -suffix[0].length).replace(CONTAINERS, ""));
  if (path === "") return null;
  return {
    network,
    module: flatten(path).replace(/_{2,}/g, "_").replace(/_$/, ""),
    slot: isTrained ? (TRAINED.get(suffix[1]) ?? suffix[1]) : suffix[1],
    naming: suffix[2] ?? prefix ?? (path.includes(".") ? "dotted" : "kohya"),
  };
}

/** Parameters that PEFT trained as they are (`bias`, `modules_to_save`). */
const TRAINED: ReadonlyMap<Slot, Slot> = new Map([
  ["weight", "trained_weight"],
  ["bias", "trained_bias"],
]);

const CAPITALS = SUFFIXES.map((suffix) => [suffix[0].toUpperCase(), suffix] as const);

/** Some tools write whole keys in capitals; PEFT's `oft_R` and `oft_r` are different things. */
function suffixOf(key: string): (typeof SUFFIXES)[number] | undefined {
  return SUFFIXES.find(([text]) => key.endsWith(text)) ?? CAPITALS.find(([text]) => key.endsWith(text))?.[1];
}

function splitPath(whole: string): {
  network: AdapterNetwork | null;
  prefix: Naming | null;
  path: string;
} {
  // The case of a path means nothing: every module is written in lower case.
  let path = whole.toLowerCase();
  let network: AdapterNetwork | null = null;
  let naming: Naming | null = null;
  // Wrappers and prefixes may alternate and repeat: `module.unet._orig_mod.`, `lora_unet_lora_unet_`.
  for (;;) {
    const before = path;
    while (INNER_WRAPPERS.test(path)) path = path.replace(INNER_WRAPPERS, "$1");
    const prefix = PREFIXES.find(([text]) => path.startsWith(text));
    if (prefix) {
      path = path.slice(prefix[0].length);
      network = prefix[1] ?? network;
      naming = prefix[2];
    } else {
      path = path.replace(WRAPPERS, "").replace(/^[._]+/, "");
    }
    if (path === before) return { network, prefix: naming, path };
  }
}
