// Templates: `{a|b}` and `__file__` in a prompt, as in AUTOMATIC1111's extension Dynamic Prompts. Each image of a batch draws from them by
// its own seed, so that template, seed and files give the same words again. Pure; malformed input is text.
//
//   {a|b|c}              one of them; nested, and empty ones too
//   {0.5::a|b}           weights; 1 is usual
//   {2$$a|b|c}           two different ones, joined by ", "; {1-3$$a|b|c}: one to three; {2$$ and $$a|b|c}: joined by " and "
//   __name__             a line of the user's file name.txt, itself a template; __animals*__: of all files that begin so
//   \{ \| \} \_          no syntax; the backslash stays, and the engine drops it
//
// `{emphasis}` without a bar stays as it is. What was drawn is no template any more: expanding it again changes nothing.
import { seededRandom } from "../compose/plan/random.ts";
import { say, type Saying } from "../shared/saying.ts";
import { limits } from "../shared/limits.ts";
import { seedsOfImage } from "../shared/seeds.ts";
import type { GenerateOptions } from "./options.ts";

/** Options of the user's files by name, in lower case, without ".txt". */
export type Wildcards = ReadonlyMap<string, readonly string[]>;

export interface Expansion {
  readonly text: string;
  /** Names between underscores that no file has, as they are written. */
  readonly unknown: readonly string[];
  /** Names of files that refer to themselves, or to far too much. */
  readonly endless: readonly string[];
}

/** `"name"` of `name.txt`, as prompts refer to it; some systems store "é" as two characters. */
export const wildcardName = (fileName: string): string =>
  fileName
    .normalize("NFC")
    .replace(/\.txt$/iu, "")
    .trim()
    .toLowerCase();

/** The options of a file: its lines but for empty ones and comments. Lines longer than a prompt are left out. */
export const parseWildcards = (text: string): string[] =>
  text
    .replace(/^\uFEFF/u, "")
    .split(/\r?\n/u)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#") && line.length <= limits.promptLength);

const reference = /__((?:[\p{L}\p{M}\p{N}*./ -]|_(?!_))+)__/uy;

/** Places of `__name__` in a prompt. */
export const wildcardReferences = /(?<!\\)__(?:[\p{L}\p{M}\p{N}*./ -]|_(?!_))+__/gu;

/** Whether `__name__` in a prompt refers to the file of that name alone. */
export const isWildcardName = (name: string): boolean => {
  reference.lastIndex = 0;
  return !name.includes("*") && reference.exec(`__${name}__`)?.[1] === name;
};

/** Deeper braces and references are text. */
const maxDepth = 32;
/** References that are looked up for one prompt. */
const maxLookups = 1000;

/** Braces that belong together: the place of each closing one, by that of its opening one. */
function bracesIn(text: string): ReadonlyMap<number, number> {
  const open: number[] = [];
  const pairs = new Map<number, number>();
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "{") open.push(at);
    else if (text[at] === "}" && open.length > 0) pairs.set(open.pop()!, at);
  }
  return pairs;
}

/** `text` from `start` to `end`, cut at bars outside of braces. */
function cutAtBars(
  text: string,
  { start, end, braces }: { start: number; end: number; braces: ReadonlyMap<number, number> },
): string[] {
  const parts: string[] = [];
  let last = start;
  for (let at = start; at < end; at++) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "|") {
      parts.push(text.slice(last, at));
      last = at + 1;
    } else at = braces.get(at) ?? at;
  }
  return [...parts, text.slice(last, end)];
}

interface Option {
  readonly text: string;
  readonly weight: number;
}

const optionOf = (written: string): Option => {
  const [prefix, weight] = /^\s*(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})::/u.exec(written) ?? [];
  return prefix === undefined
    ? { text: written.trim(), weight: 1 }
    : { text: written.slice(prefix.length).trim(), weight: Number(weight) };
};

/** One option, and where it stands; those of weight 0 are only drawn when there are no others. */
function draw(options: readonly Option[], random: () => number): number {
  const sum = options.reduce((total, { weight }) => total + weight, 0);
  let left = random() * (sum > 0 ? sum : options.length);
  for (const [at, { weight }] of options.entries()) {
    left -= sum > 0 ? weight : 1;
    if (left < 0) return at;
  }
  return options.length - 1;
}

interface Quantity {
  readonly min: number;
  /** Null: as many as there are. */
  readonly max: number | null;
  readonly joiner: string;
  readonly length: number;
}

const quantityPattern = /^\s*(?:(\d{1,4})|(\d{0,4})-(\d{0,4}))\$\$(?:((?:[^{}|$\\]|\$(?!\$)){0,100})\$\$)?/u;

/** `2$$`, `1-3$$`, `2$$ and $$` at the start of what stands in braces. */
function quantityOf(content: string): Quantity | null {
  const [prefix, exact, from = "", to = "", joiner = ", "] = quantityPattern.exec(content) ?? [];
  if (prefix === undefined) return null;
  const { length } = prefix;
  if (exact !== undefined) return { min: Number(exact), max: Number(exact), joiner, length };
  return { min: Number(from), max: to === "" ? null : Number(to), joiner, length };
}

/** @param options.stream another one gives other draws for the same seed */
export function expandTemplate(
  template: string,
  {
    seed,
    files,
    stream = "prompt",
  }: { readonly seed: number; readonly files: Wildcards; readonly stream?: string },
): Expansion {
  if (!/[{]|__/u.test(template)) return { text: template, unknown: [], endless: [] };
  const random = seededRandom(seed, `wildcards/${stream}`);
  const unknown = new Set<string>();
  const endless = new Set<string>();
  let lookups = 0;

  /** Null: no file has that name. */
  function linesOf(name: string): readonly string[] | null {
    const wanted = wildcardName(name);
    if (!wanted.includes("*")) return files.get(wanted) ?? null;
    const parts = wanted.split("*");
    const fits = (known: string): boolean => {
      let at = 0;
      for (const [i, part] of parts.entries()) {
        const found = i === 0 ? (known.startsWith(part) ? 0 : -1) : known.indexOf(part, at);
        if (found < 0) return false;
        at = found + part.length;
      }
      return parts.at(-1) === "" || known.endsWith(parts.at(-1)!);
    };
    const found = [...files.keys()].filter(fits).toSorted();
    return found.length === 0 ? null : found.flatMap((known) => files.get(known)!);
  }

  function choose(options: readonly Option[], quantity: Quantity | null, depth: number): string {
    if (quantity === null) return expand(options[draw(options, random)]!.text, depth);
    const most = Math.min(quantity.max ?? options.length, options.length);
    const least = Math.min(quantity.min, most);
    const count = least === most ? most : least + Math.floor(random() * (most - least + 1));
    const left = [...options];
    const chosen = Array.from({ length: count }, () => left.splice(draw(left, random), 1)[0]!);
    return chosen.map(({ text }) => expand(text, depth)).join(quantity.joiner);
  }

  function expand(text: string, depth: number): string {
    const braces = bracesIn(text);
    const parts: string[] = [];
    let last = 0;
    const put = (start: number, end: number, replacement: string): void => {
      parts.push(text.slice(last, start), replacement);
      last = end;
    };
    for (let at = 0; at < text.length; at++) {
      if (text[at] === "\\") {
        at += 1;
        continue;
      }
      const close = text[at] === "{" ? braces.get(at) : undefined;
      if (close !== undefined && depth < maxDepth) {
        const quantity = quantityOf(text.slice(at + 1, close));
        const start = at + 1 + (quantity?.length ?? 0);
        const written = cutAtBars(text, { start, end: close, braces });
        if (written.length === 1 && quantity === null) continue; // {emphasis}
        const options = written.length === 1 ? optionsOf(written[0]!) : written.map(optionOf);
        put(at, close + 1, choose(options, quantity, depth + 1));
        at = close;
        continue;
      }
      if (text[at] !== "_") continue;
      reference.lastIndex = at;
      const [whole, name] = reference.exec(text) ?? [];
      if (whole === undefined) continue;
      const lines = linesOf(name!);
      if (lines === null) unknown.add(name!);
      else if (depth >= maxDepth || lookups >= maxLookups) endless.add(name!);
      else {
        lookups += 1;
        const replacement = lines.length === 0 ? "" : choose(lines.map(optionOf), null, depth + 1);
        put(at, at + whole.length, replacement);
      }
      at += whole.length - 1;
    }
    return [...parts, text.slice(last)].join("");
  }

  /** Of `{2$$__name__}`: the lines of the file. */
  function optionsOf(written: string): Option[] {
    reference.lastIndex = 0;
    const [whole, name] = reference.exec(written.trim()) ?? [];
    const lines = whole === written.trim() ? linesOf(name!) : null;
    return lines === null ? [optionOf(written)] : lines.map(optionOf);
  }

  return { text: expand(template, 0), unknown: [...unknown], endless: [...endless] };
}

/** The words of one image of a batch. */
export interface ImagePrompt {
  readonly prompt: string;
  readonly negativePrompt: string;
}

/** With those of its regions. */
export interface ImageWords extends ImagePrompt {
  readonly regions: readonly string[];
}

export interface ExpandedBatch {
  /** One for each image. */
  readonly images: readonly ImageWords[];
  /** What the templates ask for and the run does without. */
  readonly notes: readonly Saying[];
}

const listed = (names: readonly string[]): readonly string[] => names.map((name) => `__${name}__`);

/** Draws the words of every image by its seed. */
export function expandBatch(
  {
    prompt,
    negativePrompt,
    count,
    regions = [],
    ...seeds
  }: Pick<GenerateOptions, "prompt" | "negativePrompt" | "seed" | "count"> &
    Partial<Pick<GenerateOptions, "variation">> & {
      /** Their prompts. */
      readonly regions?: readonly string[];
    },
  files: Wildcards,
): ExpandedBatch {
  const unknown = new Set<string>();
  const endless = new Set<string>();
  const images = Array.from({ length: count }, (_, index) => {
    const words = (text: string, stream: string): string => {
      const expansion = expandTemplate(text, { seed: seedsOfImage(seeds, index).seed, files, stream });
      for (const name of expansion.unknown) unknown.add(name);
      for (const name of expansion.endless) endless.add(name);
      return expansion.text;
    };
    return {
      prompt: words(prompt, "prompt"),
      negativePrompt: words(negativePrompt, "negative"),
      regions: regions.map((own, at) => words(own, `region ${at}`)),
    };
  });
  return {
    images,
    notes: [
      ...(unknown.size === 0
        ? []
        : [
            say`${listed([...unknown])} stayed as written: there is no wildcard file with that name. Add one, or correct the name.`,
          ]),
      ...(endless.size === 0
        ? []
        : [say`${listed([...endless])} stayed as written: these files refer to each other without end.`]),
    ],
  };
}
