// Which adapters may be retrieved at all. These filters run before the top K are taken; the reference code filters the
// top K afterwards (stylus/utils/blacklist.py), which can leave almost nothing of 150.
import type { AdapterCard } from "../card.ts";

export interface RetrievalFilter {
  /** Base models that fit the loaded checkpoint, for example ["SD 1.5"]; compared without case, blanks and punctuation. */
  readonly baseModels: readonly string[];
  /** Adapters known to be bad, by id. */
  readonly blacklist?: readonly string[];
  /** Adapters the user has banned, by id. */
  readonly bans?: readonly string[];
  /** Fewest sample images, where samples are known at all: 3 in the reference, 0 otherwise. */
  readonly minimumSamples?: number;
  /** Leaves out characters, celebrities and "slider" adapters, as the reference does by default. */
  readonly withoutCharactersAndSliders?: boolean;
}

/** What the filters look at; an index holds it of every adapter, so that no card is read for it. */
export interface EligibilityFacts {
  readonly id: string;
  readonly baseModel: string;
  readonly sampleCount: number;
  readonly fewStep: boolean;
  readonly slider: boolean;
  readonly character: boolean;
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

const characterTags = new Set(["character", "celebrity"]);

export function eligibilityFacts(card: AdapterCard): EligibilityFacts {
  return {
    id: card.id,
    baseModel: card.baseModel,
    sampleCount: card.samples.length,
    fewStep: card.fewStep !== undefined,
    slider: /slider/i.test(card.title),
    character:
      card.refined.category === "character" || card.tags.some((tag) => characterTags.has(tag.toLowerCase())),
  };
}

/** Why this adapter is not retrieved, in plain words; null when it is eligible. */
export function exclusionReason(facts: EligibilityFacts, filter: RetrievalFilter): string | null {
  if (facts.fewStep) return "few-step adapter: offered as a mode, not chosen by meaning";
  if (filter.bans?.includes(facts.id)) return "banned by you";
  if (filter.blacklist?.includes(facts.id)) return "on the list of adapters known to spoil images";
  if (!filter.baseModels.some((name) => plain(name) === plain(facts.baseModel))) {
    return `made for ${facts.baseModel}, not for ${filter.baseModels.join(" or ")}`;
  }
  const minimum = filter.minimumSamples ?? 0;
  if (facts.sampleCount > 0 && facts.sampleCount < minimum) {
    return `has ${facts.sampleCount} sample images, fewer than ${minimum}`;
  }
  if (filter.withoutCharactersAndSliders) {
    if (facts.slider) return "slider: its strength range is too wide to choose by itself";
    if (facts.character) return "character or celebrity";
  }
  return null;
}
