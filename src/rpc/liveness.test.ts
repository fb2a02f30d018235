// Workers live where the browser refuses locks, as it may in frames of other sites.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { showLife, watchLife } from "./liveness.ts";
import { english } from "../shared/saying.ts";

const request = vi.fn();
const posted: unknown[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  posted.length = 0;
  vi.stubGlobal("navigator", { locks: { request } });
  vi.stubGlobal("postMessage", (message: unknown) => posted.push(message));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  request.mockReset();
});

/** What the page hears of a worker that sends these messages, and its end after as long as it may take to start. */
async function watched(messages: readonly unknown[]): Promise<string[]> {
  const worker = new EventTarget();
  const ends: string[] = [];
  const stop = watchLife(worker, (what) => ends.push(english(what)));
  for (const data of messages) worker.dispatchEvent(new MessageEvent("message", { data }));
  await vi.advanceTimersByTimeAsync(120_000);
  stop();
  return ends;
}

test("a worker that gets no lock says so and counts as alive", async () => {
  request.mockRejectedValue(new DOMException("", "SecurityError"));
  showLife();
  await vi.advanceTimersByTimeAsync(0);
  expect(posted).toEqual([{ stylusLock: null }]);
  expect(await watched(posted)).toEqual([]);
});

test("a worker that says nothing does not", async () => {
  expect(await watched([])).toEqual(["it did not start in time"]);
});

test("a worker whose lock the browser gives to the page has ended", async () => {
  request.mockImplementation(async (_name: string, _options: unknown, granted: () => void) => granted());
  expect(await watched([{ stylusLock: "stylus-worker-1" }])).toEqual(["it ended unexpectedly"]);
});
