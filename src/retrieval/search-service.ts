// The search worker's service: the pack's index, cards added by the user, filters before the top K.
import { StylusError } from "../shared/errors.ts";
import type { AdapterCard } from "./card.ts";
import type { AdapterIndex, IndexEntry } from "./adapter-index.ts";
import type { Candidate } from "./candidate.ts";
import { exclusionReason, type RetrievalFilter } from "./eligibility.ts";
import { VectorSearch } from "./search.ts";
import type { Vector } from "./vectors.ts";
import { VoyModule } from "./voy.ts";

/** Candidates handed to the composer (Stylus, default_config.yaml: top_k 150). */
export const defaultTopK = 150;

export interface SearchResult {
  /** Best first. */
  readonly candidates: readonly Candidate[];
  /** Adapters the filters left out, each with the reason. */
  readonly excluded: readonly { readonly id: string; readonly reason: string }[];
  /** Adapters known, excluded ones included. */
  readonly adapterCount: number;
  readonly engine: "voy" | "scan" | null;
}

export class SearchService {
  #search: VectorSearch | null = null;
  readonly #entries = new Map<string, { card: AdapterCard; entry: IndexEntry }>();

  /**
   * Loads the index of a pack; whatever was loaded or added before is forgotten.
   * @param options.voyWasm voy_search_bg.wasm; without it searches scan
   * @throws StylusError (bad-file) when a card has no vector
   */
  async load(
    index: AdapterIndex,
    cards: readonly AdapterCard[],
    options: { voyWasm?: ArrayBuffer | undefined } = {},
  ): Promise<{ adapterCount: number; dims: number }> {
    const voy = options.voyWasm ? await VoyModule.compile(options.voyWasm) : null;
    this.#search = new VectorSearch(index.dims, voy);
    this.#entries.clear();
    const byId = new Map(index.entries.map((entry) => [entry.id, entry]));
    for (const card of cards) {
      const entry = byId.get(card.id);
      if (!entry) {
        throw new StylusError("bad-file", `The index knows no adapter “${card.id}”.`, {
          where: card.id,
          remedy: "Index and cards do not belong together: run npm run build:index.",
        });
      }
      this.add(card, entry);
    }
    return { adapterCount: this.#entries.size, dims: index.dims };
  }

  /** Adds or replaces one adapter at run time; `entry` comes from `embedCards`. */
  add(card: AdapterCard, entry: IndexEntry): void {
    this.#loaded().add(card.id, entry.vector);
    this.#entries.set(card.id, { card, entry });
  }

  remove(id: string): void {
    this.#loaded().remove(id);
    this.#entries.delete(id);
  }

  /** @param query unit vector of the prompt */
  async search(query: Vector, options: { k?: number; filter: RetrievalFilter }): Promise<SearchResult> {
    const search = this.#loaded();
    const excluded = [...this.#entries.values()].flatMap(({ card }) => {
      const reason = exclusionReason(card, options.filter);
      return reason === null ? [] : [{ id: card.id, reason }];
    });
    const found = await search.search(query, {
      k: options.k ?? defaultTopK,
      exclude: new Set(excluded.map(({ id }) => id)),
    });
    const candidates = found.map(({ id, similarity }) => {
      const { card, entry } = this.#entries.get(id)!;
      return { card, similarity, vector: entry.vector, keys: entry.keys };
    });
    return { candidates, excluded, adapterCount: this.#entries.size, engine: search.engine };
  }

  #loaded(): VectorSearch {
    if (!this.#search) throw new StylusError("not-found", "No index is loaded yet.");
    return this.#search;
  }
}
