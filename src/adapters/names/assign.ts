// Assigns every tensor of an adapter file a module and slot, or the likely reason that it has none.
// Uses names and shapes alone, so that a wrong file is detected before its data is read.
import { splitEmbeddingKey, type EmbeddingKey } from "./embedding-keys.ts";
import { say, type Saying } from "../../shared/saying.ts";
import { splitKey, type Naming, type Slot } from "./keys.ts";
import type { ModuleEntry, ModuleTable } from "./module-table.ts";
import type { AdapterNetwork } from "../adapter-networks.ts";
import { positionalModules, splitPositionalKey, type PairShape, type PositionalKey } from "./positional.ts";
import { elementCount } from "../files/tensor.ts";

export interface Assignment {
  /** Key of each slot, per module, in the order of the table. */
  readonly modules: ReadonlyMap<ModuleEntry, ReadonlyMap<Slot, string>>;
  readonly embeddings: ReadonlyMap<string, EmbeddingKey>;
  readonly namings: ReadonlySet<Naming | "positional">;
  readonly unmatched: readonly { readonly key: string; readonly cause: Saying }[];
}

type Entries = ReadonlyMap<string, { readonly shape: readonly number[] }>;

export function assignKeys(
  entries: Entries,
  {
    table,
    metadata,
    fileName,
  }: { table: ModuleTable; metadata: ReadonlyMap<string, string>; fileName: string },
): Assignment {
  const places = new Map<ModuleEntry, Map<Slot, string>>();
  const embeddings = new Map<string, EmbeddingKey>();
  const namings = new Set<Naming | "positional">();
  const unmatched: { key: string; cause: Saying }[] = [];
  const positional: { key: string; place: PositionalKey }[] = [];

  const place = (
    key: string,
    { entry, slot, naming }: { entry: ModuleEntry; slot: Slot; naming: Naming | "positional" },
  ): void => {
    const slots = places.get(entry) ?? new Map<Slot, string>();
    places.set(entry, slots);
    const taken = slots.get(slot);
    if (taken !== undefined)
      unmatched.push({ key, cause: say`the file also has the same part of the same module as ${taken}` });
    else {
      slots.set(slot, key);
      namings.add(naming);
    }
  };

  for (const [key, { shape }] of entries) {
    const position = splitPositionalKey(key);
    if (position) {
      positional.push({ key, place: position });
      continue;
    }
    if (key.startsWith("string_to_token.")) continue; // the number of the placeholder in a tokenizer
    const embedding = splitEmbeddingKey(key, {
      shape,
      isMarked: metadata.get(key) === "<embed>",
      fileName,
      tensors: entries.size,
      width: table.embeddingWidth ?? table.contextWidth,
    });
    if (embedding) {
      embeddings.set(key, embedding);
      continue;
    }
    const parts = splitKey(key);
    const entry = parts && table.find(parts.module, parts.network);
    if (entry) place(key, { entry, slot: parts.slot, naming: parts.naming });
    else
      unmatched.push({
        key,
        cause:
          LIKELY_CAUSES.find(([pattern]) => pattern.test(key))?.[1] ??
          (parts
            ? say`the model has no module with that name`
            : say`its name matches no known adapter format`),
      });
  }

  for (const network of [null, "unet", "text_encoder"] as const) {
    placePositional(
      network,
      positional.filter((item) => item.place.network === network),
    );
  }
  dropPlainWeights(places, { keys: entries.keys(), unmatched });
  const order = new Map(table.modules.map((entry, index) => [entry, index]));
  const modules = new Map(
    [...places].filter(([, slots]) => slots.size > 0).sort((a, b) => order.get(a[0])! - order.get(b[0])!),
  );
  return { modules, embeddings, namings, unmatched };

  function placePositional(
    network: AdapterNetwork | null,
    items: readonly { key: string; place: PositionalKey }[],
  ): void {
    if (items.length === 0) return;
    const found = pairShapes(items, entries);
    const orders = found ? positionalModules(table, found, network) : [];
    const [modules] = orders;
    for (const { key, place: position } of items) {
      if (modules && orders.length === 1)
        place(key, { entry: modules[position.index]!, slot: position.slot, naming: "positional" });
      else
        unmatched.push({
          key,
          cause: modules
            ? say`its position in the list fits ${orders.length} module orders of this model, and nothing shows which is meant`
            : say`its position in the list fits no module order of this model`,
        });
    }
  }
}

/** [out, in] of every pair of a positional file; null if pairs are missing or malformed. */
function pairShapes(
  items: readonly { key: string; place: PositionalKey }[],
  entries: Entries,
): PairShape[] | null {
  const count = items.length / 2;
  const rows: (number | undefined)[] = [];
  const columns: (number | undefined)[] = [];
  for (const { key, place } of items) {
    const shape = entries.get(key)!.shape;
    if (place.slot === "up") rows[place.index] = shape[0];
    else columns[place.index] = elementCount(shape.slice(1));
  }
  const pairs: PairShape[] = [];
  for (let i = 0; i < count; i++) {
    const row = rows[i];
    const column = columns[i];
    if (row === undefined || column === undefined) return null;
    pairs.push({ rows: row, columns: column });
  }
  return pairs;
}

/** Cause for tensors that identify a file as a checkpoint. */
export const PLAIN_WEIGHT = say`it is a weight of a complete model, not a change to one`;

/**
 * A bare `.weight` means (IA)³ only next to `.on_input`; otherwise it is a checkpoint's own weight. So is a bias. PEFT's own files have
 * weights and biases only where it trained them, unless somebody saved the whole model: then adapted modules have their weights, too.
 */
function dropPlainWeights(
  places: ReadonlyMap<ModuleEntry, Map<Slot, string>>,
  { keys, unmatched }: { keys: Iterable<string>; unmatched: { key: string; cause: Saying }[] },
): void {
  const isAdapted = (slots: ReadonlyMap<Slot, string>): boolean =>
    [...slots.keys()].some((slot) => slot !== "trained_weight" && slot !== "trained_bias");
  const adapted = [...places.values()].filter(isAdapted);
  const isWholeModel =
    adapted.length === 0 ||
    adapted.some((slots) => slots.has("trained_weight")) ||
    [...keys].some((key) => BASE_WEIGHT.test(key));
  for (const slots of places.values()) {
    if (slots.has("on_input")) continue;
    const plain: readonly Slot[] = slots.has("weight")
      ? ["weight", "bias", "trained_bias"]
      : isWholeModel && slots.has("trained_weight")
        ? ["trained_weight", "trained_bias"]
        : ["bias"];
    for (const slot of plain) {
      const key = slots.get(slot);
      if (key === undefined) continue;
      unmatched.push({ key, cause: PLAIN_WEIGHT });
      slots.delete(slot);
    }
  }
}

/** What PEFT's wrappers keep of the model. */
const BASE_WEIGHT = /\.base_layer\.weight$/;

const LIKELY_CAUSES: readonly (readonly [pattern: RegExp, cause: Saying])[] = [
  // Known but unsupported formats
  [
    /\.(lora|oft)_embedding_[ABR](\.|$)|token_embedding\./,
    say`it changes token embeddings, which is not supported`,
  ],
  [/\.(up|down)_list\.\d+/, say`it is a DyLoRA that was not exported`],
  [
    /\.bias_(indices|values|size)$/,
    say`it is a sparse bias left over from an extraction, which is not supported`,
  ],
  [/_custom_diffusion\./, say`it is Custom Diffusion, which is not supported`],
  [/\.base_layer\.weight$|\.original_module\./, PLAIN_WEIGHT],
  // Parts that the model lacks
  [
    /^(lora_te[23]_|text_encoder_[23]\.)|^clip_l$|(^|\.)clip_g$/,
    say`it belongs to a second text encoder (SDXL and later)`,
  ],
  [/transformer_blocks[._][1-9]/, say`it belongs to a deeper transformer (SDXL)`],
  [/motion_modules|temporal/, say`it belongs to a video model's motion module`],
  [
    /^(lora_vae|vae\.|first_stage_model|(post_)?quant_conv\.|(de|en)coder\.(conv_|down|mid|norm_out|up))/,
    say`it belongs to a VAE, whose adapters are not supported`,
  ],
  [
    /double_blocks|single_blocks|single_transformer_blocks|joint_blocks/,
    say`it belongs to a diffusion transformer (Flux, SD 3)`,
  ],
];
