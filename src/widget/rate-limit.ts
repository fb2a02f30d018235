// How often something may happen: a bucket that refills steadily.

/**
 * @param options.burst how often at once, after a pause
 * @returns whether it may happen now, `times` at once
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
}): (times?: number) => boolean {
  let left = burst;
  let at = now();
  return (times = 1) => {
    const time = now();
    left = Math.min(burst, left + ((time - at) * perMinute) / 60_000);
    at = time;
    if (left < times) return false;
    left -= times;
    return true;
  };
}
