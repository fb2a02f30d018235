// Weights per block of the network, in the notation of the A1111 extension "LoRA block weight": BASE is the text
// encoder, IN00 … IN11, M00, OUT00 … OUT11 are the UNet's blocks in LDM order.
import { isBlock } from "../../shared/block-names.ts";
import { StylusError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";

/** Factors by block name; other blocks keep 1. */
export type BlockWeights = Readonly<Record<string, number>>;

const numbered = (name: string, numbers: readonly number[]): string[] =>
  numbers.map((number) => name + String(number).padStart(2, "0"));
const UP_TO_11 = Array.from({ length: 12 }, (_, i) => i);

/** All blocks, in the order of a list of 26. */
const BLOCKS: readonly string[] = ["BASE", ...numbered("IN", UP_TO_11), "M00", ...numbered("OUT", UP_TO_11)];

/** SD 1.5's blocks with attention, in the order of a list of 17. Such a list disables the adapter in all other blocks. */
const ATTENTION_BLOCKS: readonly string[] = [
  "BASE",
  ...numbered("IN", [1, 2, 4, 5, 7, 8]),
  "M00",
  ...numbered("OUT", [3, 4, 5, 6, 7, 8, 9, 10, 11]),
];

/** Presets for every block of any model. */
const UNIFORM: ReadonlyMap<string, number> = new Map([
  ["NONE", 0],
  ["ALL", 1],
  ["ALL0.5", 0.5],
]);

/** The extension's other named lists, over the 17 blocks with attention. */
const PRESETS: ReadonlyMap<string, readonly number[]> = new Map(
  (
    [
      ["INS", "1 1 1 1 0 0 0 0 0 0 0 0 0 0 0 0 0"],
      ["IND", "1 0 0 0 1 1 1 0 0 0 0 0 0 0 0 0 0"],
      ["INALL", "1 1 1 1 1 1 1 0 0 0 0 0 0 0 0 0 0"],
      ["MIDD", "1 0 0 0 1 1 1 1 1 1 1 1 0 0 0 0 0"],
      ["OUTD", "1 0 0 0 0 0 0 0 1 1 1 1 0 0 0 0 0"],
      ["OUTS", "1 0 0 0 0 0 0 0 0 0 0 0 1 1 1 1 1"],
      ["OUTALL", "1 0 0 0 0 0 0 0 1 1 1 1 1 1 1 1 1"],
    ] as const
  ).map(([name, numbers]) => [name, numbers.split(" ").map(Number)]),
);

export function blockFactor(weights: BlockWeights | undefined, block: string): number {
  return weights?.[block] ?? 1;
}

/**
 * Reads "1,0,0,1,…" with 17 or 26 numbers, the name of a preset ("OUTALL"), or "IN04=0.5, OUT11=0". Lists work as in
 * sd-webui-lora-block-weight (`to26`): 17 numbers set SD 1.5's blocks with attention, and all other blocks get 0.
 * @throws StylusError `bad-input`
 */
export function parseBlockWeights(text: string): BlockWeights {
  const parts = text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (parts.some((part) => part.includes("="))) return Object.fromEntries(parts.map(parseNamed));
  const name = parts.length === 1 ? parts[0]!.toUpperCase() : "";
  const uniform = UNIFORM.get(name);
  if (uniform !== undefined) return everyBlock(() => uniform);
  const list = PRESETS.get(name) ?? parts.map(parseNumber);
  if (list.length === BLOCKS.length) return everyBlock((_, i) => list[i]!);
  if (list.length !== ATTENTION_BLOCKS.length)
    throw badWeights(
      list.length === 1 ? say`1 number instead of 17 or 26` : say`${list.length} numbers instead of 17 or 26`,
    );
  return everyBlock((block) => list[ATTENTION_BLOCKS.indexOf(block)] ?? 0);
}

const everyBlock = (factor: (block: string, index: number) => number): BlockWeights =>
  Object.fromEntries(BLOCKS.map((block, i) => [block, factor(block, i)]));

/** The shortest equivalent notation: 17 numbers, 26 numbers, or names. */
export function formatBlockWeights(weights: BlockWeights): string {
  const named = Object.entries(weights).filter(([, factor]) => factor !== 1);
  const list = (blocks: readonly string[]): string =>
    blocks.map((block) => blockFactor(weights, block)).join(",");
  const others = BLOCKS.filter((block) => !ATTENTION_BLOCKS.includes(block));
  const listed = named.every(([block]) => BLOCKS.includes(block));
  if (listed && others.every((block) => weights[block] === 0)) return list(ATTENTION_BLOCKS);
  if (listed && named.length > 4) return list(BLOCKS);
  return named.map(([block, factor]) => `${block}=${factor}`).join(",");
}

function parseNamed(part: string): [string, number] {
  const match = /^(\w+)\s*=\s*(.+)$/.exec(part);
  if (!match || !isBlock(match[1]!))
    throw badWeights(say`"${part.slice(0, 40)}" is not a block and a number`);
  return [match[1]!, parseNumber(match[2]!)];
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text === "" || !Number.isFinite(value)) throw badWeights(say`"${text.slice(0, 40)}" is not a number`);
  return value;
}

function badWeights(reason: Saying): StylusError {
  return new StylusError("bad-input", say`The block weights are not valid: ${reason}.`, {
    where: "block weights",
    remedy: say`Write 17 or 26 numbers separated by commas, a preset such as OUTALL, or names such as "IN04=0.5, OUT11=0".`,
  });
}
