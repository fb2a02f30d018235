// How similar a task and an adapter are, from the vectors alone: the task against the embedding document and against the
// adapter's names. A small embedder gives every pair some similarity, so that a raw cosine means little; what counts is
// how far an adapter stands out among all candidates for the same task.
import type { Candidate } from "../retrieval/candidate.ts";
import { dot, type Vector } from "../retrieval/vectors.ts";
import { type NamePhrase, overlap } from "./phrases.ts";

export interface SemanticMatch {
  /** 0 to 1, see calibration. */
  readonly strength: number;
  /** Cosine similarity with the embedding document. */
  readonly document: number;
  /** The name that is nearest, and its cosine similarity. */
  readonly name: string;
  readonly nameSimilarity: number;
}

/**
 * Logistic weights, fitted on the labelled prompts (tests/fixtures/composer-prompts.json, split "fit") with the pocket
 * pack's embedder; docs/stylus.md gives the fit and its held-out precision and recall.
 */
const calibration = { bias: -10.74, document: -0.39, documentLead: 1.96, name: 5.57, nameLead: 0.33 };

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

function meanAndDeviation(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  // With few candidates the spread says little: keep it from making a small lead look large.
  return { mean, deviation: Math.max(Math.sqrt(variance), 0.05) };
}

/** Cosines of one task with every candidate. */
export interface TaskCosines {
  readonly documents: readonly number[];
  readonly names: readonly { readonly text: string; readonly similarity: number }[];
}

/**
 * @param task its vector and content stems
 * @param names per candidate: its name phrases, for their trust
 */
export function taskCosines(
  task: { readonly vector: Vector; readonly stems: readonly string[] },
  candidates: readonly Candidate[],
  names: readonly (readonly NamePhrase[])[],
): TaskCosines {
  return {
    documents: candidates.map(({ vector }) => dot(task.vector, vector)),
    names: candidates.map(({ keys }, index) => {
      let best = { text: "", similarity: 0 };
      for (const key of keys) {
        const phrase = names[index]!.find(({ text }) => text.trim().toLowerCase() === key.text);
        if (!phrase || phrase.trust === 0) continue;
        // "rainbow" is near "rainbow unicorn" because of the shared word; how near, the words say better.
        const shared = overlap(task.stems, phrase.stems);
        const similarity = phrase.trust * (shared > 0 ? shared : 1) * dot(task.vector, key.vector);
        if (similarity > best.similarity) best = { text: key.text, similarity };
      }
      return best;
    }),
  };
}

/** Features of one candidate for one task, before the logistic weights. */
export function semanticFeatures(cosines: TaskCosines, index: number): readonly number[] {
  const document = cosines.documents[index]!;
  const name = cosines.names[index]!.similarity;
  const byDocument = meanAndDeviation(cosines.documents);
  const byName = meanAndDeviation(cosines.names.map(({ similarity }) => similarity));
  return [
    document,
    (document - byDocument.mean) / byDocument.deviation,
    name,
    (name - byName.mean) / byName.deviation,
  ];
}

export function semanticMatch(cosines: TaskCosines, index: number): SemanticMatch {
  const [document, documentLead, name, nameLead] = semanticFeatures(cosines, index) as [
    number,
    number,
    number,
    number,
  ];
  const { bias } = calibration;
  const sum =
    bias +
    calibration.document * document +
    calibration.documentLead * documentLead +
    calibration.name * name +
    calibration.nameLead * nameLead;
  return { strength: logistic(sum), document, name: cosines.names[index]!.text, nameSimilarity: name };
}
