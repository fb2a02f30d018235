// Which adapters may be retrieved at all. These filters run before the top K are taken; the reference code filters the
// top K afterwards (stylus/utils/blacklist.py), which can leave almost nothing of 150.
import type { AdapterCard } from "../card.ts";

export interface RetrievalFilter {
  /** Base models that fit the loaded checkpoint, for example ["SD 1.5"]; compared without case, blanks and punctuation. */
  readonly baseModels: readonly string[];
  /** Adapters the user has banned, by id. */
  readonly bans?: readonly string[];
}

/** What the filters look at; an index holds it of every adapter, so that no card is read for it. */
export interface EligibilityFacts {
  readonly id: string;
  readonly baseModel: string;
  readonly fewStep: boolean;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

export const eligibilityFacts = (card: AdapterCard): EligibilityFacts => ({
  id: card.id,
  baseModel: card.baseModel,
  fewStep: card.fewStep !== undefined,
});

/** Few-step adapters are not: they are offered as a mode, not chosen by meaning. */
export const isEligible = (facts: EligibilityFacts, { baseModels, bans }: RetrievalFilter): boolean =>
  !facts.fewStep &&
  !bans?.includes(facts.id) &&
  baseModels.some((name) => plain(name) === plain(facts.baseModel));
