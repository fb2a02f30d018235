// Whether a word is a verb that ends the phrase before it, or a noun or an adjective in it: "a man watches a dog", "a silver watch".
// A verb needs a subject before it and, where it may be a noun as well, the form that agrees with it.
import {
  colors,
  counts,
  determiners,
  notVerbs,
  participles,
  pasts,
  prepositions,
  singulars,
  sizes,
  verbs,
} from "./lexicon.ts";
import type { Word } from "./words.ts";

/** Whether a list contains the word or its stem. */
export const has = (list: ReadonlySet<string>, word: Word | undefined): boolean =>
  word !== undefined && (list.has(word.text) || list.has(word.stem));

/** "levitating", not "building". */
export const isGerund = ({ text }: Word): boolean =>
  text.endsWith("ing") && text.length > 4 && !notVerbs.has(text);

const modifies = (word: Word): boolean => counts.has(word.text) || has(colors, word) || has(sizes, word);

/** "walked", "sat", "parked"; not "red", "seed". */
const isPast = ({ text }: Word): boolean =>
  pasts.has(text) ||
  participles.has(text) ||
  (/[^e]ed$/.test(text) && text.length > 4 && !notVerbs.has(text));

/** Several do it: "two dogs", "people". Words such as "glasses" are one thing. */
const isPlural = ({ text, stem }: Word): boolean =>
  /^(?:people|men|women|children|sheep|they)$/.test(text) || (text !== stem && text.endsWith("s"));

export interface Subject {
  /** The words since the phrase began. */
  readonly phrase: readonly Word[];
  /** Its article, number or pronoun; null: none. */
  readonly determiner: string | null;
}

/** @returns whether the word at a position ends the phrase before it as a verb */
export function isVerb(words: readonly Word[], at: number, { phrase, determiner }: Subject): boolean {
  const word = words[at]!;
  const subject = phrase.at(-1);
  if (!subject) return determiner === null && isGerund(word); // "a flying bird", "the run"
  if (modifies(subject)) return false; // "two glowing mushrooms", "a silver watch"
  if (isGerund(word)) return true;
  const next = words[at + 1];
  const before = (list: ReadonlySet<string>): boolean => next !== undefined && list.has(next.text);
  const object = before(determiners) || before(counts);
  const leads = object || before(prepositions);
  if (isPast(word)) return next === undefined || leads || next.text.endsWith("ly");
  const single = determiner !== null && singulars.has(determiner);
  if (!/[^s]s$/.test(word.text)) {
    const several = isPlural(subject) && (next !== undefined || phrase.some(({ text }) => counts.has(text)));
    return several && verbs.has(word.text);
  }
  // Between a thing and another stands a verb, known or not: "a wall overlooks a field". "A cat plays piano", but "wrist watches": only
  // one subject makes an ending of -s a verb's.
  return verbs.has(word.stem) ? leads || single : object && single && !/[ui]s$/.test(word.text);
}
