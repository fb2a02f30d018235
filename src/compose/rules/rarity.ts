// How much a text of a card says: words that many adapters of the index have say little ("1girl", "long hair"), one that few have says all.
import { termsOf } from "../../retrieval/text/terms.ts";

/** Of a term over the whole index: 0 for one that every tenth adapter has, 1 for one that a single adapter has, null for one that none has. */
export type Rarity = (term: string) => number | null;

/** Where the index is out of reach. */
export const saysAll: Rarity = () => 1;

/** From this rarity on a text says all. */
const rare = 0.4;

/** 0 to 1, by its rarest word or pair of words; 1 for a text of other signs. */
export function informs(rarity: Rarity, text: string): number {
  let rarest: number | null = null;
  for (const term of termsOf(text, { pairs: true })) rarest = Math.max(rarest ?? 0, rarity(term) ?? 0);
  return rarest === null ? 1 : Math.min(1, rarest / rare);
}
