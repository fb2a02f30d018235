// The methods that Stylus is compared with (paper §4; configs/ablate_retrieval). Each adapter of a baseline is a task of
// its own, so its weight is not divided; plan them with `masks: "all"`.
import { StylusError } from "../shared/errors.ts";
import type { MethodId } from "../shared/limits.ts";
import type { Candidate as RulesCandidate } from "../retrieval/candidate.ts";
import type { Composition } from "./composition.ts";
import { below, seededRandom } from "./plan/random.ts";

type Candidate = Pick<RulesCandidate, "card" | "similarity">;

export type Baseline = Exclude<MethodId, "stylus">;

/** Adapters of a baseline (`rerank.top_k` of the reference). */
const adapterCount = 3;

function each(
  candidates: readonly Candidate[],
  name: string,
  reason: (candidate: Candidate, place: number) => string,
): Composition {
  return {
    tasks: candidates.map((candidate, index) => ({
      text: "",
      start: null,
      end: null,
      picks: [
        {
          id: candidate.card.id,
          reason: reason(candidate, index + 1),
          similarity: Math.max(0, candidate.similarity),
          weight: candidate.card.refined.weight,
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
 * @throws StylusError (unsupported) for "reranker": it needs the paper's cross-encoder, which does not ship with this program
 */
export function composeBaseline(
  baseline: Baseline,
  candidates: readonly Candidate[],
  options: { seed: number },
): Composition {
  if (baseline === "sd") return { tasks: [], rejected: [], composer: { name: "no adapters", kind: "none" } };
  if (baseline === "retriever") {
    return each(
      candidates.slice(0, adapterCount),
      "top 3 by similarity",
      ({ similarity }, place) =>
        `number ${place} by similarity to the whole prompt (${similarity.toFixed(2)})`,
    );
  }
  if (baseline === "random") {
    const random = seededRandom(options.seed, "random baseline");
    // Sorted by id first, so that the draw depends on the seed and not on the prompt.
    const rest = [...candidates].sort((a, b) => (a.card.id < b.card.id ? -1 : 1));
    const drawn: Candidate[] = [];
    while (drawn.length < adapterCount && rest.length > 0)
      drawn.push(...rest.splice(below(random, rest.length), 1));
    return each(drawn, "three at random", () => "drawn at random");
  }
  throw new StylusError("unsupported", "The reranker baseline is not available.", {
    where: "method",
    remedy:
      "It needs the paper’s cross-encoder, which does not ship with this program. Choose stylus, retriever, random or sd.",
  });
}
