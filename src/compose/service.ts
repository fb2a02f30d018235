// The composer worker's service: the reader, where this build has one, and the reranker, where the user has downloaded it. The rules compose in the retrieval worker (candidate-service.ts).
import type { OpenFileNetwork } from "../runtime/file-network.ts";
import { StylusError } from "../shared/errors.ts";
import { say } from "../shared/saying.ts";
import { rerankedBaseline } from "./baselines.ts";
import type { Composition } from "./composition.ts";
import { composeByReading, type ReadRequest } from "./reader/reader-composer.ts";
import { Reader } from "./reader/reader.ts";
import { Reranker } from "./reranker/reranker.ts";

/** An adapter as the reranker reads it. */
export interface RerankCandidate {
  readonly id: string;
  /** Refined weight. */
  readonly weight: number;
  /** As it is embedded. */
  readonly document: string;
}

export class ComposerService {
  readonly #openNetwork: OpenFileNetwork;
  #reader: Reader | null = null;
  #reranker: Reranker | null = null;

  constructor(openNetwork: OpenFileNetwork) {
    this.#openNetwork = openNetwork;
  }

  /**
   * Loads the reader in place of the one before.
   * @param files the folder `reader` of a pack, by name
   * @throws StylusError not-found | bad-file | device
   */
  async loadReader(files: ReadonlyMap<string, Blob>): Promise<void> {
    const before = this.#reader;
    this.#reader = null;
    await before?.dispose();
    this.#reader = await Reader.open(files, this.#openNetwork);
  }

  /**
   * Loads the reranker in place of the one before.
   * @param files by path
   * @throws StylusError not-found | bad-file | device
   */
  async loadReranker(files: ReadonlyMap<string, Blob>): Promise<void> {
    const before = this.#reranker;
    this.#reranker = null;
    await before?.dispose();
    this.#reranker = await Reranker.open(files, this.#openNetwork);
  }

  /**
   * What the reranker chooses.
   * @throws StylusError not-found (no reranker is loaded) | bad-file | device | cancelled
   */
  async rerank(
    prompt: string,
    candidates: readonly RerankCandidate[],
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Composition> {
    const reranker = this.#reranker;
    if (!reranker) throw new StylusError("not-found", say`No reranker is loaded.`);
    const documents = candidates.map(({ document }) => document);
    return rerankedBaseline(candidates, await reranker.score(prompt, documents, { signal }));
  }

  /**
   * What the reader chooses.
   * @throws StylusError not-found (no reader is loaded) | device | cancelled
   */
  async read(
    request: ReadRequest,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Composition> {
    const reader = this.#reader;
    if (!reader) throw new StylusError("not-found", say`No reader is loaded.`);
    return composeByReading(request, { reader, signal });
  }
}
