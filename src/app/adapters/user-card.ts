// The card of a file that a user adds: a first form from its name, metadata and sidecar, and what the user may change in it. Pure.
import type { AdapterReport } from "../../adapters/report.ts";
import { draftCard, rawCardOf, titleOfFile } from "../../refine/draft.ts";
import { sidecarCard } from "../../refine/listings.ts";
import { shortened } from "../../refine/plain-text.ts";
import { authorWords, type RawCard } from "../../refine/raw-card.ts";
import type { RefinedCard } from "../../refine/refined-card.ts";
import {
  triggerFields,
  triggerSetsOf,
  type AdapterCard,
  type AdapterCategory,
  type AuthorWords,
} from "../../retrieval/card.ts";
import { limits } from "../../shared/limits.ts";
import { withoutHidden } from "../../shared/untrusted-text.ts";
import { exportedCardOf } from "./exported-cards.ts";

/** What the form shows as text; lists are separated by commas. */
export interface CardDraft {
  readonly title: string;
  readonly description: string;
  readonly tags: string;
  /** One set a line. */
  readonly triggerWords: string;
  readonly category: AdapterCategory;
  readonly weight: number;
  /** What people type when they want it. */
  readonly phrases: string;
  /** Uses of its words that do not want it. */
  readonly notMeant: string;
  readonly license: string;
  /** Null: nobody knows, whatever the licence is called. */
  readonly commercialUse: boolean | null | "byName";
  readonly author: string;
}

/** Longer titles say nothing more, and fill the page. */
const maxTitle = 200;

const fact = (report: AdapterReport, label: string): string =>
  report.metadata.find((entry) => entry.label === label)?.value.trim() ?? "";

/** "a, b;c\n d、e" → ["a", "b", "c", "d", "e"], each once. */
export const splitList = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,;\n，、；]/)
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  ),
];

/** Sets of trigger words, one a line. */
const splitSets = (text: string): string[][] =>
  text
    .split("\n")
    .map(splitList)
    .filter(({ length }) => length > 0);

const setsAsLines = (sets: readonly (readonly string[])[]): string =>
  sets.map((words) => words.join(", ")).join("\n");

/** A card that says nothing of commercial use leaves it to the licence's name. */
const useOf = (card: Pick<AdapterCard, "commercialUse"> | undefined): CardDraft["commercialUse"] =>
  card?.commercialUse === undefined ? "byName" : card.commercialUse;

/**
 * First form of the card, for the user to correct.
 * @param sidecar parsed JSON of what came with the file: `.civitai.info`, `.json`, cards that the page exported; other JSON is passed over
 */
export function draftForm(report: AdapterReport, sidecar: unknown = null): CardDraft {
  const exported = exportedCardOf(sidecar, report);
  if (exported) return draftOf(exported);
  const beside = sidecarCard(sidecar, report.fileName);
  const { triggerSets, ...draft } = draftCard(report, beside);
  return {
    ...draft,
    tags: draft.tags.join(", "),
    triggerWords: setsAsLines(triggerSets),
    phrases: draft.phrases.join(", "),
    notMeant: "",
    license: beside?.card.license || fact(report, "licence"),
    commercialUse: useOf(beside?.card),
    author: beside?.card.author || fact(report, "author"),
  };
}

export const draftOf = (card: AdapterCard): CardDraft => ({
  title: card.title,
  description: card.refined.description,
  tags: card.tags.join(", "),
  triggerWords: setsAsLines(triggerSetsOf(card)),
  category: card.refined.category,
  weight: card.refined.weight,
  phrases: (card.refined.phrases ?? []).join(", "),
  notMeant: (card.refined.notMeant ?? []).join(", "),
  license: card.license,
  commercialUse: useOf(card),
  author: card.author,
});

/** What the form says of the licence, as a card has it. */
export const licenceOf = ({
  license,
  commercialUse,
}: Pick<CardDraft, "license" | "commercialUse">): Pick<AdapterCard, "license" | "commercialUse"> => ({
  license: shortened(withoutHidden(license).trim(), maxTitle),
  ...(commercialUse === "byName" ? {} : { commercialUse }),
});

/** The card of `draft`; its words are the user's, so they stand as author's and refined description alike. */
export function cardOf(
  draft: CardDraft,
  about: {
    readonly id: string;
    readonly baseModel: string;
    readonly report: AdapterReport;
  },
): AdapterCard {
  const { id, baseModel, report } = about;
  const description = draft.description.trim();
  const weight = Number.isFinite(draft.weight) ? draft.weight : 0.8;
  const { min, max } = limits.adapterStrength;
  return {
    id,
    title: shortened(withoutHidden(draft.title).trim() || titleOfFile(report.fileName), maxTitle),
    tags: splitList(draft.tags),
    ...triggerFields(splitSets(draft.triggerWords)),
    description,
    refined: {
      description,
      category: draft.category,
      weight: Math.min(max, Math.max(min, weight)),
      phrases: splitList(draft.phrases),
      notMeant: splitList(draft.notMeant),
    },
    baseModel,
    file: { path: report.fileName, sizeBytes: report.sizeBytes, sha256: report.hashes?.sha256 ?? "" },
    ...licenceOf(draft),
    author: shortened(withoutHidden(draft.author).trim(), maxTitle),
    samples: [],
  };
}

/** @param sidecar as for `draftForm`. @returns null: it says nothing */
export function authorWordsOf(sidecar: unknown, fileName: string): AuthorWords | null {
  const beside = sidecarCard(sidecar, fileName);
  return beside && authorWords(beside);
}

/**
 * What a language model gets about a file: the form as it stands, and what its author says where somebody knows.
 * @param words as `authorWordsOf` reads them
 */
export const rawOf = (
  draft: CardDraft,
  { report, words }: { readonly report: AdapterReport; readonly words: AuthorWords | null },
): RawCard =>
  rawCardOf(
    {
      ...draft,
      tags: splitList(draft.tags),
      triggerSets: splitSets(draft.triggerWords),
      phrases: splitList(draft.phrases),
    },
    {
      file: { path: report.fileName, sizeBytes: report.sizeBytes },
      words,
    },
  );

/** A comma would end an entry of the form's lists. */
const listed = (texts: readonly string[]): string =>
  texts.map((text) => text.replace(/\s*[,;\n，、；]\s*/gu, " ")).join(", ");

/**
 * The form with what a language model has written. What the user or the author said stays: trigger words where there are any, the strength
 * unless the card states one.
 */
export function withWritten(draft: CardDraft, written: RefinedCard): CardDraft {
  const { title, description, category, weight, weightSource, triggerSets, phrases, notMeant } = written;
  return {
    ...draft,
    title,
    description,
    category,
    weight: weightSource === "default" ? draft.weight : weight,
    triggerWords: draft.triggerWords.trim() === "" ? triggerSets.map(listed).join("\n") : draft.triggerWords,
    phrases: listed(phrases),
    notMeant: listed(notMeant),
  };
}
