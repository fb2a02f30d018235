// cloneofsimo's LoRA files name no modules: pair i belongs to the i-th module that the trainer visited. The order is that
// of PyTorch's module traversal in the diffusers version of the time: down blocks, up blocks, then the middle block; within
// a level attentions before resnets; in a transformer block attn1, feed-forward, attn2, or, with the diffusers of today, attn1, attn2,
// feed-forward: the shapes tell them apart. No alpha: scale 1.
// Source: github.com/cloneofsimo/lora, lora_diffusion/lora.py (`_find_modules`, `save_safeloras`, `save_lora_weight`).
import type { ModuleEntry, ModuleTable } from "./module-table.ts";
import type { AdapterNetwork } from "../adapter-networks.ts";
import { elementCount } from "../files/tensor.ts";

export interface PositionalKey {
  /** Null for plain lists, which do not show it. */
  readonly network: AdapterNetwork | null;
  readonly index: number;
  readonly slot: "up" | "down";
}

/** `unet:12:up`, or entry n of a plain list (`list:25`, in a dictionary `unet.list:25`), where up and down alternate. */
export function splitPositionalKey(key: string): PositionalKey | null {
  const named = /^(unet|text_encoder):(\d{1,6}):(up|down)$/.exec(key);
  if (named)
    return { network: named[1] as AdapterNetwork, index: Number(named[2]), slot: named[3] as "up" | "down" };
  const listed = /^(?:(unet|text_encoder)\.)?list:(\d{1,6})$/.exec(key);
  if (!listed) return null;
  const place = Number(listed[2]);
  const network = (listed[1] as AdapterNetwork | undefined) ?? null;
  return { network, index: Math.floor(place / 2), slot: place % 2 === 0 ? "up" : "down" };
}

/** The sizes a pair must have: [out, in·kh·kw] of its module. */
export interface PairShape {
  readonly rows: number;
  readonly columns: number;
}

/**
 * The module orders whose length and shapes match the file's pairs; several only if they differ.
 * @param network the part of the file, or null to try both
 */
export function positionalModules(
  table: ModuleTable,
  pairs: readonly PairShape[],
  network: AdapterNetwork | null,
): readonly (readonly ModuleEntry[])[] {
  const matching = (["unet", "text_encoder"] as const)
    .filter((name) => network === null || name === network)
    .flatMap((name) => candidateOrders(table, name))
    .filter((order) => order.length === pairs.length && order.every((entry, i) => fits(entry, pairs[i]!)));
  const isSame = (a: readonly ModuleEntry[], b: readonly ModuleEntry[]): boolean =>
    a.every((entry, i) => entry === b[i]);
  return matching.filter((order, i) => !matching.slice(0, i).some((other) => isSame(other, order)));
}

function fits(entry: ModuleEntry, pair: PairShape): boolean {
  const shape = entry.weight?.shape ?? [];
  return shape[0] === pair.rows && elementCount(shape.slice(1)) === pair.columns;
}

function candidateOrders(table: ModuleTable, network: AdapterNetwork): ModuleEntry[][] {
  const modules = table.modules.filter((entry) => entry.network === network && entry.weight);
  if (network === "text_encoder")
    return [TEXT_ATTENTION, [...TEXT_ATTENTION, "mlp.fc1", "mlp.fc2"]].map((parts) =>
      ordered(modules, textRank(parts)),
    );
  return [FEED_FORWARD_SECOND, FEED_FORWARD_LAST, ATTENTION].flatMap((parts) =>
    [false, true].map((withResnets) => ordered(modules, unetRank(parts, withResnets))),
  );
}

/** Where a module stands in an order; null if it is not part of it. */
type Rank = (path: string) => number | null;

/** Modules with a rank, in rank order. */
function ordered(modules: readonly ModuleEntry[], rank: Rank): ModuleEntry[] {
  const ranked = modules.flatMap((entry) => {
    const place = rank(entry.path);
    return place === null ? [] : [{ entry, place }];
  });
  ranked.sort((a, b) => a.place - b.place);
  return ranked.map(({ entry }) => entry);
}

/** Orders by the first place, then by the second … No network has a hundred of anything. */
const rankOf = (...places: readonly number[]): number =>
  places.reduce((rank, place) => 100 * rank + place, 0);

const TEXT_ATTENTION = ["k", "v", "q", "out"].map((part) => `self_attn.${part}_proj`);

function textRank(parts: readonly string[]): Rank {
  return (path) => {
    const match = /\.layers\.(\d+)\.(.+)$/.exec(path);
    const part = match ? parts.indexOf(match[2]!) : -1;
    return match && part >= 0 ? rankOf(Number(match[1]), part) : null;
  };
}

const attention = (name: string): string[] => ["q", "k", "v", "out.0"].map((part) => `${name}.to_${part}`);
const ATTENTION = [...attention("attn1"), ...attention("attn2")];
const FEED_FORWARD_SECOND = [...attention("attn1"), "ff.net.0.proj", ...attention("attn2")];
const FEED_FORWARD_LAST = [...ATTENTION, "ff.net.0.proj"];
const RESNET_PARTS = ["conv1", "time_emb_proj", "conv2", "conv_shortcut"];

const BLOCK = /^(?:(down|up)_blocks\.(\d+)|(mid)_block)\.(attentions|resnets)\.(\d+)\.(.+)$/;

/** @param parts of a transformer block, in order */
function unetRank(parts: readonly string[], withResnets: boolean): Rank {
  return (path) => {
    const match = BLOCK.exec(path);
    if (!match) return null;
    const [, side, level, , kind, index, rest] = match;
    const sideRank = side === "down" ? 0 : side === "up" ? 1 : 2;
    const start = [sideRank, Number(level ?? 0), kind === "attentions" ? 0 : 1, Number(index)] as const;
    if (kind === "resnets") {
      const part = RESNET_PARTS.indexOf(rest!);
      return part >= 0 && withResnets ? rankOf(...start, 0, part) : null;
    }
    const transformer = /^transformer_blocks\.(\d+)\.(.+)$/.exec(rest!);
    const part = transformer ? parts.indexOf(transformer[2]!) : -1;
    return transformer && part >= 0 ? rankOf(...start, Number(transformer[1]), part) : null;
  };
}
