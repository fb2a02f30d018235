import { expect, test } from "vitest";
import { createFormats, quoted } from "./format.ts";

const { bytes, counted, duration, fraction, list, milliseconds, number, percent } = createFormats("en");

test("sizes use decimal units", () => {
  expect([0, 999, 1000, 24_117_248, 1_230_000_000].map(bytes)).toEqual([
    "0 B",
    "999 B",
    "1 kB",
    "24.1 MB",
    "1.23 GB",
  ]);
});

test("an estimate is never shorter than a second", () => {
  expect([0, 900, 60_000, 75_000].map(duration)).toEqual(["1 sec", "1 sec", "1 min", "1 min 15 sec"]);
});

test("a measurement keeps its precision", () => {
  expect([0.4, 84, 1400, 75_000].map(milliseconds)).toEqual(["< 1 ms", "84 ms", "1.4 sec", "1 min 15 sec"]);
});

test("a count takes the plural form of its language", () => {
  const steps = { one: "step", other: "steps" };
  expect([0, 1, 2, 5000].map((count) => counted(count, steps))).toEqual([
    "0 steps",
    "1 step",
    "2 steps",
    "5,000 steps",
  ]);
  expect(createFormats("ko").counted(1, { other: "단계" })).toBe("1 단계");
});

test("numbers, shares and lists", () => {
  expect(number(5000)).toBe("5,000");
  expect(fraction(0.5)).toBe("0.50");
  expect(percent(0.135)).toBe("14%");
  expect(list(["a", "b", "c"])).toBe("a, b, and c");
});

test("of many words a sentence quotes the first twelve", () => {
  const words = Array.from({ length: 14 }, (_, index) => `w${index}`);
  const more = (count: number): string => `and ${count} more`;
  expect(quoted(["fox", "owl"], more)).toBe("“fox”, “owl”");
  expect(quoted(words.slice(0, 12), more)).toMatch(/“w10”, “w11”$/);
  expect(quoted(words, more)).toMatch(/“w10”, “w11” and 2 more$/);
});
