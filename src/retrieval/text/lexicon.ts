// The words of an index: which adapters have a term, and how much a term says. A term that every tenth adapter has says nothing, one that a
// single adapter has says all (inverse document frequency, as in BM25, between those two).
import { StylusError } from "../../shared/errors.ts";
import { say, type Saying } from "../../shared/saying.ts";
import type { IndexedText } from "./indexed-texts.ts";
import { termsOf } from "./terms.ts";

/** Share of the adapters at which a term says nothing. */
const commonShare = 0.1;

/** A small catalogue is taken as a sample of one of this size: three cards with "tiles" do not make it common. */
const fewestAdapters = 200;

/** Pairs are made of names and short phrases only: those of descriptions are chance, and fill the vocabulary. */
const maxPairTextLength = 30;

/** Terms of one adapter beyond these say nothing of it: its card is a list of keywords. */
const maxTerms = 500;

/** Distinct terms of an adapter: of its names and phrases, not of what it is not meant for. */
export function adapterTerms(texts: readonly IndexedText[]): ReadonlySet<string> {
  const terms = new Set<string>();
  for (const { text, source } of texts) {
    if (source === "notMeant") continue;
    const pairs = source !== "document" && text.length <= maxPairTextLength;
    for (const term of termsOf(text, { pairs })) {
      if (terms.size >= maxTerms) return terms;
      terms.add(term);
    }
  }
  return terms;
}

/** Postings as an index stores them. */
export interface PackedTerms {
  /** UTF-8, sorted by bytes, each followed by a line feed. */
  readonly terms: Uint8Array<ArrayBuffer>;
  /** Adapters that have the term, one number a term. */
  readonly counts: Uint32Array<ArrayBuffer>;
  /** First byte of each term's postings, and one behind the last. */
  readonly starts: Uint32Array<ArrayBuffer>;
  /** Ascending adapter numbers as differences in LEB128. */
  readonly postings: Uint8Array<ArrayBuffer>;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** @param terms of each adapter, in the order of their numbers */
export function packTerms(terms: Iterable<ReadonlySet<string>>): PackedTerms {
  const adapters = new Map<string, number[]>();
  let adapter = 0;
  for (const own of terms) {
    for (const term of own) {
      const list = adapters.get(term);
      if (list) list.push(adapter);
      else adapters.set(term, [adapter]);
    }
    adapter += 1;
  }
  const encoder = new TextEncoder();
  const entries = [...adapters]
    .map(([term, list]) => ({ bytes: encoder.encode(term), list }))
    .sort((a, b) => compareBytes(a.bytes, b.bytes));
  const bytes: number[] = [];
  const starts = new Uint32Array(entries.length + 1);
  for (const [index, { list }] of entries.entries()) {
    let before = 0;
    for (const number of list) {
      let rest = number - before;
      before = number;
      for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
      bytes.push(rest);
    }
    starts[index + 1] = bytes.length;
  }
  const lengths = entries.reduce((sum, { bytes: { length } }) => sum + length + 1, 0);
  const packed = new Uint8Array(lengths);
  let at = 0;
  for (const { bytes: term } of entries) {
    packed.set(term, at);
    packed[at + term.length] = 0x0a;
    at += term.length + 1;
  }
  return {
    terms: packed,
    counts: Uint32Array.from(entries, ({ list }) => list.length),
    starts,
    postings: Uint8Array.from(bytes),
  };
}

export class Lexicon {
  readonly #packed: PackedTerms;
  readonly #adapterCount: number;
  readonly #fileName: string;
  /** Where each term begins, and one place behind the last line feed. */
  readonly #termStarts: Uint32Array;
  /** Adapters added at run time, by term. */
  readonly #added = new Map<string, Set<number>>();
  #addedCount = 0;

  /** @throws StylusError (bad-file) when the parts do not belong together */
  constructor(packed: PackedTerms, { adapterCount, fileName }: { adapterCount: number; fileName: string }) {
    this.#packed = packed;
    this.#adapterCount = adapterCount;
    this.#fileName = fileName;
    const { terms, counts, starts, postings } = packed;
    this.#termStarts = new Uint32Array(counts.length + 1);
    let count = 0;
    for (let i = 0; i < terms.length; i++)
      if (terms[i] === 0x0a && ++count <= counts.length) this.#termStarts[count] = i + 1;
    const whole = count === counts.length && (terms.length === 0 || terms.at(-1) === 0x0a);
    if (!whole || starts[0] !== 0 || starts.at(-1) !== postings.length)
      throw this.#fault(say`terms and postings do not belong together`);
    for (let i = 0; i < counts.length; i++)
      if (starts[i]! >= starts[i + 1]! || counts[i]! > adapterCount)
        throw this.#fault(say`term ${i} has no postings`);
  }

  #fault(problem: Saying): StylusError {
    return new StylusError("bad-file", say`${this.#fileName}: ${problem}.`, {
      where: this.#fileName,
      remedy: say`Build the index again (npm run build:index) or download it again.`,
    });
  }

  get sizeBytes(): number {
    const { terms, counts, starts, postings } = this.#packed;
    return [terms, counts, starts, postings, this.#termStarts].reduce(
      (sum, { byteLength }) => sum + byteLength,
      0,
    );
  }

  add(adapter: number, terms: ReadonlySet<string>): void {
    this.#addedCount += 1;
    for (const term of terms) {
      const adapters = this.#added.get(term);
      if (adapters) adapters.add(adapter);
      else this.#added.set(term, new Set([adapter]));
    }
  }

  /** Forgets an adapter that was added. */
  remove(adapter: number, terms: ReadonlySet<string>): void {
    this.#addedCount -= 1;
    for (const term of terms) {
      const adapters = this.#added.get(term);
      if (adapters?.delete(adapter) && adapters.size === 0) this.#added.delete(term);
    }
  }

  /** Place of a term among the packed ones; −1 when it is not there. */
  #find(term: string): number {
    const wanted = new TextEncoder().encode(term);
    let [low, high] = [0, this.#packed.counts.length - 1];
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#packed.terms.subarray(this.#termStarts[middle]!, this.#termStarts[middle + 1]! - 1);
      const order = compareBytes(found, wanted);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  /** Adapters that have the term, removed ones of the file included. */
  frequency(term: string): number {
    const at = this.#find(term);
    return (at < 0 ? 0 : this.#packed.counts[at]!) + (this.#added.get(term)?.size ?? 0);
  }

  /** How much the term says: 1 for one that a single adapter has, 0 for one that every tenth has; null when none has it. */
  rarity(term: string): number | null {
    const frequency = this.frequency(term);
    if (frequency === 0) return null;
    const most = commonShare * Math.max(fewestAdapters, this.#adapterCount + this.#addedCount);
    return Math.max(0, 1 - Math.log(frequency) / Math.log(most));
  }

  /**
   * Calls `visit` with every adapter that has the term.
   * @throws StylusError (bad-file) on an adapter that is not there
   */
  each(term: string, visit: (adapter: number) => void): void {
    const at = this.#find(term);
    if (at >= 0) {
      const { starts, postings } = this.#packed;
      let [adapter, value, shift] = [0, 0, 0];
      for (let i = starts[at]!; i < starts[at + 1]!; i++) {
        value |= (postings[i]! & 0x7f) << shift;
        shift += 7;
        if (postings[i]! > 0x7f) continue;
        adapter += value;
        if (!(adapter >= 0 && adapter < this.#adapterCount))
          throw this.#fault(say`term ${at} has an unknown adapter`);
        visit(adapter);
        [value, shift] = [0, 0];
      }
    }
    this.#added.get(term)?.forEach(visit);
  }
}
