// How much the parts of a prompt say: words that many adapters have say little, in spans and by themselves.
import type { Lexicon } from "./lexicon.ts";
import type { QueryText } from "./query-texts.ts";
import { termsOf } from "./terms.ts";
import type { Vector } from "../embedding/vectors.ts";

/** A prompt, what of it is compared, and the vectors of that. */
export interface QueryVectors {
  readonly prompt: string;
  readonly texts: readonly QueryText[];
  readonly vectors: readonly Vector[];
}

/** Weight of a span all of whose words are common. */
const commonSpanWeight = 0.6;

/** Sum of rarities at which words have said half of what they can say. */
const halfWords = 1.5;

/** 0.6 to 1: how much a span says, by its rarest term. Words that no adapter has say all: only their meaning can tell. */
export function spanWeight({ text, span }: QueryText, lexicon: Lexicon): number {
  if (span === null) return 1;
  const words = termsOf(text, { pairs: false });
  let rarest = words.size === 0 ? 1 : 0;
  for (const term of termsOf(text, { pairs: true }))
    rarest = Math.max(rarest, lexicon.rarity(term) ?? (words.has(term) ? 1 : 0));
  return commonSpanWeight + (1 - commonSpanWeight) * rarest;
}

/** Of each adapter that shares a rare word with the prompt: 0 to 1, how much these words say together. By adapter number. */
export function wordScores(prompt: string, lexicon: Lexicon): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const term of termsOf(prompt, { pairs: true })) {
    const rarity = lexicon.rarity(term) ?? 0;
    if (rarity === 0) continue;
    lexicon.each(term, (adapter) => sums.set(adapter, (sums.get(adapter) ?? 0) + rarity));
  }
  for (const [adapter, sum] of sums) sums.set(adapter, sum / (sum + halfWords));
  return sums;
}
