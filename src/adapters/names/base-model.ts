// The base model of an adapter, from its key names, the width of its cross attention and its metadata.
// Shapes are proof; names are strong hints; metadata is only a claim.
import { splitEmbeddingKey } from "./embedding-keys.ts";
import { say, type Saying } from "../../shared/saying.ts";
import { PEFT_CONFIG_NAME } from "../files/peft-config.ts";
import { settingsLookup } from "../files/metadata.ts";
import { splitKey } from "./keys.ts";
import { splitPositionalKey } from "./positional.ts";
import { elementCount } from "../files/tensor.ts";

export interface BaseVerdict {
  /** "Stable Diffusion 1.x", "SDXL", "Flux" …; null if nothing shows it. */
  readonly name: string | null;
  /** The evidence for the verdict, in words for the user. */
  readonly evidence: readonly Saying[];
  /** Width of the text features that the adapter's cross attention reads, if it has such modules. */
  readonly contextWidth: number | null;
  /** Width of the text encoder that it changes or that its token vectors fit, if it has such parts. */
  readonly textWidth: number | null;
  /** Keys that exist only in another architecture. */
  readonly foreignKeys: number;
}

type Entries = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** Of text features and of the first text encoder alike. */
const TEXT_WIDTHS: ReadonlyMap<number, string> = new Map([
  [768, "Stable Diffusion 1.x"],
  [1024, "Stable Diffusion 2.x"],
  [1280, "Stable Cascade or unCLIP"],
  [2048, "SDXL"],
]);

/** Names that only other architectures have, the clearest first. */
const FOREIGN: readonly (readonly [pattern: RegExp, name: string])[] = [
  [
    /motion_modules|temporal_transformer|temp_(attentions|convs)|[._]temporal/,
    "a video model (AnimateDiff or similar)",
  ],
  [/double_blocks|single_blocks|single_transformer_blocks/, "Flux (or a similar model)"],
  [/joint_blocks|[._]add_[qkv]_proj|context_embedder/, "Stable Diffusion 3 (or a similar model)"],
  [
    /^(lora_unet_|diffusion_model\.|transformer\.|lora_)?blocks[._]\d+[._](cross_attn|self_attn|ffn)/,
    "a video model (Wan or similar)",
  ],
  [/^lora_prior_|prior_unet/, "Stable Cascade"],
  [/^(lora_te[23]_|text_encoder_[23]\.)|[._]label_emb[._]|add_embedding|^clip_g$/, "SDXL"],
  [/(attentions[._]\d+|(put_blocks[._]\d+|middle_block)[._]1)[._]transformer_blocks[._][1-9]/, "SDXL"],
  [
    /^(lora_transformer_|transformer\.)|(^|[._])transformer_blocks[._]\d+[._]attn[._]|^diffusion_model\.layers\.\d/,
    "a diffusion transformer (Stable Diffusion 3, Flux, PixArt or similar)",
  ],
  [/^(image_proj|ip_adapter)\.|to_[kv]_ip\./, "IP-Adapter (an image as a prompt, not a LoRA)"],
  [/lora_controlnet|input_hint_block|zero_conv/, "ControlNet (a control adapter, not a LoRA)"],
  [/^(base_model\.model\.)?model\.layers\.\d+\.(self_attn|mlp)\./, "a language model"],
];

/** Judges by keys and shapes alone, before reading any tensor; a claim names the base only where they say nothing. */
export function judgeBase(
  entries: Entries,
  metadata: ReadonlyMap<string, string>,
  claim: BaseClaim | null = claimedBase(metadata, undefined),
): BaseVerdict {
  const evidence: Saying[] = [];
  const contextWidth = crossAttentionWidth(entries) ?? positionalContextWidth(entries);
  const encoderWidth = textEncoderWidth(entries);
  const textWidth = encoderWidth ?? tokenWidth(entries, metadata);
  let name: string | null = null;
  if (contextWidth !== null) {
    name = TEXT_WIDTHS.get(contextWidth) ?? null;
    evidence.push(say`its cross attention reads text features of width ${contextWidth}`);
  } else if (textWidth !== null) {
    name = TEXT_WIDTHS.get(textWidth) ?? null;
    evidence.push(
      encoderWidth === null
        ? say`its token vectors have width ${textWidth}`
        : say`it changes a text encoder of width ${textWidth}`,
    );
  }
  const counts = new Map<string, number>();
  for (const key of entries.keys()) {
    const foreign = FOREIGN.find(([pattern]) => pattern.test(key));
    if (foreign) counts.set(foreign[1], (counts.get(foreign[1]) ?? 0) + 1);
  }
  const [foreignName, foreignKeys] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [null, 0];
  if (foreignName !== null) {
    // A few stray keys do not outweigh the width of all the others.
    if (contextWidth === null || foreignKeys * 10 > entries.size) name = foreignName;
    evidence.push(say`${foreignKeys} of its ${entries.size} keys belong to ${foreignName}`);
  }
  if (claim) {
    // Widths take precedence: a miniature's trainer writes the base whose code it runs.
    if (contextWidth === null && textWidth === null) name ??= claim.name;
    evidence.push(
      say`its ${claim.isConfig ? PEFT_CONFIG_NAME : say`metadata`} says ${claim.text.slice(0, 80)}`,
    );
  }
  return { name, evidence, contextWidth, textWidth, foreignKeys };
}

/** What a file says of its base model. */
export interface BaseClaim {
  /** "SDXL" …; null if the text names none that is known here. */
  readonly name: string | null;
  readonly text: string;
  /** Whether PEFT's configuration says it: "adapter_config.json", or its copy in the metadata. */
  readonly isConfig: boolean;
}

/** @param adapterConfig the parsed `adapter_config.json` beside the file, if any */
export function claimedBase(metadata: ReadonlyMap<string, string>, adapterConfig: unknown): BaseClaim | null {
  const settings = settingsLookup(metadata, adapterConfig);
  for (const network of ["unet", "text_encoder"] as const) {
    const text = settings(network, "").field("base_model_name_or_path");
    if (typeof text === "string" && text !== "") return { name: baseNamed(text), text, isConfig: true };
  }
  const text = metadata.get("ss_base_model_version") || metadata.get("modelspec.architecture");
  return text ? { name: baseNamed(text), text, isConfig: false } : null;
}

/** Words in the names of models and in `ss_base_model_version`, `modelspec.architecture`. */
const BASE_NAMES: readonly (readonly [pattern: RegExp, name: string])[] = [
  // "ssd-1b" is not one.
  [/(stable[-_ ]?diffusion|sd)[-_ ]?v?[-_ ]?1([._-]?\d)?(?!\d|b([^a-z]|$))/, "Stable Diffusion 1.x"],
  [
    /(stable[-_ ]?diffusion|sd)[-_ ]?v?[-_ ]?2([._-]?[01])?(?!\d)|(^|[^a-z])sd-?turbo/,
    "Stable Diffusion 2.x",
  ],
  [/(stable[-_ ]?diffusion|sd)[-_ ]?v?[-_ ]?3(\.?5)?(?![a-z\d])/, "Stable Diffusion 3"],
  [/pixart/, "PixArt"],
  [/sdxl|sd_xl|(^|[^a-z])xl([^a-z]|$)|ssd-1b/, "SDXL"],
  [/(^|[^a-z])flux([^a-z]|$)/, "Flux"],
  [/stable[-_ ]?cascade|wuerstchen/, "Stable Cascade"],
  [/hunyuan|kandinsky|auraflow|lumina/, "another image model"],
  [/(^|[^a-z])wan-?(ai\/|2)|cogvideo|animatediff|ltx-video/, "a video model"],
  [
    /^(meta-llama|mistralai|qwen|deepseek-ai|tiiuae|eleutherai|bigscience|openai-community)\//,
    "a language model",
  ],
];

/** The base model that a name tells: "SDXL" …; null if it tells none. */
export function baseNamed(text: string): string | null {
  const lower = text.toLowerCase();
  const names = BASE_NAMES.filter(([pattern]) => pattern.test(lower)).map(([, name]) => name);
  // A path with both says nothing: "sdxl-tools/sd15".
  return names.includes("Stable Diffusion 1.x") && names.length > 1 ? null : (names[0] ?? null);
}

/**
 * Whether a claim speaks against this model, all of whose relatives are SD 1.x. A configuration for another base also has another
 * adapter's scale, whatever the shapes; other metadata is believed only where no width contradicts it. The text encoder of
 * SD 1.x is also the first of SDXL, SD 3 and Flux.
 */
export function claimsOtherBase(
  claim: BaseClaim | null,
  { contextWidth, textWidth }: BaseVerdict,
): claim is BaseClaim & { name: string } {
  if (!claim?.name || claim.name === "Stable Diffusion 1.x") return false;
  if (claim.isConfig) return true;
  return (
    contextWidth === null &&
    (textWidth === null || (textWidth === 768 && claim.name !== "Stable Diffusion 2.x"))
  );
}

/**
 * The same for cloneofsimo's lists, which name no modules: of all input widths of the U-Net's down parts, only that of the
 * text features is not also an output width of an up part.
 */
function positionalContextWidth(entries: Entries): number | null {
  const rows = new Set<number>();
  const columns = new Set<number>();
  for (const [key, { shape }] of entries) {
    const place = splitPositionalKey(key);
    if (place === null || place.network === "text_encoder" || shape.length < 2 || !shape[0]) continue;
    if (place.slot === "up") rows.add(shape[0]);
    else columns.add(elementCount(shape) / shape[0]);
  }
  const [width, ...others] = [...columns].filter((column) => !rows.has(column));
  return width !== undefined && others.length === 0 ? width : null;
}

/** Input width of the text encoder's attention; for a plain list whose pairs all share one width, that width. */
function textEncoderWidth(entries: Entries): number | null {
  const list = new Set<number>();
  for (const [key, { shape }] of entries) {
    if (shape.length < 2 || !shape[0]) continue;
    const place = splitPositionalKey(key);
    const columns = elementCount(shape) / shape[0];
    if (place?.network === "text_encoder" && place.slot === "down") return columns;
    if (place?.network === null) list.add(place.slot === "up" ? shape[0] : columns);
    const parts = place ? null : splitKey(key);
    if (parts?.slot === "down" && parts.network !== "unet" && TEXT_MODULE.test(parts.module)) return columns;
  }
  const [width, ...others] = list;
  return width !== undefined && others.length === 0 ? width : null;
}

const TEXT_MODULE = /encoder_layers_\d+_self_attn_(?:[qkv]_proj|to_[qkv])$/;

/** Width of the textual inversions in a file that contains nothing else. */
function tokenWidth(entries: Entries, metadata: ReadonlyMap<string, string>): number | null {
  let width: number | null = null;
  for (const [key, { shape }] of entries) {
    const isMarked = metadata.get(key) === "<embed>";
    if (key.startsWith("string_to_token.")) continue;
    if (!splitEmbeddingKey(key, { shape, isMarked, fileName: "", tensors: entries.size, width: null }))
      return null;
    width ??= shape.at(-1) ?? null;
  }
  return width;
}

/** The most common input width of `attn2.to_k`, if the family shows it; otherwise null. */
function crossAttentionWidth(entries: Entries): number | null {
  const votes = new Map<number, number>();
  const kronecker = new Map<string, { left?: number; right?: number }>();
  const vote = (width: number): unknown => votes.set(width, (votes.get(width) ?? 0) + 1);
  for (const [key, { shape }] of entries) {
    if (!key.includes("attn2") || shape.length < 2 || !shape[0]) continue;
    const parts = splitKey(key);
    if (!parts?.module.endsWith("attn2_to_k")) continue;
    const columns = elementCount(shape) / shape[0];
    if (["down", "hada_w1_b", "diff"].includes(parts.slot)) vote(columns);
    // Early GLoRA files store the output side under this name.
    if (parts.slot === "b2" && columns >= shape[0]) vote(columns);
    const factor = { lokr_w1: "left", lokr_w1_b: "left", lokr_w2: "right", lokr_w2_b: "right" }[
      parts.slot as string
    ] as "left" | "right" | undefined;
    if (factor === undefined) continue;
    const factors = kronecker.get(parts.module) ?? {};
    factors[factor] = columns;
    kronecker.set(parts.module, factors);
    if (factors.left && factors.right) vote(factors.left * factors.right);
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}
