// Finds the fastest choice for each shape by measurement, within a time limit. What is not measured by then keeps the choice of the
// rates, for good: a later visit does not start again.

/** Milliseconds. */
export interface Clock {
  now(): number;
  /** Null after so many milliseconds. */
  after(milliseconds: number): Promise<null>;
}

export const CLOCK: Clock = {
  now: () => performance.now(),
  after: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds, null)),
};

export interface Tunable {
  readonly shape: string;
  /** The best by the rates first. */
  readonly choices: readonly string[];
}

export interface Tuned {
  /** The choice for every shape. */
  readonly choices: ReadonlyMap<string, string>;
  readonly measuredShapes: number;
  readonly milliseconds: number;
}

/** A choice must be this much faster than that of the rates, because times vary. */
const WORTH_A_CHANGE = 0.97;

/**
 * @param all in the order in which they are measured
 * @param options.measure milliseconds of each choice, Infinity if it is not to be taken; a failure keeps the choice of the rates
 */
export async function tune<One extends Tunable>(
  all: readonly One[],
  {
    measure,
    clock,
    limitMilliseconds,
    signal,
  }: {
    readonly measure: (one: One) => Promise<readonly number[]>;
    readonly clock: Clock;
    readonly limitMilliseconds: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Tuned> {
  const start = clock.now();
  const choices = new Map(all.map((one) => [one.shape, one.choices[0]!]));
  let measuredShapes = 0;
  for (const one of all) {
    const left = start + limitMilliseconds - clock.now();
    if (left <= 0 || signal?.aborted) break;
    if (one.choices.length === 1) continue;
    // Work that is late ends by itself, and nothing waits for it.
    const times = await Promise.race([measure(one).catch((): number[] => []), clock.after(left)]);
    if (times === null) break;
    const fastest = Math.min(...times);
    if (fastest < WORTH_A_CHANGE * times[0]!) choices.set(one.shape, one.choices[times.indexOf(fastest)]!);
    if (times.length > 0) measuredShapes++;
  }
  return { choices, measuredShapes, milliseconds: clock.now() - start };
}
