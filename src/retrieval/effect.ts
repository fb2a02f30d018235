// What an adapter does to images, measured by `npm run eval`: the same prompts and seeds with it and without. Weak and misleading adapters
// have to be wanted more surely than others.

export interface MeasuredEffect {
  /** How the score of image and prompt changes on average: 100 × cosine in the scorer's space. */
  readonly direction: number;
  /** 95 % interval of it, by bootstrap over the prompts. */
  readonly low: number;
  readonly high: number;
  /** How far images move: 1 − cosine between those with and without it. */
  readonly strength: number;
  readonly prompts: number;
}

/** "weak": images hardly change. "misleading": they fit their prompts less. "uncertain": neither that nor that they fit better is sure. */
export type EffectKind = "weak" | "misleading" | "uncertain" | "good";

/** Images that move less look the same. */
const visible = 0.05;

export function effectKind({ strength, low, high }: MeasuredEffect): EffectKind {
  if (strength < visible) return "weak";
  if (high < 0) return "misleading";
  return low > 0 ? "good" : "uncertain";
}

/** In log-odds: weak and misleading adapters have to be wanted at 0.8 where others are at 0.6. */
const priors: Readonly<Record<EffectKind, number>> = { weak: -1, misleading: -1, uncertain: 0, good: 0 };

/** A prior of the choice, in log-odds: 0 where nothing was measured. */
export const effectPrior = (effect: MeasuredEffect | undefined): number =>
  effect ? priors[effectKind(effect)] : 0;
