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
