// Where the parts of a prompt stand in the text as it is now: exact while the prompt is the one that was read, found
// again by their words while the user edits it. Pure.
import type { Task } from "../../../compose/composition.ts";

export interface Segment {
  readonly text: string;
  /** Index of the task, or null for the words between. */
  readonly task: number | null;
}

/** A segment in pieces: words that the model does not know, and what is between them. */
export interface PiecedSegment extends Segment {
  readonly pieces: readonly { readonly text: string; readonly isUnknown: boolean }[];
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly task: number;
}

/** Occurrences that are tried on each side of the place where words stood: enough, and not all of a prompt of one word. */
const maxTries = 8;

const isLetter = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{M}\p{N}]/u.test(character);

/** Words that are looked up by how they begin: by their first word, or first character that is no space. */
const firstToken = /[\p{L}\p{M}\p{N}]+|\S/u;

/**
 * Finds words in a text where they stand free ("cat" is not found in "castle"), nearest to a place. Linear in text and words together: the
 * text is indexed once by its words.
 */
function wordFinder(text: string): (words: string, near: number) => number {
  const places = new Map<string, number[]>();
  for (const { 0: token, index } of text.matchAll(new RegExp(firstToken, "gu"))) {
    const key = token.toLowerCase();
    const known = places.get(key);
    if (known) known.push(index);
    else places.set(key, [index]);
  }
  const standsAt = (words: string, at: number): boolean => {
    const end = at + words.length;
    return (
      at >= 0 &&
      text.slice(at, end).toLowerCase() === words.toLowerCase() &&
      !(isLetter(text[at - 1]) && isLetter(text[at])) &&
      !(isLetter(text[end - 1]) && isLetter(text[end]))
    );
  };
  return (words, near) => {
    const [first] = firstToken.exec(words) ?? [];
    const found = first === undefined ? undefined : places.get(first.toLowerCase());
    if (!found) return -1;
    const inset = words.indexOf(first!);
    const from = lowerBound(found, near + inset);
    let best = -1;
    for (const step of [-1, 1]) {
      let at = step < 0 ? from - 1 : from;
      for (let tries = 0; tries < maxTries && at >= 0 && at < found.length; tries++, at += step) {
        const place = found[at]! - inset;
        if (!standsAt(words, place)) continue;
        if (best < 0 || Math.abs(place - near) < Math.abs(best - near)) best = place;
        break;
      }
    }
    return best;
  };
}

/** The index of the first of ascending `values` that is not below `least`. */
function lowerBound(values: readonly number[], least: number): number {
  let [low, high] = [0, values.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a place of `before` lies in `after`, if one stretch was changed: behind it, it has moved with the end. */
function shifted(before: string, after: string): (place: number) => number {
  const least = Math.min(before.length, after.length);
  let same = 0;
  while (same < least && before[same] === after[same]) same += 1;
  return (place) => (place < same ? place : place + after.length - before.length);
}

/** The prompt cut into coloured and plain pieces, in order; together they are exactly `prompt`. */
export function cutPrompt(
  prompt: string,
  tasks: readonly Pick<Task, "text" | "start" | "end">[],
  readPrompt: string,
): Segment[] {
  const spans: Span[] = [];
  const isRead = prompt === readPrompt;
  const find =
    isRead && tasks.every(({ start, end }) => start !== null && end !== null) ? null : wordFinder(prompt);
  const placeNow = shifted(readPrompt, prompt);
  for (const [task, { text, start, end }] of tasks.entries()) {
    if (isRead && start !== null && end !== null) {
      spans.push({ start, end, task });
    } else {
      const words = start !== null && end !== null ? readPrompt.slice(start, end) : text;
      const at = words === "" ? -1 : find!(words, placeNow(start ?? 0));
      if (at >= 0) spans.push({ start: at, end: at + words.length, task });
    }
  }
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  const segments: Segment[] = [];
  let last = 0;
  for (const { start, end, task } of spans) {
    if (start < last || end <= start || end > prompt.length) continue; // overlaps an earlier one
    if (start > last) segments.push({ text: prompt.slice(last, start), task: null });
    segments.push({ text: prompt.slice(start, end), task });
    last = end;
  }
  if (last < prompt.length) segments.push({ text: prompt.slice(last), task: null });
  return segments;
}

/** @param words spans in the prompt that the segments make up, in order; no word reaches over two segments, or its rest is plain */
export function markWords(
  segments: readonly Segment[],
  words: readonly { readonly start: number; readonly end: number }[],
): PiecedSegment[] {
  let at = 0;
  return segments.map((segment) => {
    const end = at + segment.text.length;
    const pieces: { text: string; isUnknown: boolean }[] = [];
    let last = 0;
    const add = (until: number, isUnknown: boolean): void => {
      if (until > last) pieces.push({ text: segment.text.slice(last, until), isUnknown });
      last = Math.max(last, until);
    };
    for (const word of words) {
      if (word.end <= at || word.start >= end) continue;
      add(Math.max(0, word.start - at), false);
      add(Math.min(word.end, end) - at, true);
    }
    add(segment.text.length, false);
    at = end;
    return { ...segment, pieces };
  });
}

type Piece = PiecedSegment["pieces"][number];

const samePiece = (a: Piece | undefined, b: Piece): boolean =>
  a?.text === b.text && a.isUnknown === b.isUnknown;

/** Segments of a changed prompt, but for those that are as they were, which stay the same objects: what is drawn of them is not touched. */
export function keepUnchanged(
  before: readonly PiecedSegment[],
  after: readonly PiecedSegment[],
): readonly PiecedSegment[] {
  return after.map((segment, index) => {
    const old = before[index];
    if (!old || old.task !== segment.task) return segment;
    const pieces = segment.pieces.map((piece, at) =>
      samePiece(old.pieces[at], piece) ? old.pieces[at]! : piece,
    );
    const isSame =
      pieces.length === old.pieces.length && pieces.every((piece, at) => piece === old.pieces[at]);
    return isSame ? old : { ...segment, pieces };
  });
}
