// The report's mathematics against closed forms.
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/compose/plan/random.ts";
import { choiceFigures } from "./figures.ts";
import type { EvaluationPrompt } from "./jobs.ts";
import {
  bootstrapMean,
  diversity,
  featureStatistics,
  frechetDistance,
  ownTextFirst,
  quantile,
} from "./statistics.ts";

const random = seededRandom(7, "statistics test");
const gaussian = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

describe("frechetDistance", () => {
  const size = 4;
  const sample = (count: number, scale: readonly number[], shift: number): Float32Array[] =>
    Array.from({ length: count }, () => Float32Array.from(scale, (each) => each * gaussian() + shift));

  it("is 0 between a sample and its own statistics", () => {
    const rows = sample(40, [1, 2, 3, 0.5], 1);
    expect(frechetDistance(rows, featureStatistics(rows)).value).toBeCloseTo(0, 4);
  });

  it("matches the closed form for diagonal covariances", () => {
    // Every sign pattern once: exact means 0 and diagonal covariances n / (n − 1) · scale².
    const patterns = Array.from({ length: 16 }, (_, bits) =>
      Float32Array.from({ length: size }, (_each, i) => ((bits >> i) & 1 ? 1 : -1)),
    );
    const scaled = (scale: readonly number[], shift: number): Float32Array[] =>
      patterns.map((row) => row.map((value, i) => value * scale[i]! + shift));
    const [a, b] = [
      [1, 2, 3, 4],
      [2, 2, 1, 0.5],
    ];
    const { value } = frechetDistance(scaled(a!, 0.5), featureStatistics(scaled(b!, 0)));
    const n = 16;
    const expected = a!.reduce((sum, x, i) => sum + (n / (n - 1)) * (x - b![i]!) ** 2, 0) + size * 0.25;
    expect(value).toBeCloseTo(expected, 4);
  });

  it("detects a shifted mean and a collapsed covariance", () => {
    const reference = featureStatistics(sample(500, [1, 1, 1, 1], 0));
    const same = frechetDistance(sample(40, [1, 1, 1, 1], 0), reference);
    const shifted = frechetDistance(sample(40, [1, 1, 1, 1], 1), reference);
    const collapsed = frechetDistance(sample(40, [0.1, 0.1, 0.1, 0.1], 0), reference);
    expect(shifted.low).toBeGreaterThan(same.high);
    expect(collapsed.low).toBeGreaterThan(same.high);
  });
});

it("bootstrap intervals cover the mean and narrow with the sample", () => {
  const values = Array.from({ length: 400 }, gaussian);
  const wide = bootstrapMean(values.slice(0, 25));
  const narrow = bootstrapMean(values);
  expect(narrow.low).toBeLessThan(narrow.value);
  expect(narrow.high).toBeGreaterThan(narrow.value);
  expect(narrow.high - narrow.low).toBeLessThan(wide.high - wide.low);
  // ±1.96 / √400 of a unit normal
  expect(narrow.high - narrow.low).toBeCloseTo(0.196, 1);
  expect(bootstrapMean(values)).toEqual(narrow);
});

it("quantile interpolates", () => {
  expect(quantile([3, 1, 2, 4], 0.5)).toBe(2.5);
  expect(quantile([5], 0.9)).toBe(5);
});

it("diversity and own-text-first", () => {
  const [x, y] = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
  expect(diversity([x, x, x])).toBe(0);
  expect(diversity([x, y])).toBe(1);
  expect(ownTextFirst([x, y, x], [x, y, y])).toEqual([1, 0, 0]);
});

it("judges choices by the prompt's wanted adapters", () => {
  const prompt = (adapters: string[], words: "card" | "other" | null): EvaluationPrompt => ({
    id: "e000",
    group: words ? "adapter" : "single",
    prompt: "a fox",
    adapters,
    words,
  });
  const prompts = [
    prompt(["clay"], "card"),
    prompt(["clay", "robot"], "other"),
    prompt([], null),
    prompt([], null),
  ];
  const chosen = [new Set(["clay", "ink"]), new Set(["robot"]), new Set<string>(), new Set(["ink"])];
  const figures = choiceFigures("stylus", prompts, chosen);
  expect(figures.wantedByCardWords!.value).toBe(1);
  expect(figures.wantedByOtherWords!.value).toBe(0.5);
  expect(figures.chosenWanted!.value).toBe(0.75);
  expect(figures.noneWhenNoneWanted!.value).toBe(0.5);
});
