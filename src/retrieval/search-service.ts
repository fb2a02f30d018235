// The search worker's service: the pack's index, cards added by the user, filters before the top K.
import { StylusError } from "../shared/errors.ts";
import type { AdapterCard } from "./card.ts";
import { readIndex, type IndexEntry } from "./adapter-index.ts";
import { parseCards } from "./cards.ts";
import type { Candidate } from "./candidate.ts";
import { exclusionReason, type RetrievalFilter } from "./eligibility.ts";
import { VectorSearch } from "./search.ts";
import type { Vector } from "./vectors.ts";
import { VoyModule } from "./voy.ts";

/** Candidates handed to the composer (Stylus, default_config.yaml: top_k 150). */
const defaultTopK = 150;

export interface SearchResult {
  /** Best first. */
  readonly candidates: readonly Candidate[];
  /** Adapters the filters left out, each with the reason. */
  readonly excluded: readonly { readonly id: string; readonly reason: string }[];
  /** Adapters known, excluded ones included. */
  readonly adapterCount: number;
  readonly engine: "voy" | "scan" | null;
}

/** Paths of the files that the service reads from a pack. */
const paths = {
  cards: "adapters/cards.json",
  index: "index/index.json",
  vectors: "index/vectors.bin",
} as const;

export interface LoadedIndex {
  /** Every adapter of the pack, few-step ones included. */
  readonly cards: readonly AdapterCard[];
  /** The embedder that made the vectors; queries must come from the same one. */
  readonly model: { readonly name: string; readonly sha256: string };
  readonly dims: number;
}

function read(files: ReadonlyMap<string, Blob>, path: string): Blob {
  const blob = files.get(path);
  if (blob) return blob;
  throw new StylusError("not-found", `The pack lacks its file ${path}.`, {
    where: path,
    remedy: "Download the pack again.",
  });
}

async function readJson(files: ReadonlyMap<string, Blob>, path: string): Promise<unknown> {
  const text = await read(files, path).text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StylusError("bad-file", `The file ${path} is not valid JSON.`, {
      where: path,
      remedy: "Download the pack again.",
      cause,
    });
  }
}

export class SearchService {
  #search: VectorSearch | null = null;
  readonly #voyWasm: (() => Promise<BufferSource>) | null;
  readonly #entries = new Map<string, { card: AdapterCard; entry: IndexEntry }>();

  /** @param options.voyWasm voy_search_bg.wasm; without it searches scan */
  constructor(options: { voyWasm?: () => Promise<BufferSource> } = {}) {
    this.#voyWasm = options.voyWasm ?? null;
  }

  /**
   * Loads cards and index of a pack; whatever was loaded or added before is forgotten.
   * @param files by path in the pack
   * @throws StylusError not-found | bad-file, naming file and field
   */
  async load(files: ReadonlyMap<string, Blob>): Promise<LoadedIndex> {
    const cards = parseCards(await readJson(files, paths.cards), paths.cards);
    const vectors = await read(files, paths.vectors).arrayBuffer();
    const index = readIndex(await readJson(files, paths.index), new Uint8Array(vectors), {
      json: paths.index,
      bytes: paths.vectors,
    });
    const voy = this.#voyWasm ? await VoyModule.compile(await this.#voyWasm()) : null;
    this.#search = new VectorSearch(index.dims, voy);
    this.#entries.clear();
    const byId = new Map(index.entries.map((entry) => [entry.id, entry]));
    for (const card of cards) {
      const entry = byId.get(card.id);
      if (entry) this.add(card, entry);
      else if (!card.fewStep) {
        throw new StylusError("bad-file", `The index knows no adapter “${card.id}”.`, {
          where: paths.index,
          remedy: "Index and cards do not belong together: run npm run build:index.",
        });
      }
    }
    return { cards, model: index.model, dims: index.dims };
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
