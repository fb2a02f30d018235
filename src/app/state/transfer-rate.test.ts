// Rate and time left of a download.
import { describe, expect, it } from "vitest";
import { createTransferClock } from "./transfer-rate.ts";

describe("createTransferClock", () => {
  it("says nothing at first, then rate and time left", () => {
    const clock = createTransferClock();
    expect(clock.at(0, 0, 10_000)).toBeNull();
    expect(clock.at(500, 500, 10_000)).toBeNull();
    expect(clock.at(1000, 1000, 10_000)).toEqual({ bytesPerSecond: 1000, leftMilliseconds: 9000 });
  });
  it("follows a connection that slows down", () => {
    const clock = createTransferClock();
    let rate = 0;
    for (let second = 0; second <= 20; second++) {
      const received = second <= 8 ? second * 1000 : 8000 + (second - 8) * 100;
      rate = clock.at(second * 1000, received, 1e6)?.bytesPerSecond ?? 0;
    }
    expect(rate).toBe(100);
  });
  it("is silent at the end, without progress, and after a new beginning", () => {
    const clock = createTransferClock();
    clock.at(0, 0, 100);
    expect(clock.at(2000, 100, 100)).toBeNull();
    expect(clock.at(3000, 0, 100)).toBeNull();
    expect(clock.at(5000, 0, 100)).toBeNull();
  });
});
