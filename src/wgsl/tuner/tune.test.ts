// Which choice is taken for which times, and that the time limit holds, by a clock of the test's own.
import { expect, it } from "vitest";
import { type Clock, tune, type Tunable } from "./tune.ts";

/** A clock that the work moves. */
class FakeClock implements Clock {
  #now = 100;
  readonly #waiting: { readonly at: number; readonly ring: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number): Promise<null> {
    return new Promise((resolve) =>
      this.#waiting.push({ at: this.#now + milliseconds, ring: () => resolve(null) }),
    );
  }

  /** Rings what is due on the way. */
  pass(milliseconds: number): void {
    this.#now += milliseconds;
    for (const { at, ring } of this.#waiting) if (at <= this.#now) ring();
  }
}

const shape = (name: string): Tunable => ({ shape: name, choices: ["a", "b", "c"] });

const timesBy =
  (times: Readonly<Record<string, readonly number[]>>, clock: FakeClock, each: number) =>
  async (one: Tunable): Promise<readonly number[]> => {
    await Promise.resolve();
    clock.pass(each);
    const found = times[one.shape];
    if (!found) throw new Error("a kernel was rejected");
    return found;
  };

it("takes the fastest choice, and the first where the difference is small", async () => {
  const clock = new FakeClock();
  const times = { fast: [10, 5, 7], alike: [10, 9.9, 9.8], first: [1, 2, 3], dropped: [10, Infinity, 9] };
  const { choices, measuredShapes } = await tune(Object.keys(times).map(shape), {
    measure: timesBy(times, clock, 10),
    clock,
    limitMilliseconds: 3000,
  });
  expect(Object.fromEntries(choices)).toEqual({ fast: "b", alike: "a", first: "a", dropped: "c" });
  expect(measuredShapes).toBe(4);
});

it("keeps the first choice of a shape that cannot be measured, and goes on", async () => {
  const clock = new FakeClock();
  const { choices, measuredShapes } = await tune([shape("broken"), shape("fine")], {
    measure: timesBy({ fine: [9, 1, 9] }, clock, 10),
    clock,
    limitMilliseconds: 3000,
  });
  expect(Object.fromEntries(choices)).toEqual({ broken: "a", fine: "b" });
  expect(measuredShapes).toBe(1);
});

it("begins no shape after the limit, and chooses for all", async () => {
  const clock = new FakeClock();
  const asked: string[] = [];
  const all = ["1", "2", "3", "4", "5"].map(shape);
  const { choices, measuredShapes, milliseconds } = await tune(all, {
    measure: async (one) => {
      asked.push(one.shape);
      await Promise.resolve();
      clock.pass(1000);
      return [2, 1, 3];
    },
    clock,
    limitMilliseconds: 2500,
  });
  expect(asked).toEqual(["1", "2", "3"]);
  expect(measuredShapes).toBe(2);
  expect(milliseconds).toBe(3000);
  expect([...choices.values()]).toEqual(["b", "b", "a", "a", "a"]);
});

it("does not wait for a measurement that takes too long", async () => {
  const clock = new FakeClock();
  const tuned = tune([shape("stuck"), shape("never begun")], {
    measure: () => new Promise(() => {}),
    clock,
    limitMilliseconds: 3000,
  });
  await Promise.resolve();
  clock.pass(3000);
  const { choices, measuredShapes, milliseconds } = await tuned;
  expect([...choices.values()]).toEqual(["a", "a"]);
  expect(measuredShapes).toBe(0);
  expect(milliseconds).toBe(3000);
});

it("stops when the run is cancelled", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  let count = 0;
  await tune(["1", "2", "3"].map(shape), {
    measure: async () => {
      count++;
      stop.abort();
      return [1, 1, 1];
    },
    clock,
    limitMilliseconds: 3000,
    signal: stop.signal,
  });
  expect(count).toBe(1);
});
