// The base model of an adapter, from its key names, the width of its cross attention and its metadata.
// Shapes are proof; names are strong hints; metadata is only a claim.
import { splitEmbeddingKey } from "../families/embeddings.ts";
import { splitKey } from "./keys.ts";
import { splitPositionalKey } from "./positional.ts";
import { elementCount } from "../files/tensor.ts";

export interface BaseVerdict {
  /** "Stable Diffusion 1.x", "SDXL", "Flux" …; null if nothing shows it. */
  readonly name: string | null;
  /** The evidence for the verdict, in words for the user. */
  readonly evidence: readonly string[];
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
  [/^(lora_te[23]_|text_encoder_[23]\.)|[._]label_emb[._]|add_embedding/, "SDXL"],
  [/(attentions[._]\d+|(put_blocks[._]\d+|middle_block)[._]1)[._]transformer_blocks[._][1-9]/, "SDXL"],
  [
    /^(lora_transformer_|transformer\.)/,
    "a diffusion transformer (Stable Diffusion 3, Flux, PixArt or similar)",
  ],
  [/lora_controlnet|input_hint_block|zero_conv/, "ControlNet (a control adapter, not a LoRA)"],
  [/^(base_model\.model\.)?model\.layers\.\d+\.(self_attn|mlp)\./, "a language model"],
];

/** Judges by keys and shapes alone, before reading any tensor. */
export function judgeBase(entries: Entries, metadata: ReadonlyMap<string, string>): BaseVerdict {
  const evidence: string[] = [];
  const contextWidth = crossAttentionWidth(entries) ?? positionalContextWidth(entries);
  const encoderWidth = textEncoderWidth(entries);
  const textWidth = encoderWidth ?? tokenWidth(entries, metadata);
  let name: string | null = null;
  if (contextWidth !== null) {
    name = TEXT_WIDTHS.get(contextWidth) ?? null;
    evidence.push(`its cross attention reads text features of width ${contextWidth}`);
  } else if (textWidth !== null) {
    name = TEXT_WIDTHS.get(textWidth) ?? null;
    evidence.push(
      encoderWidth === null
        ? `its token vectors have width ${textWidth}`
        : `it changes a text encoder of width ${textWidth}`,
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
    evidence.push(`${foreignKeys} of its ${entries.size} keys belong to ${foreignName}`);
  }
  const stated = metadata.get("ss_base_model_version") ?? metadata.get("modelspec.architecture");
  if (stated) {
    // Widths take precedence: a miniature's trainer writes the base whose code it runs.
    if (contextWidth === null && textWidth === null) name ??= statedBase(stated);
    evidence.push(`its metadata says ${stated.slice(0, 80)}`);
  }
  return { name, evidence, contextWidth, textWidth, foreignKeys };
}

function statedBase(text: string): string | null {
  const lower = text.toLowerCase();
  if (/sdxl|stable-diffusion-xl/.test(lower)) return "SDXL";
  if (/sd_v2|stable-diffusion-v2|sd_2/.test(lower)) return "Stable Diffusion 2.x";
  if (/sd_v1|stable-diffusion-v1|sd_1/.test(lower)) return "Stable Diffusion 1.x";
  if (/flux/.test(lower)) return "Flux";
  if (/sd3|stable-diffusion-3/.test(lower)) return "Stable Diffusion 3";
  return null;
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
    if (!splitEmbeddingKey(key, { shape, isMarked, fileName: "" })) return null;
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
