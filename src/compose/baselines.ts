// The methods that Stylus is compared with (paper §4; configs/ablate_retrieval). Each adapter of a baseline is a task of
// its own, so its weight is not divided; plan them with `masks: "all"`.
import type { MethodId } from "../shared/limits.ts";
import type { Composition } from "./composition.ts";
import { below, seededRandom } from "./plan/random.ts";
import type { Reason } from "./reason.ts";

export interface BaselineCandidate {
  readonly id: string;
  /** Refined weight. */
  readonly weight: number;
  readonly similarity: number;
}

/** The reranker's is `rerankedBaseline`. */
export type Baseline = Exclude<MethodId, "stylus" | "reranker">;

/** What composed where no composer did. Runs are stored with these names: they stay as they are. */
export type BaselineName =
  | "no adapters"
  | "chosen by hand"
  | "top 3 by similarity"
  | "top 3 by the reranker"
  | "three at random";

/** Adapters of a baseline (`rerank.top_k` of the reference). */
const adapterCount = 3;

function each(
  candidates: readonly BaselineCandidate[],
  name: BaselineName,
  reason: (candidate: BaselineCandidate, place: number) => Reason,
): Composition {
  return {
    tasks: candidates.map((candidate, index) => ({
      text: "",
      start: null,
      end: null,
      picks: [
        {
          id: candidate.id,
          reason: reason(candidate, index + 1),
          similarity: Math.max(0, candidate.similarity),
          weight: candidate.weight,
        },
      ],
    })),
    rejected: [],
    composer: { name, kind: "none" },
  };
}

/**
 * What a baseline chooses.
 * @param candidates eligible adapters, best first; for "random" all of them
 */
export function composeBaseline(
  baseline: Baseline,
  candidates: readonly BaselineCandidate[],
  options: { seed: number },
): Composition {
  if (baseline === "sd") return { tasks: [], rejected: [], composer: { name: "no adapters", kind: "none" } };
  if (baseline === "retriever") {
    return each(candidates.slice(0, adapterCount), "top 3 by similarity", ({ similarity: score }, place) => ({
      kind: "ranked",
      place,
      score,
    }));
  }
  const random = seededRandom(options.seed, "random baseline");
  // Sorted by id first, so that the draw depends on the seed and not on the prompt.
  const rest = [...candidates].sort((a, b) => (a.id < b.id ? -1 : 1));
  const drawn: BaselineCandidate[] = [];
  while (drawn.length < adapterCount && rest.length > 0)
    drawn.push(...rest.splice(below(random, rest.length), 1));
  return each(drawn, "three at random", () => ({ kind: "drawn" }));
}

/**
 * What the reranker chooses.
 * @param scores logits of the cross-encoder, in the order of the candidates
 */
export function rerankedBaseline(
  candidates: readonly Omit<BaselineCandidate, "similarity">[],
  scores: readonly number[],
): Composition {
  const ranked = candidates
    .map((candidate, i) => ({ ...candidate, score: scores[i]!, similarity: 1 / (1 + Math.exp(-scores[i]!)) }))
    .sort((a, b) => b.score - a.score);
  const logits = new Map(ranked.map(({ id, score }) => [id, score]));
  return each(ranked.slice(0, adapterCount), "top 3 by the reranker", ({ id }, place) => ({
    kind: "reranked",
    place,
    of: ranked.length,
    score: logits.get(id)!,
  }));
}
