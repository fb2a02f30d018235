// What of a prompt is compared with the vectors of adapters: the whole prompt, and its spans of one to four words.
import { isStopWord } from "./terms.ts";

export interface QueryText {
  /** As it is embedded. */
  readonly text: string;
  /** Where it stands in the prompt, UTF-16 units; null for the whole prompt. */
  readonly span: { readonly start: number; readonly end: number } | null;
}

const maxSpanWords = 4;

/** A prompt of twenty words has about forty; embedding takes the time that counts. */
export const maxQueryTexts = 60;

/**
 * The whole prompt first, then spans that neither begin nor end with a stop word and cross no punctuation, each text once: short ones
 * first, so that a very long prompt loses its long spans.
 */
export function queryTexts(prompt: string, limit = maxQueryTexts): readonly QueryText[] {
  const words = Array.from(
    prompt.matchAll(/[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*/gu),
    ({ 0: word, index }) => ({
      start: index,
      end: index + word.length,
      stop: isStopWord(word.toLowerCase()),
    }),
  );
  const found: QueryText[] = [{ text: prompt.trim(), span: null }];
  const seen = new Set<string>();
  for (let length = 1; length <= maxSpanWords; length++) {
    for (let from = 0; from + length <= words.length; from++) {
      if (found.length >= limit) return found;
      const span = words.slice(from, from + length);
      const [first, last] = [span[0]!, span.at(-1)!];
      if (first.stop || last.stop) continue;
      const apart = span
        .slice(1)
        .some((word, i) => !/^[\s_]+$/u.test(prompt.slice(span[i]!.end, word.start)));
      const text = prompt
        .slice(first.start, last.end)
        .toLowerCase()
        .replace(/[\s_]+/gu, " ");
      if (apart || seen.has(text)) continue;
      seen.add(text);
      found.push({ text, span: { start: first.start, end: last.end } });
    }
  }
  return found;
}
