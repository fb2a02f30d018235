// Why an adapter was chosen or left out, as data: src/texts says it in the user's language.
import type { AdapterCategory } from "../retrieval/card.ts";
import type { NearText } from "../retrieval/search/nearest-texts.ts";
import type { SegmentKind } from "./rules/phrase-kinds.ts";
import type { NamePhrase } from "./rules/phrases.ts";

/** Where on a card the rules find a name. */
export type NameSource = NamePhrase["source"];
/** Where on a card the reader finds a text. */
export type NearSource = NearText["source"];

/**
 * By kind. `words` are those of the part, `text` is the card's; `score` is the match, or the probability that the reader gives, 0 to 1.
 * Runs are stored with them: kinds and fields stay as they are, and new ones are added.
 */
interface Reasons {
  // For it: by the rules,
  /** The words are a name of the adapter. */
  named: { readonly words: string; readonly source: NameSource; readonly score: number };
  /** They share words with a name. */
  matches: {
    readonly words: string;
    readonly source: NameSource;
    readonly text: string;
    readonly score: number;
  };
  /** In meaning; `text` null: to the description. */
  similar: { readonly words: string; readonly text: string | null; readonly score: number };
  // by both,
  /** The prompt has the card's text word for word. */
  quoted: { readonly source: NearSource; readonly text: string; readonly score: number };
  // by the reader,
  /** In meaning, to the card's text. */
  close: {
    readonly words: string;
    readonly source: NearSource;
    readonly text: string;
    readonly score: number;
  };
  /** No one text of the card explains it. */
  fits: { readonly words: string; readonly score: number };
  // by a language model,
  /** It gave no reason of its own. */
  unexplained: object;
  // by the baselines and the user.
  /** By similarity to the whole prompt. */
  ranked: { readonly place: number; readonly score: number };
  /** `score`: a logit. */
  reranked: { readonly place: number; readonly of: number; readonly score: number };
  /** At random. */
  drawn: object;
  pinned: object;
  // Against it.
  /** The prompt negates the words. */
  denied: { readonly words: string };
  /** The prompt denies the adapter in these words, and so for all others. */
  excluded: { readonly words: string };
  /** `text`: a use of its words that its card does not want. */
  unmeant: { readonly words: string; readonly text: string };
  /** The adapter is of another kind than the words want. */
  category: {
    readonly words: string;
    readonly wanted: SegmentKind;
    readonly category: AdapterCategory;
  };
  /** Its match with the words is below the threshold. */
  below: { readonly words: string; readonly score: number; readonly threshold: number };
  /** The reader's probability, of the whole prompt, is below the threshold. */
  unlikely: { readonly score: number; readonly threshold: number };
  /** No text of its card is near. */
  far: { readonly words: string; readonly score: number; readonly threshold: number };
  /** The words have as many adapters as a part may have. */
  full: { readonly words: string; readonly count: number };
  /** `best`: the title of the adapter that matches the words best. */
  weaker: { readonly words: string; readonly best: string; readonly score: number };
  /** There are as many styles as an image may have. */
  styles: { readonly count: number; readonly score: number };
  /** The adapter of this title serves its words. */
  served: { readonly title: string; readonly score: number };
  /** The others fit better together. */
  outside: { readonly score: number };
  // What a language model got wrong.
  /** The words overlap another part. */
  overlaps: { readonly words: string };
  /** The words are not in the prompt. */
  absent: { readonly words: string };
  /** No candidate has the id. */
  unknown: object;
}

type ReasonKind = keyof Reasons;
type ReasonOf<Kind extends ReasonKind> = { readonly kind: Kind } & Readonly<Reasons[Kind]>;

/** A string: in the words of a language model, or of a run that an earlier version stored. */
export type Reason = { readonly [Kind in ReasonKind]: ReasonOf<Kind> }[ReasonKind] | string;

/** What a language says for each kind. */
export type ReasonTexts = { readonly [Kind in ReasonKind]: (reason: ReasonOf<Kind>) => string };
