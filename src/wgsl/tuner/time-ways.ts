// How long each way to compute the same takes, from passes of them.

/** How long a pass should take at least, since browsers round timestamps to 0.1 ms. */
const PASS_MILLISECONDS = 2;
const MOST_REPEATS = 64;
/** Passes of each way after the first, which warms up. */
const ROUNDS = 2;
/** From here on one pass says enough. */
const SLOW_MILLISECONDS = 20;
/** A way that took this many times as long as the best is not timed again. */
const CLEARLY_SLOWER = 3;

export interface TimedPass {
  /** Index of the way. */
  readonly way: number;
  readonly repeats: number;
}

/**
 * Milliseconds of each of `count` ways, Infinity for one that is clearly not the fastest.
 * @param run milliseconds of each pass, by a clock that may be too coarse for the first ones
 * @throws Error where the clock has not seen a later pass: a way without a time must not look like the fastest
 */
export async function timeWays(
  count: number,
  run: (passes: readonly TimedPass[]) => Promise<readonly number[]>,
): Promise<number[]> {
  const ways = Array.from({ length: count }, (_, way) => way);
  const once = await run(ways.map((way) => ({ way, repeats: 1 })));
  const seen = once.filter((time) => time > 0);
  const best = seen.length > 0 ? Math.min(...seen) : PASS_MILLISECONDS / MOST_REPEATS;
  if (best >= SLOW_MILLISECONDS) return positive(once);
  const repeats = Math.ceil(PASS_MILLISECONDS / Math.max(best, PASS_MILLISECONDS / MOST_REPEATS));
  const limit = CLEARLY_SLOWER * Math.max(best, PASS_MILLISECONDS / 4);
  const kept = ways.filter((way) => once[way]! <= limit);
  const passes = Array.from({ length: ROUNDS }, () => kept.map((way) => ({ way, repeats }))).flat();
  const times = positive(await run(passes));
  const sums = ways.map((way) => (kept.includes(way) ? 0 : Infinity));
  passes.forEach(({ way }, pass) => (sums[way]! += times[pass]! / (ROUNDS * repeats)));
  return sums;
}

function positive(times: readonly number[]): number[] {
  if (!times.every((time) => time > 0)) throw new Error("a pass that took no time by the clock");
  return [...times];
}
