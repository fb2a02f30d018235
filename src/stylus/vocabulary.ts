// Words that a model has never read. CLIP's 49,408 tokens do not tell, since it has read everything; a small model's
// tokens are the words of the texts it learnt from, so that a word without a token of its own was in none of them.
import type { Composition } from "../compose/composition.ts";
import { contentStems, contentWords, type Word } from "../compose/rules/words.ts";
import { servedWords } from "../compose/served-words.ts";
import { triggerSetsOf } from "../retrieval/card.ts";
import { breakWord, replaceTags, withoutTags } from "../shared/prompt-syntax.ts";
import { embeddingWords } from "../adapters/embedding-words.ts";
import type { LoadedPack, Vocabulary } from "./loaded-pack.ts";
import { inNumberOf, surelyMeant, withNearest } from "./things.ts";
import { wildcardReferences } from "./wildcards/wildcards.ts";

/** CLIP's file has 860 kB, that of a vocabulary of 12,288 tokens 220. */
const SMALL_BYTES = 400_000;
/** Fewer than this are letters and pieces, not words. */
const FEW_WORDS = 1000;
const WORD_END = "</w>";

/** Praise that prompts of every model carry, and words that say no more than that something is an image. */
const idleWords = new Set(
  `masterpiece best quality high highly detailed details intricate sharp focus resolution
  made drawn painted printed`.split(/\s+/),
);

/** @returns null when any word may be known: the vocabulary is large, or cannot be read here */
export async function readVocabulary(files: ReadonlyMap<string, Blob>): Promise<Vocabulary | null> {
  const file = files.get("tokenizer/vocab.json");
  if (!file || file.size > SMALL_BYTES) return null;
  try {
    const tokens = Object.keys(JSON.parse(await file.text()) as Record<string, number>);
    const words = tokens.filter((token) => token.endsWith(WORD_END));
    return words.length < FEW_WORDS ? null : new Set(words.map((token) => token.slice(0, -WORD_END.length)));
  } catch {
    return null; // the tokenizer says what is wrong with it
  }
}

/** Words of all cards and of their textual inversions; worked out once for a list, not for every key. */
function adapterStems({ cards, userAdapters }: Pick<Reader, "cards" | "userAdapters">): ReadonlySet<string> {
  const known = stemsOfCards.get(cards);
  if (known) return known;
  const words = cards.flatMap((card) => {
    const own = userAdapters.get(card.id);
    return [...triggerSetsOf(card).flat(), ...(own ? embeddingWords(own.report) : [])];
  });
  const stems = new Set(words.flatMap(contentStems));
  stemsOfCards.set(cards, stems);
  return stems;
}
const stemsOfCards = new WeakMap<LoadedPack["cards"], ReadonlySet<string>>();

/** Whether a prompt has letters that are not Latin: no model here was trained on captions with them. Tags may name any file. */
export const hasOtherScript = (prompt: string): boolean =>
  /(?![\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}])\p{L}/u.test(withoutTags(prompt));

type Reader = Pick<LoadedPack, "vocabulary" | "cards" | "userAdapters">;

/** The words of a prompt that its model cannot know and that no adapter was chosen for, in lower case, each once. */
export function unservedWords(
  prompt: string,
  reader: Reader,
  compositions: readonly Pick<Composition, "tasks" | "read">[],
): string[] {
  const served = new Set(compositions.flatMap((composition) => [...servedWords(composition)]));
  return [...new Set(unknownSpans(prompt, reader).map(({ text }) => text))].filter(
    (text) => !served.has(text),
  );
}

/** As long as what it takes the place of. */
const blank = ({ length }: string): string => " ".repeat(length);

/** Where those words stand. Trigger words, and those of textual inversions, are an adapter's to know. */
export function unknownSpans(prompt: string, { vocabulary, ...adapters }: Reader): Word[] {
  if (!vocabulary) return [];
  const ofAdapters = adapterStems(adapters);
  const words = replaceTags(prompt, ({ text }) => blank(text))
    .replace(breakWord, blank)
    .replace(wildcardReferences, blank);
  return contentWords(words)
    .filter(({ text }) => /^\p{Script=Latin}{3,}$/u.test(text)) // others: hasOtherScript
    .filter(({ text, stem }) => !vocabulary.has(text) && !vocabulary.has(stem))
    .filter(({ text, stem }) => !ofAdapters.has(stem) && !idleWords.has(text));
}

/**
 * What the model reads in place of a prompt. Pieces of a word that it has never read together draw things nobody asked for, so such a
 * word gives way to the thing that it stands for beyond doubt, or to nothing. The same text when any word may be known.
 */
export function readableText(prompt: string, pack: Reader & Pick<LoadedPack, "things">): string {
  const { things } = pack;
  const words = unknownSpans(prompt, pack).map((word) => {
    const named = things && (surelyMeant(word.text, things) ?? surelyMeant(word.stem, things));
    return { ...word, nearest: named ? inNumberOf(word, named) : "" };
  });
  const text = withNearest(prompt, words);
  return /[\p{L}\p{N}]/u.test(text) ? text : prompt; // nothing that it knows: pieces say more than silence
}
