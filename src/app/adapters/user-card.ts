// The card of a file that a user adds: a first form from its name and metadata, and what the user may change in it. Pure.
import type { AdapterReport } from "../../adapters/report.ts";
import type { AdapterCard, AdapterCategory } from "../../retrieval/card.ts";
import { adapterEnding } from "../../adapters/files/file-ending.ts";

/** What the form shows as text; lists are separated by commas. */
export interface CardDraft {
  readonly title: string;
  readonly description: string;
  readonly tags: string;
  readonly triggerWords: string;
  readonly category: AdapterCategory;
  readonly weight: number;
}

/** Largest strength a card may recommend. */
export const maxCardWeight = 2;

/** Tags that stood in at least this share of the training captions are offered as trigger words. */
const triggerShare = 0.8;
const maxTriggers = 3;
const maxTags = 8;

/** "My_Cool-LoRA_v2.safetensors" → "My Cool LoRA v2" */
const titleOf = (fileName: string): string =>
  fileName
    .replace(adapterEnding, "")
    .replace(/[_\s]+/g, " ")
    .replace(/(?<=[a-z])-(?=[a-zA-Z])/g, " ")
    .trim() || "My adapter";

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

/** "a, b;c\n d" → ["a", "b", "c", "d"], each once. */
export const splitList = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,;\n]/)
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  ),
];

/** First form of the card, for the user to correct. */
export function draftCard(report: AdapterReport): CardDraft {
  const phrase = fact(report, "trigger phrase");
  const frequent = report.triggers
    .filter(({ share }) => share !== null && share >= triggerShare)
    .slice(0, maxTriggers)
    .map(({ tag }) => tag);
  return {
    title: fact(report, "title") || titleOf(fact(report, "output name") || report.fileName),
    description: (fact(report, "description") || fact(report, "usage hint")).replace(/<[^>]*>/g, " ").trim(),
    tags: report.triggers
      .slice(0, maxTags)
      .map(({ tag }) => tag.replace(/\\([()])/g, "$1")) // prompts escape brackets, words do not
      .join(", "),
    triggerWords: (phrase === "" ? frequent : splitList(phrase)).join(", "),
    category: "concept",
    weight: 0.8, // what Stylus takes when nobody says
  };
}

export const draftOf = (card: AdapterCard): CardDraft => ({
  title: card.title,
  description: card.refined.description,
  tags: card.tags.join(", "),
  triggerWords: card.triggerWords.join(", "),
  category: card.refined.category,
  weight: card.refined.weight,
});

/** The card of `draft`; its words are the user's, so they stand as author's and refined description alike. */
export function cardOf(
  draft: CardDraft,
  about: { readonly id: string; readonly baseModel: string; readonly report: AdapterReport },
): AdapterCard {
  const { id, baseModel, report } = about;
  const description = draft.description.trim();
  const weight = Number.isFinite(draft.weight) ? draft.weight : 0.8;
  return {
    id,
    title: draft.title.trim() || titleOf(report.fileName),
    tags: splitList(draft.tags),
    triggerWords: splitList(draft.triggerWords),
    description,
    refined: {
      description,
      category: draft.category,
      weight: Math.min(maxCardWeight, Math.max(-maxCardWeight, weight)),
    },
    baseModel,
    file: { path: report.fileName, sizeBytes: report.sizeBytes, sha256: report.hashes?.sha256 ?? "" },
    license: fact(report, "licence"),
    author: fact(report, "author"),
    samples: [],
  };
}
