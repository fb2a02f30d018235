// Seeds of a batch: one number gives the seeds of all its images.
import { limits } from "./limits.ts";

/** Image `index` uses seed + index, wrapping after 2³² − 1 to 0. */
export const seedOfImage = (seed: number, index: number): number => (seed + index) % (limits.seed.max + 1);

/** Seeds of image `index` of a batch; variations share the seed and go through variation seeds instead, as in AUTOMATIC1111. */
export const seedsOfImage = (
  {
    seed,
    variation = null,
  }: { readonly seed: number; readonly variation?: { readonly seed: number } | null | undefined },
  index: number,
): { readonly seed: number; readonly variationSeed?: number } =>
  variation === null
    ? { seed: seedOfImage(seed, index) }
    : { seed, variationSeed: seedOfImage(variation.seed, index) };
