// CLIP's byte-pair encoding (Radford et al. 2021), from the two files every SD checkpoint folder has: vocab.json
// (token → id) and merges.txt (pairs in order of rank). Words end in "</w>"; bytes map to printable characters, as in GPT-2,
// so a full vocabulary covers every text.

import { StylusError } from "../../shared/errors.ts";
import { say } from "../../shared/saying.ts";
import { cleanText, WHITESPACE } from "./text-cleaning.ts";

const START = "<|startoftext|>";
const END = "<|endoftext|>";
const WORD_END = "</w>";

// Order matters: contractions before letters, one token per digit, runs of everything else. CLIP's expression ignores
// case, so U+0345 (whose capital is a letter) is in none of its classes; here it is excluded by name.
const WORDS = new RegExp(
  `<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|\\p{L}+|\\p{N}|[^${WHITESPACE}\\u0345\\p{L}\\p{N}]+`,
  "gu",
);

export class ClipTokenizer {
  readonly startId: number;
  readonly endId: number;
  /** Id of "," as a separate word, where long prompts prefer to break; null if the vocabulary has none. */
  readonly commaId: number | null;
  readonly vocabSize: number;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #cache = new Map<string, readonly number[]>();

  /**
   * @param files texts of vocab.json and merges.txt
   * @throws StylusError bad-file, naming the file and the problem
   */
  constructor(files: { readonly vocab: string; readonly merges: string }) {
    this.#ids = parseVocabulary(files.vocab);
    this.#ranks = parseMerges(files.merges);
    this.vocabSize = this.#ids.size;
    this.startId = this.#require(START);
    this.endId = this.#require(END);
    this.commaId = this.#ids.get(`,${WORD_END}`) ?? null;
  }

  /** Token ids of a text, without start and end. Never throws; unknown text becomes the end token, as in CLIP. */
  encode(text: string): number[] {
    const ids: number[] = [];
    for (const [word] of cleanText(text).matchAll(WORDS)) ids.push(...this.#encodeWord(word));
    return ids;
  }

  #require(token: string): number {
    const id = this.#ids.get(token);
    if (id === undefined) {
      throw new StylusError("bad-file", say`The tokenizer's vocabulary lacks the token "${token}".`, {
        where: "tokenizer/vocab.json",
        remedy: say`Use vocab.json from the text encoder's model folder.`,
      });
    }
    return id;
  }

  #encodeWord(word: string): readonly number[] {
    const known = this.#cache.get(word);
    if (known !== undefined) return known;
    const ids =
      word === START || word === END
        ? [this.#ids.get(word)!]
        : this.#merge(symbolsOf(word)).map((symbol) => this.#ids.get(symbol) ?? this.endId);
    // Words repeat within a prompt; the limit keeps pasted noise from accumulating.
    if (this.#cache.size >= 20_000) this.#cache.clear();
    this.#cache.set(word, ids);
    return ids;
  }

  /**
   * Merges the pair of lowest rank, at every occurrence from left to right, until no pair has a rank. Symbols are a linked list and pairs
   * wait by rank, so that a word without spaces takes no longer than one with them.
   */
  #merge(symbols: string[]): string[] {
    const { length } = symbols;
    const next = Int32Array.from(symbols, (_, i) => i + 1);
    const before = Int32Array.from(symbols, (_, i) => i - 1);
    const gone = new Uint8Array(length);
    const places = new Map<number, number[]>();
    const waiting = new RankHeap();
    const rankAt = (at: number): number | undefined =>
      next[at]! < length ? this.#ranks.get(`${symbols[at]} ${symbols[next[at]!]}`) : undefined;
    const wait = (at: number): void => {
      const rank = rankAt(at);
      if (rank === undefined) return;
      const known = places.get(rank);
      if (known) known.push(at);
      else {
        places.set(rank, [at]);
        waiting.push(rank);
      }
    };
    for (let at = 0; at < length; at++) wait(at);
    for (let rank = waiting.pop(); rank !== undefined; rank = waiting.pop()) {
      const all = places.get(rank)!.sort((a, b) => a - b);
      places.delete(rank);
      const merged: number[] = [];
      for (const at of all) {
        if (gone[at] === 1 || rankAt(at) !== rank) continue; // one of the two is in another pair now
        const second = next[at]!;
        symbols[at] += symbols[second]!;
        gone[second] = 1;
        next[at] = next[second]!;
        if (next[at]! < length) before[next[at]!] = at;
        merged.push(at);
      }
      for (const at of merged) {
        wait(at);
        if (before[at]! >= 0) wait(before[at]!);
      }
    }
    return symbols.filter((_, i) => gone[i] === 0);
  }
}

/** The lowest of the ranks that wait. */
class RankHeap {
  readonly #ranks: number[] = [];

  push(rank: number): void {
    const ranks = this.#ranks;
    let at = ranks.push(rank) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (ranks[parent]! <= rank) break;
      ranks[at] = ranks[parent]!;
      at = parent;
    }
    ranks[at] = rank;
  }

  pop(): number | undefined {
    const ranks = this.#ranks;
    const [lowest] = ranks;
    const last = ranks.pop();
    if (last === undefined || ranks.length === 0) return lowest;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= ranks.length) break;
      if (child + 1 < ranks.length && ranks[child + 1]! < ranks[child]!) child += 1;
      if (ranks[child]! >= last) break;
      ranks[at] = ranks[child]!;
      at = child;
    }
    ranks[at] = last;
    return lowest;
  }
}

const utf8 = new TextEncoder();
const BYTE_SYMBOLS = byteSymbols();

function symbolsOf(word: string): string[] {
  const symbols = Array.from(utf8.encode(word), (byte) => BYTE_SYMBOLS[byte]!);
  symbols[symbols.length - 1] += WORD_END;
  return symbols;
}

/** A printable character for every byte: itself if it is printable in Latin-1, otherwise the next one from U+0100. */
function byteSymbols(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCharCode(printable ? byte : next++);
  });
}

function parseVocabulary(text: string): Map<string, number> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new StylusError("bad-file", say`The tokenizer's vocab.json is not JSON.`, {
      where: "tokenizer/vocab.json",
      remedy: say`Download the pack again.`,
      cause,
    });
  }
  const entries =
    typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? Object.entries(parsed) : [];
  if (entries.length === 0 || !entries.every(([, id]) => Number.isInteger(id))) {
    throw new StylusError(
      "bad-file",
      say`The tokenizer's vocab.json is not a table of tokens and whole numbers.`,
      {
        where: "tokenizer/vocab.json",
        remedy: say`Use vocab.json from the text encoder's model folder.`,
      },
    );
  }
  return new Map(entries);
}

function parseMerges(text: string): Map<string, number> {
  const lines = text.split(/\r?\n/u);
  if (lines[0]!.startsWith("#version")) lines.shift();
  const ranks = new Map<string, number>();
  for (const line of lines) {
    if (line === "") continue;
    if (line.split(" ").length !== 2) {
      throw new StylusError(
        "bad-file",
        say`The tokenizer's merges.txt has a line that is not a pair: "${line.slice(0, 60)}".`,
        {
          where: "tokenizer/merges.txt",
          remedy: say`Use merges.txt from the text encoder's model folder.`,
        },
      );
    }
    ranks.set(line, ranks.size);
  }
  return ranks;
}
