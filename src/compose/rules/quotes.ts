// Texts of cards that stand in a prompt word for word: names, and the search phrases that a refiner wrote. Spaces, hyphens, accents, plurals
// and "-ed" make no difference, so "top hat", "top-hat" and "tophats" meet, and "stain glass" and "stained glass".
import { searched } from "../../retrieval/card.ts";
import type { NearSource } from "../reason.ts";
import { isGeneral, isStuffed, type NamedCard, namePhrases } from "./phrases.ts";
import { contentStems, spelling, type Word, wordsOf } from "./words.ts";

interface CardText {
  readonly text: string;
  readonly source: NearSource;
  /** What it has in common with its spellings. */
  readonly key: string;
  /** Content words. */
  readonly stems: readonly string[];
  /** 0 to 1: how much it says that it stands there. */
  readonly trust: number;
  /** A proper name or several words: it asks for the adapter whatever stands around it. "giant" and "glass" may mean anything. */
  readonly special: boolean;
}

export interface Quote extends CardText {
  /** Span in the prompt, UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** Trust in a search phrase: below a name that the description confirms. */
const phraseTrust = 0.95;

/** What of a title is the name: before what its author adds in brackets and behind bars, and without a version. */
const nameIn = (title: string): string =>
  title
    .split(/[([{|/:【（]|\s[-–—]\s/u)[0]!
    .replace(/\bv?\d+(?:\.\d+)*\b/giu, "")
    .replace(/\b(?:style|lora|concept|model)s?\b/giu, "")
    .replace(
      /(?<=\p{Script=Latin}.*)[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+/gu,
      " ",
    )
    .replace(/[^\p{L}\p{N}'’-]+/gu, " ")
    .trim();

/** Trust in the last word of "Humphrey Bogart", where the prompt has it with a capital. */
const surnameTrust = 0.7;
/** Begins the keys of such words. */
const capital = "^";

/** Longer texts are not looked for. */
const mostWords = 6;

const isArticle = ({ text }: Word): boolean => text === "a" || text === "an" || text === "the";

/** "Wallace & Gromit" are those of "Wallace and Gromit". */
const isSilent = ({ text }: Word): boolean => text === "and" || text === "s";

/** One word keeps its "-ed": "deserted" is not "desert". */
function keyOf(all: readonly Word[]): string {
  const words = all.length === 1 ? all : all.filter((word) => !isSilent(word));
  return words.length === 1 ? words[0]!.stem : words.map(spelling).join("");
}

const known = new WeakMap<NamedCard, readonly CardText[]>();

/** What of a card is looked for; computed once a card. */
function textsOf(card: NamedCard): readonly CardText[] {
  const found = known.get(card);
  if (found) return found;
  const texts: CardText[] = [];
  const add = (text: string, source: NearSource, trust: number): void => {
    const stems = [...new Set(contentStems(text))];
    const words = wordsOf(text).filter((word, i, all) => !isArticle(word) || i > 0 || all[1]?.hyphenated);
    if (stems.length === 0 || words.length > mostWords || trust === 0) return;
    const special = stems.length > 1 || (source === "phrase" && /\p{Lu}/u.test(text));
    texts.push({ text, source, key: keyOf(words), stems, trust, special });
  };
  // "Vantorre Mireille (Ashen Lullaby) | 3 outfits v1.2": people type the name, in either order.
  const name = nameIn(card.title);
  const nameTrust = Math.max(
    0,
    ...namePhrases(card).map(({ source, trust }) => (source === "title" ? trust : 0)),
  );
  if (contentStems(name).length > 1) add(name, "title", nameTrust);
  const [first, second, third] = name.split(" ");
  if (second && !third) add(`${second} ${first}`, "title", nameTrust);
  // One word of its names is compared within tasks only.
  for (const { text, source, trust } of namePhrases(card))
    if (source !== "description" && wordsOf(text).length > 1) add(text, source, trust);
  const { category } = card.refined;
  const phrases = isStuffed(card) ? [] : (card.refined.phrases ?? []).slice(0, searched.phrases);
  for (const text of phrases) if (!isGeneral(contentStems(text), category)) add(text, "phrase", phraseTrust);
  for (const text of phrases) {
    const last = /^\p{Lu}\p{Ll}+ (\p{Lu}\p{Ll}{3,})$/u.exec(text)?.[1];
    const [word] = last ? wordsOf(last) : [];
    if (word && !isGeneral([word.stem], category))
      texts.push({
        text,
        source: "phrase",
        key: capital + word.stem,
        stems: [word.stem],
        trust: surnameTrust,
        special: true,
      });
  }
  known.set(card, texts);
  return texts;
}

/** The first place of every run of words, by its spelling. @param words of `plain` */
function runsOf(
  plain: string,
  words: readonly Word[],
): ReadonlyMap<string, { readonly start: number; readonly end: number }> {
  const runs = new Map<string, { start: number; end: number }>();
  const spellings = words.map((word) => (isSilent(word) ? "" : spelling(word)));
  for (const [at, { start, end, stem }] of words.entries()) {
    if (/\p{Lu}/u.test(plain[start]!)) runs.set(capital + stem, { start, end });
    if (isArticle(words[at]!) && !words[at + 1]?.hyphenated) continue; // "a pose" is no "a-pose"
    let key = "";
    for (let last = at; last < Math.min(at + mostWords, words.length); last++) {
      if (last > at && /[,;!?|:\n]/.test(plain.slice(words[last - 1]!.end, words[last]!.start))) break;
      const alone = key === "";
      key += spellings[last]!;
      const found = alone ? words[last]!.stem : key;
      if (!runs.has(found)) runs.set(found, { start, end: words[last]!.end });
    }
  }
  return runs;
}

/**
 * @param plain the prompt's plain text
 * @returns by card: what of it stands there, the longest first
 */
export function quotesIn(plain: string, cards: readonly NamedCard[]): readonly (readonly Quote[])[] {
  const runs = runsOf(plain, wordsOf(plain));
  return cards.map((card) =>
    textsOf(card)
      .flatMap((text) => {
        const run = runs.get(text.key);
        return run ? [{ ...text, ...run }] : [];
      })
      .sort((a, b) => b.end - b.start - (a.end - a.start)),
  );
}
