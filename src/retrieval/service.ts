// Embedder and index together, so that a prompt goes in and ids, scores, spans and short texts come out. The retrieval worker serves it
// with what composes beside it (src/compose/candidate-service.ts).
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import type { AdapterCard } from "./card.ts";
import { parseCards } from "./cards.ts";
import { type Candidate, candidateOf } from "./candidate.ts";
import type { RetrievalFilter } from "./search/eligibility.ts";
import { type Embedder, type EmbedderOptions, loadEmbedder } from "./embedding/embedder.ts";
import { openIndex } from "./index/index-file.ts";
import { withTexts } from "./embedded-adapter.ts";
import { embedAdapter, embedAdapters, type EmbedTexts, writeIndex } from "./index/index-writer.ts";
import { queryTexts } from "./text/query-texts.ts";
import { rememberVectors } from "./embedding/remembering-embedder.ts";
import { type RetrievedAdapter, Retriever, type SimilarAdapter } from "./retriever.ts";
import { checkSameModel } from "./embedding/same-model.ts";
import type { Vector } from "./embedding/vectors.ts";
import { VoyModule } from "./search/voy.ts";

/** Adapters that a whole prompt finds (Stylus, default_config.yaml: top_k 150). */
const similarCount = 150;

/** Adapters that a composer may read. */
const retrievedCount = 30;

export interface RetrieveOptions {
  readonly filter: RetrievalFilter;
  readonly k?: number;
  readonly signal?: AbortSignal | undefined;
}

export class RetrievalService {
  #embedder: Embedder | null = null;
  #retriever: Retriever | null = null;
  readonly #options: EmbedderOptions & { readonly voyWasm?: () => Promise<BufferSource> };

  /** @param options.voyWasm voy_search_bg.wasm; without it whole prompts are compared by scanning */
  constructor(options: EmbedderOptions & { readonly voyWasm?: () => Promise<BufferSource> } = {}) {
    this.#options = options;
  }

  /**
   * @param files the embedder folder of a pack, by path within it
   * @throws StylusError as loadEmbedder
   */
  async loadEmbedder(files: ReadonlyMap<string, Blob>): Promise<Pick<Embedder, "model" | "dims">> {
    const embedder = await loadEmbedder(files, this.#options);
    this.#embedder = rememberVectors(embedder);
    this.#retriever = null;
    return { model: embedder.model, dims: embedder.dims };
  }

  /**
   * Loads an index of the loaded embedder; whatever was loaded or added before is forgotten.
   * @throws StylusError not-found | bad-file, naming file and field
   */
  async loadIndex(index: Blob, fileName: string): Promise<{ readonly ids: readonly string[] }> {
    const opened = await openIndex(index, fileName);
    checkSameModel(opened.model, this.#loadedEmbedder().model);
    const voy = this.#options.voyWasm ? await VoyModule.compile(await this.#options.voyWasm()) : null;
    this.#retriever = new Retriever(opened, voy);
    return { ids: this.#retriever.ids };
  }

  /** The cards of a pack. @throws StylusError (bad-file) naming card and field */
  async readCards(file: Blob, fileName: string): Promise<readonly AdapterCard[]> {
    let json: unknown;
    try {
      json = JSON.parse(await file.text());
    } catch (cause) {
      throw new StylusError("bad-file", say`The file ${fileName} is not valid JSON.`, {
        where: fileName,
        remedy: say`Download the pack again.`,
        cause,
      });
    }
    return parseCards(json, fileName);
  }

  /** An index of cards that come without one. */
  async buildIndex(
    cards: readonly AdapterCard[],
    { onCard = () => {} }: { readonly onCard?: (done: number, total: number) => void } = {},
  ): Promise<Blob> {
    const { model, dims } = this.#loadedEmbedder();
    const adapters = [];
    for (const [done, card] of cards.entries()) {
      onCard(done, cards.length);
      adapters.push(await embedAdapter(card, this.#embed));
    }
    return new Blob([writeIndex(adapters, { model, dims })]);
  }

  /** The vectors of cards' texts, of each [texts, dims] in 8 bits; nothing is added. */
  async embedCards(cards: readonly AdapterCard[]): Promise<readonly Int8Array<ArrayBuffer>[]> {
    return (await embedAdapters(cards, this.#embed)).map(({ values }) => values);
  }

  /** Adds or replaces one adapter. @param values of its texts, as `embedCards` gives them */
  add(card: AdapterCard, values: Int8Array<ArrayBuffer>): void {
    this.#loaded().add({ ...withTexts(card), values });
  }

  /** Forgets an adapter that was added. */
  remove(id: string): void {
    this.#loaded().remove(id);
  }

  /** The adapters that a prompt may want, best first. */
  async retrieve(
    prompt: string,
    { filter, k = retrievedCount, signal }: RetrieveOptions,
  ): Promise<readonly RetrievedAdapter[]> {
    const retriever = this.#loaded();
    const texts = queryTexts(prompt);
    const vectors = await this.#loadedEmbedder().embed(
      texts.map(({ text }) => text),
      { kind: "query", signal },
    );
    return retriever.retrieve({ prompt, texts, vectors }, { k, filter });
  }

  /** Cards by id, in the order of `ids`. @throws StylusError not-found | bad-file */
  async cards(ids: readonly string[]): Promise<readonly AdapterCard[]> {
    const retriever = this.#loaded();
    return Promise.all(ids.map(async (id) => (await retriever.read(id)).card));
  }

  /** How much a term says, over the whole index, as Lexicon.rarity. */
  rarity(): (term: string) => number | null {
    const retriever = this.#loaded();
    return (term) => retriever.rarity(term);
  }

  /** Unit vectors of short texts. */
  embedQueries(texts: readonly string[], signal?: AbortSignal): Promise<Vector[]> {
    return this.#loadedEmbedder().embed(texts, { kind: "query", signal });
  }

  /** A unit vector of one short text. */
  async embedText(text: string): Promise<Vector> {
    const [vector] = await this.embedQueries([text]);
    return vector!;
  }

  /** Embeds a whole prompt; its vector stays here, for the search. */
  async embedQuery(prompt: string): Promise<{ readonly dimensions: number }> {
    const [vector] = await this.embedQueries([prompt]);
    return { dimensions: vector!.length };
  }

  /** The adapters whose documents are most similar to a whole prompt, best first. */
  async search(
    prompt: string,
    { filter, k = similarCount }: Omit<RetrieveOptions, "signal">,
  ): Promise<readonly SimilarAdapter[]> {
    const [query] = await this.embedQueries([prompt]);
    return this.#loaded().similar(query!, { k, filter });
  }

  /** What the composer by rules reads of adapters that a search has found. */
  async candidates(found: readonly SimilarAdapter[]): Promise<readonly Candidate[]> {
    const retriever = this.#loaded();
    return Promise.all(
      found.map(async ({ id, similarity }) => candidateOf(await retriever.read(id), similarity)),
    );
  }

  readonly #embed: EmbedTexts = (texts, options) => this.#loadedEmbedder().embed(texts, options);

  #loadedEmbedder(): Embedder {
    if (!this.#embedder) throw new StylusError("not-found", say`The embedder is not loaded yet.`);
    return this.#embedder;
  }

  #loaded(): Retriever {
    if (!this.#retriever) throw new StylusError("not-found", say`No index is loaded yet.`);
    return this.#retriever;
  }
}
