// What retrieval hands to a composer: an adapter's card, how near it is to the whole prompt, and its short keys.
import type { AdapterCard } from "./card.ts";
import type { Vector } from "./vectors.ts";

/** A short phrase that names the adapter, with its vector. Tasks are short too, so they compare better with keys than with documents. */
export interface CardKey {
  readonly text: string;
  readonly source: "title" | "tag";
  /** Unit vector of `text`, embedded as a query. */
  readonly vector: Vector;
}

export interface Candidate {
  readonly card: AdapterCard;
  /** Cosine similarity of the whole prompt and the embedding document. */
  readonly similarity: number;
  /** Unit vector of the embedding document. */
  readonly vector: Vector;
  readonly keys: readonly CardKey[];
}

/** Most tags that become keys; authors add dozens, the first ones say what the adapter is. */
const maxTagKeys = 12;

/** The texts whose vectors are the keys of a card: its title, then its first tags, each once. */
export function keyTexts(card: AdapterCard): readonly { text: string; source: "title" | "tag" }[] {
  const seen = new Set<string>();
  const keys: { text: string; source: "title" | "tag" }[] = [];
  const add = (text: string, source: "title" | "tag"): void => {
    const plain = text.trim().toLowerCase();
    if (plain === "" || seen.has(plain)) return;
    seen.add(plain);
    keys.push({ text: plain, source });
  };
  add(card.title, "title");
  for (const tag of card.tags.slice(0, maxTagKeys)) add(tag, "tag");
  return keys;
}
