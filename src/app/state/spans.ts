// Where the parts of a prompt stand in the text as it is now: exact while the prompt is the one that was read, found
// again by their words while the user edits it. Pure.
import type { Task } from "../../compose/composition.ts";

export interface Segment {
  readonly text: string;
  /** Index of the task, or null for the words between. */
  readonly task: number | null;
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly task: number;
}

/** A word or phrase counts only where it stands free: "cat" is not found in "castle". */
function findWords(text: string, words: string, near: number): number {
  const lower = text.toLowerCase();
  const wanted = words.toLowerCase();
  const isLetter = (character: string | undefined): boolean =>
    character !== undefined && /[\p{L}\p{N}]/u.test(character);
  let best = -1;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    const free = !isLetter(lower[at - 1]) && !isLetter(lower[at + wanted.length]);
    if (free && (best < 0 || Math.abs(at - near) < Math.abs(best - near))) best = at;
  }
  return best;
}

/** The prompt cut into coloured and plain pieces, in order; together they are exactly `prompt`. */
export function cutPrompt(
  prompt: string,
  tasks: readonly Pick<Task, "text" | "start" | "end">[],
  readPrompt: string,
): Segment[] {
  const spans: Span[] = [];
  for (const [task, { text, start, end }] of tasks.entries()) {
    if (prompt === readPrompt && start !== null && end !== null) {
      spans.push({ start, end, task });
    } else {
      const words = start !== null && end !== null ? readPrompt.slice(start, end) : text;
      const at = words === "" ? -1 : findWords(prompt, words, start ?? 0);
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
