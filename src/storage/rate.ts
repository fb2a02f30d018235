// Rate and remaining time of a download over the last seconds; a mean over the whole download would lag behind changes of
// the connection.

/** Window of the rate. */
const windowMs = 5_000;
/** Minimum time for a rate. */
const minimumSpanMs = 500;

export class RateMeter {
  readonly #samples: { atMs: number; bytes: number }[] = [];
  #windowBytes = 0;

  /** @param nowMs a monotonic clock such as performance.now() */
  add(bytes: number, nowMs: number): void {
    const last = this.#samples.at(-1);
    // A resolution of 0.1 s is enough: a fast connection delivers thousands of chunks per second.
    if (last && nowMs - last.atMs < 100) last.bytes += bytes;
    else this.#samples.push({ atMs: nowMs, bytes });
    this.#windowBytes += bytes;
  }

  /** Null while there is too little data. */
  bytesPerSecond(nowMs: number): number | null {
    while (this.#samples[0] && nowMs - this.#samples[0].atMs > windowMs) {
      this.#windowBytes -= this.#samples.shift()!.bytes;
    }
    const first = this.#samples[0];
    if (!first || nowMs - first.atMs < minimumSpanMs) return null;
    return (this.#windowBytes * 1000) / (nowMs - first.atMs);
  }

  /** Null while unknown or while nothing arrives. */
  secondsLeft(remainingBytes: number, nowMs: number): number | null {
    const rate = this.bytesPerSecond(nowMs);
    return rate === null || rate === 0 ? null : remainingBytes / rate;
  }
}
