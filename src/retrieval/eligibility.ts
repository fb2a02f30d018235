// Which adapters may be retrieved at all. These filters run before the top K are taken; the reference code filters the
// top K afterwards (stylus/utils/blacklist.py), which can leave almost nothing of 150.
import type { AdapterCard } from "./card.ts";

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

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

const characterTags = new Set(["character", "celebrity"]);

/** Why this adapter is not retrieved, in plain words; null when it is eligible. */
export function exclusionReason(card: AdapterCard, filter: RetrievalFilter): string | null {
  if (card.fewStep) return "few-step adapter: offered as a mode, not chosen by meaning";
  if (filter.bans?.includes(card.id)) return "banned by you";
  if (filter.blacklist?.includes(card.id)) return "on the list of adapters known to spoil images";
  if (!filter.baseModels.some((name) => plain(name) === plain(card.baseModel))) {
    return `made for ${card.baseModel}, not for ${filter.baseModels.join(" or ")}`;
  }
  const minimum = filter.minimumSamples ?? 0;
  if (card.samples.length > 0 && card.samples.length < minimum) {
    return `has ${card.samples.length} sample images, fewer than ${minimum}`;
  }
  if (filter.withoutCharactersAndSliders) {
    if (/slider/i.test(card.title)) return "slider: its strength range is too wide to choose by itself";
    if (
      card.refined.category === "character" ||
      card.tags.some((tag) => characterTags.has(tag.toLowerCase()))
    ) {
      return "character or celebrity";
    }
  }
  return null;
}
