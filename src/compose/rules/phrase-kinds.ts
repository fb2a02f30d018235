// The kind of a prompt phrase: which of its words name a style, and whether the rest is an object, a place, a time,
// clothing … Decided by word lists, by the words that introduce it, and by its context.
import {
  clothingLeads,
  colors,
  counts,
  depictions,
  determiners,
  framingHeads,
  framings,
  garments,
  materialLeads,
  notStyles,
  notVerbs,
  participles,
  places,
  plainDepictions,
  prepositions,
  prepositionTerms,
  settings,
  sizes,
  styleLeads,
  styleTerms,
  styleWords,
  thingTerms,
  times,
  verbs,
  weathers,
} from "./lexicon.ts";
import type { Word } from "./words.ts";

export type SegmentKind =
  | "style"
  | "place"
  | "time" // time of day, season, light
  | "weather"
  | "clothing"
  | "action"
  | "framing"
  | "object"
  | "open"; // a bare phrase after a comma, of any kind

/** The words that introduce a phrase. */
export interface Lead {
  readonly kind: "style" | "clothing" | "place" | "with" | "as" | "none";
  /** Their start; −1 if they do not belong to the phrase. */
  readonly start: number;
  readonly word?: string;
}

export const noLead: Lead = { kind: "none", start: -1 };

/** Names of style adapters, as stems; they take precedence over all lists. */
export interface StyleNames {
  /** Whole titles and trigger phrases, longest first. */
  readonly whole: readonly (readonly string[])[];
  /** Their parts and extensions that may also name an object ("neon sign"); longest first. */
  readonly parts: readonly (readonly string[])[];
}

export const noStyleNames: StyleNames = { whole: [], parts: [] };

function matches(words: readonly Word[], at: number, terms: readonly (readonly string[])[]): number {
  for (const term of terms) {
    if (term.every((part, i) => words[at + i]?.text === part || words[at + i]?.stem === part))
      return term.length;
  }
  return 0;
}

/** Whether a list contains the word or its stem. */
export const has = (list: ReadonlySet<string>, word: Word | undefined): boolean =>
  word !== undefined && (list.has(word.text) || list.has(word.stem));

/** "levitating", not "building". */
export const isGerund = ({ text }: Word): boolean =>
  text.endsWith("ing") && text.length > 4 && !notVerbs.has(text);

/** Whether a word ends the phrase before it as a verb. */
export function isVerb(
  words: readonly Word[],
  at: number,
  { phrase, determined }: { phrase: readonly Word[]; determined: boolean },
): boolean {
  const word = words[at]!;
  if (determined && phrase.length === 0) return false; // "a flying bird", "the run"
  if (isGerund(word)) {
    // "two glowing mushrooms": a verb needs a subject before it, or comes first in its clause.
    const before = phrase.at(-1);
    return before === undefined || !(counts.has(before.text) || has(colors, before) || has(sizes, before));
  }
  if (phrase.length === 0) return false;
  if (participles.has(word.text)) return has(prepositions, words[at + 1]) || at === words.length - 1;
  return (
    verbs.has(word.text) ||
    (verbs.has(word.stem) && (has(prepositions, words[at + 1]) || has(determiners, words[at + 1])))
  );
}

/** Marks the words of a phrase that name a style. */
function styleFlags(phrase: readonly Word[], names: StyleNames): boolean[] {
  const flags = phrase.map(() => false);
  for (let i = 0; i < phrase.length;) {
    const own = Math.max(matches(phrase, i, names.whole), matches(phrase, i, names.parts));
    const kept = matches(phrase, i, notStyles);
    const term = Math.max(own, matches(phrase, i, styleTerms));
    if (kept > own) {
      i += kept;
    } else if (term > 0) {
      flags.fill(true, i, i + term);
      i += term;
    } else {
      flags[i] = has(styleWords, phrase[i]) || has(depictions, phrase[i]);
      i += 1;
    }
  }
  return flags;
}

/** The context of a phrase in its clause. */
export interface Standing {
  readonly lead: Lead;
  /** Only commas delimit it. */
  readonly bare: boolean;
  /** An article or a number before it. */
  readonly determined: boolean;
  /** It relates to something else in its clause, as an object does: "a … on a table", "holding a …". */
  readonly related: boolean;
  readonly names: StyleNames;
}

/** Whether a phrase ends in the name of a look that is an object here: "an old comic book" on a table. */
function isThingHere(phrase: readonly Word[], { lead, related, names }: Standing): boolean {
  if (!related || lead.kind === "as" || lead.kind === "style") return false;
  const endsIn = (terms: readonly (readonly string[])[]): boolean =>
    phrase.some((_, at) => {
      const length = matches(phrase, at, terms);
      return length > 0 && at + length === phrase.length;
    });
  return !endsIn(names.whole) && (endsIn(thingTerms) || endsIn(names.parts));
}

function kindOf(phrase: readonly Word[], { lead, bare, determined }: Standing): SegmentKind {
  const head = phrase.at(-1);
  if ((lead.kind === "with" || lead.word === "in") && has(garments, head)) return "clothing";
  if (phrase.some((_, i) => matches(phrase, i, notStyles) > 0)) return "object"; // "clay pot"
  if (has(weathers, phrase[0]) && phrase.at(-1)!.text.endsWith("ing")) return "weather";
  if (has(weathers, head) && (lead.kind !== "none" || bare)) return "weather";
  if (has(times, head)) return "time";
  if (has(settings, head) || (has(places, head) && (lead.kind !== "none" || bare))) return "place";
  const of = phrase.findIndex(({ text }) => text === "of");
  if (of > 0 && has(settings, phrase[of - 1])) return "place"; // "a forest of candy"
  if (lead.kind === "as" || (lead.kind === "with" && !determined)) return "open"; // a look, a setting or an object
  if ((lead.word === "in" || lead.word === "on") && !determined) return "open"; // "in oils", "on wet paper"
  if (has(framingHeads, head)) return "framing";
  if (has(framings, phrase[0]) && (bare || has(depictions, head) || /up|shot|view/.test(head!.text)))
    return "framing";
  return bare ? "open" : "object";
}

/** Splits a phrase where a style starts or ends; a depiction at the end includes its modifiers. */
function splitStyles(
  phrase: readonly Word[],
  names: StyleNames,
): { words: readonly Word[]; style: boolean; mixed: boolean }[] {
  const flags = styleFlags(phrase, names);
  if (!flags.includes(true)) return [{ words: phrase, style: false, mixed: false }];
  const parts: { words: Word[]; style: boolean; mixed: boolean }[] = [];
  for (const [i, word] of phrase.entries()) {
    const last = parts.at(-1);
    if (last && last.style === flags[i]) last.words.push(word);
    else parts.push({ words: [word], style: flags[i]!, mixed: false });
  }
  // Leading adjectives of a style belong to it ("soft watercolour", "rough pencil sketch"), and words that name its look or its subject
  // ("travel poster", "dog drawing"); "clay castle sculpture" is split.
  if (parts.length === 2 && !parts[0]!.style && parts[1]!.style) {
    const words = [...parts[0]!.words, ...parts[1]!.words];
    return [{ words, style: true, mixed: true }];
  }
  return parts;
}

/** Several words that introduce a phrase at a position in a clause; null if there are none. */
export function leadAt(words: readonly Word[], at: number): { lead: Lead; length: number } | null {
  const { start } = words[at]!;
  const kinds = [
    ["style", styleLeads],
    ["clothing", clothingLeads],
    ["as", materialLeads],
    ["place", prepositionTerms],
  ] as const;
  for (const [kind, terms] of kinds) {
    const length = matches(words, at, terms);
    if (length > 0) return { lead: { kind, start }, length };
  }
  return null;
}

/** Kind of a phrase that "of" separates from its object ("a painting of …", "close-up of …"); null if they stay together. */
export function kindBeforeOf(phrase: readonly Word[], names: StyleNames): SegmentKind | null {
  const flags = styleFlags(phrase, names);
  if (flags.at(-1))
    return flags.every(Boolean) && !phrase.every((word) => has(plainDepictions, word)) ? "style" : "open";
  const shot = phrase.length === 1 || /^(?:up|shot|view|angle)$/.test(phrase.at(-1)!.text);
  return has(framings, phrase[0]) && shot ? "framing" : null;
}

/** The tasks in a phrase with their kinds, in order. */
export function classify(
  phrase: readonly Word[],
  standing: Standing,
): readonly { words: readonly Word[]; kind: SegmentKind }[] {
  const { lead } = standing;
  if (lead.kind === "style" || lead.kind === "clothing") return [{ words: phrase, kind: lead.kind }];
  if (isThingHere(phrase, standing)) return [{ words: phrase, kind: "object" }];
  return splitStyles(phrase, standing.names).map(({ words, style, mixed }) => {
    if (!style) return { words, kind: kindOf(words, standing) };
    const plain = words.length === 1 && has(plainDepictions, words[0]);
    return { words, kind: mixed ? "open" : plain ? "framing" : "style" };
  });
}
