// cloneofsimo's LoRA files name no modules: pair i belongs to the i-th module that the trainer visited. The order is that
// of PyTorch's module traversal in the diffusers version of the time: down blocks, up blocks, then the middle block; within
// a level attentions before resnets; in a transformer block attn1, feed-forward, attn2. No alpha: scale 1.
// Source: github.com/cloneofsimo/lora, lora_diffusion/lora.py (`_find_modules`, `save_safeloras`, `save_lora_weight`).
import type { AdapterNetwork, ModuleEntry, ModuleTable } from "./module-table.ts";
import { elementCount } from "../files/tensor.ts";

export interface PositionalKey {
  /** Null for plain lists, which do not show it. */
  readonly network: AdapterNetwork | null;
  readonly index: number;
  readonly slot: "up" | "down";
}

/** `unet:12:up`, or entry n of a plain list (`list:25`), where up and down alternate. */
export function splitPositionalKey(key: string): PositionalKey | null {
  const named = /^(unet|text_encoder):(\d{1,6}):(up|down)$/.exec(key);
  if (named)
    return { network: named[1] as AdapterNetwork, index: Number(named[2]), slot: named[3] as "up" | "down" };
  const listed = /^list:(\d{1,6})$/.exec(key);
  if (!listed) return null;
  const place = Number(listed[1]);
  return { network: null, index: Math.floor(place / 2), slot: place % 2 === 0 ? "up" : "down" };
}

/** The sizes a pair must have: [out, in·kh·kw] of its module. */
export interface PairShape {
  readonly rows: number;
  readonly columns: number;
}

/**
 * The module order whose length and shapes match the file's pairs; null if none does.
 * @param network the part of the file, or null to try both
 */
export function positionalModules(
  table: ModuleTable,
  pairs: readonly PairShape[],
  network: AdapterNetwork | null,
): readonly ModuleEntry[] | null {
  const orders = (["unet", "text_encoder"] as const)
    .filter((name) => network === null || name === network)
    .flatMap((name) => candidateOrders(table, name));
  return (
    orders.find(
      (order) => order.length === pairs.length && order.every((entry, i) => fits(entry, pairs[i]!)),
    ) ?? null
  );
}

function fits(entry: ModuleEntry, pair: PairShape): boolean {
  const shape = entry.weight?.shape ?? [];
  return shape[0] === pair.rows && elementCount(shape.slice(1)) === pair.columns;
}

function candidateOrders(table: ModuleTable, network: AdapterNetwork): ModuleEntry[][] {
  const modules = table.modules.filter((entry) => entry.network === network && entry.weight);
  if (network === "text_encoder") return [ordered(modules, textRank)];
  const attention = ordered(modules, unetAttentionRank(false));
  const withGeglu = ordered(modules, unetAttentionRank(true));
  return [withGeglu, attention, ordered(modules, unetExtendedRank)];
}

type Rank = (path: string) => readonly number[] | null;

/** Modules with a rank, in rank order. */
function ordered(modules: readonly ModuleEntry[], rank: Rank): ModuleEntry[] {
  const ranked = modules.flatMap((entry) => {
    const place = rank(entry.path);
    return place === null ? [] : [{ entry, place }];
  });
  ranked.sort((a, b) => compare(a.place, b.place));
  return ranked.map(({ entry }) => entry);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function textRank(path: string): readonly number[] | null {
  const match = /\.layers\.(\d+)\.self_attn\.([kvq]|out)_proj$/.exec(path);
  return match && [Number(match[1]), ["k", "v", "q", "out"].indexOf(match[2]!)];
}

const BLOCK = /^(?:(down|up)_blocks\.(\d+)|(mid)_block)\.(attentions|resnets)\.(\d+)\.(.+)$/;
const TRANSFORMER_PARTS = [
  "attn1.to_q",
  "attn1.to_k",
  "attn1.to_v",
  "attn1.to_out.0",
  "ff.net.0.proj",
  "attn2.to_q",
  "attn2.to_k",
  "attn2.to_v",
  "attn2.to_out.0",
];
const RESNET_PARTS = ["conv1", "time_emb_proj", "conv2", "conv_shortcut"];

function unetAttentionRank(withGeglu: boolean): Rank {
  return (path) => {
    const place = blockRank(path);
    if (place === null || place.kind !== "attentions") return null;
    return path.endsWith("ff.net.0.proj") && !withGeglu ? null : place.rank;
  };
}

function unetExtendedRank(path: string): readonly number[] | null {
  return blockRank(path)?.rank ?? null;
}

function blockRank(path: string): { kind: string; rank: readonly number[] } | null {
  const match = BLOCK.exec(path);
  if (!match) return null;
  const [, side, level, , kind, index, rest] = match as unknown as [
    string,
    string | undefined,
    string | undefined,
    string | undefined,
    string,
    string,
    string,
  ];
  const sideRank = side === "down" ? 0 : side === "up" ? 1 : 2;
  const start = [sideRank, Number(level ?? 0), kind === "attentions" ? 0 : 1, Number(index)];
  if (kind === "resnets") {
    const part = RESNET_PARTS.indexOf(rest);
    return part < 0 ? null : { kind, rank: [...start, part] };
  }
  const transformer = /^transformer_blocks\.(\d+)\.(.+)$/.exec(rest);
  const part = transformer ? TRANSFORMER_PARTS.indexOf(transformer[2]!) : -1;
  return transformer && part >= 0 ? { kind, rank: [...start, Number(transformer[1]), part] } : null;
}
