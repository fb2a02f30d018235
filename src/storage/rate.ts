// How fast a download is and how long it still takes, over the last seconds: a mean over the whole download would keep
// telling of a connection that has long changed.

/** Span over which the rate is taken. */
const windowMs = 5_000;
/** Before that there is nothing to say. */
const minimumSpanMs = 500;

export class RateMeter {
  readonly #samples: { atMs: number; bytes: number }[] = [];
  #windowBytes = 0;

  /** @param nowMs any clock that does not jump, as performance.now() */
  add(bytes: number, nowMs: number): void {
    const last = this.#samples.at(-1);
    // Tenths of a second are fine enough: a fast connection brings thousands of chunks a second.
    if (last && nowMs - last.atMs < 100) last.bytes += bytes;
    else this.#samples.push({ atMs: nowMs, bytes });
    this.#windowBytes += bytes;
  }

  /** Null while too little is known. */
  bytesPerSecond(nowMs: number): number | null {
    while (this.#samples[0] && nowMs - this.#samples[0].atMs > windowMs) {
      this.#windowBytes -= this.#samples.shift()!.bytes;
    }
    const first = this.#samples[0];
    if (!first || nowMs - first.atMs < minimumSpanMs) return null;
    return (this.#windowBytes * 1000) / (nowMs - first.atMs);
  }

  /** Null while unknown, and when nothing arrives. */
  secondsLeft(remainingBytes: number, nowMs: number): number | null {
    const rate = this.bytesPerSecond(nowMs);
    return rate === null || rate === 0 ? null : remainingBytes / rate;
  }
}
