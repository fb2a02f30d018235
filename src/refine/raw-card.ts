// What a listing or a file says of an adapter before anybody refines it: the sources' formats become this one shape.
import { type AdapterCard, type AuthorWords, triggerFields } from "../retrieval/card.ts";
import { breakWord, promptTags } from "../shared/prompt-syntax.ts";
import { limits } from "../shared/limits.ts";
import { cutText } from "../shared/untrusted-text.ts";
import { plainText, shortened } from "./plain-text.ts";

/** Why an adapter is never offered: it shows a real person, or somebody who looks like a minor. */
export type CardRefusal = "person" | "minor";

export interface RawCard {
  /** Ready for an index; `refined` holds what the source says itself, until a refined card replaces it. */
  readonly card: AdapterCard;
  /** As the source groups them: every entry works by itself. */
  readonly triggerSets: readonly (readonly string[])[];
  /** Strengths that sample prompts use it with, in their order. */
  readonly sampleWeights: readonly number[];
  /** Example images: paths of files or https addresses. */
  readonly images: readonly string[];
  /** Whoever imports cards leaves it out; absent: nothing is against it. */
  readonly refused?: CardRefusal;
}

/** What the reader of a format found; all of it untrusted. */
export interface Found {
  /** Becomes the id; the parts are joined by a hyphen. */
  readonly name: readonly (string | number | undefined)[];
  readonly title: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly triggers?: readonly string[];
  readonly category?: AdapterCard["refined"]["category"];
  readonly weight?: number | undefined;
  readonly prompts?: readonly string[];
  readonly images?: readonly string[];
  readonly baseModel?: string;
  readonly file?: Partial<AdapterCard["file"]>;
  readonly refused?: CardRefusal | null;
  readonly license?: string;
  /** As a card's. */
  readonly commercialUse?: boolean | null | undefined;
  readonly author?: string;
}

const most = {
  name: 200,
  title: 120,
  description: 4000,
  tag: 100,
  tags: 60,
  trigger: 200,
  triggerSets: 12,
  prompt: 600,
  prompts: 8,
  images: 4,
};

/** What Stylus takes when nobody says. */
export const defaultWeight = 0.8;

/** Strengths of `<lora:name:0.8>` tags in a prompt. */
export const weightsIn = (prompt: string): number[] =>
  promptTags(prompt)
    .filter(({ kind, parts }) => kind === "lora" && parts.length > 0 && parts[0]!.trim() !== "")
    .map(({ parts }) => Number(parts[0]))
    .filter((weight) => Math.abs(weight) <= limits.adapterStrength.max);

/** Emphasis whose brackets a comma has parted: "(red scarf" and "blue:1.2)" are words. */
function withoutHalfBrackets(words: string): string {
  let [open, isWhole] = [0, true];
  for (const [bracket] of words.matchAll(/\\.|[()]/gu)) {
    open += bracket === "(" ? 1 : bracket === ")" ? -1 : 0;
    isWhole &&= open >= 0;
  }
  if (isWhole && open === 0) return words;
  return words
    .replace(/:[\d. ]{1,10}\)/gu, "")
    .replace(/\\.|[()]/gu, (found) => (found.length > 1 ? found : ""));
}

/** "a, b ,a" → ["a", "b"]; commas of any script and lines part them, tags and BREAK are none. */
export const triggersIn = (text: string): string[] => [
  ...new Set(
    text
      .replace(breakWord, ",")
      .split(/[,，、\r\n]/u)
      .map((part) => cutText(withoutHalfBrackets(plainText(part)).trim(), most.trigger))
      .filter((part) => part !== ""),
  ),
];

/** Letters, digits, ".", "-" and "_" of `parts`, at most 100; never empty. */
export function idOf(parts: readonly (string | number | undefined)[]): string {
  const text = parts
    .filter((part) => part !== undefined && part !== "")
    .join("-")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\w.-]+/gu, "-")
    .replace(/-{2,}/gu, "--")
    .replace(/^[-.]+|[-.]+$/gu, "");
  return text.length <= 100 ? text || "adapter" : `${text.slice(0, 40)}--${text.slice(-58)}`;
}

/** Middle of the strengths, as people use it; undefined for none. */
function middle(weights: readonly number[]): number | undefined {
  const sorted = [...weights].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

export function rawCard(found: Found): RawCard {
  const prompts = (found.prompts ?? []).slice(0, most.prompts).map((prompt) => cutText(prompt, most.prompt));
  const sampleWeights = prompts.flatMap(weightsIn);
  const triggerSets = (found.triggers ?? [])
    .slice(0, most.triggerSets)
    .map(triggersIn)
    .filter(({ length }) => length > 0);
  const description = shortened(plainText(found.description ?? ""), most.description);
  const tags = (found.tags ?? []).map((tag) => cutText(plainText(tag), most.tag)).filter((tag) => tag !== "");
  return {
    card: {
      id: idOf(found.name),
      title: shortened(plainText(found.title), most.title),
      tags: [...new Set(tags)].slice(0, most.tags),
      ...triggerFields(triggerSets),
      description,
      refined: {
        description: shortened(description, 600),
        category: found.category ?? "concept",
        weight: found.weight ?? middle(sampleWeights) ?? defaultWeight,
      },
      baseModel: found.baseModel ?? "SD 1.5",
      file: { path: "", sizeBytes: 0, sha256: "", ...found.file },
      license: cutText(plainText(found.license ?? ""), most.name),
      ...(found.commercialUse === undefined ? {} : { commercialUse: found.commercialUse }),
      author: cutText(plainText(found.author ?? ""), most.name),
      samples: [],
    },
    triggerSets,
    sampleWeights,
    images: (found.images ?? []).slice(0, most.images),
    ...(found.refused ? { refused: found.refused } : {}),
  };
}

/** Longer descriptions are how-tos and change logs. */
const maxAuthorDescription = 2000;

/** The author's words, bounded, as they are kept with a file. */
export const authorWords = ({ card, triggerSets, sampleWeights }: RawCard): AuthorWords => ({
  description: shortened(card.description, maxAuthorDescription),
  triggerSets,
  sampleWeights,
});

/**
 * What decides the answer: two cards with the same texts and images are refined once. JSON with fields in a fixed order.
 */
export const contentOf = ({ card, triggerSets, sampleWeights, images }: RawCard): string =>
  JSON.stringify([
    card.title,
    card.description,
    card.tags,
    triggerSets,
    card.refined.weight,
    sampleWeights,
    images,
  ]);
