// What the composer by rules reads of an adapter: its card, how near it is to the whole prompt, and its names as vectors.
import type { AdapterCard } from "./card.ts";
import type { EmbeddedAdapter } from "./embedded-adapter.ts";
import { normalise, type Vector } from "./embedding/vectors.ts";

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

const keySources: ReadonlySet<string> = new Set<KeySource>(["title", "trigger", "tag"]);

export function candidateOf({ card, texts, values }: EmbeddedAdapter, similarity: number): Candidate {
  const dims = values.length / texts.length;
  const vector = (item: number): Vector =>
    normalise(
      values.subarray(item * dims, (item + 1) * dims),
      `${card.id}: “${texts[item]!.text.slice(0, 40)}”`,
    );
  const keys = texts.flatMap(({ text, source }, item) =>
    keySources.has(source) ? [{ text, source: source as KeySource, vector: vector(item) }] : [],
  );
  return { card, similarity, vector: vector(0), keys };
}
