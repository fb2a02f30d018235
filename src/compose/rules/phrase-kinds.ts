// The kind of a prompt phrase: which of its words name a style, and whether the rest is an object, a place, a time,
// clothing … Decided by word lists, by the words that introduce it, and by its context.
import {
  adjectives,
  clothingLeads,
  colors,
  commonDepictions,
  depictions,
  framingHeads,
  framings,
  garments,
  materialLeads,
  notStyles,
  places,
  plainDepictions,
  prepositionTerms,
  settings,
  styleLeads,
  styleTerms,
  styleWords,
  thingTerms,
  times,
  weathers,
} from "./lexicon.ts";
import { compoundAt } from "./compounds.ts";
import { has } from "./verbs.ts";
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

export interface Segment {
  /** Verbatim from the prompt. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly kind: SegmentKind;
  /** Introduced by words such as "in the style of", "drawn with", "as a": it describes a look. */
  readonly led: boolean;
  /** Negated by "no …", "not …", "without …" or "non-…", which `text` includes and `words` do not. */
  readonly negated: boolean;
  /** It relates to something else in its clause, as an object does: "a … on a table", "holding a …". */
  readonly related: boolean;
  /** The words without the leading preposition, which are compared with adapters. */
  readonly words: readonly Word[];
  /** Of several tags that are one task: the words of each. */
  readonly tags?: readonly (readonly Word[])[];
}

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

/** How many words the first term has that begins at a position; 0: none does. */
export function termLength(
  words: readonly Word[],
  at: number,
  terms: readonly (readonly string[])[],
): number {
  for (const term of terms) {
    if (term.every((part, i) => words[at + i]?.text === part || words[at + i]?.stem === part))
      return term.length;
  }
  return 0;
}

/** How many words from a position on are a thing that only looks like a style: "clay pot", and "clay tennis court" as "clay court". */
function thingLength(phrase: readonly Word[], at: number): number {
  const is = (word: Word | undefined, part: string): boolean => word?.text === part || word?.stem === part;
  const apart = notStyles.some(
    ([first, last, third]) =>
      !third && is(phrase[at], first!) && is(phrase.at(-1), last!) && at < phrase.length - 1,
  );
  return apart ? phrase.length - at : termLength(phrase, at, notStyles);
}

/** How many words from a position on name a style, adapters' own names first; negative: that many together name none, "clay pot". */
function styleLength(phrase: readonly Word[], at: number, names: StyleNames): number {
  const own = Math.max(termLength(phrase, at, names.whole), termLength(phrase, at, names.parts));
  const term = Math.max(own, termLength(phrase, at, styleTerms));
  const kept = Math.max(thingLength(phrase, at), compoundAt(phrase, at));
  if (kept > term || (kept > own && kept === term)) return -kept;
  if (term > 0) return term;
  const joined = joinedLength(phrase, at);
  if (joined > 1)
    return has(styleWords, phrase[at + joined - 1]) && !has(adjectives, phrase[at + joined - 1])
      ? joined
      : -joined;
  return has(styleWords, phrase[at]) || has(depictions, phrase[at]) ? 1 : -1;
}

/** Words that hyphens join, from a position on: they are one, "neon-yellow". */
export function joinedLength(words: readonly Word[], at: number): number {
  let end = at + 1;
  while (words[end]?.hyphenated) end += 1;
  return end - at;
}

/** Words that describe a thing before it, rather than ask for a look: "a neon green frog", "a stained shirt", "a picture frame". */
const modifiesThings = (words: readonly Word[]): boolean =>
  words.every(
    (word) =>
      has(adjectives, word) || has(commonDepictions, word) || has(colors, word) || word.text === "and",
  );

/** Marks the words of a phrase that name a style. */
function styleFlags(phrase: readonly Word[], names: StyleNames): boolean[] {
  const flags = phrase.map(() => false);
  let weak: number | null = null; // where words begin that only modify a thing if one follows them
  for (let i = 0; i < phrase.length;) {
    const length = styleLength(phrase, i, names);
    const end = i + Math.abs(length);
    if (length < 0 && weak !== null) flags.fill(false, weak, i);
    const alone = length === 1 || (length > 1 && phrase[i]!.text === "black");
    if (length < 0 || !alone || !modifiesThings(phrase.slice(i, end))) weak = null;
    else if (!flags[i - 1]) weak = i;
    flags.fill(length > 0, i, end);
    i = end;
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
      const length = termLength(phrase, at, terms);
      return length > 0 && at + length === phrase.length;
    });
  return !endsIn(names.whole) && (endsIn(thingTerms) || endsIn(names.parts));
}

function kindOf(phrase: readonly Word[], { lead, bare, determined }: Standing): SegmentKind {
  const head = phrase.at(-1);
  if ((lead.kind === "with" || lead.word === "in") && has(garments, head)) return "clothing";
  if (phrase.some((_, i) => termLength(phrase, i, notStyles) > 0)) return "object"; // "clay pot"
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
    // "a cloud of ink" is a thing.
    if (parts[0]!.words.some(({ text }) => text === "of") && modifiesThings(parts[1]!.words))
      return [{ words: phrase, style: false, mixed: false }];
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
    const length = termLength(words, at, terms);
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
