// Seeds of a batch: one number asks for all of its images.
import { limits } from "./limits.ts";

/** Image `index` uses seed + index; after 2³² − 1 comes 0. */
export const seedOfImage = (seed: number, index: number): number => (seed + index) % (limits.seed.max + 1);
