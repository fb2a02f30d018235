// Which adapters a prompt denies: by a name, a trigger word or a search phrase of theirs that it negates. They are for none of its words:
// "Plain clear windows, no stained glass" wants no stained glass in the windows either.
import type { AdapterCard } from "../../retrieval/card.ts";
import type { Segment } from "./phrase-kinds.ts";
import type { NamedCard } from "./phrases.ts";
import { plainText } from "./plain-text.ts";
import type { Rarity } from "./rarity.ts";
import { segment } from "./segment.ts";
import { type MatchedWords, type WordMatch, wordMatcher } from "./word-match.ts";
import { contentStems, type Word, wordsOf } from "./words.ts";

/** Least match by words of what is denied and an adapter. */
const leastMatch = 0.5;

/** What a longer prompt denies besides is not compared. */
const mostDenials = 48;

interface Denied extends MatchedWords {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** "a hatless man", "a hat-less man": has no hat, and stays one phrase. */
function lessWords(prompt: string, segments: readonly Segment[]): Denied[] {
  return segments.flatMap(({ negated, words }) =>
    words.flatMap(({ text, start, end, hyphenated }, at): Denied[] => {
      if (negated || !text.endsWith("less")) return [];
      const before = words[at - 1];
      const first = text === "less" && hyphenated && before ? before : { text: text.slice(0, -4), start };
      // At no place of the prompt: "Toothless", which stands there, is a name.
      const noun = wordsOf(first.text).map((word) => ({ ...word, start: 0, end: 0 }));
      return noun.length === 0
        ? []
        : [{ text: prompt.slice(first.start, end), start: first.start, end, words: noun }];
    }),
  );
}

/** Stems of the card's text by which words match it; null: they do not, or it is itself a denial ("no outlines"). */
function evidenceOf({ lexical, quoted }: WordMatch): readonly string[] | null {
  const best = (lexical?.strength ?? 0) >= (quoted?.strength ?? 0) ? lexical : quoted;
  if (!best || best.strength < leastMatch) return null;
  const { text, stems } = "phrase" in best ? best.phrase : best.quote;
  return segment(text).some(({ negated }) => negated) ? null : stems;
}

/**
 * @param options.rarity how much terms say, over the whole index
 * @returns the words that deny an adapter, by its id
 */
export function deniedAdapters(
  prompt: string,
  options: { readonly cards: readonly (NamedCard & Pick<AdapterCard, "id">)[]; readonly rarity: Rarity },
): ReadonlyMap<string, string> {
  const { cards, rarity } = options;
  const plain = plainText(prompt);
  const segments = segment(prompt);
  const denied: readonly Denied[] = [
    ...segments.filter(({ negated }) => negated),
    ...lessWords(prompt, segments),
  ].slice(0, mostDenials);
  const found = new Map<string, string>();
  if (denied.length === 0) return found;
  // "no fog in the valley, thick fog on the hills" wants fog.
  const wanted = segments.map(({ words }) =>
    stemsOf(words.filter((word) => !denied.some((part) => word.start < part.end && word.end > part.start))),
  );
  const { match } = wordMatcher(cards, { plain, rarity });
  for (const part of denied) {
    for (const [index, matched] of match(part).entries()) {
      const stems = evidenceOf(matched);
      const again = stems && wanted.some((words) => stems.every((stem) => words.includes(stem)));
      if (stems && !again) found.set(cards[index]!.id, part.text);
    }
  }
  return found;
}

const stemsOf = (words: readonly Word[]): readonly string[] =>
  contentStems(words.map(({ text }) => text).join(" "));
