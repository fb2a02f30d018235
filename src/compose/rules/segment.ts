// Splits a prompt into tasks: non-overlapping spans that cover every content word (Stylus §3.2). Uses rules instead of a
// language model: punctuation, prepositions, articles, conjunctions and verbs end a phrase; adjectives and counts stay with
// their noun; words for a medium or look are separate from the object they describe ("pixel art castle" → two tasks).
// Negated phrases ("no dragon", "without a hat") are separate, marked tasks.
import {
  adverbs,
  colors,
  conjunctions,
  counts,
  determiners,
  fillers,
  negators,
  prepositions,
  weathers,
} from "./lexicon.ts";
import {
  classify,
  joinedLength,
  kindBeforeOf,
  type Lead,
  leadAt,
  noLead,
  noStyleNames,
  type Segment,
  type SegmentKind,
  type StyleNames,
} from "./phrase-kinds.ts";
import { compoundAt } from "./compounds.ts";
import { denialLength, ordersNot, soundingLength } from "./denials.ts";
import { koreanDenials } from "./korean-denials.ts";
import { plainText } from "./plain-text.ts";
import { has, isVerb } from "./verbs.ts";
import { joinTags } from "./tag-list.ts";
import { type Word, wordsOf } from "./words.ts";

/** Prepositions that objects follow. "With", "as", "like" and "for" may also introduce a look. */
const placing: ReadonlySet<string> = new Set(
  [...prepositions].filter((word) => !["with", "without", "as", "like", "for", "to", "of"].includes(word)),
);

/** Between clauses: behind punctuation, but within no number or ratio ("1.5", "16:9"), and on both sides of a dash. */
const clauseEnds = /(?<=[,;!?|\n—–"“”、，；。！？：])|(?<=[.:])(?!(?<=\d.)\d)|(?<=\s)-(?=\s)/u;

/**
 * @param names names of the available style adapters, which stay whole ("stained glass window")
 * @returns segments in prompt order; empty for a prompt without words
 */
export function segment(prompt: string, names: StyleNames = noStyleNames): readonly Segment[] {
  const text = plainText(prompt);
  const segments: Segment[] = [];
  const clauses = clausesOf(text);
  for (const [at, words] of clauses.entries()) {
    const goesOn = segments.at(-1)?.negated === true && listsMore(clauses, { at, text });
    segments.push(...clauseSegments(prompt, words, { first: at === 0, goesOn, names }));
  }
  return joinTags(prompt, text, segments);
}

/** The words of each clause that has some. */
function clausesOf(text: string): readonly (readonly Word[])[] {
  const clauses: Word[][] = [];
  let offset = 0;
  for (const clause of text.split(clauseEnds)) {
    const words = wordsOf(clause).map((word) => ({
      ...word,
      start: word.start + offset,
      end: word.end + offset,
    }));
    if (words.length > 0) clauses.push(words);
    offset += clause.length;
    if (
      text.slice(offset, offset + 1) === "-" &&
      /\s/.test(text[offset - 1] ?? "") &&
      /\s/.test(text[offset + 1] ?? "")
    ) {
      offset += 1; // the dash that split the clause
    }
  }
  return clauses;
}

/** Words of a thing in a list of several that are denied together. */
const mostListed = 2;
/** Clauses of such a list: a longer one is a list of tags. */
const mostClauses = 8;

/** Whether a clause goes on with the list that the denial before it began: "no hats, | scarves | or gloves". */
function listsMore(
  clauses: readonly (readonly Word[])[],
  { at, text }: { readonly at: number; readonly text: string },
): boolean {
  for (let index = at; index < Math.min(clauses.length, at + mostClauses); index++) {
    const words = clauses[index]!;
    if (text.slice(clauses[index - 1]!.at(-1)!.end, words[0]!.start).trim() !== ",") return false;
    const or = words.findIndex((word) => word.text === "or" || word.text === "nor");
    const last = or < 0 ? [] : words.slice(or + 1);
    const things = [or < 0 ? words : words.slice(0, or), has(determiners, last[0]) ? last.slice(1) : last];
    const isThing = (thing: readonly Word[]): boolean => thing.length <= mostListed && !thing.some(endsList);
    if (!things.every(isThing)) return false;
    if (or >= 0) return true;
  }
  return false;
}

/** "no hat, blue or green eyes", "no hat, a scarf or gloves". */
const endsList = (word: Word): boolean =>
  [colors, conjunctions, counts, determiners, fillers, negators, prepositions].some((list) =>
    has(list, word),
  );

interface ClauseOptions {
  /** It begins the prompt. */
  readonly first: boolean;
  /** It goes on with what the clause before it denies. */
  readonly goesOn: boolean;
  readonly names: StyleNames;
}

/** Korean denies behind the words: they are cut out, and what stands around them is read by itself. */
function clauseSegments(prompt: string, words: readonly Word[], options: ClauseOptions): readonly Segment[] {
  const read = (from: number, to?: number): readonly Segment[] =>
    new ClauseReader(prompt, words.slice(from, to), {
      ...options,
      first: options.first && from === 0,
      goesOn: options.goesOn && from === 0,
    }).read();
  const segments: Segment[] = [];
  let at = 0;
  for (const { from, to, nouns } of koreanDenials(words)) {
    segments.push(...read(at, from));
    for (const [index, noun] of nouns.entries()) {
      const { start } = noun.words[0]!;
      const { end } = index === nouns.length - 1 ? words[to - 1]! : noun.words.at(-1)!;
      segments.push({
        text: prompt.slice(start, end),
        start,
        end,
        kind: "open",
        led: false,
        negated: true,
        related: false,
        words: noun.words,
        tags: noun.readings,
      });
    }
    at = to;
  }
  return [...segments, ...read(at)];
}

/** Reads one clause word by word and collects a phrase until something ends it. */
class ClauseReader {
  readonly #prompt: string;
  readonly #words: readonly Word[];
  readonly #first: boolean;
  readonly #names: StyleNames;
  readonly #segments: Segment[] = [];
  #phrase: Word[] = [];
  #lead: Lead = noLead;
  /** The article or number that precedes the phrase. */
  #determiner: string | null = null;
  /** While a phrase is pushed: see Segment. */
  #related = false;
  /** A verb has been read, so the rest is not a bare list of words. */
  #verbSeen = false;
  /** The last word was an "of" inside the phrase. */
  #afterOf = false;
  /** Set inside a negation: the start of the next segment, null at its first word. */
  #negation: { from: number | null } | null = null;

  constructor(prompt: string, words: readonly Word[], options: ClauseOptions) {
    this.#prompt = prompt;
    this.#words = words;
    this.#first = options.first;
    this.#names = options.names;
    if (options.goesOn) this.#negation = { from: null };
  }

  read(): readonly Segment[] {
    for (let at = 0; at < this.#words.length;) at += this.#step(at);
    this.#flush(this.#words.length);
    return this.#segments;
  }

  #push(
    words: readonly Word[],
    kind: SegmentKind,
    {
      from = words[0]!.start,
      end = words.at(-1)!.end,
    }: { readonly from?: number; readonly end?: number } = {},
  ): void {
    const led = this.#lead.kind === "style" || this.#lead.kind === "as";
    const negated = this.#negation !== null;
    const related = this.#related;
    const start = this.#negation ? (this.#negation.from ?? words[0]!.start) : from;
    if (this.#negation) this.#negation = { from: null };
    this.#segments.push({
      text: this.#prompt.slice(start, end),
      start,
      end,
      kind,
      led,
      negated,
      related,
      words,
    });
  }

  /** @param at the word that ends the phrase */
  #flush(at: number): void {
    this.#afterOf = false;
    while (this.#phrase.at(-1)?.text === "of") this.#phrase.pop();
    if (this.#phrase.length === 0) return;
    const lead = this.#lead;
    const opening = this.#first && this.#segments.length === 0;
    const bare = lead.kind === "none" && this.#determiner === null && !this.#verbSeen && !opening;
    this.#related = this.#isRelated(at, opening);
    const standing = {
      lead,
      bare,
      determined: this.#determiner !== null,
      related: this.#related,
      names: this.#names,
    };
    const parts = classify(this.#phrase, standing);
    if (this.#negation) {
      this.#push(this.#phrase, parts[0]!.kind); // one task: "no big red dragon"
      this.#negation = null;
      this.#startPhrase(noLead);
      return;
    }
    for (const [index, { words, kind }] of parts.entries()) {
      // The preposition is part of a place or a time: "in the snow", "at night".
      const withLead =
        index === 0 && lead.start >= 0 && (kind === "place" || kind === "time" || kind === "weather");
      this.#push(words, kind, withLead ? { from: lead.start } : {});
    }
    this.#startPhrase(noLead);
  }

  /** Whether the phrase relates to others in its clause as an object does: "holding a …", "a … and a cup", "… on a table". */
  #isRelated(end: number, opening: boolean): boolean {
    const next = this.#words[end];
    if (this.#lead.word === "in") return false; // "a fox in a comic book" is a look
    const done = this.#lead.kind === "none" && this.#segments.at(-1)?.kind === "action"; // "reading comic books"
    if (done) return true;
    if (this.#determiner === null) return opening && has(placing, next);
    const before = this.#segments.length > 0 || this.#lead.kind !== "none";
    return before || (next !== undefined && (has(placing, next) || !has(prepositions, next)));
  }

  #startPhrase(lead: Lead): void {
    this.#related = false;
    this.#phrase = [];
    this.#determiner = null;
    this.#lead = lead;
  }

  /** Consumes the words at a position; returns their count. */
  #step(at: number): number {
    const word = this.#words[at]!;
    const phrase = this.#phrase;
    if (word.hyphenated && phrase.length > 0) {
      phrase.push(word);
      return 1;
    }
    const denied = this.#free(at) || this.#denial(at);
    if (denied > 0) return denied;
    const whole = this.#wholeLength(at);
    if (whole > 0) {
      phrase.push(...this.#words.slice(at, at + whole));
      this.#afterOf = false;
      return whole;
    }
    const found = leadAt(this.#words, at);
    if (found) {
      this.#flush(at);
      this.#startPhrase(found.lead);
      return found.length;
    }
    if (word.text === "of" && phrase.length > 0) this.#of(word);
    else if (has(prepositions, word)) this.#preposition(at);
    else if (determiners.has(word.text)) {
      if (!this.#afterOf) this.#flush(at);
      this.#determiner = word.text;
    } else if (conjunctions.has(word.text)) this.#conjunction(at);
    else if (fillers.has(word.text)) {
      this.#flush(at);
      this.#startPhrase(noLead);
      this.#verbSeen = true;
    } else this.#content(at);
    return 1;
  }

  /** Words that stay together whatever each of them is: joined by hyphens, a compound, "close up". 0: none. */
  #wholeLength(at: number): number {
    const words = this.#words;
    const joined = joinedLength(words, at);
    if (joined > 1) return joined;
    const near = words[at]!.text === "close" && words[at + 1]?.text === "up";
    if (near && (!words[at + 2] || /^(?:of|shot|view|photo|portrait|on)$/.test(words[at + 2]!.text)))
      return 2;
    return compoundAt(words, at);
  }

  /** Consumes words that deny, or only sound so; returns how many, 0 for any other word. */
  #denial(at: number): number {
    const words = this.#words;
    const next = words[at + 1];
    if (words[at]!.text === "non" || (negators.has(words[at]!.text) && next?.hyphenated))
      return this.#non(at);
    if (compoundAt(words, at) > 0) return 0; // "no parking sign"
    const sounding = soundingLength(words, at);
    if (sounding > 0) {
      this.#flush(at);
      this.#negation = null;
      this.#startPhrase(noLead);
      return sounding;
    }
    const length = denialLength(words, at);
    if (length === 0) return 0;
    this.#flush(at);
    this.#startPhrase(noLead);
    this.#determiner = words[at]!.text === "no" ? "no" : null;
    this.#negation = { from: words[at]!.start };
    if (!ordersNot(words, at)) return length;
    this.#push([words[at + length]!], "action");
    return length + 1;
  }

  /** "a non-realistic dog", "a no-frills room": denies the joined word but not what follows. */
  #non(at: number): number {
    const joined = joinedLength(this.#words, at);
    const words = this.#words.slice(at + 1, at + Math.max(joined, 2));
    if (words.length === 0) return 0;
    this.#aside(at, words, words.at(-1)!.end);
    return words.length + 1;
  }

  /** "a fog-free valley": denies the joined words but not what follows. */
  #free(at: number): number {
    const joined = joinedLength(this.#words, at);
    const last = this.#words[at + joined - 1]!;
    if (joined === 1 || last.text !== "free") return 0;
    this.#aside(at, this.#words.slice(at, at + joined - 1), last.end);
    return joined;
  }

  /** Denies words within a phrase, which goes on behind them. @param end of the denial in the prompt */
  #aside(at: number, words: readonly Word[], end: number): void {
    const standing = { lead: this.#lead, determiner: this.#determiner };
    this.#flush(at);
    const outer = this.#negation;
    this.#negation = { from: outer?.from ?? this.#words[at]!.start };
    this.#push(words, "open", { end });
    this.#negation = outer && { from: null };
    this.#startPhrase({ ...standing.lead, start: -1 });
    this.#determiner = standing.determiner;
  }

  /** "a bowl of soup" is one object, "a painting of a fox" is a look and an object. */
  #of(word: Word): void {
    const kind = kindBeforeOf(this.#phrase, this.#names);
    if (kind) {
      this.#push(this.#phrase, kind);
      this.#startPhrase(noLead);
    } else {
      this.#phrase.push(word);
      this.#afterOf = true;
    }
  }

  #preposition(at: number): void {
    const { text, start } = this.#words[at]!;
    this.#flush(at);
    // "not holding a hat" negates the hat, "not smiling in a garden" does not negate the garden.
    if (this.#negation?.from === null && /^(?:in|at|during)$/.test(text)) this.#negation = null;
    const kind = text === "with" ? "with" : text === "as" || text === "like" ? "as" : "place";
    this.#startPhrase({ kind, start, word: text });
  }

  #conjunction(at: number): void {
    const last = this.#phrase.at(-1);
    if (has(colors, last) && has(colors, this.#words[at + 1])) {
      this.#phrase.push(this.#words[at]!); // "black and white"
      return;
    }
    const lead = this.#lead;
    this.#flush(at);
    const next = this.#words[at + 1];
    const { text } = this.#words[at]!;
    // "no clay or wood", "without hat and scarf"; "no dragon and a fox" negates only the dragon.
    const listed =
      text === "or" || (text === "and" && next && !determiners.has(next.text) && !counts.has(next.text));
    if (listed && next && this.#segments.at(-1)?.negated) this.#negation = { from: null };
    if (lead.kind !== "none") this.#lead = { ...lead, start: -1 };
  }

  #content(at: number): void {
    const word = this.#words[at]!;
    const phrase = this.#phrase;
    const falls =
      /^(?:falling|drifting|blowing)$/.test(word.text) && phrase.length === 1 && has(weathers, phrase[0]);
    const weather = word.text.endsWith("ing") && phrase.length === 0 && has(weathers, this.#words[at + 1]);
    if (falls || weather) {
      phrase.push(word); // "snow falling", "falling snow"
    } else if (adverbs.has(word.text)) {
      this.#flush(at);
      this.#lead = noLead;
      this.#push([word], "place");
    } else if (isVerb(this.#words, at, { phrase, determiner: this.#determiner })) {
      this.#flush(at);
      this.#startPhrase(noLead);
      this.#push([word], "action");
      this.#verbSeen = true;
    } else {
      if (phrase.length === 0 && counts.has(word.text)) this.#determiner = word.text;
      phrase.push(word);
      this.#afterOf = false;
    }
  }
}
