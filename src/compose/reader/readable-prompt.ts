// What of a prompt a reader is shown. What the prompt itself takes back is decided by grammar, before anything is retrieved or read: denied
// parts ("no …", "without …"), weights of 0 and below, tags, and words that ask for quality and name nothing.
import { plainText, segment } from "../rules/segment.ts";

/** Words of quality: every other prompt has them, and no adapter is meant by them. */
const qualityWords =
  /\b(?:masterpieces?|(?:best|high(?:est)?|amazing|top|great) quality|absurdres|high ?res|hi-?res|[48]k(?: (?:uhd|resolution))?|uhd|trending on artstation|award[- ]winning|score_\d(?:_up)?)\b/giu;

/** The weight at the end of `(a text:0.5)` or of a prompt before or after AND. */
const endWeight = /:\s*([-+]?(?:\d+\.?\d*|\.\d+))\s*$/u;

/** Longest weight that is looked for, in characters. */
const weightLength = 12;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** `(fog:0)`, with whatever stands inside. */
function bracketsWithoutWeight(prompt: string): Range[] {
  const open: number[] = [];
  const found: Range[] = [];
  for (let at = 0; at < prompt.length; at++) {
    const character = prompt[at];
    if (character === "\\") at += 1;
    else if (character === "(") open.push(at);
    else if (character === ")" && open.length > 0) {
      const start = open.pop()!;
      const weight = endWeight.exec(prompt.slice(Math.max(start, at - weightLength), at))?.[1];
      if (weight !== undefined && Number(weight) <= 0) found.push({ start, end: at + 1 });
    }
  }
  return found;
}

/** `fox AND fog :-1`: the parts that are taken away, and the weights of the others. */
function conjuncts(prompt: string): Range[] {
  const parts = prompt.split(/\bAND\b/u);
  if (parts.length === 1) return [];
  const found: Range[] = [];
  let start = 0;
  for (const part of parts) {
    const end = start + part.length;
    const weight = endWeight.exec(part);
    if (weight) found.push({ start: Number(weight[1]) <= 0 ? start : start + weight.index, end });
    start = end + "AND".length;
  }
  return found;
}

/** Spaces in place of ranges, and one comma where words would come together that do not stand together. */
function blanked(text: string, ranges: readonly Range[]): string {
  const hidden = new Uint8Array(text.length);
  for (const { start, end } of ranges) hidden.fill(1, start, end);
  let result = "";
  let comma = true; // the last thing that is no space is a comma, or nothing
  for (let at = 0; at < text.length; at++) {
    const begins = hidden[at] === 1 && hidden[at - 1] !== 1;
    const character = begins ? "," : hidden[at] === 1 ? " " : text[at]!;
    result += character === "," && comma ? " " : character;
    if (/\S/.test(character)) comma = character === ",";
  }
  return result;
}

export interface ReadablePrompt {
  /** As long as the prompt, so that places in it are places in the prompt. */
  readonly text: string;
  /** The same with the denied parts: what rules cut into tasks. */
  readonly withDenied: string;
}

export function readablePrompt(prompt: string): ReadablePrompt {
  const unwanted = [...bracketsWithoutWeight(prompt), ...conjuncts(prompt)];
  const plain = plainText(blanked(prompt, unwanted));
  const quality = Array.from(plain.matchAll(qualityWords), ({ 0: words, index }) => ({
    start: index,
    end: index + words.length,
  }));
  const withDenied = blanked(plain, quality);
  const denied = segment(withDenied).filter(({ negated }) => negated);
  return { text: blanked(withDenied, denied), withDenied };
}
