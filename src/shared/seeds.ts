// Seeds of a batch: one number gives the seeds of all its images.
import { limits } from "./limits.ts";

/** Image `index` uses seed + index, wrapping after 2³² − 1 to 0. */
export const seedOfImage = (seed: number, index: number): number => (seed + index) % (limits.seed.max + 1);
