// An adapter's names, and how far to trust them. Authors' tags mix names ("squid"), kinds ("animal"), parts ("horse" on a
// unicorn) and wishes ("golden hour" on a sepia filter). The refined description was written from the images, so it
// decides: a phrase that it denies counts for nothing, a phrase that it does not mention counts for less, and a tag of an
// object adapter is a name only if the description lists it among the added objects.
import { type AdapterCard, type AdapterCategory, searched } from "../../retrieval/card.ts";
import { cutText } from "../../shared/untrusted-text.ts";
import {
  attributes,
  colors,
  commonDepictions,
  garments,
  persons,
  places,
  sizes,
  styleWords,
  times,
  weathers,
} from "./lexicon.ts";
import { informs, type Rarity } from "./rarity.ts";
import type { StyleNames } from "./phrase-kinds.ts";
import { contentStems, nameStems, wordsOf } from "./words.ts";

export interface NamePhrase {
  readonly text: string;
  readonly source: "title" | "tag" | "trigger" | "description";
  readonly stems: readonly string[];
  /** 0 to 1: how much a match with this phrase counts. */
  readonly trust: number;
}

/** What is compared of a card. */
export type NamedCard = Pick<AdapterCard, "title" | "tags" | "triggerWords" | "refined">;

const thingCategories = new Set(["concept", "character", "animal", "vehicle", "building"]);

/** Whether the adapter adds objects, rather than changing the style or setting. */
export const isThing = ({ refined }: NamedCard): boolean => thingCategories.has(refined.category);

/** From so many on a character's trigger words are a list of its looks. */
const manyTriggers = 3;

const setting: readonly ReadonlySet<string>[] = [times, weathers, places];

/** Words that any image may have, by the categories that they name nevertheless: "night" does not identify a neon style. */
const generalWords: readonly { readonly words: readonly ReadonlySet<string>[]; readonly name: RegExp }[] = [
  { words: setting, name: /^(?:background|building|lighting|effect)$/ },
  { words: [garments], name: /^clothing$/ },
  { words: [attributes, persons], name: /^(?:eyes|expression|pose|action|slider)$/ },
];

/** Whether words alone say too little to name an adapter of a category. */
export const isGeneral = (stems: readonly string[], category: AdapterCategory): boolean =>
  stems.every((stem) =>
    generalWords.some(({ words, name }) => !name.test(category) && words.some((list) => list.has(stem))),
  );

/** Words for an adapter's category or its claimed quality. */
const genericStems = new Set(
  `concept style pose action character clothing background building vehicle animal food quality enhancer photography lighting
  fantasy sci fi magic cute illustration tool helper pack friend friendly art design aesthetic season holiday landscape image
  picture 3d exotic tropical music composition framing portrait
  paper`.split(/\s+/),
);

/** How much a word identifies an adapter. */
function stemWeight(stem: string): number {
  if (colors.has(stem) || sizes.has(stem)) return 0.3;
  if (commonDepictions.has(stem)) return 0.3;
  if (genericStems.has(stem)) return 0.2;
  return 1;
}

/** Stems that the description denies: "no colour", "without shading", "adds no sunset". */
function deniedStems(description: string): ReadonlySet<string> {
  const denied = new Set<string>();
  for (const [, words] of description.matchAll(/\b(?:no|not|without|removes|removing|never)\b([^,.;:]*)/gi)) {
    for (const stem of contentStems(words!)) denied.add(stem);
  }
  return denied;
}

/** The objects that a description lists as added: "Adds sea creatures: an octopus, a squid and a jellyfish". */
function listedItems(description: string): readonly string[] {
  const sentence = description.split(".")[0]!;
  const colon = sentence.indexOf(":");
  // "Adds a llama (alpaca): a woolly animal" names its object before the colon; a plural there only summarises.
  const list = colon < 0 || /^\w+ an? /.test(sentence) ? sentence : sentence.slice(colon + 1);
  const items = list
    .replace(/^\w+ /, "")
    .split(/[,:()]|\band\b|\bor\b|\bplus\b/i)
    .map((item) => item.trim())
    .filter((item) => item !== "");
  // "Santa with a beard and red cap": without an article, the text after "with" still belongs to it.
  return items.filter(
    (item, i) =>
      !/^the\b/i.test(item) && (/^(?:an?|two|three)\b/i.test(item) || !/\bwith\b/i.test(items[i - 1] ?? "")),
  );
}

/** The part of a listed object before "of", "with" and similar words. */
const headOf = (item: string): string =>
  item.split(/\b(?:of|with|on|in|that|who|which|for|from|at|seen)\b/i)[0]!;

/**
 * Trust in the author's phrases that the refined description does not confirm: in a title or trigger word, in a tag, and in
 * either if the description has denied another of them.
 */
const unconfirmed = { name: 0.8, tag: 0.45, afterDenial: 0.2 };

/**
 * Runs of two or more words in the refined description that the author's names also have: "neon sign" of "Neon Sign Glow",
 * "stained glass window" of the trigger word "stained glass" with the tag "window".
 */
function confirmedRuns({
  title,
  triggerWords,
  tags,
  refined: { description },
}: NamedCard): readonly string[] {
  const authors = new Set([title, ...triggerWords, ...tags].flatMap(contentStems));
  const runs: { start: number; end: number; words: number }[] = [];
  for (const { stem, start, end } of wordsOf(description)) {
    if (!authors.has(stem)) continue;
    const last = runs.at(-1);
    if (last && /^[ -]$/.test(description.slice(last.end, start))) {
      last.end = end;
      last.words += 1;
    } else runs.push({ start, end, words: 1 });
  }
  return runs
    .filter(({ words }) => words > 1)
    .map(({ start, end }) => description.slice(start, end).toLowerCase());
}

/** The trusted names of style adapters with two or more words, for `segment`. */
export function styleNames(cards: readonly NamedCard[]): StyleNames {
  const of = (wanted: (source: NamePhrase["source"]) => boolean): string[][] =>
    cards
      .filter(({ refined }) => refined.category === "style")
      .flatMap(namePhrases)
      .filter(({ source, trust }) => trust >= 0.9 && wanted(source))
      .map(({ text }) => [...nameStems(text)])
      .filter((stems) => stems.length > 1)
      .sort((a, b) => b.length - a.length);
  return {
    whole: of((source) => source === "title" || source === "trigger"),
    parts: of((source) => source === "description"),
  };
}

/** A card of keywords must not fit every prompt: its first names count, and of longer lists and titles none. */
const most = { tags: 100, triggerWords: 24, nameWords: 12, items: 12 } as const;

const firstNames = (names: readonly string[], limit: number): readonly string[] =>
  names.length > limit ? [] : names.slice(0, searched.names);

/** Whether a card is a list of keywords, which it may have among its search phrases, too. */
export const isStuffed = ({ title, tags, triggerWords }: NamedCard): boolean =>
  tags.length > most.tags ||
  triggerWords.length > most.triggerWords ||
  contentStems(title).length > most.nameWords;

const boundedCard = (card: NamedCard): NamedCard => ({
  ...card,
  tags: firstNames(card.tags, most.tags),
  triggerWords: firstNames(card.triggerWords, most.triggerWords),
  refined: { ...card.refined, description: cutText(card.refined.description, searched.description) },
});

const known = new WeakMap<NamedCard, readonly NamePhrase[]>();

/** Names of an adapter with their trust; omits phrases without content. Computed once a card. */
export function namePhrases(card: NamedCard): readonly NamePhrase[] {
  const names = known.get(card) ?? readNames(card);
  known.set(card, names);
  return names;
}

function readNames(written: NamedCard): readonly NamePhrase[] {
  const card = boundedCard(written);
  const { description, category } = card.refined;
  const described = new Set(wordsOf(description).map(({ stem }) => stem));
  const denied = deniedStems(description);
  const authors = [card.title, ...card.triggerWords, ...card.tags].flatMap(contentStems);
  const credible = !authors.some((stem) => denied.has(stem) && stemWeight(stem) === 1);
  const allItems = isThing(card) ? listedItems(description) : [];
  const items = allItems.length > most.items ? [] : allItems;
  const listed = new Set(items.flatMap((item) => contentStems(headOf(item))));
  const titled = new Set([card.title, ...card.triggerWords.slice(0, 1)].flatMap(contentStems));
  // Triggers of a character are its name, and how it looks in the training images: "szhamm, purple hair, school uniform".
  const listsLooks = category === "character" && card.triggerWords.length >= manyTriggers;
  const trust = (stems: readonly string[], source: NamePhrase["source"]): number => {
    const naming = stems.filter((stem) => stemWeight(stem) === 1);
    if (naming.length === 0 || stems.some((stem) => denied.has(stem))) return 0;
    if (source === "description") return 0.9;
    if (source !== "title" && isGeneral(naming, category)) return 0;
    if (source === "trigger" && listsLooks && !stems.some((stem) => titled.has(stem))) return 0;
    if (source === "tag" && isThing(card)) return naming.every((stem) => listed.has(stem)) ? 1 : 0;
    if (naming.some((stem) => described.has(stem))) return 1;
    if (!credible) return unconfirmed.afterDenial;
    return source === "tag" ? unconfirmed.tag : unconfirmed.name;
  };
  const phrases: NamePhrase[] = [];
  const add = (text: string, source: NamePhrase["source"]): void => {
    const stems = [...new Set(contentStems(text))];
    if (stems.length > 0 && stems.length <= most.nameWords)
      phrases.push({ text, source, stems, trust: trust(stems, source) });
  };
  add(card.title, "title");
  const titles = isThing(card) ? card.title.split(/&|\+|\/|\||,|\band\b/i) : []; // "Dragons & Phoenix" are two names
  if (titles.length > 1) for (const title of titles) add(title.trim(), "title");
  for (const word of card.triggerWords) add(word, "trigger");
  for (const tag of card.tags) add(tag, "tag");
  for (const item of items) add(item.replace(/^(?:an?|two|three)\s/i, ""), "description");
  if (category === "style") {
    for (const run of confirmedRuns(card)) add(run, "description");
    for (const { text, stem } of wordsOf(description)) {
      const isName =
        styleWords.has(stem) &&
        !commonDepictions.has(stem) &&
        !/(?:ed|ing|ic|al|flat|retro|vintage)$/.test(text);
      if (isName) add(text, "description");
    }
  }
  return phrases;
}

/** The names of all candidates. Those that other candidates share, or that many adapters of the index have, distinguish less. */
export function allNamePhrases(
  cards: readonly NamedCard[],
  rarity: Rarity,
): readonly (readonly NamePhrase[])[] {
  const names = cards.map(namePhrases);
  const owners = new Map<string, number>();
  for (const phrases of names) {
    for (const key of new Set(phrases.map(({ stems }) => stems.join(" "))))
      owners.set(key, (owners.get(key) ?? 0) + 1);
  }
  return names.map((phrases) =>
    phrases.map((phrase) => {
      if (phrase.trust === 0) return phrase;
      const shared = owners.get(phrase.stems.join(" "))! > 1 && phrase.source === "tag";
      const trust = shared ? Math.min(phrase.trust, unconfirmed.tag) : phrase.trust;
      return { ...phrase, trust: trust * informs(rarity, phrase.text) };
    }),
  );
}

/**
 * Upper limit for similarity in meaning: if most words of a task occur only in names with little trust, the document (which
 * contains those names too) proves nothing.
 */
export function semanticLimit(taskStems: readonly string[], phrases: readonly NamePhrase[]): number {
  if (taskStems.every((stem) => stemWeight(stem) < 1)) return 0; // "photo", "black and red": near to many, requesting none
  const believed = new Set(
    phrases.filter(({ trust }) => trust > unconfirmed.afterDenial).flatMap(({ stems }) => stems),
  );
  const doubted = phrases
    .filter(({ trust, source }) => trust <= unconfirmed.afterDenial && source !== "tag")
    .flatMap(({ stems }) => stems)
    .filter((stem) => !believed.has(stem));
  return overlap(doubted, taskStems) >= 0.5 ? unconfirmed.afterDenial : 1;
}

/** A trigger phrase or title of two or more words that the task contains verbatim. */
export function verbatimPhrase(taskText: string, phrases: readonly NamePhrase[]): NamePhrase | null {
  const task = ` ${nameStems(taskText).join(" ")} `;
  return (
    phrases.find(({ text, source, trust }) => {
      if (source === "description" || source === "tag" || trust < 1) return false;
      const stems = nameStems(text);
      return stems.length > 1 && task.includes(` ${stems.join(" ")} `);
    }) ?? null
  );
}

export interface LexicalMatch {
  readonly phrase: NamePhrase;
  /** 0 to 1. */
  readonly strength: number;
}

const total = (stems: readonly string[]): number => stems.reduce((sum, stem) => sum + stemWeight(stem), 0);

/** "white outline" does not match "black outline". */
function otherColor(task: readonly string[], phrase: readonly string[]): boolean {
  const asked = task.filter((stem) => colors.has(stem));
  return (
    asked.length > 0 &&
    phrase.some((stem) => colors.has(stem)) &&
    !phrase.some((stem) => asked.includes(stem))
  );
}

/** Weighted share of a phrase's stems that the task also has. */
export function overlap(taskStems: readonly string[], phraseStems: readonly string[]): number {
  return total(phraseStems.filter((stem) => taskStems.includes(stem))) / total(phraseStems);
}

/**
 * The name phrase that best matches the words of a task. Both sides count: a phrase with more words than the task is
 * narrower ("party hat" for "hat"), a task with more words than the phrase matches only in part.
 * @param options.heads stems of the task's main nouns: a phrase without any of them names a different object ("satellite"
 *   for "satellite dish")
 */
export function lexicalMatch(
  taskStems: readonly string[],
  phrases: readonly NamePhrase[],
  options: { readonly rarity: Rarity; readonly heads?: readonly string[] },
): LexicalMatch | null {
  let best: LexicalMatch | null = null;
  const task = [...new Set(taskStems)];
  const taskWeight = total(task);
  for (const phrase of phrases) {
    if (phrase.trust === 0 || otherColor(task, phrase.stems)) continue;
    const shared = total(phrase.stems.filter((stem) => task.includes(stem)));
    if (shared === 0) continue;
    const precision = shared / total(phrase.stems);
    const recall = shared / taskWeight;
    const { heads, rarity } = options;
    // A part of a name counts as its own words do, the whole as they do together.
    const saying =
      precision === 1
        ? 1
        : Math.max(
            ...phrase.stems.filter((stem) => task.includes(stem)).map((stem) => informs(rarity, stem)),
          );
    const otherThing = heads !== undefined && !phrase.stems.some((stem) => heads.includes(stem));
    const strength = phrase.trust * precision ** 1.5 * Math.sqrt(recall) * saying * (otherThing ? 0.6 : 1);
    if (!best || strength > best.strength) best = { phrase, strength };
  }
  return best;
}
