// How well each candidate matches one task: the highest of the match by words (its trusted names), of its texts that the prompt has word for
// word, and by meaning (the embedder). This number is compared with τ.
import type { Candidate } from "../../retrieval/candidate.ts";
import type { Vector } from "../../retrieval/embedding/vectors.ts";
import { type NamePhrase, semanticLimit } from "./phrases.ts";
import { plainText } from "./plain-text.ts";
import type { Quote } from "./quotes.ts";
import { informs, type Rarity } from "./rarity.ts";
import { semanticMatch, taskCosines } from "./similarity.ts";
import { unmeantUse, wordsAround } from "./unmeant.ts";
import { type MatchedWords, textOf, wordMatcher } from "./word-match.ts";
import { contentStems, wordsOf } from "./words.ts";

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

export interface MatchedTask extends MatchedWords {
  /** Unit vector of its words, embedded as a query. */
  readonly vector: Vector;
  /** The prompt introduces it as a look. */
  readonly led?: boolean;
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
  const plain = plainText(prompt);
  const { names, match } = wordMatcher(cards, { plain, rarity });
  const words = wordsOf(plain);
  return ({ vector, led = false, ...task }) => {
    const { words: taskWords } = task;
    const stems = contentStems(textOf(taskWords));
    const byWord = match(task);
    const around = wordsAround(taskWords, { plain, words });
    const saying = Math.max(...stems.map((stem) => (rarity(stem) === null ? 1 : informs(rarity, stem))));
    const cosines = taskCosines({ vector, stems }, candidates, names);
    return candidates.map(({ card }, index) => {
      const phrases = names[index]!;
      const { lexical, verbatim, quoted } = byWord[index]!;
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
        verbatim: verbatim || (quote?.special ?? false),
        nearestName: semantic.nameSimilarity > semantic.document ? semantic.name : null,
        unmeant: strength > 0.3 ? unmeantUse(card, { evidence, around }) : null,
      };
    });
  };
}
