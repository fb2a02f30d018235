// Words of a prompt with their positions, and a light stemmer: two words with the same stem count as the same. Stemming
// undoes only plurals and British spelling; the embedder handles meaning.
import { stem } from "../../shared/stem.ts";

export interface Word {
  /** Lower case. */
  readonly text: string;
  readonly stem: string;
  /** Span in the prompt, UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Joined to the word before it by a hyphen, or an underscore as in tags. */
  readonly hyphenated: boolean;
}

export function wordsOf(text: string): readonly Word[] {
  return [...text.matchAll(/[\p{L}\p{N}]+(?:['’](?!s\b)\p{L}+)?/gu)].map((found) => {
    const lower = found[0].toLowerCase();
    return {
      text: lower,
      stem: stem(lower),
      start: found.index,
      end: found.index + found[0].length,
      hyphenated: /[-_]/.test(text[found.index - 1] ?? ""),
    };
  });
}

/** What spellings of a word have in common: accents, plurals and "-ed" make no difference. */
export const spelling = ({ stem: lower }: Pick<Word, "stem">): string =>
  lower
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/(?<=.{3})ed$/, "")
    .replace(/([bdgmnprt])\1$/, "$1");

const functionWords = new Set(
  `a an the of in on at by to for from with without and or but as is are be this that these those its it his her their my
  your our some any no very so too into onto over under up down out off than then there here not lora model style styles
  v1 v2 v3 v4 sd 15 1 2 3 5 one two three four five six seven eight nine ten`.split(/\s+/),
);

/** Content words: without articles, prepositions, bare numbers, and words that every card has. "8-bit" keeps its number. */
export function contentWords(text: string): readonly Word[] {
  return wordsOf(text).filter(
    (word, i, words) =>
      !functionWords.has(word.text) &&
      (!/^\p{N}+$/u.test(word.text) || word.hyphenated || words[i + 1]?.hyphenated),
  );
}

export const contentStems = (text: string): readonly string[] => contentWords(text).map((word) => word.stem);

/** Like contentStems, but keeps the word "style", without which a name such as "comic book style" may be an object. */
export function nameStems(text: string): readonly string[] {
  return wordsOf(text)
    .filter((word) => !functionWords.has(word.text) || word.stem === "style")
    .map((word) => word.stem);
}

/** Stems of the main nouns: the last word, and the word before an "of". */
export function headStems(words: readonly Word[]): readonly string[] {
  return words
    .filter((_, i) => i === words.length - 1 || words[i + 1]!.text === "of")
    .map((word) => word.stem);
}
