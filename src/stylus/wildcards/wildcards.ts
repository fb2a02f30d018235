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
import { seededRandom } from "../../compose/plan/random.ts";
import { say, type Saying } from "../../shared/saying.ts";
import { limits } from "../../shared/limits.ts";
import { seedsOfImage } from "../../shared/seeds.ts";
import type { GenerateOptions } from "../options.ts";

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
/** Lines that are drawn from files for one prompt; and what is drawn in one pair of braces. */
const maxDraws = 1000;

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

interface Options {
  readonly list: readonly Option[];
  /** Whether all weigh 1: then there is nothing to count. */
  readonly isEven: boolean;
}

const optionsOf = (written: readonly string[]): Options => {
  const list = written.map(optionOf);
  return { list, isEven: list.every(({ weight }) => weight === 1) };
};

const optionsOfFiles = new WeakMap<readonly string[], Options>();

/** Of the lines of a file, which may be a hundred thousand. */
function optionsOfLines(lines: readonly string[]): Options {
  const options = optionsOfFiles.get(lines) ?? optionsOf(lines);
  optionsOfFiles.set(lines, options);
  return options;
}

/** The place of one option; those of weight 0 are only drawn when there are no others. */
function draw({ list, isEven }: Options, random: () => number): number {
  if (isEven) return Math.floor(random() * list.length);
  const sum = list.reduce((total, { weight }) => total + weight, 0);
  if (sum === 0) return Math.floor(random() * list.length);
  let left = random() * sum;
  const at = list.findIndex(({ weight }) => (left -= weight) < 0);
  return at < 0 ? list.length - 1 : at;
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

interface FoundFile {
  readonly name: string;
  readonly lines: readonly string[];
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
  let draws = 0;

  const found = new Map<string, readonly string[] | null>();
  /** Null: no file has that name. */
  function linesOf(name: string): readonly string[] | null {
    const lines = found.get(name) ?? findLines(wildcardName(name));
    found.set(name, lines);
    return lines;
  }

  function findLines(wanted: string): readonly string[] | null {
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
    const fitting = [...files.keys()].filter(fits).toSorted();
    return fitting.length === 0 ? null : fitting.flatMap((known) => files.get(known)!);
  }

  function choose(options: Options, quantity: Quantity | null, depth: number): string {
    const { list, isEven } = options;
    if (quantity === null) return expand(list[draw(options, random)]!.text, depth);
    const most = Math.min(quantity.max ?? list.length, list.length, maxDraws);
    const least = Math.min(quantity.min, most);
    const count = least === most ? most : least + Math.floor(random() * (most - least + 1));
    const left = [...list];
    const chosen = Array.from(
      { length: count },
      () => left.splice(draw({ list: left, isEven }, random), 1)[0]!,
    );
    return chosen.map(({ text }) => expand(text, depth)).join(quantity.joiner);
  }

  /** One or several lines of a file, which may refer to others and to itself; null where that has no end. */
  function chooseLines(
    { name, lines }: FoundFile,
    { quantity, depth }: { readonly quantity: Quantity | null; readonly depth: number },
  ): string | null {
    if (depth >= maxDepth || draws >= maxDraws) {
      endless.add(name);
      return null;
    }
    draws += quantity === null ? 1 : Math.min(quantity.max ?? lines.length, lines.length, maxDraws);
    return lines.length === 0 ? "" : choose(optionsOfLines(lines), quantity, depth + 1);
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
        const file = written.length === 1 ? fileOf(written[0]!) : null;
        const drawn = file
          ? chooseLines(file, { quantity, depth })
          : choose(optionsOf(written), quantity, depth + 1);
        if (drawn !== null) put(at, close + 1, drawn);
        at = close;
        continue;
      }
      if (text[at] !== "_") continue;
      reference.lastIndex = at;
      const [whole, name] = reference.exec(text) ?? [];
      if (whole === undefined) continue;
      const lines = linesOf(name!);
      if (lines === null) unknown.add(name!);
      else {
        const drawn = chooseLines({ name: name!, lines }, { quantity: null, depth });
        if (drawn !== null) put(at, at + whole.length, drawn);
      }
      at += whole.length - 1;
    }
    return [...parts, text.slice(last)].join("");
  }

  /** Of `{2$$__name__}`; null if it is something else. */
  function fileOf(written: string): FoundFile | null {
    reference.lastIndex = 0;
    const [whole, name] = reference.exec(written.trim()) ?? [];
    const lines = whole === written.trim() ? linesOf(name!) : null;
    return lines && { name: name!, lines };
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
