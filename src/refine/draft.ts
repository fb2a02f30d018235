// A first card of a file that nobody has refined: from what its trainer left in the metadata, from a sidecar, and from its name. Rare
// tags come first; what stands on nearly every image is left out.
import type { TriggerCandidate } from "../adapters/files/metadata.ts";
import { maxMetadataText } from "../adapters/files/metadata.ts";
import { adapterEnding } from "../adapters/files/file-ending.ts";
import type { AdapterCategory, AuthorWords } from "../retrieval/card.ts";
import { isCommonTag, plainTag } from "./common-tags.ts";
import { plainText, shortened } from "./plain-text.ts";
import { defaultWeight, rawCard, type RawCard, triggersIn } from "./raw-card.ts";

/** What is known of the file: fields of `AdapterReport`. */
export interface FileFacts {
  readonly fileName: string;
  readonly metadata: readonly { readonly label: string; readonly value: string }[];
  readonly triggers: readonly TriggerCandidate[];
}

export interface Draft {
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** Each works by itself. */
  readonly triggerSets: readonly (readonly string[])[];
  readonly category: AdapterCategory;
  readonly weight: number;
  /** What people may type when they want it; a start, without knowledge of the world. */
  readonly phrases: readonly string[];
}

const maxTags = 8;
const maxTriggers = 3;
const maxPhrases = 30;
const maxTitle = 80;
const maxDescription = 600;
/** Tags that stood in at least this share of the training captions are offered as trigger words. */
const triggerShare = 0.8;

/** Captions in sentences are stored as if they were tags. */
const isTag = (tag: string): boolean => tag.length <= 40 && tag.split(/\s+/u).length <= 5;

/** "My_Cool-LoRA_v2.safetensors" → "My Cool LoRA v2" */
export const titleOfFile = (fileName: string): string =>
  fileName
    .slice(fileName.lastIndexOf("/") + 1)
    .replace(adapterEnding, "")
    .replace(/[_\s]+/gu, " ")
    .replace(/(?<=[a-z])-(?=[a-zA-Z])/gu, " ")
    .trim() || "My adapter";

/** Words of a name that do not describe its effect: versions, base models, epochs. */
const noise =
  /^(?:v?\d+(?:[.-]\d+)*[a-z]?|v\d\S*|version|lora|loha|lokr|locon|lycoris|dora|model|sd|sd\W?1\W?[45x]?|sd15|sd\d+|xl|epoch|ep\d+|e\d+|final|test|beta|alpha|by|the|for|and|of|style)$/iu;

/** The parts of a title, without noise: "Anime Lineart / Manga-like (v3)" → ["Anime Lineart", "Manga-like"]. */
const titleParts = (title: string): string[] =>
  title
    .replace(/(?<=[a-z])(?=[A-Z][a-z])/gu, " ") // PaperCut
    .split(/[/|,:;()[\]{}]|\s-\s/u)
    .map((part) =>
      part
        .split(/\s+/u)
        .filter((word) => word !== "" && !noise.test(word))
        .join(" "),
    )
    .filter((part) => part.length > 2);

/** Tags of the captions, those that tell it apart first. A common tag stays when the file is named after it: "hat_v1". */
export function rareTags(triggers: readonly TriggerCandidate[], name: string): TriggerCandidate[] {
  const named = ` ${titleOfFile(name).toLowerCase()} `;
  return triggers.filter(
    ({ tag }) => isTag(tag) && (!isCommonTag(tag) || named.includes(` ${plainTag(tag).toLowerCase()} `)),
  );
}

/** "weight 0.6-0.8", "strength: 0.7", "0.5 to 0.9 weight": the middle. Null: the text does not say. */
export function statedWeight(text: string): number | null {
  const range = String.raw`(-?[012]?\.\d+|1)(?:\s*(?:-|–|~|to|and)\s*([012]?\.\d+|1|2))?(?!\.?\d)`;
  const match =
    new RegExp(String.raw`\b(?:weight|strength)s?\b[^.\d-]{0,25}${range}`, "iu").exec(text) ??
    new RegExp(String.raw`${range}\s*(?:weight|strength)`, "iu").exec(text);
  if (!match) return null;
  const [low, high = low] = [match[1], match[2]].filter((part) => part !== undefined).map(Number);
  const middle = Number(((low! + high!) / 2).toFixed(2));
  return Math.abs(middle) <= 2 ? middle : null;
}

const unique = (texts: readonly string[]): string[] => {
  const seen = new Set<string>();
  return texts.filter((text) => text !== "" && !seen.has(text.toLowerCase()) && seen.add(text.toLowerCase()));
};

function categoryOf(sidecar: RawCard | null, title: string, tags: readonly string[]): AdapterCategory {
  const known = sidecar?.card.refined.category ?? "concept";
  if (known !== "concept") return known;
  return /\bstyle\b/iu.test([title, ...tags].join(" ")) ? "style" : "concept";
}

/**
 * @param sidecar the card that lies beside the file; its words come before the metadata's
 */
export function draftCard(
  { fileName, metadata, triggers }: FileFacts,
  sidecar: RawCard | null = null,
): Draft {
  const fact = (label: string): string => metadata.find((entry) => entry.label === label)?.value.trim() ?? "";
  const fileTitle = titleOfFile(fact("output name") || fileName);
  const title = shortened(plainText(sidecar?.card.title || fact("title")) || fileTitle, maxTitle);
  const author = sidecar?.card.description || plainText(fact("description") || fact("usage hint"));
  const description = shortened(author, maxDescription);

  const rare = rareTags(triggers, `${title} ${fileTitle}`);
  const captionTags = rare.map(({ tag }) => plainTag(tag));
  const hubTags = (sidecar?.card.tags ?? []).filter((tag) => !isCommonTag(tag) && isTag(tag));
  const tags = unique([...hubTags, ...captionTags]).slice(0, maxTags);

  const phrase = triggersIn(fact("trigger phrase"));
  // A value of the full length was cut within its last word.
  if (fact("trigger phrase").length >= maxMetadataText) phrase.pop();
  const frequent = rare
    .filter(({ share }) => share !== null && share >= triggerShare)
    .slice(0, maxTriggers)
    .map(({ tag }) => tag);
  const triggerSets =
    sidecar && sidecar.triggerSets.length > 0
      ? sidecar.triggerSets
      : [phrase, frequent].filter(({ length }) => length > 0).slice(0, 1);

  const weight =
    sidecar && sidecar.card.refined.weight !== defaultWeight
      ? sidecar.card.refined.weight
      : (statedWeight(author) ?? defaultWeight);
  const phrases = unique([
    ...titleParts(title),
    ...titleParts(fileTitle),
    ...hubTags,
    ...(sidecar?.triggerSets.flat() ?? []).filter((tag) => !isCommonTag(tag) && isTag(tag)).map(plainTag),
    ...captionTags,
  ]).slice(0, maxPhrases);
  return {
    title,
    description,
    tags,
    triggerSets,
    category: categoryOf(sidecar, title, tags),
    weight,
    phrases,
  };
}

/** The author's description, behind another one; a draft's own begins as the author's does. */
function withAuthor(description: string, author: string): string {
  const begun = description.replace(/…$/u, "").trim();
  return author.startsWith(begun) ? author || description : [description, author].filter(Boolean).join("\n");
}

/**
 * What a language model gets about a file: its draft, as it stands or as the user has changed it.
 * @param file.path its name, and the folders that it lies in
 * @param words the author's: the description besides the draft's own, sets of trigger words where the draft has none, and how sample
 * prompts use it
 */
export function rawCardOf(
  draft: Draft,
  {
    file,
    words,
  }: {
    readonly file: { readonly path: string; readonly sizeBytes: number };
    readonly words: AuthorWords | null;
  },
): RawCard {
  const raw = rawCard({
    name: [file.path.replace(adapterEnding, "").replaceAll("/", "--")],
    title: draft.title,
    description: withAuthor(draft.description, words?.description ?? ""),
    tags: [...draft.tags, ...draft.phrases],
    triggers: draft.triggerSets.map((words) => words.join(", ")),
    category: draft.category,
    weight: draft.weight,
    file,
  });
  return {
    ...raw,
    triggerSets: raw.triggerSets.length > 0 ? raw.triggerSets : (words?.triggerSets ?? []),
    sampleWeights: words?.sampleWeights ?? [],
  };
}
