// Rate of a download and the time left, from bytes as they arrive. Pure.

export interface Transfer {
  readonly bytesPerSecond: number;
  readonly leftMilliseconds: number;
}

export interface TransferClock {
  /** Null until there is enough to tell, and once nothing is left. */
  at(now: number, receivedBytes: number, totalBytes: number): Transfer | null;
}

/** The rate is that of the last seconds: it follows a connection that slows down, without jumping about. */
const windowMilliseconds = 6000;
/** Before this no rate is shown: the first packets say little. */
const warmUpMilliseconds = 800;

export function createTransferClock(): TransferClock {
  let samples: { readonly now: number; readonly bytes: number }[] = [];
  return {
    at(now, receivedBytes, totalBytes) {
      const last = samples.at(-1);
      if (last && receivedBytes < last.bytes) samples = []; // begun again
      samples.push({ now, bytes: receivedBytes });
      while (samples.length > 2 && now - samples[1]!.now >= windowMilliseconds) samples.shift();
      const first = samples[0]!;
      const elapsed = now - first.now;
      const bytesPerSecond = ((receivedBytes - first.bytes) / elapsed) * 1000;
      if (elapsed < warmUpMilliseconds || bytesPerSecond <= 0 || receivedBytes >= totalBytes) return null;
      return { bytesPerSecond, leftMilliseconds: ((totalBytes - receivedBytes) / bytesPerSecond) * 1000 };
    },
  };
}
