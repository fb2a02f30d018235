// How well each candidate matches one task: the higher of the match by words (its trusted names) and by meaning (the
// embedder). All composers use this number, which is compared with τ.
import type { Candidate } from "../../retrieval/candidate.ts";
import type { Vector } from "../../retrieval/embedding/vectors.ts";
import {
  allNamePhrases,
  isThing,
  lexicalMatch,
  type NamePhrase,
  semanticLimit,
  verbatimPhrase,
} from "./phrases.ts";
import { semanticMatch, taskCosines } from "./similarity.ts";
import { contentStems, headStems, type Word } from "./words.ts";

export interface Match {
  /** 0 to 1. */
  readonly strength: number;
  /** The evidence; null if there is none. */
  readonly phrase: NamePhrase | null;
  /** The task contains its own name of two or more words verbatim. */
  readonly verbatim: boolean;
  /** The name that is nearest in meaning; null if the description is nearer. */
  readonly nearestName: Pick<NamePhrase, "text" | "source"> | null;
}

export interface MatchedTask {
  /** Unit vector of its words, embedded as a query. */
  readonly vector: Vector;
  readonly words: readonly Word[];
  /** The prompt introduces it as a look. */
  readonly led?: boolean;
}

/** Prepares a candidate list once; the returned function matches one task against all candidates, in order. */
export function matcher(candidates: readonly Candidate[]): (task: MatchedTask) => readonly Match[] {
  const names = allNamePhrases(candidates.map(({ card }) => card));
  return ({ vector, words: taskWords, led = false }) => {
    const text = taskWords.map((word) => word.text).join(" ");
    const stems = contentStems(text);
    const heads = headStems(taskWords);
    const cosines = taskCosines({ vector, stems }, candidates, names);
    return candidates.map(({ card }, index) => {
      const phrases = names[index]!;
      const verbatim = verbatimPhrase(text, phrases);
      const lexical = verbatim
        ? { phrase: verbatim, strength: 1 }
        : lexicalMatch(stems, phrases, isThing(card) ? { heads } : {});
      const words = lexical?.strength ?? 0;
      const semantic = semanticMatch(cosines, index, {
        sort: card.refined.category === "style" ? "style" : "other",
        words,
        led,
      });
      const meaning = Math.min(semantic.strength, semanticLimit(stems, phrases));
      return {
        strength: Math.max(words, meaning),
        phrase: words >= Math.min(meaning, 0.5) ? (lexical?.phrase ?? null) : null,
        verbatim: verbatim !== null,
        nearestName: semantic.nameSimilarity > semantic.document ? semantic.name : null,
      };
    });
  };
}
