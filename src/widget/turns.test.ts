// Widgets take turns: one has a model in memory, and gives it up when another wants to work.
import { expect, test } from "vitest";
import { createTurns, type TurnChannel, type TurnLocks } from "./turns.ts";

/** Web Locks and a BroadcastChannel for the widgets of one site. */
function site() {
  const queue: { held: () => Promise<void>; signal: AbortSignal; resolve: () => void }[] = [];
  let isHeld = false;
  const listeners = new Map<TurnChannel, () => void>();
  const next = (): void => {
    const first = queue.shift();
    isHeld = first !== undefined;
    first?.held().then(() => (first.resolve(), next()));
  };
  const locks: TurnLocks = {
    request: (_name, { signal }, held) =>
      new Promise<void>((resolve, reject) => {
        const entry = { held, signal, resolve };
        queue.push(entry);
        signal.addEventListener("abort", () => {
          const at = queue.indexOf(entry);
          if (at >= 0) queue.splice(at, 1);
          reject(new DOMException("", "AbortError"));
        });
        if (!isHeld) next();
      }),
    query: async () => ({ pending: queue.map(() => ({ name: "stylus-widget" })) }),
  };
  const channel = (): TurnChannel => {
    const own: TurnChannel = {
      onAsked: (listener) => void listeners.set(own, listener),
      ask() {
        for (const [other, listener] of listeners) if (other !== own) listener();
      },
      close: () => void listeners.delete(own),
    };
    return own;
  };
  return { locks, channel };
}

/** Never aborted. */
const unstopped = (): AbortSignal => new AbortController().signal;
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function widgets(count: number, { hasChannel = true } = {}) {
  const { locks, channel } = site();
  const log: string[] = [];
  return {
    log,
    all: Array.from({ length: count }, (_, i) =>
      createTurns({ locks, channel: hasChannel ? channel() : null, onYield: () => log.push(`${i} yields`) }),
    ),
  };
}

test("one widget alone keeps its model", async () => {
  const { all, log } = widgets(1);
  await all[0]!.take(unstopped());
  await all[0]!.rest();
  await all[0]!.take(unstopped());
  expect(log).toEqual([]);
});

test.each([[true], [false]])(
  "a second one waits until the first has finished (channel: %s)",
  async (hasChannel) => {
    const { all, log } = widgets(3, { hasChannel });
    const [first, second, third] = all;
    await first!.take(unstopped());
    const taken = [second!, third!].map((turns, i) =>
      turns.take(unstopped()).then(() => log.push(`${i + 1} works`)),
    );
    await settled();
    expect(log).toEqual([]);
    await first!.rest();
    await taken[0];
    expect(log).toEqual(["0 yields", "1 works"]);
    await second!.rest();
    await taken[1];
    expect(log).toEqual(["0 yields", "1 works", "1 yields", "2 works"]);
  },
);

test("one that rests yields at once", async () => {
  const { all, log } = widgets(2);
  await all[0]!.take(unstopped());
  await all[0]!.rest();
  await all[1]!.take(unstopped());
  expect(log).toEqual(["0 yields"]);
});

test("a cancelled wait leaves the turn where it was", async () => {
  const { all, log } = widgets(2);
  await all[0]!.take(unstopped());
  const stop = new AbortController();
  const waiting = all[1]!.take(stop.signal);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: "cancelled" });
  expect(log).toEqual([]);
});

test("each run ends its turn without a channel, because one that waits later could not ask", async () => {
  const { all, log } = widgets(2, { hasChannel: false });
  await all[0]!.take(unstopped());
  await all[0]!.rest();
  await all[1]!.take(unstopped());
  expect(log).toEqual(["0 yields"]);
});

test("a closed one makes way", async () => {
  const { all, log } = widgets(2);
  await all[0]!.take(unstopped());
  const waiting = all[1]!.take(unstopped());
  all[0]!.close();
  await waiting;
  expect(log).toEqual(["0 yields"]);
});

test("where locks are refused or missing each works alone, and says so", async () => {
  const refusing: TurnLocks = {
    request: () => Promise.reject(new DOMException("", "SecurityError")),
    query: () => Promise.reject(new DOMException("", "SecurityError")),
  };
  for (const locks of [refusing, undefined]) {
    const turns = createTurns({ locks, channel: null, onYield: () => expect.unreachable() });
    await turns.take(unstopped());
    expect(turns.available).toBe(false);
    await turns.rest();
    await turns.take(unstopped());
  }
});
