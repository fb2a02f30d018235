// Progress of a pack over its files.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProgressReporter, type PackProgress } from "./progress.ts";

let reports: PackProgress[] = [];
const reporter = (): ProgressReporter =>
  new ProgressReporter((progress) => reports.push(progress), { totalBytes: 1000, fileCount: 2 });

beforeEach(() => {
  reports = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => void vi.useRealTimers());

test("each report grows by its file's growth, and the last one is done", () => {
  const progress = reporter();
  const perFile = new Map<string, number>();
  for (let step = 1; step <= 50; step++) {
    progress.update("a", { receivedBytes: step * 8, newBytes: 8 });
    progress.update("b", { receivedBytes: step * 12, newBytes: 12 });
    vi.advanceTimersByTime(7);
  }
  progress.finish("a", 400);
  progress.finish("b", 600);
  let last = 0;
  for (const { path, receivedBytes } of reports) {
    perFile.set(path, (perFile.get(path) ?? 0) + receivedBytes - last);
    last = receivedBytes;
  }
  expect(Object.fromEntries(perFile)).toEqual({ a: 400, b: 600 });
  expect(reports.map(({ done }) => done)).toEqual([...reports.slice(1).map(() => false), true]);
  expect(reports.length).toBeLessThan(2 * 5 + 2); // 350 ms, not 100 chunks
});

test("reports the last chunk before a pause, and nothing after a stop", () => {
  const progress = reporter();
  progress.update("a", { receivedBytes: 1, newBytes: 1 });
  progress.update("a", { receivedBytes: 100, newBytes: 99 });
  vi.advanceTimersByTime(99);
  progress.update("a", { receivedBytes: 100, newBytes: 0 });
  expect(reports.map(({ receivedBytes }) => receivedBytes)).toEqual([1]);
  vi.advanceTimersByTime(1);
  expect(reports.map(({ receivedBytes }) => receivedBytes)).toEqual([1, 100]);
  vi.advanceTimersByTime(100);
  expect(reports.at(-1)).toMatchObject({ path: "a", receivedBytes: 100, totalBytes: 1000 });
  progress.update("a", { receivedBytes: 101, newBytes: 1 });
  progress.update("a", { receivedBytes: 102, newBytes: 1 });
  progress.stop();
  const count = reports.length;
  vi.advanceTimersByTime(500);
  expect(reports.length).toBe(count);
});

test("a file that is complete has no report behind its last; more bytes than were expected leave no time", () => {
  const progress = reporter();
  progress.update("a", { receivedBytes: 300, newBytes: 300 });
  vi.advanceTimersByTime(600);
  progress.update("a", { receivedBytes: 600, newBytes: 300 });
  progress.update("a", { receivedBytes: 1200, newBytes: 600 });
  progress.finish("a", 1200);
  progress.finish("b", 300);
  vi.advanceTimersByTime(500);
  expect(reports.map(({ receivedBytes, secondsLeft }) => [receivedBytes, secondsLeft])).toEqual([
    [300, null],
    [600, 0.4],
    [1200, 0],
    [1500, 0],
  ]);
});

test("rate and time left count the network, not stored files", () => {
  const progress = reporter();
  progress.finish("a", 400);
  for (let step = 1; step <= 10; step++) {
    vi.advanceTimersByTime(100);
    progress.update("b", { receivedBytes: step * 30, newBytes: 30 });
  }
  const { bytesPerSecond, secondsLeft } = reports.at(-1)!;
  expect(bytesPerSecond).toBeCloseTo(333, 0);
  expect(secondsLeft).toBeCloseTo(300 / 333.3, 2);
});

test("what is stored already starts no clock; one byte from the network does", () => {
  const progress = reporter();
  const rates = [0, 1, 1].map((newBytes, step) => {
    progress.update("a", { receivedBytes: 400 + step, newBytes });
    vi.advanceTimersByTime(600);
    return reports.at(-1)!.bytesPerSecond;
  });
  expect(rates).toEqual([null, null, 2 / 0.6]);
});
