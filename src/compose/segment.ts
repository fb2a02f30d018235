// Splits a prompt into tasks: spans that do not overlap and together hold every content word (Stylus §3.2). Rules, not a
// language model: punctuation, prepositions, articles, conjunctions and verbs end a phrase; adjectives and counts stay with
// their noun; words for a medium or look come apart from the thing they describe ("pixel art castle" → two tasks).
import {
  adverbs,
  clothingLeads,
  colors,
  conjunctions,
  counts,
  depictions,
  determiners,
  fillers,
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
  times,
  verbs,
  weathers,
} from "./lexicon.ts";
import { type Word, wordsOf } from "./words.ts";

export type SegmentKind =
  | "style"
  | "place"
  | "time" // time of day, season, light
  | "weather"
  | "clothing"
  | "action"
  | "framing"
  | "object"
  | "open"; // a bare phrase after a comma: may be anything

export interface Segment {
  /** As it stands in the prompt. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly kind: SegmentKind;
  /** Words such as "in the style of", "drawn with", "as a" lead it in: it speaks of how things look. */
  readonly led: boolean;
  /** The words without leading preposition; what is compared with adapters. */
  readonly words: readonly Word[];
}

type Lead = {
  readonly kind: "style" | "clothing" | "place" | "with" | "as" | "none";
  readonly start: number;
  readonly word?: string;
};

const noLead: Lead = { kind: "none", start: -1 };

/** Openings that ask for a picture and say nothing of it. */
const requests =
  /^\s*(?:please\s+)?(?:(?:can|could) you\s+)?(?:(?:show|draw|paint|make|give|create|generate|render)(?:\s+me)?|imagine|look at|(?:we|you|i) can see|i(?: would|'d) like|(?:a|the) scene (?:showing|of|with)|there (?:is|are))(?=\s)/i;

/**
 * Blanks what is not prompt text, keeping every position: `<lora:…>` tags, emphasis brackets and numbers. Weights end
 * with their bracket, so the words inside stay one phrase.
 */
function plainText(prompt: string): string {
  const blank = (match: string): string => " ".repeat(match.length);
  return prompt
    .replace(requests, blank)
    .replace(/<[^<>]*>/g, (tag) => ",".padEnd(tag.length))
    .replace(/\\[()[\]]/g, blank)
    .replace(/:\s*[\d.]+\s*(?=[)\]])/g, blank)
    .replace(/[()[\]{}]/g, blank)
    .replace(/\b(?:BREAK|AND)\b/g, (word) => ",".padEnd(word.length));
}

function matches(words: readonly Word[], at: number, terms: readonly (readonly string[])[]): number {
  for (const term of terms) {
    if (term.every((part, i) => words[at + i]?.text === part || words[at + i]?.stem === part))
      return term.length;
  }
  return 0;
}

const has = (list: ReadonlySet<string>, word: Word | undefined): boolean =>
  word !== undefined && (list.has(word.text) || list.has(word.stem));

/** "levitating", not "building". */
export const isGerund = ({ text }: Word): boolean =>
  text.endsWith("ing") && text.length > 4 && !notVerbs.has(text);

function isVerb(
  words: readonly Word[],
  at: number,
  phrase: readonly Word[],
  afterDeterminer: boolean,
): boolean {
  const word = words[at]!;
  if (afterDeterminer && phrase.length === 0) return false; // "a flying bird", "the run"
  if (isGerund(word)) {
    // "two glowing mushrooms": a verb needs a subject before it, or stands first in its clause.
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
function styleFlags(phrase: readonly Word[]): boolean[] {
  const flags = phrase.map(() => false);
  for (let i = 0; i < phrase.length;) {
    const kept = matches(phrase, i, notStyles);
    const term = matches(phrase, i, styleTerms);
    if (kept > 0) {
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

function kindOf(
  phrase: readonly Word[],
  { lead, bare, determined }: { lead: Lead; bare: boolean; determined: boolean },
): SegmentKind {
  const head = phrase.at(-1);
  if (lead.kind === "style") return "style";
  if (lead.kind === "clothing") return "clothing";
  if ((lead.kind === "with" || lead.word === "in") && has(garments, head)) return "clothing";
  if (phrase.some((_, i) => matches(phrase, i, notStyles) > 0)) return "object"; // "clay pot"
  if (lead.kind === "as" && styleFlags(phrase).some(Boolean)) return "style";
  if (has(weathers, phrase[0]) && phrase.at(-1)!.text.endsWith("ing")) return "weather";
  if (has(weathers, head) && (lead.kind !== "none" || bare)) return "weather";
  if (has(times, head)) return "time";
  if (has(settings, head) || (has(places, head) && (lead.kind !== "none" || bare))) return "place";
  const of = phrase.findIndex(({ text }) => text === "of");
  if (of > 0 && has(settings, phrase[of - 1])) return "place"; // "a forest of candy"
  if (lead.kind === "as" || (lead.kind === "with" && !determined)) return "open"; // a look, a surrounding or a thing
  if ((lead.word === "in" || lead.word === "on") && !determined) return "open"; // "in oils", "on wet paper"
  if (has(framingHeads, head)) return "framing";
  if (has(framings, phrase[0]) && (bare || has(depictions, head) || /up|shot|view/.test(head!.text)))
    return "framing";
  return bare ? "open" : "object";
}

/** Cuts a phrase where a style begins or ends; a depiction at the end takes its modifiers along. */
function splitStyles(phrase: readonly Word[]): { words: readonly Word[]; style: boolean; mixed: boolean }[] {
  const flags = styleFlags(phrase);
  if (!flags.includes(true)) return [{ words: phrase, style: false, mixed: false }];
  if (has(depictions, phrase.at(-1)) && !flags.every(Boolean)) {
    const before = flags.slice(0, -1);
    // "travel poster", "dog drawing": the words before may be the look or the subject; "clay castle sculpture" is split.
    if (!before.includes(true)) return [{ words: phrase, style: true, mixed: true }];
  }
  const parts: { words: Word[]; style: boolean; mixed: boolean }[] = [];
  for (const [i, word] of phrase.entries()) {
    const last = parts.at(-1);
    if (last && last.style === flags[i]) last.words.push(word);
    else parts.push({ words: [word], style: flags[i]!, mixed: false });
  }
  // Leading adjectives of a style belong to it: "soft watercolour", "rough pencil sketch" — a phrase without other noun.
  if (parts.length === 2 && !parts[0]!.style && parts[1]!.style) {
    const words = [...parts[0]!.words, ...parts[1]!.words];
    return [{ words, style: true, mixed: true }];
  }
  return parts;
}

/** @returns segments in the order of the prompt; empty for a prompt without words */
export function segment(prompt: string): readonly Segment[] {
  const text = plainText(prompt);
  const segments: Segment[] = [];
  let offset = 0;
  let first = true;
  for (const clause of text.split(/(?<=[,;.!?:|\n—–"“”])|(?<=\s)-(?=\s)/)) {
    const words = wordsOf(clause).map((word) => ({
      ...word,
      start: word.start + offset,
      end: word.end + offset,
    }));
    if (words.length > 0) {
      segments.push(...clauseSegments(prompt, words, first));
      first = false;
    }
    offset += clause.length;
    if (
      text.slice(offset, offset + 1) === "-" &&
      /\s/.test(text[offset - 1] ?? "") &&
      /\s/.test(text[offset + 1] ?? "")
    ) {
      offset += 1; // the dash that split the clause
    }
  }
  return segments;
}

function clauseSegments(prompt: string, words: readonly Word[], firstClause: boolean): Segment[] {
  const segments: Segment[] = [];
  let phrase: Word[] = [];
  let lead: Lead = noLead;
  let determined = false;
  let verbSeen = false;
  let ofPending = false;

  const push = (part: readonly Word[], kind: SegmentKind, from: number): void => {
    const start = from >= 0 ? from : part[0]!.start;
    const end = part.at(-1)!.end;
    const led = lead.kind === "style" || lead.kind === "as";
    segments.push({ text: prompt.slice(start, end), start, end, kind, led, words: part });
  };

  const flush = (): void => {
    ofPending = false;
    if (phrase.length === 0) return;
    // A phrase is bare when nothing but commas marks it: then it may be a style or a mood as well as a thing.
    const bare = lead.kind === "none" && !determined && !verbSeen && !(firstClause && segments.length === 0);
    if (lead.kind === "style" || lead.kind === "clothing") {
      push(phrase, kindOf(phrase, { lead, bare, determined }), phrase[0]!.start);
    } else {
      for (const [index, { words: part, style, mixed }] of splitStyles(phrase).entries()) {
        if (style && mixed) push(part, "open", -1);
        else if (style)
          push(part, part.length === 1 && has(plainDepictions, part[0]) ? "framing" : "style", -1);
        else {
          const kind = kindOf(part, { lead, bare, determined });
          // The preposition is part of a place or a time: "in the snow", "at night".
          push(part, kind, index === 0 && ["place", "time", "weather"].includes(kind) ? lead.start : -1);
        }
      }
    }
    phrase = [];
    determined = false;
    lead = noLead;
  };

  for (let i = 0; i < words.length;) {
    const word = words[i]!;
    if (word.hyphenated && phrase.length > 0) {
      phrase.push(word);
      i += 1;
      continue;
    }
    const style = matches(words, i, styleLeads);
    if (style > 0) {
      flush();
      lead = { kind: "style", start: word.start };
      i += style;
      continue;
    }
    const clothing = matches(words, i, clothingLeads);
    if (clothing > 0) {
      flush();
      lead = { kind: "clothing", start: word.start };
      i += clothing;
      continue;
    }
    const material = matches(words, i, materialLeads);
    if (material > 0) {
      flush();
      lead = { kind: "as", start: word.start };
      i += material;
      continue;
    }
    const several = matches(words, i, prepositionTerms);
    if (several > 0) {
      flush();
      lead = { kind: "place", start: word.start };
      i += several;
      continue;
    }
    if (word.text === "of" && phrase.length > 0) {
      // "a bowl of soup" is one thing, "a painting of a fox" is a look and a thing.
      if (styleFlags(phrase).at(-1)) {
        const flags = styleFlags(phrase);
        push(
          phrase,
          flags.every(Boolean) && !phrase.every((w) => has(plainDepictions, w)) ? "style" : "open",
          -1,
        );
        phrase = [];
        lead = noLead;
        determined = false;
      } else if (
        has(framings, phrase[0]) &&
        (phrase.length === 1 || /^(?:up|shot|view|angle)$/.test(phrase.at(-1)!.text))
      ) {
        push(phrase, "framing", -1); // "close-up of a rose"
        phrase = [];
        lead = noLead;
        determined = false;
      } else {
        phrase.push(word);
        ofPending = true;
      }
      i += 1;
      continue;
    }
    if (has(prepositions, word)) {
      while (phrase.at(-1)?.text === "of") phrase.pop();
      flush();
      const kind =
        word.text === "with" ? "with" : word.text === "as" || word.text === "like" ? "as" : "place";
      lead = { kind, start: word.start, word: word.text };
      i += 1;
      continue;
    }
    if (determiners.has(word.text)) {
      if (!ofPending) flush();
      determined = true;
      i += 1;
      continue;
    }
    if (conjunctions.has(word.text)) {
      if (has(colors, phrase.at(-1)) && has(colors, words[i + 1])) {
        phrase.push(word); // "black and white"
      } else {
        const inherited = lead;
        flush();
        if (inherited.kind !== "none") lead = { ...inherited, start: -1 };
      }
      i += 1;
      continue;
    }
    if (fillers.has(word.text)) {
      flush();
      lead = noLead;
      verbSeen = true;
      i += 1;
      continue;
    }
    if (/^(?:falling|drifting|blowing)$/.test(word.text) && phrase.length === 1 && has(weathers, phrase[0])) {
      phrase.push(word); // "snow falling" is one thing
      i += 1;
      continue;
    }
    if (adverbs.has(word.text)) {
      flush();
      push([word], "place", -1);
      lead = noLead;
      i += 1;
      continue;
    }
    if (word.text.endsWith("ing") && has(weathers, words[i + 1]) && phrase.length === 0) {
      phrase.push(word); // "falling snow"
      i += 1;
      continue;
    }
    if (isVerb(words, i, phrase, determined)) {
      flush();
      push([word], "action", -1);
      lead = noLead;
      determined = false;
      verbSeen = true;
      i += 1;
      continue;
    }
    if (phrase.length === 0 && counts.has(word.text)) determined = true;
    phrase.push(word);
    ofPending = false;
    i += 1;
  }
  while (phrase.at(-1)?.text === "of") phrase.pop();
  flush();
  return segments;
}
