// Long prompts are read in overlapping windows, each candidate only where its texts are near.
import type { Tokens } from "./wordpiece.ts";

/** Token indices, `to` not included. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Tokens of a prompt that the reader was trained with. */
export const windowTokens = 96;
const stride = 64;

/** A candidate that is near in more places is read in the best of them. */
const maxWindowsEach = 2;

export function windowsOf(tokenCount: number): readonly Window[] {
  const windows: Window[] = [];
  for (let from = 0; from === 0 || from + windowTokens - stride < tokenCount; from += stride)
    windows.push({ from, to: Math.min(tokenCount, from + windowTokens) });
  return windows;
}

/**
 * The windows in which a candidate is read.
 * @param spans of the prompt to which its texts are near, best first; null: the whole prompt
 */
export function windowsFor(
  spans: readonly ({ readonly start: number; readonly end: number } | null)[],
  { windows, tokens }: { readonly windows: readonly Window[]; readonly tokens: Tokens },
): readonly Window[] {
  const chosen = new Set<Window>();
  for (const span of spans) {
    if (span === null) continue;
    const first = tokens.ends.findIndex((end) => end > span.start);
    if (first < 0) continue;
    // The window in whose middle it stands: words before and after decide what it means.
    const margin = ({ from, to }: Window): number => Math.min(first - from, to - 1 - first);
    chosen.add(windows.reduce((best, window) => (margin(window) > margin(best) ? window : best)));
    if (chosen.size === maxWindowsEach) break;
  }
  return chosen.size > 0 ? [...chosen] : windows.slice(0, 1);
}
