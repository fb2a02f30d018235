// The order of the library, and its search by words and by nearness in meaning. Pure.
import { triggerSetsOf, type AdapterCard } from "../../../retrieval/card.ts";
import type { LibraryAdapter } from "./library-adapter.ts";

export const librarySorts = ["match", "title", "added", "size", "uses"] as const;
export type LibrarySort = (typeof librarySorts)[number];

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const byTitle = (a: LibraryAdapter, b: LibraryAdapter): number =>
  collator.compare(a.card.title, b.card.title);

const orders: Readonly<
  Record<Exclude<LibrarySort, "match">, (a: LibraryAdapter, b: LibraryAdapter) => number>
> = {
  title: byTitle,
  added: (a, b) => (b.addedAt ?? 0) - (a.addedAt ?? 0),
  size: (a, b) => b.sizeBytes - a.sizeBytes,
  uses: (a, b) => b.uses - a.uses || byTitle(a, b),
};

/** Lower case; made once for a card. */
const textsOfCards = new WeakMap<AdapterCard, string>();

function textOf(card: AdapterCard): string {
  const known = textsOfCards.get(card);
  if (known !== undefined) return known;
  const { refined } = card;
  const parts = [card.title, card.id, refined.category, refined.description, card.description, card.author];
  const lists = [card.tags, triggerSetsOf(card).flat(), refined.phrases ?? []];
  const text = [...parts, ...lists.flat()].join("\n").toLowerCase();
  textsOfCards.set(card, text);
  return text;
}

/** How near an adapter is to what is looked for. */
export interface NearAdapter {
  readonly id: string;
  readonly score: number;
  /** What of its card is nearest. */
  readonly text: string;
}

export interface FoundAdapter {
  readonly adapter: LibraryAdapter;
  /** The text of its card that is near in meaning; null: it has the words. */
  readonly near: string | null;
}

const wordsOf = (query: string): string[] => query.toLowerCase().split(/\s+/u).filter(Boolean);

/** A title with the words comes first, then a card with them, then what is near in meaning. */
const ranks = { title: 0, card: 1, meaning: 2 } as const;

/**
 * Those with all words of `query`, and those near to it in meaning; without words all of them.
 * @param options.near by card id; of adapters for other models nothing is known
 * @param options.sort "match": the best first, and without words in their own order
 */
export function searchLibrary(
  adapters: readonly LibraryAdapter[],
  options: {
    readonly query: string;
    readonly near: ReadonlyMap<string, NearAdapter>;
    readonly sort: LibrarySort;
  },
): readonly FoundAdapter[] {
  const words = wordsOf(options.query);
  const found = words.length === 0 ? all(adapters) : ranked(adapters, words, options.near);
  const { sort } = options;
  return sort === "match" ? found : found.toSorted((a, b) => orders[sort](a.adapter, b.adapter));
}

const all = (adapters: readonly LibraryAdapter[]): FoundAdapter[] =>
  adapters.map((adapter) => ({ adapter, near: null }));

function ranked(
  adapters: readonly LibraryAdapter[],
  words: readonly string[],
  near: ReadonlyMap<string, NearAdapter>,
): FoundAdapter[] {
  const has = (text: string): boolean => words.every((word) => text.includes(word));
  const found = adapters.flatMap((adapter) => {
    const { card, tags, isOther } = adapter;
    const nearest = isOther ? undefined : near.get(card.id);
    const hasWords = has(`${textOf(card)}\n${tags.join("\n").toLowerCase()}`);
    if (!hasWords && !nearest) return [];
    const inTitle = hasWords && has(card.title.toLowerCase());
    const rank = inTitle ? ranks.title : hasWords ? ranks.card : ranks.meaning;
    return [{ adapter, near: hasWords ? null : nearest!.text, rank, score: nearest?.score ?? -1 }];
  });
  return found
    .sort((a, b) => a.rank - b.rank || b.score - a.score)
    .map(({ adapter, near: text }) => ({ adapter, near: text }));
}
