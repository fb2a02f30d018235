// The adapter card: what is known of one adapter. Author's words and refined words are kept apart; retrieval
// reads the refined ones (Stylus §3.1), the page shows both. Card text is untrusted data.

import type { MeasuredEffect } from "./effect.ts";
import { cutText, withoutHidden } from "../shared/untrusted-text.ts";

/** What an adapter changes. The reader has learnt these very words. */
export const adapterCategories = [
  "style",
  "concept",
  "object",
  "character",
  "creature",
  "animal",
  "vehicle",
  "building",
  "clothing",
  "pose",
  "action",
  "expression",
  "eyes",
  "background",
  "lighting",
  "effect",
  "material",
  "composition",
  "colour",
  "slider",
] as const;
export type AdapterCategory = (typeof adapterCategories)[number];

export interface AdapterCard {
  /** Stable id, also the name in `<lora:id:weight>`. */
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly triggerWords: readonly string[];
  /** Where there are several: all sets of trigger words, each working by itself; the first has the `triggerWords`. */
  readonly triggerSets?: readonly (readonly string[])[];
  /** The author's description as plain text (HTML already stripped). */
  readonly description: string;
  /** Written by the refiner from images and card. */
  readonly refined: {
    readonly description: string;
    readonly category: AdapterCategory;
    /** Recommended strength. 0.8 when nobody says (Stylus reference code). */
    readonly weight: number;
    /** What people type when they want it; absent in cards that an earlier version has kept. */
    readonly phrases?: readonly string[];
    /** Uses of its words that do not want it: "clay tennis court" of a clay style. */
    readonly notMeant?: readonly string[];
  };
  readonly baseModel: string;
  readonly file: { readonly path: string; readonly sizeBytes: number; readonly sha256: string };
  readonly license: string;
  /**
   * Whether its licence lets what is made with it be sold. Null: nobody knows, whatever the licence is called; absent: its name tells
   * (commercial-use.ts).
   */
  readonly commercialUse?: boolean | null;
  readonly author: string;
  /** Images made with the adapter, each with its prompt. */
  readonly samples: readonly { readonly path: string; readonly prompt: string }[];
  /** With the file's present weights; absent where nobody measured it. */
  readonly effect?: MeasuredEffect;
  /** Set for few-step adapters (LCM …): never retrieved, offered as a mode instead. */
  readonly fewStep?: {
    readonly steps: number;
    readonly cfgScale: number;
    readonly sampler: string;
    readonly schedule: string;
  };
}

/** What the author says of an adapter where it comes from, for a language model that writes its card. */
export interface AuthorWords {
  readonly description: string;
  /** As `AdapterCard.triggerSets`, also where there is but one. */
  readonly triggerSets: readonly (readonly string[])[];
  /** Strengths that sample prompts use it with, in their order. */
  readonly sampleWeights: readonly number[];
}

/** What a card says of sets of trigger words, none of them empty. */
export const triggerFields = (
  sets: readonly (readonly string[])[],
): Pick<AdapterCard, "triggerWords" | "triggerSets"> => ({
  triggerWords: sets[0] ?? [],
  ...(sets.length > 1 && { triggerSets: sets }),
});

/** All sets of a card's trigger words. */
export const triggerSetsOf = ({
  triggerWords,
  triggerSets,
}: Pick<AdapterCard, "triggerWords" | "triggerSets">): readonly (readonly string[])[] =>
  triggerSets ?? (triggerWords.length > 0 ? [triggerWords] : []);

/** Longer titles fill the page and say nothing more. */
const maxTitleLength = 200;

/** The card without hidden characters, its title bounded: what is kept, shown and searched. Clean cards stay as they are. */
export function cleanCard(card: AdapterCard): AdapterCard {
  const all = (texts: readonly string[]): string[] => texts.map(withoutHidden);
  const { refined } = card;
  return {
    ...card,
    title: cutText(withoutHidden(card.title).trim(), maxTitleLength).trimEnd() || card.id,
    tags: all(card.tags),
    triggerWords: all(card.triggerWords),
    ...(card.triggerSets && { triggerSets: card.triggerSets.map(all) }),
    description: withoutHidden(card.description),
    refined: {
      ...refined,
      description: withoutHidden(refined.description),
      ...(refined.phrases && { phrases: all(refined.phrases) }),
      ...(refined.notMeant && { notMeant: all(refined.notMeant) }),
    },
    license: withoutHidden(card.license),
    author: withoutHidden(card.author),
  };
}

/** What of a card is searched: a refined one has less of everything, and one that is stuffed with keywords must not fit all prompts. */
export const searched = { title: 200, description: 1_000, names: 16, phrases: 60 } as const;

/** The document that is embedded: title + refined description + tags; trigger words are left out (Stylus reference). */
export function embeddingDocument(card: AdapterCard): string {
  return [
    cutText(card.title, searched.title),
    cutText(card.refined.description, searched.description),
    card.tags.slice(0, searched.names).join(", "),
  ]
    .filter((part) => part !== "")
    .join(". ");
}
