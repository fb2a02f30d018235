// From the tokens that picks serve to tasks: spans of whole words that do not overlap, and what is left of the prompt for the base model.
import { segment } from "../rules/segment.ts";
import { contentStems, contentWords, type Word, wordsOf } from "../rules/words.ts";
import type { AdapterPick, Task } from "../composition.ts";
import type { Tokens } from "./wordpiece.ts";

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Words between two served ones that may be part of their span: "poster in the art deco manner". */
const maxGap = 2;

export interface PromptWords {
  readonly all: readonly Word[];
  /** Where content words start: "a", "of", "style" join the words of a span and begin or end none, unless nothing else is served. */
  readonly content: ReadonlySet<number>;
}

/** Found once for all adapters. */
export const promptWords = (prompt: string): PromptWords => ({
  all: wordsOf(prompt),
  content: new Set(contentWords(prompt).map(({ start }) => start)),
});

/**
 * The span of whole words that an adapter serves best.
 * @param serves by token: that the adapter serves it
 * @param options.served tokens that count
 * @param options.taken words of other spans are left out
 * @returns null when none of its words is free
 */
export function servedSpan(
  prompt: string,
  options: {
    readonly words: PromptWords;
    readonly tokens: Tokens;
    readonly serves: Float32Array;
    readonly served: ReadonlySet<number>;
    readonly taken: readonly Span[];
  },
): Span | null {
  const { tokens, serves, served, taken } = options;
  const { all: words, content } = options.words;
  const evidence = (word: Word): number =>
    Math.max(
      0,
      ...[...served]
        .filter((token) => tokens.starts[token]! < word.end && tokens.ends[token]! > word.start)
        .map((token) => serves[token]!),
    );
  const onlySmall = !words.some((word) => content.has(word.start) && evidence(word) > 0);
  const runs: { start: number; end: number; sum: number; gap: number }[] = [];
  let open = false;
  for (const word of words) {
    if (taken.some((span) => overlaps(span, word))) {
      open = false;
      continue;
    }
    const sum = onlySmall || content.has(word.start) ? evidence(word) : 0;
    const run = open ? runs.at(-1) : undefined;
    if (run && /[,;.!?:|\n]/.test(prompt.slice(run.end, word.start))) open = false;
    if (sum === 0) {
      if (open && run && (run.gap += 1) > maxGap) open = false;
    } else if (open && run) Object.assign(run, { end: word.end, sum: run.sum + sum, gap: 0 });
    else {
      runs.push({ start: word.start, end: word.end, sum, gap: 0 });
      open = true;
    }
  }
  if (runs.length === 0) return null;
  const { start, end } = runs.reduce((best, run) => (run.sum > best.sum ? run : best));
  return { start, end };
}

export const overlaps = (a: Span, b: Span): boolean => a.start < b.end && b.start < a.end;

/** What remains of a span beside others. */
function remainders(span: Span, taken: readonly Span[]): Span[] {
  let parts: Span[] = [span];
  for (const other of taken) {
    parts = parts.flatMap((part) =>
      overlaps(part, other)
        ? [
            { start: part.start, end: other.start },
            { start: other.end, end: part.end },
          ].filter(({ start, end }) => end > start)
        : [part],
    );
  }
  return parts;
}

const hasContent = (text: string): boolean => contentStems(text).length > 0;

/** From the first word to the last. */
function trimmed(prompt: string, { start, end }: Span): Span | null {
  const words = wordsOf(prompt.slice(start, end));
  return words.length === 0 ? null : { start: start + words[0]!.start, end: start + words.at(-1)!.end };
}

/**
 * All tasks in the order of the prompt.
 * @param options.readable the prompt without what is no task at all, every word at its place
 * @param options.served spans with their picks
 */
export function tasksOf(
  prompt: string,
  options: {
    readonly readable: string;
    readonly served: readonly { readonly span: Span; readonly picks: readonly AdapterPick[] }[];
  },
): readonly Task[] {
  const { readable, served } = options;
  const taken = served.map(({ span }) => span);
  const tasks: Task[] = served.map(({ span: { start, end }, picks }) => ({
    text: prompt.slice(start, end),
    start,
    end,
    picks,
  }));
  for (const part of segment(readable)) {
    const { negated } = part;
    if (!hasContent(part.words.map(({ text }) => text).join(" "))) continue;
    for (const rest of negated ? [part] : remainders(part, taken)) {
      const span = rest === part ? part : trimmed(readable, rest);
      if (!span || !hasContent(readable.slice(span.start, span.end))) continue;
      const text = prompt.slice(span.start, span.end);
      const reason = negated ? { reason: { kind: "denied" as const, words: text } } : {};
      tasks.push({ text, start: span.start, end: span.end, picks: [], ...reason });
    }
  }
  return tasks.sort((a, b) => a.start! - b.start!);
}
