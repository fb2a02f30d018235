// How often something may happen: a bucket that refills steadily.

/**
 * @param options.burst how often at once, after a pause
 * @returns whether it may happen now
 */
export function createRateLimit({
  burst,
  perMinute,
  now = () => performance.now(),
}: {
  readonly burst: number;
  readonly perMinute: number;
  /** Milliseconds. */
  readonly now?: () => number;
}): () => boolean {
  let left = burst;
  let at = now();
  return () => {
    const time = now();
    left = Math.min(burst, left + ((time - at) * perMinute) / 60_000);
    at = time;
    if (left < 1) return false;
    left -= 1;
    return true;
  };
}
