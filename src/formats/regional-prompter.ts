// The fields of AUTOMATIC1111's extension Regional Prompter, by its own rules (rp.py and regions.py of 2025): parts of the
// prompt stand apart by BREAK, ADDCOL and ADDROW, their sides in "RP Ratios"; words of all parts come first, up to ADDCOMM, then a prompt of
// the whole image, up to ADDBASE.
import { promptTags, withoutTags } from "../shared/prompt-syntax.ts";
import type { ForeignRegion, ForeignRegions } from "./foreign-regions.ts";
import type { GenerationParameters } from "./generation-parameters.ts";

type Fields = ReadonlyMap<string, string>;

/** What changes LoRAs in the Latent mode only; 0 is nothing. */
const latentLabels = [
  "RP LoRA Neg Te Ratios",
  "RP LoRA Neg U Ratios",
  "RP LoRA Stop Step",
  "RP LoRA Hires Stop Step",
] as const;

export const regionalPrompterLabels: readonly string[] =
  `Active,Divide mode,Matrix submode,Mask submode,Prompt submode,Calc Mode,Ratios,Base Ratios,Use Base,Use Common,Use Ncommon,Options,Change AND,Flip,threshold`
    .split(",")
    .map((label) => `RP ${label}`)
    .concat(latentLabels);

const options = {
  keepAnd: "disable convert 'AND' to 'BREAK'",
  chunks: "Use BREAK to change chunks",
  flipped: "Flip prompts",
  comments: "Comment Out `#`",
  onlyHires: "Enabled only in Hires Fix",
  withoutHires: "Disabled in Hires Fix",
} as const;

const BREAK = /\bBREAK\b/u;
const keys = /ADD(?:COMM|BASE|COL|ROW)|\bADDP\b/gu;

/** Which of rows and columns the image is cut into first, and what stands between them in prompts and ratios. */
interface Cuts {
  readonly rowsFirst: boolean;
  readonly outer: { readonly key: string; readonly delimiter: string };
  readonly inner: { readonly key: string; readonly delimiter: string };
}
const rows = { key: "ADDROW", delimiter: ";" } as const;
const columns = { key: "ADDCOL", delimiter: "," } as const;
const inColumns: Cuts = { rowsFirst: true, outer: rows, inner: columns };
const inRows: Cuts = { rowsFirst: false, outer: columns, inner: rows };

/** The second names are those of 2023. */
const modes: ReadonlyMap<string, Cuts> = new Map([
  ["Columns", inColumns],
  ["Horizontal", inColumns],
  ["Rows", inRows],
  ["Vertical", inRows],
]);

const textOf = (fields: Fields, label: string): string => fields.get(label)?.trim() ?? "";
const isOn = (fields: Fields, label: string): boolean => textOf(fields, label).toLowerCase() === "true";

const table = (text: string, outer: string, inner: string): string[][] =>
  text.split(outer).map((line) => line.split(inner));

const numbersIn = (lines: readonly string[][], otherwise: number): number[][] =>
  lines.map((line) =>
    line.map((entry) => {
      const value = entry.trim() === "" ? Number.NaN : Number(entry);
      return Number.isNaN(value) ? otherwise : value;
    }),
  );

const filled = (length: number, values: readonly number[]): number[] =>
  Array.from({ length }, (_, index) => values[Math.min(index, values.length - 1)]!);

/**
 * Numbers laid over lines of cells, as `split_l2` does: a short line repeats its last number, a long one goes on in the next line.
 * @param shape the number of cells in each line
 * @param withSides the first number of each line is its own side
 */
function laidOver(
  lines: readonly number[][],
  shape: readonly number[],
  withSides: boolean,
): { readonly sides: number[]; readonly cells: number[][] } {
  const sides: number[] = [];
  const cells: number[][] = [];
  for (const line of lines)
    for (let left = line; left.length > 0 && cells.length < shape.length;) {
      if (withSides) sides.push(left[0]!);
      const own = withSides && left.length > 1 ? left.slice(1) : left;
      const room = shape[cells.length]!;
      cells.push(filled(room, own));
      left = own.slice(room);
    }
  const last = lines.at(-1)!.slice(-1);
  for (const room of shape.slice(cells.length)) cells.push(filled(room, last));
  return { sides: withSides ? filled(shape.length, sides) : [], cells };
}

/** Shares of the whole, one after the other. */
function spans(sides: readonly number[]): { readonly from: number; readonly length: number }[] {
  const sum = sides.reduce((total, side) => total + side, 0);
  let from = 0;
  return sides.map((side) => {
    const span = { from, length: side / sum };
    from += span.length;
    return span;
  });
}

/** Each BREAK becomes the key that stands there by the ratios. */
function withKeys(prompt: string, ratios: string, { outer, inner }: Cuts): string {
  const lines = ratios.includes(rows.delimiter)
    ? table(ratios, outer.delimiter, inner.delimiter).map((line) => Math.max(1, line.length - 1))
    : [ratios.split(columns.delimiter).length];
  const between = lines.flatMap((cells, line) => [
    ...(line === 0 ? [] : [outer.key]),
    ...Array.from({ length: cells - 1 }, () => inner.key),
  ]);
  const [first = "", ...others] = prompt.split(BREAK);
  return [first, ...others.map((text, index) => `${between[index] ?? "BREAK"}${text}`)].join("");
}

/** Where the cells of a prompt lie, row by row or column by column. */
function placesOf(
  cells: readonly string[][],
  ratios: string,
  cuts: Cuts,
): Omit<ForeignRegion, "prompt" | "weight">[] {
  const shape = cells.map((line) => line.length);
  const [hasOuter, hasInner] = [shape.length > 1, shape.some((room) => room > 1)];
  // Commas alone are the sides of whichever direction there is.
  const isFlat = !ratios.includes(rows.delimiter) && hasOuter !== hasInner;
  const lines = !isFlat
    ? table(ratios, cuts.outer.delimiter, cuts.inner.delimiter)
    : hasInner
      ? [["1", ...ratios.split(",")]]
      : ratios.split(",").map((side) => [side]);
  const laid = laidOver(numbersIn(lines, 1), shape, true);
  const outer = spans(laid.sides);
  return laid.cells.flatMap((line, index) =>
    spans(line).map((inner) => {
      const [y, x] = cuts.rowsFirst ? [outer[index]!, inner] : [inner, outer[index]!];
      return { x: x.from, y: y.from, width: x.length, height: y.length };
    }),
  );
}

const isEdge = (character: string): boolean => character === "," || character.trim() === "";

function withoutEdges(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isEdge(text[start]!)) start += 1;
  while (end > start && isEdge(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

/** Without commas at its ends; of the words BREAK only those between words are left. */
const tidy = (text: string): string =>
  text
    .split(BREAK)
    .map(withoutEdges)
    .filter((chunk) => chunk !== "")
    .join(" BREAK ");

const joined = (...texts: readonly string[]): string => texts.filter((text) => text !== "").join(", ");

interface Parts {
  /** Null: there is none. */
  readonly common: string | null;
  readonly base: string | null;
  readonly cells: readonly string[][];
}

function partsOf(
  prompt: string,
  {
    fields,
    ratios,
    cuts,
    asked,
  }: {
    readonly fields: Fields;
    readonly ratios: string;
    readonly cuts: Cuts;
    readonly asked: ReadonlySet<string>;
  },
): Parts {
  // Earlier versions have a field of their own for this option, whose name says the opposite.
  const keepsAnd = asked.has(options.keepAnd) || isOn(fields, "RP Change AND");
  let text = keepsAnd ? prompt : prompt.replaceAll(/\bAND\b/gu, "BREAK");
  const taken = (label: string, key: string): string | null => {
    if (isOn(fields, label) && !text.includes(key)) text = text.replace(BREAK, key);
    const at = text.indexOf(key);
    if (at < 0) return null;
    const before = text.slice(0, at);
    text = text.slice(at + key.length);
    return tidy(before);
  };
  const common = taken("RP Use Common", "ADDCOMM");
  const base = taken("RP Use Base", "ADDBASE");
  if (!asked.has(options.chunks)) text = withKeys(text, ratios, cuts);
  const cells = table(text, cuts.outer.key, cuts.inner.key).map((line) => line.map(tidy));
  if (common === null || !asked.has(options.flipped)) return { common, base, cells };
  // The words change places, not the cells; a base is one of them.
  const turned = [...(base === null ? [] : [base]), ...cells.flat()].reverse();
  return {
    common,
    base: base === null ? null : turned.shift()!,
    cells: cells.map((line) => line.map(() => turned.shift()!)),
  };
}

/**
 * What each cell has of the base, as one share for all and weights: (1 − b)·w ⁄ b is the cell's own. Null where no weights say so, as with
 * shares of 0 beside others.
 */
function sharesOf(
  bases: readonly number[],
): { readonly baseWeight: number; readonly weights: number[] } | null {
  const [baseWeight = 0] = bases;
  const own = (share: number): number => (1 - share) / share;
  const weights = bases.map((share) =>
    share === baseWeight ? 1 : Number((own(share) / own(baseWeight)).toFixed(4)),
  );
  return weights.every((weight) => weight > 0 && Number.isFinite(weight)) ? { baseWeight, weights } : null;
}

/** Labels of what is otherwise than here and has no counterpart. */
function unreadOptions(fields: Fields, asked: ReadonlySet<string>, isLatent: boolean): string[] {
  const isSet = (label: string): boolean => !["", "0"].includes(textOf(fields, label));
  return [
    ...(asked.has(options.onlyHires) || asked.has(options.withoutHires) ? ["RP Options"] : []),
    ...(isLatent ? latentLabels.filter(isSet) : []),
  ];
}

const withoutComments = (text: string): string => text.replaceAll(/#.*/gu, "");

/** Commas and semicolons in each other's places. */
const swapped = (ratios: string): string => ratios.replaceAll(/[,;]/gu, (mark) => (mark === "," ? ";" : ","));

/** More are no regions of an image; their ratios take long to lay out. */
const mostCells = 100;

function regionsOf(
  parts: Parts,
  { fields, ratios, cuts }: { readonly fields: Fields; readonly ratios: string; readonly cuts: Cuts },
): Pick<ForeignRegions, "prompt" | "areas" | "baseWeight" | "addPrompt" | "unread"> {
  const { common, base, cells } = parts;
  const words = cells.flat();
  if (words.length === 1 && base === null)
    return {
      prompt: joined(common ?? "", words[0]!),
      areas: [],
      baseWeight: 0,
      addPrompt: false,
      unread: [],
    };
  if (words.length > mostCells)
    return {
      prompt: joined(common ?? "", base ?? "") || joined(...words.map((text) => tidy(withoutTags(text)))),
      areas: [],
      baseWeight: 0,
      addPrompt: false,
      unread: ["RP Ratios"],
    };
  const written = base === null ? "" : textOf(fields, "RP Base Ratios");
  const bases = laidOver(
    numbersIn(table(written, cuts.outer.delimiter, cuts.inner.delimiter), 0),
    cells.map((line) => line.length),
    false,
  ).cells.flat();
  const shares = sharesOf(bases);
  const before = base === null || common === null ? "" : withoutTags(common);
  const areas = placesOf(cells, ratios, cuts).map((place, index) => ({
    ...place,
    prompt: joined(before, words[index]!),
    weight: shares?.weights[index] ?? 1,
  }));
  return {
    prompt: joined(common ?? "", base ?? "") || joined(...words.map((text) => tidy(withoutTags(text)))),
    areas: areas.filter(({ prompt }) => prompt !== ""),
    baseWeight: bases[0]!,
    addPrompt: common !== null && base === null,
    unread: shares === null ? ["RP Base Ratios"] : [],
  };
}

/** In the mode "Attention" tags work everywhere, wherever they stand, so that they become the prompt's; in "Latent" a part keeps its own. */
export function readRegionalPrompter({ fields, ...words }: GenerationParameters): ForeignRegions | null {
  if (!isOn(fields, "RP Active")) return null;
  const asked = new Set(
    textOf(fields, "RP Options")
      .split(",")
      .map((option) => option.trim()),
  );
  const [prompt, negative] = [words.prompt, words.negativePrompt].map((text) =>
    asked.has(options.comments) ? withoutComments(text) : text,
  ) as [string, string];
  const negativePrompt = negative.replaceAll(keys, "BREAK").trim();
  const ofNegative = { negativePrompt, negativeByRegion: BREAK.test(negativePrompt) };
  const mode = textOf(fields, "RP Divide mode");
  const isMatrix = mode === "" || mode === "Matrix";
  const isByPrompt = /\bADDP\b/u.test(prompt);
  const cuts = isByPrompt ? undefined : modes.get(isMatrix ? textOf(fields, "RP Matrix submode") : mode);
  if (!cuts)
    return {
      ...ofNegative,
      prompt: tidy(prompt.replaceAll(keys, "BREAK")),
      areas: [],
      baseWeight: 0,
      addPrompt: false,
      unread: [isByPrompt ? "RP Prompt submode" : isMatrix ? "RP Matrix submode" : "RP Divide mode"],
    };
  const isLatent = textOf(fields, "RP Calc Mode").startsWith("La");
  const tags = isLatent ? [] : promptTags(prompt).map(({ text }) => text);
  const ratios = isOn(fields, "RP Flip") ? swapped(textOf(fields, "RP Ratios")) : textOf(fields, "RP Ratios");
  const layout = { fields, ratios, cuts };
  const parts = partsOf(isLatent ? prompt : withoutTags(prompt), { ...layout, asked });
  const regions = regionsOf(parts, layout);
  return {
    ...ofNegative,
    ...regions,
    prompt: [regions.prompt, ...tags].join(" ").trim(),
    unread: [...regions.unread, ...unreadOptions(fields, asked, isLatent)],
  };
}
