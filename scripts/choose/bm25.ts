// BM25 over the words of cards as Lucene computes it (idf never negative, no factor k1 + 1): what a search engine without vectors finds.
import type { AdapterCard } from "../../src/retrieval/card.ts";
import { stem } from "../../src/shared/stem.ts";

const k1 = 1.2;
const b = 0.75;

const words = (text: string): string[] =>
  [...text.toLowerCase().matchAll(/[\p{L}\p{N}]+/gu)].map(([word]) => stem(word));

/** What a card says for itself; its unwanted uses are left out. */
export function cardWords({ title, tags, triggerWords, refined }: AdapterCard): string {
  return [
    title,
    refined.category,
    ...tags,
    ...triggerWords,
    refined.description,
    ...(refined.phrases ?? []),
  ].join("\n");
}

interface Document {
  readonly id: string;
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

function documentOf(id: string, text: string): Document {
  const counts = new Map<string, number>();
  const all = words(text);
  for (const word of all) counts.set(word, (counts.get(word) ?? 0) + 1);
  return { id, counts, length: all.length };
}

export class Bm25 {
  readonly #documents: readonly Document[];
  readonly #meanLength: number;

  constructor(documents: readonly { readonly id: string; readonly text: string }[]) {
    this.#documents = documents.map(({ id, text }) => documentOf(id, text));
    const lengths = this.#documents.reduce((sum, { length }) => sum + length, 0);
    this.#meanLength = lengths / documents.length;
  }

  /** The `k` best documents that share a word with the query, best first. A repeated word of the query counts once. */
  search(query: string, k: number): readonly { readonly id: string; readonly score: number }[] {
    const idfs = [...new Set(words(query))].map((word) => [word, this.#idf(word)] as const);
    return this.#documents
      .map(({ id, counts, length }) => {
        const norm = k1 * (1 - b + (b * length) / this.#meanLength);
        let score = 0;
        for (const [word, idf] of idfs) {
          const count = counts.get(word) ?? 0;
          score += (idf * count) / (count + norm);
        }
        return { id, score };
      })
      .filter(({ score }) => score > 0)
      .sort((x, y) => y.score - x.score || (x.id < y.id ? -1 : 1))
      .slice(0, k);
  }

  #idf(word: string): number {
    const count = this.#documents.filter(({ counts }) => counts.has(word)).length;
    return Math.log(1 + (this.#documents.length - count + 0.5) / (count + 0.5));
  }
}
