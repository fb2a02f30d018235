// The rate of a download, with a fake clock.
import { expect, test } from "vitest";
import { RateMeter } from "./rate.ts";

test("unknown at first, then the mean of the last seconds", () => {
  const meter = new RateMeter();
  meter.add(1000, 0);
  expect(meter.bytesPerSecond(400)).toBeNull();
  for (let ms = 100; ms <= 2000; ms += 100) meter.add(1000, ms);
  expect(meter.bytesPerSecond(2000)).toBe(10_500);
  expect(meter.secondsLeft(21_000, 2000)).toBe(2);
});

test("follows a change of speed; a pause has no time left", () => {
  const meter = new RateMeter();
  for (let ms = 0; ms <= 60_000; ms += 100) meter.add(ms < 30_000 ? 1_000_000 : 1_000, ms);
  expect(meter.bytesPerSecond(60_000)).toBeCloseTo(10_200, 0);
  expect(meter.bytesPerSecond(70_000)).toBeNull();
  expect(meter.secondsLeft(1, 70_000)).toBeNull();
});

test("chunks that come at once are one, and leave the window together", () => {
  const meter = new RateMeter();
  meter.add(1000, 0);
  meter.add(500, 50);
  meter.add(700, 2000);
  expect(meter.bytesPerSecond(5000)).toBe(440);
  expect(meter.bytesPerSecond(5500)).toBe(200);
});

test("a rate needs half a second, counts five, and takes what comes within a tenth for one chunk", () => {
  const rateAt = (nowMs: number, ...chunks: readonly (readonly [bytes: number, atMs: number])[]) => {
    const meter = new RateMeter();
    for (const [bytes, atMs] of chunks) meter.add(bytes, 9000 + atMs);
    return meter.bytesPerSecond(9000 + nowMs);
  };
  expect([rateAt(499, [1000, 0]), rateAt(500, [1000, 0])]).toEqual([null, 2000]);
  expect([rateAt(5000, [1000, 0]), rateAt(5001, [1000, 0])]).toEqual([200, null]);
  // A chunk at 99 ms is over with the first; one at 100 ms stays as long as it is young.
  expect([rateAt(5050, [1, 0], [1010, 99]), rateAt(5100, [1, 0], [1000, 100])]).toEqual([null, 200]);
});

test("the slowest connection has its time left", () => {
  const meter = new RateMeter();
  meter.add(1, 0);
  expect(meter.secondsLeft(60, 1000)).toBe(60);
});
