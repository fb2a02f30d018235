// What retrieval hands to a composer: an adapter's card, how near it is to the whole prompt, and its short keys.
import type { AdapterCard } from "./card.ts";
import type { Vector } from "./vectors.ts";

export type KeySource = "title" | "trigger" | "tag";

/** A short phrase that names the adapter, with its vector. Tasks are short too, so they compare better with keys than with documents. */
export interface CardKey {
  readonly text: string;
  readonly source: KeySource;
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

/** Most phrases of a card that become keys; authors add dozens of tags, the first ones say what the adapter is. */
const maxKeys = 16;

/** The texts whose vectors are the keys of a card: title, trigger words, tags, each text once. */
export function keyTexts(card: AdapterCard): readonly { text: string; source: KeySource }[] {
  const sources = [
    { source: "title", texts: [card.title] },
    { source: "trigger", texts: card.triggerWords },
    { source: "tag", texts: card.tags },
  ] as const;
  const seen = new Set<string>();
  const keys: { text: string; source: KeySource }[] = [];
  for (const { source, texts } of sources) {
    for (const text of texts.map((value) => value.trim().toLowerCase())) {
      if (text === "" || seen.has(text) || keys.length === maxKeys) continue;
      seen.add(text);
      keys.push({ text, source });
    }
  }
  return keys;
}
