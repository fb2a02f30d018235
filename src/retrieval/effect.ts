// What an adapter does to images, measured by `npm run eval`: the same prompts and seeds with it and without. Weak and misleading adapters
// have to be wanted more surely than others.

export interface MeasuredEffect {
  /** How the score of image and prompt changes on average: 100 × cosine in the scorer's space. */
  readonly direction: number;
  /** How far images move: 1 − cosine between those with and without it. */
  readonly strength: number;
  /** Share of the prompts whose score rises, 0 to 1. */
  readonly consistency: number;
  readonly prompts: number;
}

/** "weak": images hardly change. "misleading": most fit their prompts less, and by more. "unstable": only some fit better. */
export type EffectKind = "weak" | "misleading" | "unstable" | "good";

/** Images that move less look the same. */
const visible = 0.05;

const reliable = 2 / 3;

export function effectKind({ direction, strength, consistency }: MeasuredEffect): EffectKind {
  if (strength < visible) return "weak";
  if (consistency >= reliable) return "good";
  return direction < 0 ? "misleading" : "unstable";
}

/** In log-odds: weak and misleading adapters have to be wanted at 0.92 where others are at 0.8. */
const priors: Readonly<Record<EffectKind, number>> = { weak: -1, misleading: -1, unstable: -0.5, good: 0 };

/** A prior of the choice, in log-odds: 0 where nothing was measured. */
export const effectPrior = (effect: MeasuredEffect | undefined): number =>
  effect ? priors[effectKind(effect)] : 0;
