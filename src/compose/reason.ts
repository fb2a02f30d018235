// Why an adapter was chosen or left out, as data: src/texts says it in the user's language.
import type { AdapterCategory } from "../retrieval/card.ts";
import type { SegmentKind } from "./rules/phrase-kinds.ts";

/** A text of a card that speaks for an adapter. */
export type CardText = "title" | "trigger" | "tag" | "phrase" | "notMeant" | "description";

/**
 * By kind. `words` are those of the part, `text` is the card's; `score` is the match, or the probability that the reader gives, 0 to 1.
 */
interface Reasons {
  // For it: by rules,
  named: { readonly words: string; readonly source: CardText; readonly score: number };
  matches: {
    readonly words: string;
    readonly source: CardText;
    readonly text: string;
    readonly score: number;
  };
  /** In meaning; `text` null: to the description. */
  similar: { readonly words: string; readonly text: string | null; readonly score: number };
  // by reading,
  quoted: { readonly source: CardText; readonly text: string; readonly score: number };
  close: { readonly words: string; readonly source: CardText; readonly text: string; readonly score: number };
  fits: { readonly words: string; readonly score: number };
  // of a language model that gives none, of the baselines (`score` of the reranker: a logit), of the user.
  asked: object;
  ranked: { readonly place: number; readonly score: number };
  reranked: { readonly place: number; readonly of: number; readonly score: number };
  drawn: object;
  pinned: object;
  // Against it.
  denied: { readonly words: string };
  category: {
    readonly words: string;
    readonly wanted: SegmentKind;
    readonly category: AdapterCategory;
  };
  below: { readonly words: string; readonly score: number; readonly threshold: number };
  /** Of the whole prompt. */
  unlikely: { readonly score: number; readonly threshold: number };
  /** No text of its card is near. */
  far: { readonly words: string; readonly score: number; readonly threshold: number };
  full: { readonly words: string; readonly count: number };
  /** Than the adapter `best`. */
  weaker: { readonly words: string; readonly best: string; readonly score: number };
  styles: { readonly count: number; readonly score: number };
  served: { readonly title: string; readonly score: number };
  /** The others fit better together. */
  outside: { readonly score: number };
  // What a language model got wrong.
  overlaps: { readonly words: string };
  absent: { readonly words: string };
  unknown: object;
  repeated: object;
}

type ReasonKind = keyof Reasons;
type ReasonOf<Kind extends ReasonKind> = { readonly kind: Kind } & Readonly<Reasons[Kind]>;

/** A string: in the words of a language model, or of a run that an earlier version stored. */
export type Reason = { readonly [Kind in ReasonKind]: ReasonOf<Kind> }[ReasonKind] | string;

/** What a language says for each kind. */
export type ReasonTexts = { readonly [Kind in ReasonKind]: (reason: ReasonOf<Kind>) => string };
