// The families of a file from its keys and shapes alone, for the report of a file that does not fit the model.
import { splitKey, type Slot } from "../names/keys.ts";
import type { Family } from "./module-tensors.ts";
import { splitPositionalKey } from "../names/positional.ts";
import { elementCount } from "../files/tensor.ts";

interface Modules {
  readonly families: readonly { readonly family: Family; readonly modules: number; readonly dora: number }[];
  /** Distinct, ascending. */
  readonly ranks: readonly number[];
}

type Shape = readonly number[];

/** A module's family is the first whose slot it has; modules without any are not counted. */
const FAMILIES: readonly (readonly [slot: Slot, family: Family | ((shape: Shape) => Family)])[] = [
  ["mid", "LoCon-Tucker"],
  ["down", (shape) => (elementCount(shape.slice(2)) > 1 ? "LoCon" : "LoRA")],
  ["hada_t1", "LoHa-Tucker"],
  ["hada_w1_a", "LoHa"],
  ["lokr_w1", "LoKr"],
  ["lokr_w1_a", "LoKr"],
  ["b1", "GLoRA"],
  ["oft_blocks", (shape) => (shape.length === 4 ? "BOFT" : "OFT")],
  ["oft_diag", "OFT"],
  ["oft_R", "OFT"],
  ["oft_r", "OFT"],
  ["boft_R", "BOFT"],
  ["diff", "full"],
  ["trained_weight", "full"],
  ["w_norm", "norm"],
  ["on_input", "IA3"],
  ["ia3_l", "IA3"],
];

/** Slots whose first dimension is the module's rank. */
const RANKED: ReadonlySet<Slot> = new Set(["down", "hada_w1_b", "lokr_w1_b", "lokr_w2_b"]);

export function familiesByName(entries: ReadonlyMap<string, { readonly shape: Shape }>): Modules {
  const modules = new Map<string, Map<Slot, Shape>>();
  for (const [key, { shape }] of entries) {
    const position = splitPositionalKey(key);
    const named = position ? null : splitKey(key);
    const slot = position?.slot ?? named?.slot;
    if (slot === undefined) continue;
    const module = position ? `${position.network}:${position.index}` : `${named!.network}:${named!.module}`;
    const slots = modules.get(module) ?? new Map<Slot, Shape>();
    modules.set(module, slots.set(slot, shape));
  }
  const counts = new Map<Family, { modules: number; dora: number }>();
  const ranks = new Set<number>();
  for (const slots of modules.values()) {
    const found = FAMILIES.find(([slot]) => slots.has(slot));
    if (!found) continue;
    const [slot, family] = found;
    const name = typeof family === "string" ? family : family(slots.get(slot)!);
    const count = counts.get(name) ?? { modules: 0, dora: 0 };
    count.modules += 1;
    if (slots.has("dora_scale") || slots.has("magnitude")) count.dora += 1;
    counts.set(name, count);
    for (const [part, shape] of slots) if (RANKED.has(part) && shape[0]) ranks.add(shape[0]);
  }
  return {
    families: [...counts]
      .map(([family, count]) => ({ family, ...count }))
      .sort((a, b) => b.modules - a.modules),
    ranks: [...ranks].sort((a, b) => a - b),
  };
}
