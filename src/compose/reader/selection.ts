// From readings to a choice: the set of adapters with the largest sum of evidence in which no two claim the same words (choose.py of the
// training). Exact: candidates are few.

/**
 * Least probability at which an adapter is taken; fitted to the reader of the packs and their embedder on 1,015 prompts that its training had
 * not seen (docs/decisions/2026-11-29-a-reader-chooses.md). Beside a card without search phrases the reader is less sure of everything.
 */
export const wantedThresholds = { withPhrases: 0.7, withoutPhrases: 0.5 } as const;

/** Adapters that may be combined; a prompt that wants more is a list of tags. */
const maxChosen = 5;

/** The best offers are enough: the number of sets doubles with each. */
const maxConsidered = 10;

/** A token is served above this. */
const servedThreshold = 0.5;

/** Share of the smaller claim above which two claims are one. */
const clashShare = 0.5;

export interface Offer {
  readonly id: string;
  /** That the prompt wants it, 0 to 1. */
  readonly wanted: number;
  /** Least `wanted` at which it is taken. */
  readonly threshold: number;
  /** Tokens of the prompt that it serves. */
  readonly tokens: ReadonlySet<number>;
  readonly isStyle: boolean;
  /** In every set, whatever the reader says. */
  readonly pinned: boolean;
}

export interface Refusal {
  readonly id: string;
  readonly why:
    | { readonly kind: "below" }
    | { readonly kind: "words"; readonly of: string }
    | { readonly kind: "styles" }
    | { readonly kind: "full" };
}

export interface Selection {
  /** Best first. */
  readonly chosen: readonly Offer[];
  /** In the order of the offers. */
  readonly refused: readonly Refusal[];
}

/** Tokens with at least an even chance; the likeliest where none has. */
export function servedTokens(serves: Float32Array): ReadonlySet<number> {
  const tokens = new Set<number>();
  serves.forEach((probability, token) => probability > servedThreshold && tokens.add(token));
  if (tokens.size > 0 || serves.length === 0) return tokens;
  return tokens.add(serves.indexOf(Math.max(...serves)));
}

function logit(probability: number): number {
  const p = Math.min(Math.max(probability, 1e-6), 1 - 1e-6);
  return Math.log(p / (1 - p));
}

/**
 * The least probability of an adapter.
 * @param prior in log-odds; negative: it must be wanted more surely
 */
export const wantedThreshold = (threshold: number, prior: number): number =>
  prior === 0 ? threshold : 1 / (1 + Math.exp(prior - logit(threshold)));

function clash(a: Offer, b: Offer): boolean {
  const shared = [...a.tokens].filter((token) => b.tokens.has(token)).length;
  return shared > clashShare * Math.min(a.tokens.size, b.tokens.size);
}

/** @param options.styles most style adapters */
export function select(offers: readonly Offer[], { styles }: { readonly styles: number }): Selection {
  const byProbability = (a: Offer, b: Offer): number => b.wanted - a.wanted || (a.id < b.id ? -1 : 1);
  const pinned = offers.filter((offer) => offer.pinned);
  const free = offers
    .filter(({ pinned: own, wanted, threshold }) => !own && wanted >= threshold)
    .sort(byProbability)
    .slice(0, maxConsidered);
  const room = (set: readonly Offer[]): boolean => set.filter(({ pinned: own }) => !own).length < maxChosen;
  const styleRoom = (set: readonly Offer[]): boolean => set.filter(({ isStyle }) => isStyle).length < styles;
  const fits = (set: readonly Offer[], offer: Offer): boolean =>
    room(set) && (!offer.isStyle || styleRoom(set)) && !set.some((other) => clash(other, offer));
  // The small summand prefers one adapter more where the reader is at the threshold exactly.
  const value = ({ wanted, threshold }: Offer): number => logit(wanted) - logit(threshold) + 1e-3;

  let best: readonly Offer[] = pinned;
  let bestValue = 0;
  const search = (at: number, set: readonly Offer[], sum: number): void => {
    if (sum > bestValue) [best, bestValue] = [set, sum];
    for (let next = at; next < free.length; next++) {
      const offer = free[next]!;
      if (fits(set, offer)) search(next + 1, [...set, offer], sum + value(offer));
    }
  };
  search(0, pinned, 0);

  const whyNot = (offer: Offer): Refusal["why"] => {
    if (offer.wanted < offer.threshold) return { kind: "below" };
    const other = best.find((chosen) => clash(chosen, offer));
    if (other) return { kind: "words", of: other.id };
    return offer.isStyle && !styleRoom(best) ? { kind: "styles" } : { kind: "full" };
  };
  return {
    chosen: [...best].sort(byProbability),
    refused: offers
      .filter((offer) => !best.includes(offer))
      .map((offer) => ({ id: offer.id, why: whyNot(offer) })),
  };
}
