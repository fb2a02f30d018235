// How well each candidate matches one task: the highest of the match by words (its trusted names), of its texts that the prompt has word for
// word, and by meaning (the embedder). This number is compared with τ.
import type { Candidate } from "../../retrieval/candidate.ts";
import type { Vector } from "../../retrieval/embedding/vectors.ts";
import {
  allNamePhrases,
  isThing,
  lexicalMatch,
  type LexicalMatch,
  type NamePhrase,
  overlap,
  semanticLimit,
  verbatimPhrase,
} from "./phrases.ts";
import { plainText } from "./plain-text.ts";
import { type Quote, quotesIn } from "./quotes.ts";
import { informs, type Rarity } from "./rarity.ts";
import { semanticMatch, taskCosines } from "./similarity.ts";
import { unmeantUse, wordsAround } from "./unmeant.ts";
import { contentStems, headStems, type Word, wordsOf } from "./words.ts";

export interface Match {
  /** 0 to 1. */
  readonly strength: number;
  /** The evidence; null if there is none. */
  readonly phrase: NamePhrase | null;
  /** The text of the card that stands in the prompt, where that is the evidence. */
  readonly quote: Quote | null;
  /** The task contains its own name of two or more words, or one of its search phrases, verbatim. */
  readonly verbatim: boolean;
  /** The name that is nearest in meaning; null if the description is nearer. */
  readonly nearestName: Pick<NamePhrase, "text" | "source"> | null;
  /** A use that the card does not want, and the prompt has; otherwise null. */
  readonly unmeant: string | null;
}

export interface MatchedTask {
  /** Unit vector of its words, embedded as a query. */
  readonly vector: Vector;
  /** With their places in the prompt. */
  readonly words: readonly Word[];
  /** The prompt introduces it as a look. */
  readonly led?: boolean;
  /** The words of each, where it is several tags: an adapter matches one of them. */
  readonly tags?: readonly (readonly Word[])[];
}

/** Share of a quote's strength for a task that has the most of it, and for one that has less: then tasks may be joined. */
const mostly = 0.85;
const partly = 0.45;

/** Of a thing whose name only describes the task's thing: "unicorn startup". */
const otherThing = 0.5;

const textOf = (words: readonly Word[]): string => words.map(({ text }) => text).join(" ");

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
 * Prepares a candidate list once; the returned function matches one task of the prompt against all candidates, in order.
 * @param rarity how much terms say, over the whole index
 */
export function matcher(
  candidates: readonly Candidate[],
  { prompt, rarity }: { readonly prompt: string; readonly rarity: Rarity },
): (task: MatchedTask) => readonly Match[] {
  const cards = candidates.map(({ card }) => card);
  const names = allNamePhrases(cards, rarity);
  const plain = plainText(prompt);
  const quotes = quotesIn(plain, cards);
  const words = wordsOf(plain);
  return ({ vector, words: taskWords, led = false, tags = [taskWords] }) => {
    const parts = tags.map((part) => ({ stems: contentStems(textOf(part)), heads: headStems(part) }));
    const text = textOf(taskWords);
    const stems = contentStems(text);
    const heads = headStems(taskWords);
    const around = wordsAround(taskWords, { plain, words });
    const saying = Math.max(...stems.map((stem) => (rarity(stem) === null ? 1 : informs(rarity, stem))));
    const cosines = taskCosines({ vector, stems }, candidates, names);
    return candidates.map(({ card }, index) => {
      const phrases = names[index]!;
      const verbatim = verbatimPhrase(text, phrases);
      const lexical = verbatim
        ? { phrase: verbatim, strength: 1 }
        : strongest(
            parts.map((part) =>
              lexicalMatch(part.stems, phrases, { rarity, ...(isThing(card) && { heads: part.heads }) }),
            ),
          );
      const task = { words: taskWords, stems, heads: isThing(card) ? heads : null };
      const quoted = quoteOf(quotes[index]!, task, rarity);
      const byWords = lexical?.strength ?? 0;
      const semantic = semanticMatch(cosines, index, {
        sort: card.refined.category === "style" ? "style" : "other",
        words: byWords,
        led,
      });
      const meaning = Math.min(semantic.strength, semanticLimit(stems, phrases)) * saying;
      const strength = Math.max(byWords, meaning, quoted?.strength ?? 0);
      const quote =
        quoted && quoted.strength > byWords && quoted.strength >= Math.min(meaning, 0.5)
          ? quoted.quote
          : null;
      const phrase = !quote && byWords >= Math.min(meaning, 0.5) ? (lexical?.phrase ?? null) : null;
      const evidence = quote
        ? words.filter(({ start, end }) => start < quote.end && end > quote.start)
        : phrase && taskWords.filter(({ stem }) => phrase.stems.includes(stem));
      return {
        strength,
        phrase,
        quote,
        verbatim: verbatim !== null || (quote?.special ?? false),
        nearestName: semantic.nameSimilarity > semantic.document ? semantic.name : null,
        unmeant: strength > 0.3 ? unmeantUse(card, { evidence, around }) : null,
      };
    });
  };
}
