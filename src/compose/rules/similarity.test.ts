// Nearness in meaning from vectors alone: against the mean of all candidates, by document and trusted name.
import { expect, it } from "vitest";
import type { Candidate } from "../../retrieval/candidate.ts";
import type { Vector } from "../../retrieval/embedding/vectors.ts";
import type { NamePhrase } from "./phrases.ts";
import { closeness, semanticMatch, taskCosines, type TaskCosines } from "./similarity.ts";

const vector = (x: number, y: number): Vector => Float32Array.of(x, y) as Vector;
const candidate = (
  document: Vector,
  keys: readonly [text: string, vector: Vector][],
): Pick<Candidate, "vector" | "keys"> => ({
  vector: document,
  keys: keys.map(([text, key]) => ({ text, source: "title", vector: key })),
});
const phrase = (text: string, trust: number): NamePhrase => ({
  text,
  trust,
  stems: text.toLowerCase().trim().split(" "),
  source: "title",
});

it("takes the nearest name that is trusted, less where the words are shared", () => {
  const task = { vector: vector(1, 0), stems: ["rainbow"] };
  const candidates = [
    candidate(vector(0.5, 0), [
      ["near", vector(0.75, 0)],
      ["nearer", vector(0.875, 0)],
      ["unknown", vector(1, 0)],
      ["untrusted", vector(1, 0)],
    ]),
    candidate(vector(0, 1), [["rainbow unicorn", vector(1, 0)]]),
    candidate(vector(0.25, 0), []),
  ];
  const names = [
    [phrase("near", 1), phrase(" Nearer ", 0.5), phrase("untrusted", 0)],
    [phrase("rainbow unicorn", 1)],
    [],
  ];
  expect(taskCosines(task, candidates, names)).toEqual({
    documents: [0.5, 0, 0.25],
    names: [
      { name: { text: "near", source: "title" }, similarity: 0.75 },
      { name: { text: "rainbow unicorn", source: "title" }, similarity: 0.5 },
      { name: null, similarity: 0 },
    ],
  });
});

const cosines: TaskCosines = {
  documents: [0.75, 0.25],
  names: [
    { name: { text: "a", source: "title" }, similarity: 0.5 },
    { name: null, similarity: 0 },
  ],
};

it("counts from the average candidate; half a style's name supports it, and so does a leading word", () => {
  const of = (sort: "style" | "other", words: number, led: boolean, index = 0): number =>
    closeness(cosines, index, { sort, words, led });
  expect(of("other", 0, false)).toBe(0.5);
  expect(of("other", 0, false, 1)).toBe(-0.5);
  expect(of("other", 0.5, true)).toBe(0.5);
  expect(of("style", 0.5, false)).toBe(0.75);
  expect(of("style", 0, true)).toBeCloseTo(0.65, 12);
});

it("similarity scores one half at 0.65 for styles and 0.9 for others, and rises from there", () => {
  const near = (document: number, sort: "style" | "other"): number =>
    semanticMatch(
      { documents: [document, -document], names: cosines.names.map(() => ({ name: null, similarity: 0 })) },
      0,
      { sort, words: 0, led: false },
    ).strength;
  expect(near(0.65, "style")).toBeCloseTo(0.5, 12);
  expect(near(0.9, "other")).toBeCloseTo(0.5, 12);
  expect(near(1.15, "other")).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
  expect(semanticMatch(cosines, 0, { sort: "other", words: 0, led: false })).toMatchObject({
    document: 0.75,
    name: { text: "a" },
    nameSimilarity: 0.5,
  });
});
