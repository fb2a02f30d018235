// An adapter card as the reader sees it: the same text as in its training (card_text in training/choice/data.py).
import { type AdapterCard, searched } from "../../retrieval/card.ts";
import type { NearText } from "../../retrieval/search/nearest-texts.ts";
import { cutText } from "../../shared/untrusted-text.ts";

/** What is read of a card. */
export type ReadingCard = Pick<AdapterCard, "id" | "title" | "tags" | "triggerWords" | "refined" | "effect">;

export const readingCard = ({
  id,
  title,
  tags,
  triggerWords,
  refined,
  effect,
}: AdapterCard): ReadingCard => ({
  id,
  title,
  tags,
  triggerWords,
  refined,
  ...(effect && { effect }),
});

/** A candidate as retrieval hands it over. */
export interface ReadingCandidate {
  readonly card: ReadingCard;
  /** Of late interaction; comparable within a prompt. */
  readonly score: number;
  /** Its texts nearest to the prompt, best first. */
  readonly nearest: readonly NearText[];
  /** Its unwanted uses nearest to the prompt, best first. */
  readonly notMeant: readonly Omit<NearText, "source">[];
}

const shown = { triggers: 3, phrases: 8, notMeant: 2, tags: 5 } as const;

/** Share of the cards at which a tag says nothing. */
const commonShare = 0.1;

/** In a handful of cards one is already a tenth. */
const fewestCards = 20;

/** Tags, lower case, that every tenth card has. */
export function commonTags(cards: readonly AdapterCard[]): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { tags } of cards)
    for (const tag of new Set(tags.map((each) => each.toLowerCase())))
      counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const most = commonShare * Math.max(fewestCards, cards.length);
  return new Set([...counts].filter(([, count]) => count >= most).map(([tag]) => tag));
}

export function cardText(
  { card, nearest, notMeant }: Omit<ReadingCandidate, "score">,
  common: ReadonlySet<string>,
): string {
  const { title, triggerWords, tags, refined } = card;
  const phrases = nearest.filter(({ source }) => source === "phrase").map(({ text }) => text);
  const rare = tags.map((tag) => tag.toLowerCase()).filter((tag) => !common.has(tag));
  return [
    cutText(title, searched.title),
    refined.category,
    triggerWords.slice(0, shown.triggers).join(", "),
    phrases.slice(0, shown.phrases).join(", "),
    `not: ${notMeant
      .slice(0, shown.notMeant)
      .map(({ text }) => text)
      .join(", ")}`,
    rare.slice(0, shown.tags).join(", "),
    cutText(refined.description, searched.description),
  ].join(" . ");
}
