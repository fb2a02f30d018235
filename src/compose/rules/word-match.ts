// How well cards match words of a prompt by words: their trusted names, and their texts that the prompt has word for word.
import {
  allNamePhrases,
  isThing,
  lexicalMatch,
  type LexicalMatch,
  type NamedCard,
  type NamePhrase,
  overlap,
  verbatimPhrase,
} from "./phrases.ts";
import { type Quote, quotesIn } from "./quotes.ts";
import { informs, type Rarity } from "./rarity.ts";
import { contentStems, headStems, type Word } from "./words.ts";

export interface MatchedWords {
  /** With their places in the prompt. */
  readonly words: readonly Word[];
  /** The words of each, where it is several tags: an adapter matches one of them. */
  readonly tags?: readonly (readonly Word[])[];
}

export interface WordMatch {
  /** The name that matches best. */
  readonly lexical: LexicalMatch | null;
  /** The words contain its own name of two or more words. */
  readonly verbatim: boolean;
  /** The best text that stands in the prompt, and has some of the words. */
  readonly quoted: { readonly quote: Quote; readonly strength: number } | null;
}

export interface WordMatcher {
  /** Names of each card. */
  readonly names: readonly (readonly NamePhrase[])[];
  /** @returns by card */
  readonly match: (task: MatchedWords) => readonly WordMatch[];
}

/** Share of a quote's strength for a task that has the most of it, and for one that has less: then tasks may be joined. */
const mostly = 0.85;
const partly = 0.45;

/** Of a thing whose name only describes the task's thing: "unicorn startup". */
const otherThing = 0.5;

export const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join(" ");

const strongest = (matches: readonly (LexicalMatch | null)[]): LexicalMatch | null =>
  matches.reduce((best, match) => ((match?.strength ?? 0) > (best?.strength ?? 0) ? match : best), null);

/** The best quote that a task has words of, with its strength there. @param heads of a thing: the task's main nouns */
function quoteOf(
  quotes: readonly Quote[],
  task: {
    readonly words: readonly Word[];
    readonly stems: readonly string[];
    readonly heads: readonly string[] | null;
  },
  rarity: Rarity,
): { readonly quote: Quote; readonly strength: number } | null {
  let best: { quote: Quote; strength: number } | null = null;
  const [from, to] = [task.words[0]!.start, task.words.at(-1)!.end];
  for (const quote of quotes) {
    if (quote.start >= to || quote.end <= from) continue;
    const inside = overlap(task.stems, quote.stems);
    const part = quote.start >= from && quote.end <= to ? 1 : inside > 0.5 ? mostly : partly;
    const names = !quote.special || quote.source !== "phrase";
    const other = names && task.heads !== null && !quote.stems.some((stem) => task.heads!.includes(stem));
    const share = quote.special ? 1 : Math.sqrt(overlap(quote.stems, task.stems));
    const strength = quote.trust * informs(rarity, quote.text) * share * part * (other ? otherThing : 1);
    if (!best || strength > best.strength) best = { quote, strength };
  }
  return best;
}

/**
 * Prepares cards once.
 * @param options.plain the prompt's plain text
 * @param options.rarity how much terms say, over the whole index
 */
export function wordMatcher(
  cards: readonly NamedCard[],
  { plain, rarity }: { readonly plain: string; readonly rarity: Rarity },
): WordMatcher {
  const names = allNamePhrases(cards, rarity);
  const quotes = quotesIn(plain, cards);
  const match = ({ words, tags = [words] }: MatchedWords): readonly WordMatch[] => {
    const parts = tags.map((part) => ({ stems: contentStems(textOf(part)), heads: headStems(part) }));
    const text = textOf(words);
    const stems = contentStems(text);
    const heads = headStems(words);
    return cards.map((card, index): WordMatch => {
      const phrases = names[index]!;
      const verbatim = verbatimPhrase(text, phrases);
      const lexical = verbatim
        ? { phrase: verbatim, strength: 1 }
        : strongest(
            parts.map((part) =>
              lexicalMatch(part.stems, phrases, { rarity, ...(isThing(card) && { heads: part.heads }) }),
            ),
          );
      const task = { words, stems, heads: isThing(card) ? heads : null };
      return { lexical, verbatim: verbatim !== null, quoted: quoteOf(quotes[index]!, task, rarity) };
    });
  };
  return { names, match };
}
