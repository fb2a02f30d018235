import { expect, test } from "vitest";
import { describeRun } from "./describe-run.ts";

const use = (id: string, strength: number) => ({ id, unetStrength: strength, textStrength: strength });
const plan = (tasks: readonly unknown[], composer?: object) => [
  { id: "plan", milliseconds: 1, inputs: {}, outputs: { composition: { tasks, composer } } } as const,
];
const titles = { clay: "Clay Render", ink: "Ink Line Art" };

test("a line per task and adapter, and the seeds", () => {
  const tasks = [
    { text: "dog", picks: [] },
    {
      text: "clay render",
      picks: [{ id: "clay", reason: { kind: "named", words: "clay render", source: "title", score: 1 } }],
    },
    { text: "no dragon", picks: [], reason: { kind: "denied", words: "no dragon" } },
    { text: "", picks: [{ id: "ink", reason: { kind: "pinned" } }] },
    { text: "lines", picks: [{ id: "ink", reason: "drawn in ink" }] }, // as a language model wrote it
  ];
  const image = (seed: number, ...adapters: ReturnType<typeof use>[]) => ({ seed, adapters, formulas: {} });
  const images = [image(5, use("clay", 0.4), use("ink", 0.7)), image(6, use("ink", 0.7))];
  expect(describeRun({ stages: plan(tasks), images, options: { adapters: "auto" } }, titles)).toEqual([
    "“dog” → no adapter: the base model generates it",
    "“clay render” → Clay Render, strength 0.4 with seed 5, not used with seed 6: “clay render” is named in its title (1.00)",
    "“no dragon” → no adapter: negated: “no dragon” is left to the base model as text",
    "Ink Line Art, strength 0.7: pinned by you",
    "“lines” → Ink Line Art, strength 0.7: drawn in ink",
    "Seeds: 5, 6",
  ]);
});

test("who chose, and why not the reader", () => {
  const chosen = (composer: object) =>
    describeRun({ stages: plan([], composer), images: [], options: { adapters: "auto" } }, titles)[0];
  expect(chosen({ kind: "reader" })).toBe("Chosen by the reader");
  expect(chosen({ kind: "rules" })).toBe("Chosen by rules");
  expect(chosen({ kind: "rules", instead: { kind: "readerLoading" } })).toBe(
    "Chosen by rules. The reader is still loading.",
  );
  expect(chosen({ kind: "rules", instead: "The worker stopped." })).toBe(
    "Chosen by rules. The worker stopped.",
  );
});

test("adapters that no stage chose, and none at all", () => {
  const listed = {
    stages: plan([]),
    images: [{ seed: 1, adapters: [use("clay", 0.7), use("x", 1)], formulas: { x: "tag in the prompt" } }],
    options: { adapters: [{ id: "clay", weight: 0.7 }] },
  };
  expect(describeRun(listed, titles)).toEqual([
    "Clay Render, strength 0.7: listed by you",
    "x, strength 1: tag in the prompt",
    "Seed: 1",
  ]);
  const none = { stages: plan([]), images: [{ seed: 1, adapters: [], formulas: {} }] };
  expect(describeRun({ ...none, options: { adapters: "none" } }, titles)).toEqual([
    "No adapters: the base model generates all of it.",
    "Seed: 1",
  ]);
});
