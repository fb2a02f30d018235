// Adapters added at run time, beside an index file: few, so that every one is compared exactly and removing one copies the others.
import { eligibilityFacts, isEligible, type RetrievalFilter } from "../search/eligibility.ts";
import type { EmbeddedAdapter } from "../embedded-adapter.ts";
import { Int8Rows } from "../search/int8-rows.ts";
import { adapterTerms } from "../text/lexicon.ts";
import { unitScale, type Vector } from "../embedding/vectors.ts";

export class AddedAdapters {
  readonly #dims: number;
  /** By slot; a removed one leaves its slot empty, so that the others keep theirs. */
  readonly #slots: (EmbeddedAdapter | null)[] = [];
  readonly #byId = new Map<string, number>();
  #rows: Int8Rows;
  /** Slot and item of each row; unwanted uses have none. */
  #places: { readonly slot: number; readonly item: number }[] = [];

  constructor(dims: number) {
    this.#dims = dims;
    this.#rows = new Int8Rows(dims, 64);
  }

  get all(): readonly EmbeddedAdapter[] {
    return this.#slots.filter((adapter) => adapter !== null);
  }

  /** Slots given so far, empty ones included. */
  get slotCount(): number {
    return this.#slots.length;
  }

  get(id: string): EmbeddedAdapter | undefined {
    const slot = this.#byId.get(id);
    return slot === undefined ? undefined : this.#slots[slot]!;
  }

  at(slot: number): EmbeddedAdapter {
    return this.#slots[slot]!;
  }

  termsOf({ texts }: EmbeddedAdapter): ReadonlySet<string> {
    return adapterTerms(texts);
  }

  /** @returns its slot. An adapter of the same id must have been removed. */
  add(adapter: EmbeddedAdapter): number {
    const slot = this.#slots.push(adapter) - 1;
    this.#byId.set(adapter.card.id, slot);
    this.#appendRows(adapter, slot);
    return slot;
  }

  remove(id: string): { readonly slot: number; readonly terms: ReadonlySet<string> } | null {
    const slot = this.#byId.get(id);
    if (slot === undefined) return null;
    const terms = this.termsOf(this.#slots[slot]!);
    this.#slots[slot] = null;
    this.#byId.delete(id);
    this.#rows = new Int8Rows(this.#dims, 64);
    this.#places = [];
    for (const [other, adapter] of this.#slots.entries()) if (adapter) this.#appendRows(adapter, other);
    return { slot, terms };
  }

  #appendRows({ texts, values }: EmbeddedAdapter, slot: number): void {
    for (const [item, { source }] of texts.entries()) {
      if (source === "notMeant") continue;
      const row = values.subarray(item * this.#dims, (item + 1) * this.#dims);
      this.#rows.append(row, Float32Array.of(unitScale(row)));
      this.#places.push({ slot, item });
    }
  }

  eligible(slot: number, filter: RetrievalFilter): boolean {
    const adapter = this.#slots[slot];
    return adapter !== undefined && adapter !== null && isEligible(eligibilityFacts(adapter.card), filter);
  }

  /** Eligible ones with the similarity of a whole prompt and their document. */
  similar(query: Vector, filter: RetrievalFilter): { readonly id: string; readonly similarity: number }[] {
    if (this.#places.length === 0) return [];
    const similarities = this.#rows.similarities(query);
    return this.#places.flatMap(({ slot, item }, row) =>
      item === 0 && this.eligible(slot, filter)
        ? [{ id: this.#slots[slot]!.card.id, similarity: similarities[row]! }]
        : [],
    );
  }

  /** Of each eligible one, by slot: its best weighed similarity. */
  bestSimilarities(
    vectors: readonly Vector[],
    { weights, filter }: { readonly weights: readonly number[]; readonly filter: RetrievalFilter },
  ): ReadonlyMap<number, number> {
    const best = new Map<number, number>();
    if (this.#places.length === 0) return best;
    const eligible = this.#slots.map((_, slot) => this.eligible(slot, filter));
    for (const [q, vector] of vectors.entries()) {
      const similarities = this.#rows.similarities(vector);
      for (const [row, { slot }] of this.#places.entries()) {
        const score = similarities[row]! * weights[q]!;
        if (eligible[slot] && score > (best.get(slot) ?? -Infinity)) best.set(slot, score);
      }
    }
    return best;
  }
}
