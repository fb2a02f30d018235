// Ctrl+↑ and Ctrl+↓ in the prompt, as in AUTOMATIC1111: the weight of the word at the cursor, or of the selection,
// in steps of 0.1; inside `<lora:name:weight>` the adapter's weight in steps of 0.05, as far as a run takes it. Pure: text and
// selection in and out.
import { limits } from "../../../shared/limits.ts";
import { bracketPairs, promptTags, type PromptTag } from "../../../shared/prompt-syntax.ts";

export interface TextSelection {
  readonly text: string;
  /** UTF-16 offsets; equal when nothing is selected. */
  readonly start: number;
  readonly end: number;
}

const emphasisStep = 0.1;
const loraStep = 0.05;

/** 1.2000000000000002 → "1.2" */
const formatWeight = (weight: number): string => String(Number(weight.toFixed(2)));

const isWordBreak = (character: string | undefined): boolean =>
  character === undefined || /[\s,.;:()[\]<>|]/.test(character);

/** The `<lora:…>` tag around the cursor, if any. */
const loraTagAt = (text: string, position: number): PromptTag | undefined =>
  promptTags(text).find(
    ({ kind, start, end }) =>
      (kind === "lora" || kind === "lyco") && start <= Math.max(0, position - 1) && position <= end,
  );

interface Emphasis {
  readonly start: number;
  readonly end: number;
  readonly words: string;
  readonly weight: number;
}

/** Longest weight that is looked for, in characters. */
const weightLength = 20;

/** The innermost brackets that hold the whole selection, if a weight ends them: `(words:1.2)`. */
function emphasisAround(text: string, from: number, to: number): Emphasis | null {
  const around = bracketPairs(text).find(({ start, end }) => start <= from && end >= to);
  if (!around || around.weight === null) return null;
  const { start, end, wordsEnd, weight } = around;
  if (wordsEnd === start + 1 || end - 1 - wordsEnd > weightLength) return null;
  return { start, end, words: text.slice(start + 1, wordsEnd), weight };
}

/** Raises (`direction` 1) or lowers (−1) the weight of what is selected. Returns its input when there is nothing to weigh. */
export function adjustWeight(input: TextSelection, direction: 1 | -1): TextSelection {
  const { text } = input;
  const tag = loraTagAt(text, input.start);
  if (tag) {
    const [kind, name = "", ...rest] = text.slice(tag.start + 1, tag.end - 1).split(":");
    if (name.trim() === "") return input;
    const parts = rest.filter((part) => part.trim() !== "");
    // As the tag is read: te= is the weight where it stands; else the first part without a name (what has a “=” has one).
    let at = parts.findIndex((part) => /^\s*te\s*=/i.test(part));
    if (at < 0) at = parts.findIndex((part) => !part.includes("="));
    const label = /^.*=/.exec(parts[at] ?? "")?.[0] ?? "";
    const present = at < 0 ? 1 : Number(parts[at]!.slice(label.length));
    const { min, max } = limits.adapterStrength;
    const isAtEnd = direction > 0 ? present >= max : present <= min;
    if (isAtEnd || !Number.isFinite(present)) return input;
    const weight = formatWeight(Math.min(max, Math.max(min, present + direction * loraStep)));
    if (at < 0) parts.unshift(weight);
    else parts[at] = label + weight;
    const replaced = `<${[kind, name, ...parts].join(":")}>`;
    const position = Math.min(input.start, tag.start + replaced.length - 1);
    return {
      text: text.slice(0, tag.start) + replaced + text.slice(tag.end),
      start: position,
      end: position,
    };
  }

  const around = emphasisAround(text, input.start, input.end);
  if (around) {
    const { words } = around;
    const weight = around.weight + direction * emphasisStep;
    const plain = Math.abs(weight - 1) < 1e-9;
    const replaced = plain ? words : `(${words}:${formatWeight(weight)})`;
    const start = around.start + (plain ? 0 : 1);
    return {
      text: text.slice(0, around.start) + replaced + text.slice(around.end),
      start,
      end: start + words.length,
    };
  }

  let { start, end } = input;
  if (start === end) {
    while (start > 0 && !isWordBreak(text[start - 1])) start -= 1;
    while (end < text.length && !isWordBreak(text[end])) end += 1;
  }
  while (end > start && text[end - 1] === " ") end -= 1;
  while (start < end && text[start] === " ") start += 1;
  if (start === end) return input;
  const words = text.slice(start, end);
  const weighted = `(${words}:${formatWeight(1 + direction * emphasisStep)})`;
  return {
    text: text.slice(0, start) + weighted + text.slice(end),
    start: start + 1,
    end: start + 1 + words.length,
  };
}

/** Where words can stand near a position: not within a tag or a word. */
function freePosition(text: string, position: number): number {
  const tag = promptTags(text).find(({ start, end }) => start < position && position < end);
  let at = tag?.end ?? Math.min(Math.max(position, 0), text.length);
  if (at > 0 && !isWordBreak(text[at - 1])) while (at < text.length && !isWordBreak(text[at])) at += 1;
  return at;
}

/**
 * Adds words at a position of a prompt, with one comma to what stands on either side, but for brackets and lines.
 * @returns the prompt, and where the words stand in it
 */
export function insertWords(prompt: string, words: string, position: number): TextSelection {
  const at = freePosition(prompt, position);
  let [from, to] = [at, at];
  while (from > 0 && /[ \t,]/.test(prompt[from - 1]!)) from -= 1;
  while (to < prompt.length && /[ \t,]/.test(prompt[to]!)) to += 1;
  const [before, after] = [prompt.slice(0, from), prompt.slice(to)];
  const left = before === "" || /[([{|\n]$/u.test(before) ? before : `${before}, `;
  const right = after === "" || /^[)\]}|:\n]/u.test(after) ? after : `, ${after}`;
  const start = left.length;
  return { text: left + words + right, start, end: start + words.length };
}
