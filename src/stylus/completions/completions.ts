// What a prompt may go on with at the cursor: `<lora:` names, adapters by their titles, trigger words and tags of cards, embeddings, wildcard
// files; a negative prompt with embeddings and the words that most have. Pure.
import { embeddingWords, holdsOnlyEmbeddings } from "../../adapters/embedding-words.ts";
import { triggerSetsOf } from "../../retrieval/card.ts";
import type { LoadedPack } from "../loaded-pack.ts";
import { wildcardReferences } from "../wildcards/wildcards.ts";
import { negativeWords } from "./negative-words.ts";

export type CompletionKind = "lora" | "trigger" | "tag" | "embedding" | "negative" | "wildcard";

export interface Completion {
  readonly kind: CompletionKind;
  /** What is looked for and shown. */
  readonly label: string;
  /** Title of the adapter that it belongs to; null where it is none's own. */
  readonly of: string | null;
  /** Adapters whose cards have it; null where that says nothing. */
  readonly count: number | null;
  /** What takes the place of the words at the cursor. */
  readonly text: string;
  /** A tag that the prompt has to have besides: an embedding that lies in a LoRA's file works while that is in use. */
  readonly tag?: string;
}

export interface Completions {
  /** What is replaced, UTF-16 offsets in the prompt. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly Completion[];
  /** After `<lora:` or `__` nothing else can be meant than one of them. */
  readonly isName: boolean;
}

interface Entry extends Completion {
  /** Lower case, "_" as " ". */
  readonly key: string;
}

export interface CompletionList {
  readonly loras: readonly Entry[];
  readonly words: readonly Entry[];
}

const most = 8;
/** Shorter beginnings fit too much. */
const leastLetters = 2;
/** Words of a phrase that are looked up together. */
const mostWords = 4;

const keyOf = (text: string): string => text.toLowerCase().replaceAll("_", " ").trim();

const tagOf = ({ id, refined }: LoadedPack["cards"][number]): string => `<lora:${id}:${refined.weight}>`;

/** Indexed once for a list of cards, not for every key. The order is that in which equally good ones are offered. */
export function completionsOf({
  cards,
  userAdapters,
}: Pick<LoadedPack, "cards" | "userAdapters">): CompletionList {
  const offered = cards.filter((card) => !card.fewStep);
  const counts = new Map<string, number>();
  for (const { tags } of offered)
    for (const tag of new Set(tags)) if (tag.trim() !== "") counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const loras = offered.flatMap((card): Entry[] => {
    const common = { kind: "lora", of: card.title, count: null, text: tagOf(card) } as const;
    const names = keyOf(card.id) === keyOf(card.title) ? [card.id] : [card.id, card.title];
    return names.map((name) => ({ ...common, label: card.id, key: keyOf(name) }));
  });
  const triggers = offered.flatMap((card) =>
    [
      ...new Set(
        triggerSetsOf(card)
          .flat()
          .map((words) => words.trim()),
      ),
    ]
      .filter((words) => words !== "")
      .map((words): Entry => ({
        kind: "trigger",
        label: words,
        of: card.title,
        count: null,
        text: words,
        key: keyOf(words),
      })),
  );
  const titles = offered.map((card): Entry => ({
    kind: "lora",
    label: card.title,
    of: null,
    count: null,
    text: tagOf(card),
    key: keyOf(card.title),
  }));
  const tags = [...counts]
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([tag, count]): Entry => ({ kind: "tag", label: tag, of: null, count, text: tag, key: keyOf(tag) }));
  return { loras, words: [...triggers, ...embeddingsOf(offered, userAdapters), ...titles, ...tags] };
}

function embeddingsOf(
  cards: LoadedPack["cards"],
  userAdapters: LoadedPack["userAdapters"],
): readonly Entry[] {
  return cards.flatMap((card) => {
    const report = userAdapters.get(card.id)?.report;
    if (!report) return [];
    const isEnough = holdsOnlyEmbeddings(report);
    return embeddingWords(report).map((word): Entry => ({
      kind: "embedding",
      label: word,
      of: card.title,
      count: null,
      text: word,
      ...(isEnough ? {} : { tag: tagOf(card) }),
      key: keyOf(word),
    }));
  });
}

const usualNegatives = negativeWords.map((text): Entry => ({
  kind: "negative",
  label: text,
  of: null,
  count: null,
  text,
  key: keyOf(text),
}));

/** For a negative prompt, where `<lora:` tags do nothing and words of adapters would work against what was chosen. */
export const negativeCompletionsOf = ({
  cards,
  userAdapters,
}: Pick<LoadedPack, "cards" | "userAdapters">): CompletionList => ({
  loras: [],
  words: [...embeddingsOf(cards, userAdapters), ...usualNegatives],
});

/** Those that begin so, then those with a word that does; each text once. */
function matching(entries: readonly Entry[], query: string): Completion[] {
  const found: Entry[] = [];
  const inside: Entry[] = [];
  for (const entry of entries) {
    if (entry.key.startsWith(query)) found.push(entry);
    else if (entry.key.includes(` ${query}`) || entry.key.includes(`-${query}`)) inside.push(entry);
  }
  const byText = new Map<string, Entry>();
  for (const entry of [...found, ...inside]) {
    const same = `${entry.kind === "lora" ? "lora" : "words"} ${entry.kind === "lora" ? entry.text : entry.key}`;
    if (!byText.has(same)) byText.set(same, entry);
  }
  return [...byText.values()].slice(0, most).map(({ key: _key, ...completion }) => completion);
}

const openTag = /<(?:lora|lyco):([^<>:]*)$/iu;
/** The start of one. */
const tagStart = /<(?:l(?:o(?:ra?)?)?)?$/iu;
/** As long, and nothing that words go on across. */
const withoutReferences = (text: string): string =>
  text.replaceAll(wildcardReferences, (whole) => ",".repeat(whole.length));
const openReference = /(?<!\\)__((?:[\p{L}\p{M}\p{N}*./ -]|_(?!_))*)$/u;
/** What a word of the prompt ends at, to the left. */
const delimiter = /[,()[\]{}<>|:\n]|(?<!\p{L})(?:AND|BREAK)(?!\p{L})/u;

/** @param cursor UTF-16 offset; null for nothing to offer */
export function completionsAt(
  prompt: string,
  cursor: number,
  { list, wildcards }: { readonly list: CompletionList; readonly wildcards: readonly string[] },
): Completions | null {
  const before = prompt.slice(Math.max(0, cursor - 200), cursor);
  const after = prompt.slice(cursor);
  const answer = (
    start: number,
    end: number,
    items: readonly Completion[],
    isName: boolean,
  ): Completions | null => (items.length === 0 ? null : { start, end, items, isName });

  const tag = openTag.exec(before) ?? tagStart.exec(before);
  if (tag) {
    const query = keyOf(tag[1] ?? "");
    // A tag that is whole already is replaced, with its weight.
    const rest = /^[^<>,\n]*>/u.exec(after)?.[0].length ?? 0;
    const items = query === "" ? firstOf(list.loras) : matching(list.loras, query);
    return answer(cursor - tag[0].length, cursor + rest, items, true);
  }

  const open = withoutReferences(prompt.slice(0, cursor)).slice(Math.max(0, cursor - 200));
  const reference = openReference.exec(open);
  if (reference) {
    const query = reference[1]!.normalize("NFC").toLowerCase();
    const names = wildcards.filter((name) => name.startsWith(query) && name !== query).slice(0, most);
    const items = names.map((name): Completion => ({
      kind: "wildcard",
      label: name,
      of: null,
      count: null,
      text: `__${name}__`,
    }));
    const rest = after.startsWith("__") ? 2 : 0;
    const found = answer(cursor - reference[0].length, cursor + rest, items, true);
    if (found) return found;
  }

  // In the middle of a word nothing is offered.
  if (/^[\p{L}\p{N}]/u.test(after)) return null;
  const phrase = open.split(delimiter).at(-1)!.trimStart();
  if (/\s$/u.test(phrase)) return null;
  const starts = Array.from(phrase.matchAll(/\S+/gu), ({ index }) => index).slice(-mostWords);
  for (const start of starts) {
    const written = phrase.slice(start);
    const query = keyOf(written.replaceAll(/\s+/gu, " "));
    if (query.length < leastLetters || !/\p{L}/u.test(query)) continue;
    const items = matching(list.words, query).filter(({ text }) => keyOf(text) !== query);
    if (items.length > 0) return answer(cursor - written.length, cursor, items, false);
  }
  return null;
}

/** Each adapter once. */
const firstOf = (entries: readonly Entry[]): Completion[] =>
  [...new Map(entries.map(({ key: _key, ...completion }) => [completion.text, completion])).values()].slice(
    0,
    most,
  );
