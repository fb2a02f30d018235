// Finds the adapters that a prompt may want: late interaction of the prompt's spans with the vectors of every adapter, and words that few
// adapters have. Adapters of an index file, and those added at run time beside them.
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { AddedAdapters } from "./index/added-adapters.ts";
import { DocumentSearch } from "./search/document-search.ts";
import { isEligible, type RetrievalFilter } from "./search/eligibility.ts";
import type { IndexFile } from "./index/index-file.ts";
import type { EmbeddedAdapter } from "./embedded-adapter.ts";
import { nearestTexts, type NearText } from "./search/nearest-texts.ts";
import { type QueryVectors, spanWeight, wordScores } from "./text/query-weights.ts";
import { topRows } from "./search/top-rows.ts";
import type { Vector } from "./embedding/vectors.ts";
import type { VoyModule } from "./search/voy.ts";

/** What words add to the best similarity: all the rare words of a prompt together less than this. */
const wordShare = 0.35;

/** Adapters whose every vector is compared, beyond those wanted: what few vectors in memory have misjudged. */
const shortlistMargin = 2;
const shortestShortlist = 64;

/** Below any similarity. */
const unseen = -2;

/** Adapters read lately; one takes about 20 kB. */
const maxRead = 512;

export interface SimilarAdapter {
  readonly id: string;
  /** Cosine similarity of the whole prompt and the document. */
  readonly similarity: number;
}

export interface RetrievedAdapter {
  readonly id: string;
  /** Best similarity of a span with one of its texts, weighed by the span's rarity, and its rare words; comparable within a prompt. */
  readonly score: number;
  /** Its texts nearest to the prompt, best first. */
  readonly nearest: readonly NearText[];
  /** Its unwanted uses nearest to the prompt, best first. */
  readonly notMeant: readonly Omit<NearText, "source">[];
}

export class Retriever {
  readonly #index: IndexFile;
  readonly #documents: DocumentSearch;
  readonly #added: AddedAdapters;
  readonly #numbers: Map<string, number>;
  readonly #read = new Map<number, Promise<EmbeddedAdapter>>();
  #masks: { readonly key: string; readonly adapters: Uint8Array; readonly rows: Uint8Array } | null = null;

  /** @param voy null: whole prompts are compared by scanning */
  constructor(index: IndexFile, voy: VoyModule | null = null) {
    this.#index = index;
    this.#documents = new DocumentSearch(index.rows, { count: index.facts.length, voy });
    this.#added = new AddedAdapters(index.dims);
    this.#numbers = new Map(index.facts.map(({ id }, number) => [id, number]));
  }

  get dims(): number {
    return this.#index.dims;
  }

  /** What answered the last search for a whole prompt. */
  get engine(): "voy" | "scan" | null {
    return this.#documents.engine;
  }

  get ids(): readonly string[] {
    const added = this.#added.all.map(({ card }) => card.id);
    return [...new Set([...this.#index.facts.map(({ id }) => id), ...added])];
  }

  /** How much a term says, as Lexicon.rarity. */
  rarity(term: string): number | null {
    return this.#index.lexicon.rarity(term);
  }

  /** Adds an adapter, or replaces the one of the same id. */
  add(adapter: EmbeddedAdapter): void {
    this.remove(adapter.card.id);
    this.#index.lexicon.add(
      this.#index.facts.length + this.#added.add(adapter),
      this.#added.termsOf(adapter),
    );
    this.#masks = null;
  }

  /** Forgets an adapter that was added; one of the file that it has replaced is back. */
  remove(id: string): void {
    const removed = this.#added.remove(id);
    if (removed) this.#index.lexicon.remove(this.#index.facts.length + removed.slot, removed.terms);
    this.#masks = null;
  }

  /** Card, texts and vectors of an adapter. @throws StylusError not-found | bad-file */
  async read(id: string): Promise<EmbeddedAdapter> {
    const added = this.#added.get(id);
    if (added) return added;
    const number = this.#numbers.get(id);
    if (number === undefined)
      throw new StylusError("not-found", say`The index has no adapter ${id}.`, { where: id });
    return this.#readNumber(number);
  }

  /** @param number of an adapter of the file, or behind them of an added one */
  #readNumber(number: number): Promise<EmbeddedAdapter> {
    const { length } = this.#index.facts;
    if (number >= length) return Promise.resolve(this.#added.at(number - length));
    const known = this.#read.get(number) ?? this.#index.read(number);
    this.#read.delete(number); // set again: it moves to the young end
    this.#read.set(number, known);
    known.catch(() => this.#read.delete(number));
    if (this.#read.size > maxRead) this.#read.delete(this.#read.keys().next().value!);
    return known;
  }

  /** One byte an adapter of the file and a row of the file: 1 where the filter leaves it out. */
  #masked(filter: RetrievalFilter): { readonly adapters: Uint8Array; readonly rows: Uint8Array } {
    const key = JSON.stringify(filter);
    if (this.#masks?.key === key) return this.#masks;
    const { facts, owners } = this.#index;
    const adapters = Uint8Array.from(facts, (fact) =>
      !isEligible(fact, filter) || this.#added.get(fact.id) ? 1 : 0,
    );
    const rows = Uint8Array.from(owners, (owner) => adapters[owner]!);
    this.#masks = { key, adapters, rows };
    return this.#masks;
  }

  /** The `k` adapters whose documents are most similar to a whole prompt, best first: the retriever of the paper. */
  async similar(
    query: Vector,
    { k, filter }: { readonly k: number; readonly filter: RetrievalFilter },
  ): Promise<readonly SimilarAdapter[]> {
    const found = await this.#documents.nearest(query, { k, masked: this.#masked(filter).adapters });
    return [
      ...found.map(({ row, similarity }) => ({ id: this.#index.facts[row]!.id, similarity })),
      ...this.#added.similar(query, filter),
    ]
      .sort((a, b) => b.similarity - a.similarity || (a.id < b.id ? -1 : 1))
      .slice(0, k);
  }

  /** The `k` adapters that a prompt may want, best first. */
  async retrieve(
    query: QueryVectors,
    { k, filter }: { readonly k: number; readonly filter: RetrievalFilter },
  ): Promise<readonly RetrievedAdapter[]> {
    const { lexicon } = this.#index;
    const weights = query.texts.map((text) => spanWeight(text, lexicon));
    const words = wordScores(query.prompt, lexicon);
    const wanted = Math.max(shortestShortlist, k * shortlistMargin);
    const scores = this.#bestSimilarities(query, { weights, wanted, filter });
    for (const [number, share] of words) {
      if (scores[number]! > unseen) scores[number]! += wordShare * share;
      else if (this.#eligible(number, filter)) scores[number] = wordShare * share;
    }
    const shortlist = topRows(scores, { k: wanted, above: unseen });
    const adapters = await Promise.all(shortlist.map((number) => this.#readNumber(number)));
    const near = nearestTexts(adapters, { query, weights });
    return adapters
      .map(({ card }, i) => {
        const { best, ...texts } = near[i]!;
        return { id: card.id, score: best + wordShare * (words.get(shortlist[i]!) ?? 0), ...texts };
      })
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
      .slice(0, k);
  }

  #eligible(number: number, filter: RetrievalFilter): boolean {
    const { length } = this.#index.facts;
    if (number < length) return this.#masked(filter).adapters[number] === 0;
    return this.#added.eligible(number - length, filter);
  }

  /** By adapter number: the best weighed similarity over all query texts and vectors in memory; `unseen` for those not near or not eligible. */
  #bestSimilarities(
    { vectors }: QueryVectors,
    context: {
      readonly weights: readonly number[];
      readonly wanted: number;
      readonly filter: RetrievalFilter;
    },
  ): Float32Array {
    const { weights, wanted, filter } = context;
    const { rows, owners, facts } = this.#index;
    const { rows: masked } = this.#masked(filter);
    const best = new Float32Array(facts.length + this.#added.slotCount).fill(unseen);
    for (const [q, vector] of vectors.entries()) {
      const near = rows.nearest(vector, { wanted, masked });
      const weight = weights[q]!;
      for (let i = 0; i < near.similarities.length; i++) {
        const row = near.rows ? near.rows[i]! : i;
        const score = near.similarities[i]! * weight;
        const owner = owners[row]!;
        if (score > best[owner]! && masked[row] === 0) best[owner] = score;
      }
    }
    for (const [slot, score] of this.#added.bestSimilarities(vectors, { weights, filter }))
      best[facts.length + slot] = score;
    return best;
  }
}
