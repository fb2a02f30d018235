// Windows of long prompts: every token in one, neighbours overlap, candidates only where their texts are near.
import { describe, expect, it } from "vitest";
import { windowsFor, windowsOf } from "./windows.ts";

/** Tokens of five characters each, a space between. */
const tokens = (count: number) => {
  const starts = Array.from({ length: count }, (_, i) => i * 6);
  return { ids: starts.map(() => 1), starts, ends: starts.map((start) => start + 5) };
};
const at = (token: number) => ({ start: token * 6, end: token * 6 + 5 });

describe("windowsOf", () => {
  it.each([
    [0, [[0, 0]]],
    [96, [[0, 96]]],
    [
      97,
      [
        [0, 96],
        [64, 97],
      ],
    ],
    [
      200,
      [
        [0, 96],
        [64, 160],
        [128, 200],
      ],
    ],
  ])("cuts %i tokens", (count, expected) => {
    expect(windowsOf(count).map(({ from, to }) => [from, to])).toEqual(expected);
  });
});

describe("windowsFor", () => {
  const windows = windowsOf(200);
  const chosen = (...spans: (ReturnType<typeof at> | null)[]) =>
    windowsFor(spans, { windows, tokens: tokens(200) }).map(({ from }) => from);

  it("takes the window in whose middle a span stands", () => {
    expect(chosen(at(10))).toEqual([0]);
    expect(chosen(at(90))).toEqual([64]);
    expect(chosen(at(199))).toEqual([128]);
  });

  it("takes two at most, those of the nearest texts", () => {
    expect(chosen(at(100), at(101), at(190), at(3))).toEqual([64, 128]);
  });

  it("passes over a span behind the last token", () => {
    expect(chosen({ start: 9_000, end: 9_005 }, at(190))).toEqual([128]);
  });

  it("takes the beginning where nothing but the whole prompt is near", () => {
    expect(chosen(null)).toEqual([0]);
  });
});
