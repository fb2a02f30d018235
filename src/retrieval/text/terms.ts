// The terms by which words are looked up: stems of the words that carry meaning, and two neighbouring words as one, so that "top hat", "top-hat"
// and "tophat" meet, and a rare pair counts more than its common halves.
import { stem } from "../../shared/stem.ts";

const stopWords = new Set(
  `a an the of in on at by to for from with without and or but nor as is are was be been this that these those its it his her their my
  your our some any no not very so too into onto over under up down out off than then there here who which lora break`.split(
    /\s+/u,
  ),
);

/** Words that neither begin nor end a span of interest, and are no terms by themselves. */
export const isStopWord = (word: string): boolean => stopWords.has(word) || /^[\p{N}.]+$/u.test(word);

/** Lower case, without accents, compatible forms folded. */
const plain = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Longer ones are made up; they would only fill the vocabulary. */
const maxTermLength = 40;

/** Distinct terms of a short text or a prompt. @param options.pairs neighbouring words as one term too */
export function termsOf(text: string, options: { readonly pairs: boolean }): ReadonlySet<string> {
  const terms = new Set<string>();
  let before: { word: string; end: number } | null = null;
  const folded = plain(text);
  for (const { 0: word, index } of folded.matchAll(/[\p{L}\p{N}]+/gu)) {
    const stop = isStopWord(word);
    const stemmed = stem(word);
    if (!stop && word.length > 1 && stemmed.length <= maxTermLength) terms.add(stemmed);
    if (options.pairs && before && /^[\s_-]*$/u.test(folded.slice(before.end, index))) {
      const pair = before.word + stemmed;
      if (!stopWords.has(before.word) && !stopWords.has(word) && pair.length <= maxTermLength)
        terms.add(pair);
    }
    before = { word, end: index + word.length };
  }
  return terms;
}
