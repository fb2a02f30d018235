// The report's mathematics against closed forms.
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/compose/plan/random.ts";
import { symmetricEigenvalues } from "./eigenvalues.ts";
import { choiceFigures } from "./figures.ts";
import type { EvaluationPrompt } from "./jobs.ts";
import { decodePng } from "./png.ts";
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

describe("symmetricEigenvalues", () => {
  it("finds those of the second-difference matrix", () => {
    const n = 12;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      matrix[i * n + i] = 2;
      if (i > 0) matrix[i * n + i - 1] = matrix[(i - 1) * n + i] = -1;
    }
    const found = symmetricEigenvalues(matrix, n);
    for (let k = 1; k <= n; k++)
      expect(found[k - 1]).toBeCloseTo(2 - 2 * Math.cos((k * Math.PI) / (n + 1)), 12);
  });

  it("keeps trace and sum of squares of a full matrix, with repeated and zero eigenvalues", () => {
    const n = 9;
    const factor = Array.from({ length: n }, () => [gaussian(), gaussian(), gaussian()]);
    const matrix = new Float64Array(n * n); // rank 3, and the identity on top
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        matrix[i * n + j] = factor[i]!.reduce((sum, x, k) => sum + x * factor[j]![k]!, 0) + (i === j ? 1 : 0);
      }
    }
    const found = [...symmetricEigenvalues(matrix, n)];
    let trace = 0;
    for (let i = 0; i < n; i++) trace += matrix[i * n + i]!;
    expect(found.reduce((sum, x) => sum + x, 0)).toBeCloseTo(trace, 10);
    expect(found.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(
      matrix.reduce((sum, x) => sum + x * x, 0),
      9,
    );
    for (const value of found.slice(0, 6)) expect(value).toBeCloseTo(1, 10);
    expect([...symmetricEigenvalues(new Float64Array([3]), 1)]).toEqual([3]);
  });
});

describe("frechetDistance", () => {
  const size = 4;
  const sample = (count: number, scale: readonly number[], shift: number): Float32Array[] =>
    Array.from({ length: count }, () => Float32Array.from(scale, (each) => each * gaussian() + shift));

  it("is 0 between a sample and its own statistics", () => {
    const rows = sample(40, [1, 2, 3, 0.5], 1);
    expect(frechetDistance(rows, featureStatistics(rows)).value).toBeCloseTo(0, 4);
  });

  it("of diagonal covariances is the closed form", () => {
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

  it("notices a shifted mean and a collapsed covariance", () => {
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

it("choices are judged by what the prompt wants", () => {
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

it("decodePng undoes every filter, RGB and RGBA", () => {
  const [width, height] = [3, 5];
  for (const channels of [3, 4]) {
    const pixels = Uint8Array.from({ length: width * height * channels }, () => Math.floor(random() * 256));
    const at = (x: number, y: number): number => (x < 0 || y < 0 ? 0 : pixels[y * width * channels + x]!);
    const stride = width * channels;
    const filtered: number[] = [];
    for (let y = 0; y < height; y++) {
      filtered.push(y); // filters 0 … 4, one a row
      for (let x = 0; x < stride; x++) {
        const left = x >= channels ? at(x - channels, y) : 0;
        const up = at(x, y - 1);
        const corner = x >= channels ? at(x - channels, y - 1) : 0;
        const guess = left + up - corner;
        const nearest = [left, up, corner].reduce((best, each) =>
          Math.abs(guess - each) < Math.abs(guess - best) ? each : best,
        );
        const predicted = [0, left, up, Math.floor((left + up) / 2), nearest][y]!;
        filtered.push((pixels[y * stride + x]! - predicted) & 255);
      }
    }
    const chunk = (type: string, data: Uint8Array): Buffer => {
      const out = Buffer.alloc(12 + data.length);
      out.writeUInt32BE(data.length, 0);
      out.write(type, 4, "latin1");
      out.set(data, 8);
      return out;
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, channels === 3 ? 2 : 6], 8);
    const file = Buffer.concat([
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
      chunk("IHDR", header),
      chunk("IDAT", deflateSync(Uint8Array.from(filtered))),
      chunk("IEND", Buffer.alloc(0)),
    ]);
    const decoded = decodePng(file);
    expect([decoded.width, decoded.height]).toEqual([width, height]);
    const expected = Array.from({ length: width * height }, (_, i) => [
      ...pixels.subarray(i * channels, i * channels + 3),
    ]).flat();
    expect([...decoded.rgb]).toEqual(expected);
  }
});
