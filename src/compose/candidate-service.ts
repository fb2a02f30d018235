// The retrieval worker's service: finds adapters, and composes where their vectors are. Ids and scores leave it; cards only of the few
// adapters that a reader or a language model reads, and of those only what they read. It is here because retrieval knows no composers.
import { RetrievalService, type RetrieveOptions } from "../retrieval/service.ts";
import { embeddingDocument } from "../retrieval/card.ts";
import type { SimilarAdapter } from "../retrieval/retriever.ts";
import type { MethodId, PresetId } from "../shared/limits.ts";
import { composeBaseline } from "./baselines.ts";
import type { RerankCandidate } from "./service.ts";
import type { Composition } from "./composition.ts";
import { readingCard, type ReadingCandidate } from "./reader/card-text.ts";
import { readablePrompt } from "./reader/readable-prompt.ts";
import { rulesComposer } from "./rules/rules-composer.ts";

export interface CandidateRequest {
  /** The reranker chooses in the composer worker. */
  readonly method: Exclude<MethodId, "reranker">;
  readonly prompt: string;
  readonly preset: PresetId;
  readonly seed: number;
}

export class CandidateService extends RetrievalService {
  /** The adapters that the readable part of a prompt may want, best first, as a reader or a language model reads them. */
  async readingCandidates(prompt: string, options: RetrieveOptions): Promise<readonly ReadingCandidate[]> {
    const { text } = readablePrompt(prompt);
    if (!/[\p{L}\p{N}]/u.test(text)) return [];
    const found = await this.retrieve(text, options);
    const cards = await this.cards(found.map(({ id }) => id));
    return found.map(({ score, nearest, notMeant }, i) => ({
      card: readingCard(cards[i]!),
      score,
      nearest,
      notMeant,
    }));
  }

  /** What the reranker reads of adapters, in their order. */
  async rerankCandidates(ids: readonly string[]): Promise<readonly RerankCandidate[]> {
    const cards = await this.cards(ids);
    return cards.map((card) => ({
      id: card.id,
      weight: card.refined.weight,
      document: embeddingDocument(card),
    }));
  }

  /**
   * What the rules, or a baseline, choose.
   * @param found what `search` has found for the prompt, best first
   */
  async compose(request: CandidateRequest, found: readonly SimilarAdapter[]): Promise<Composition> {
    const { method, prompt, preset, seed } = request;
    if (method !== "stylus") {
      const cards = await this.cards(found.map(({ id }) => id));
      const candidates = found.map(({ id, similarity }, i) => ({
        id,
        weight: cards[i]!.refined.weight,
        similarity,
      }));
      return composeBaseline(method, candidates, { seed });
    }
    const candidates = await this.candidates(found);
    const embed = (texts: readonly string[]) => this.embedQueries(texts);
    return rulesComposer.compose({ prompt, candidates, preset }, { embed, rarity: this.rarity() });
  }
}
