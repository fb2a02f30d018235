// The card of a file that a user adds: a first form from its name, metadata and sidecar, and what the user may change in it. Pure.
import { adapterEnding } from "../../adapters/files/file-ending.ts";
import type { AdapterReport } from "../../adapters/report.ts";
import { draftCard, rawCardOf, titleOfFile } from "../../refine/draft.ts";
import { sidecarCard } from "../../refine/listings.ts";
import { shortened } from "../../refine/plain-text.ts";
import type { RawCard } from "../../refine/raw-card.ts";
import type { RefinedCard } from "../../refine/refined-card.ts";
import type { AdapterCard, AdapterCategory } from "../../retrieval/card.ts";
import { withoutHidden } from "../../shared/untrusted-text.ts";

/** What the form shows as text; lists are separated by commas. */
export interface CardDraft {
  readonly title: string;
  readonly description: string;
  readonly tags: string;
  readonly triggerWords: string;
  readonly category: AdapterCategory;
  readonly weight: number;
  /** What people type when they want it. */
  readonly phrases: string;
  /** Uses of its words that do not want it. */
  readonly notMeant: string;
}

/** Longer titles say nothing more, and fill the page. */
const maxTitle = 200;

/** Largest strength a card may recommend. */
export const maxCardWeight = 2;

/** Name of the file without its ending, as `<lora:name:weight>` in other tools, made different from all in `taken`. */
export function freeId(fileName: string, taken: ReadonlySet<string>): string {
  const base =
    fileName
      .replace(adapterEnding, "")
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .replace(/[^\w.-]+/g, "-")
      .replace(/^[-.]+|[-.]+$/g, "")
      .slice(0, 80) || "adapter";
  for (let number = 1; ; number++) {
    const id = number === 1 ? base : `${base}-${number}`;
    if (!taken.has(id)) return id;
  }
}

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

/**
 * First form of the card, for the user to correct.
 * @param sidecar parsed JSON of the `.civitai.info` or `.json` that came with the file; other JSON is passed over
 */
export function draftForm(report: AdapterReport, sidecar: unknown = null): CardDraft {
  const draft = draftCard(report, sidecarCard(sidecar, report.fileName));
  return {
    ...draft,
    tags: draft.tags.join(", "),
    triggerWords: draft.triggerWords.join(", "),
    phrases: draft.phrases.join(", "),
    notMeant: "",
  };
}

export const draftOf = (card: AdapterCard): CardDraft => ({
  title: card.title,
  description: card.refined.description,
  tags: card.tags.join(", "),
  triggerWords: card.triggerWords.join(", "),
  category: card.refined.category,
  weight: card.refined.weight,
  phrases: (card.refined.phrases ?? []).join(", "),
  notMeant: (card.refined.notMeant ?? []).join(", "),
});

/** The card of `draft`; its words are the user's, so they stand as author's and refined description alike. */
export function cardOf(
  draft: CardDraft,
  about: {
    readonly id: string;
    readonly baseModel: string;
    readonly report: AdapterReport;
    /** What the form does not have; the file's own words where it is empty. */
    readonly credits: Pick<AdapterCard, "author" | "license">;
  },
): AdapterCard {
  const { id, baseModel, report, credits } = about;
  const description = draft.description.trim();
  const weight = Number.isFinite(draft.weight) ? draft.weight : 0.8;
  return {
    id,
    title: shortened(withoutHidden(draft.title).trim() || titleOfFile(report.fileName), maxTitle),
    tags: splitList(draft.tags),
    triggerWords: splitList(draft.triggerWords),
    description,
    refined: {
      description,
      category: draft.category,
      weight: Math.min(maxCardWeight, Math.max(-maxCardWeight, weight)),
      phrases: splitList(draft.phrases),
      notMeant: splitList(draft.notMeant),
    },
    baseModel,
    file: { path: report.fileName, sizeBytes: report.sizeBytes, sha256: report.hashes?.sha256 ?? "" },
    license: credits.license || fact(report, "licence"),
    author: credits.author || fact(report, "author"),
    samples: [],
  };
}

/**
 * What a language model gets about a file: the form as it stands, and the sidecar where there is one.
 * @param sidecar as for `draftForm`
 */
export const rawOf = (
  draft: CardDraft,
  { report, sidecar }: { readonly report: AdapterReport; readonly sidecar: unknown },
): RawCard =>
  rawCardOf(
    {
      ...draft,
      tags: splitList(draft.tags),
      triggerWords: splitList(draft.triggerWords),
      phrases: splitList(draft.phrases),
    },
    {
      file: { path: report.fileName, sizeBytes: report.sizeBytes },
      sidecar: sidecarCard(sidecar, report.fileName),
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
    triggerWords: draft.triggerWords.trim() === "" ? listed(triggerSets[0] ?? []) : draft.triggerWords,
    phrases: listed(phrases),
    notMeant: listed(notMeant),
  };
}
