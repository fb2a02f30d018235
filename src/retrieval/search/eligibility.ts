// Which adapters may be retrieved at all. These filters run before the top K are taken; the reference code filters the
// top K afterwards (stylus/utils/blacklist.py), which can leave almost nothing of 150.
import type { AdapterCard } from "../card.ts";
import { commercialUse } from "../commercial-use.ts";

export interface RetrievalFilter {
  /** Base models that fit the loaded checkpoint, for example ["SD 1.5"]; compared without case, blanks and punctuation. */
  readonly baseModels: readonly string[];
  /** Adapters the user has banned, by id. */
  readonly bans?: readonly string[];
  /** Only adapters whose licence is known to allow commercial use. */
  readonly commercialOnly?: boolean;
}

/** What the filters look at; an index holds it of every adapter, so that no card is read for it. */
export interface EligibilityFacts {
  readonly id: string;
  readonly baseModel: string;
  readonly fewStep: boolean;
  /** Its licence is known to allow commercial use. */
  readonly isCommercial: boolean;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

export const eligibilityFacts = (card: AdapterCard): EligibilityFacts => ({
  id: card.id,
  baseModel: card.baseModel,
  fewStep: card.fewStep !== undefined,
  isCommercial: commercialUse(card) === true,
});

/** Few-step adapters are not: they are offered as a mode, not chosen by meaning. */
export const isEligible = (
  facts: EligibilityFacts,
  { baseModels, bans, commercialOnly }: RetrievalFilter,
): boolean =>
  !facts.fewStep &&
  (!commercialOnly || facts.isCommercial) &&
  !bans?.includes(facts.id) &&
  baseModels.some((name) => plain(name) === plain(facts.baseModel));
