// The similarity of a task and an adapter, from vectors alone: the task against the embedding document and the adapter's
// names. Embedders differ in their baseline similarity of unrelated texts, so the measure is how far an adapter is above
// the mean of all candidates for the same task.
import type { Candidate } from "../../retrieval/candidate.ts";
import { dot, type Vector } from "../../retrieval/embedding/vectors.ts";
import { type NamePhrase, overlap } from "./phrases.ts";

export interface SemanticMatch {
  /** 0 to 1, see calibration. */
  readonly strength: number;
  /** Cosine similarity with the embedding document. */
  readonly document: number;
  /** The nearest name, null if there is none, and its cosine similarity. */
  readonly name: NearName | null;
  readonly nameSimilarity: number;
}

/**
 * Closeness at which the strength is one half, chosen on the catalogues of the training beside search phrases, which words find; docs/stylus.md
 * gives precision and recall. Styles have their own value: a style near the words of a style is wanted, but the neighbours of an
 * object or place are other objects and places (a camel is near a llama).
 */
const middle = { style: 0.65, other: 0.9 } as const;

/** Slope of the strength around the middle; it affects the displayed number, not the choice. */
const steepness = 8;

/** Half a style's name and a similar meaning reinforce each other. */
const wordSupport = { style: 0.5, other: 0 } as const;

/** A task introduced as a look may be further from its style. */
const ledSupport = 0.15;

export type AdapterSort = keyof typeof middle;

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

type NearName = Pick<NamePhrase, "text" | "source">;

/** Cosines of one task with every candidate. */
export interface TaskCosines {
  readonly documents: readonly number[];
  readonly names: readonly { readonly name: NearName | null; readonly similarity: number }[];
}

/**
 * @param task its vector and content stems
 * @param names per candidate: its name phrases, for their trust
 */
export function taskCosines(
  task: { readonly vector: Vector; readonly stems: readonly string[] },
  candidates: readonly Pick<Candidate, "vector" | "keys">[],
  names: readonly (readonly NamePhrase[])[],
): TaskCosines {
  return {
    documents: candidates.map(({ vector }) => dot(task.vector, vector)),
    names: candidates.map(({ keys }, index) => {
      let best: TaskCosines["names"][number] = { name: null, similarity: 0 };
      for (const key of keys) {
        const phrase = names[index]!.find(({ text }) => text.trim().toLowerCase() === key.text);
        if (!phrase || phrase.trust === 0) continue;
        // "rainbow" is near "rainbow unicorn" because of the shared word; the match by words measures that better.
        const shared = overlap(task.stems, phrase.stems);
        const similarity = phrase.trust * (shared > 0 ? shared : 1) * dot(task.vector, key.vector);
        if (similarity > best.similarity)
          best = { name: { text: key.text, source: phrase.source }, similarity };
      }
      return best;
    }),
  };
}

/**
 * How much nearer a candidate is to the task than the average candidate, by document and name combined; 0 = average,
 * 2 = the same text.
 * @param options.words strength of the match by words
 * @param options.led the prompt introduces it as a look ("as a …", "drawn with …")
 */
export function closeness(
  cosines: TaskCosines,
  index: number,
  options: { readonly sort: AdapterSort; readonly words: number; readonly led: boolean },
): number {
  const document = cosines.documents[index]! - mean(cosines.documents);
  const name = cosines.names[index]!.similarity - mean(cosines.names.map(({ similarity }) => similarity));
  const support = wordSupport[options.sort] * options.words;
  return document + name + support + (options.led && options.sort === "style" ? ledSupport : 0);
}

export function semanticMatch(
  cosines: TaskCosines,
  index: number,
  options: { readonly sort: AdapterSort; readonly words: number; readonly led: boolean },
): SemanticMatch {
  const strength = logistic(steepness * (closeness(cosines, index, options) - middle[options.sort]));
  const { name, similarity } = cosines.names[index]!;
  return { strength, document: cosines.documents[index]!, name, nameSimilarity: similarity };
}
