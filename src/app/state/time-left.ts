// Time left in a run, from the steps measured so far. Pure.

export interface StepClock {
  /** Adds one finished step. */
  add(milliseconds: number): void;
  /** Milliseconds for `remainingSteps` more steps and `remainingDecodes` more images; null before the first step. */
  left(remainingSteps: number, remainingDecodes: number): number | null;
}

/** Weight of the newest step in the running mean: follows a slowing device without jumping about. */
const newest = 0.3;

/** An image's decoding takes about as long as this many steps until one was measured. */
const assumedDecodeSteps = 2;

export function createStepClock(): StepClock & { addDecode(milliseconds: number): void } {
  let step: number | null = null;
  let decode: number | null = null;
  return {
    add(milliseconds) {
      step = step === null ? milliseconds : step + newest * (milliseconds - step);
    },
    addDecode(milliseconds) {
      decode = milliseconds;
    },
    left(remainingSteps, remainingDecodes) {
      if (step === null) return null;
      return remainingSteps * step + remainingDecodes * (decode ?? assumedDecodeSteps * step);
    },
  };
}

/** 900 → "1 s", 75,000 → "1 min 15 s". */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const rest = seconds % 60;
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

/** For measured times: 84 ms, 1.4 s, 1 min 15 s. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds < 1) return "< 1 ms";
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return formatDuration(milliseconds);
}

/** 24,117,248 → "24.1 MB" (decimal megabytes, as file managers show them). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}
