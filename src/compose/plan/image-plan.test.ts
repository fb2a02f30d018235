import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import { type BaselineCandidate, composeBaseline, rerankedBaseline } from "../baselines.ts";
import type { Composition } from "../composition.ts";
import { planImages } from "./image-plan.ts";
import { presets } from "./presets.ts";

const composition = (sizes: readonly number[], weight = 0.8): Composition => ({
  tasks: sizes.map((size, t) => ({
    text: `task ${t}`,
    start: null,
    end: null,
    picks: Array.from({ length: size }, (_, i) => ({
      id: `a${t}.${i}`,
      reason: "",
      similarity: 0.9,
      weight,
    })),
  })),
  rejected: [],
  composer: { name: "test", kind: "rules" },
});

describe("plan", () => {
  test("image i of a batch is the single image of seed + i", () => {
    const batch = planImages(composition([3, 2, 1]), { preset: "paper", count: 8, seed: 100 });
    for (const [i, image] of batch.images.entries()) {
      const single = planImages(composition([3, 2, 1]), { preset: "paper", count: 1, seed: 100 + i });
      expect(single.images[0]).toEqual(image);
    }
    expect(new Set(batch.images.map(({ mask }) => JSON.stringify(mask))).size).toBeGreaterThan(1);
  });

  test("fall-back masks leave one task, or all, to the base model; balanced has none", () => {
    const emptyTasks = (preset: "paper" | "reference" | "balanced"): Set<string> =>
      new Set(
        planImages(composition([2, 1]), { preset, count: 60, seed: 3 }).images.map(({ mask }) =>
          mask.map((bits) => (bits.includes(true) ? "used" : "empty")).join(" "),
        ),
      );
    const all = new Set(["used used", "used empty", "empty used", "empty empty"]);
    expect(emptyTasks("paper")).toEqual(all);
    expect(emptyTasks("reference")).toEqual(all);
    expect(emptyTasks("balanced")).toEqual(new Set(["used used"]));
  });

  test("weights: refined × 0.8 ÷ active in the reference, refined ÷ active in the paper", () => {
    for (const [preset, base] of [
      ["reference", 0.8],
      ["paper", 1],
    ] as const) {
      for (const { uses } of planImages(composition([3, 2], 0.7), { preset, count: 30, seed: 0 }).images) {
        for (const use of uses) {
          const active = uses.filter(({ taskIndex }) => taskIndex === use.taskIndex).length;
          expect(use.strength).toBeCloseTo((0.7 * base) / active, 12);
        }
      }
    }
  });

  test("the budget caps the sum of strengths and keeps their proportions", () => {
    const budget = presets.balanced.budget!;
    const { images } = planImages(composition([1, 1, 1, 1], 0.9), { preset: "balanced", count: 1, seed: 5 });
    expect(images[0]!.uses.reduce((sum, { strength }) => sum + strength, 0)).toBeCloseTo(budget, 12);
    expect(images[0]!.uses[0]!.formula).toBe(`0.9 × ${Number((budget / 3.6).toFixed(3))} (budget)`);
    const small = planImages(composition([1], 0.9), { preset: "balanced", count: 1, seed: 5 });
    expect(small.images[0]!.uses[0]!.strength).toBe(0.9);
  });

  test("negative strengths spend the budget as positive ones do; those set by hand spend none", () => {
    const tasks = composition([1, 1, 1, 1]).tasks.map((task, t) => ({
      ...task,
      picks: task.picks.map((pick) => ({ ...pick, weight: t % 2 === 0 ? 0.9 : -0.9 })),
    }));
    const mixed = { ...composition([]), tasks };
    const cut = presets.balanced.budget! / 3.6;
    const { images } = planImages(mixed, { preset: "balanced", count: 1, seed: 5 });
    const strengths = images[0]!.uses.map(({ strength }) => strength);
    for (const [i, strength] of strengths.entries())
      expect(strength).toBeCloseTo((i % 2 === 0 ? 0.9 : -0.9) * cut, 12);
    const byHand = planImages(mixed, {
      preset: "balanced",
      count: 1,
      seed: 5,
      overrides: { strengths: { "a0.0": -15, "a1.0": 15, "a2.0": 0.4 } },
    });
    expect(byHand.images[0]!.uses.map(({ strength }) => strength)).toEqual([-15, 15, 0.4, -0.9]);
  });

  test("a slider whose own weight is beyond ±2 neither is cut by the budget nor spends it", () => {
    const weights = [7, 1.2, -5, 0.8];
    const tasks = composition([1, 1, 1, 1]).tasks.map((task, t) => ({
      ...task,
      picks: task.picks.map((pick) => ({ ...pick, weight: weights[t]! })),
    }));
    for (const combine of ["merge", "switch"] as const) {
      const options = { preset: "balanced", count: 1, seed: 5, combine } as const;
      const { images } = planImages({ ...composition([]), tasks }, options);
      const [first, ...others] = images[0]!.uses;
      expect([first!.strength, first!.formula, others[1]!.strength]).toEqual([7, "7", -5]);
      const cut = combine === "merge" ? 1.6 / 2 : 1;
      expect([others[0]!.strength, others[2]!.strength]).toEqual([1.2 * cut, 0.8 * cut]);
    }
  });

  test("adapters that take turns share neither their task nor the budget; their text parts do", () => {
    const plan = (combine: "merge" | "switch") =>
      planImages(composition([3, 1], 0.9), { preset: "balanced", count: 1, seed: 5, masks: "all", combine })
        .images[0]!;
    const [merged, switched] = [plan("merge"), plan("switch")];
    expect(switched.adapters).toEqual(merged.adapters.map((use) => ({ ...use, unetStrength: 0.9 })));
    expect(merged.adapters.map(({ textStrength }) => textStrength)).toEqual(
      [0.3, 0.3, 0.3, 0.9].map((strength) => expect.closeTo(strength * (1.6 / 1.8), 12)),
    );
    expect(switched.uses.map(({ formula }) => formula)).toEqual(["0.9", "0.9", "0.9", "0.9"]);
    const strong = planImages(composition([1, 1], 2), {
      preset: "balanced",
      count: 1,
      seed: 5,
      combine: "switch",
    });
    expect(strong.images[0]!.adapters.map(({ unetStrength }) => unetStrength)).toEqual([1.6, 1.6]);
  });

  test("user strengths stay unchanged; bans and pins", () => {
    const { images, composition: final } = planImages(composition([2, 1]), {
      preset: "paper",
      count: 20,
      seed: 1,
      overrides: {
        strengths: { "a0.0": 1.3, mine: -0.5 },
        bans: ["a1.0"],
        pins: [
          { id: "a0.0", weight: 0.8 },
          { id: "mine", weight: 0.8 },
        ],
      },
    });
    expect(final.tasks.map(({ picks }) => picks.map(({ id }) => id))).toEqual([
      ["a0.0", "a0.1"],
      [],
      ["mine"],
    ]);
    expect(final.tasks[2]).toEqual({
      text: "",
      start: null,
      end: null,
      picks: [{ id: "mine", weight: 0.8, similarity: 1, reason: { kind: "pinned" } }],
    });
    for (const job of images) {
      expect(job.adapters).toContainEqual({ id: "a0.0", unetStrength: 1.3, textStrength: 1.3 });
      expect(job.adapters).toContainEqual({ id: "mine", unetStrength: -0.5, textStrength: -0.5 });
      expect(job.adapters.some(({ id }) => id === "a1.0")).toBe(false);
    }
  });

  test("properties: each adapter once, active or masked, budget kept, deterministic", () => {
    const arbitrary = fc.record({
      sizes: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 5 }),
      preset: fc.constantFrom("paper", "reference", "balanced"),
      seed: fc.integer({ min: 0, max: 2 ** 32 }),
      count: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ sizes, preset, seed, count }) => {
        const options = { preset, seed, count } as const;
        const plan = planImages(composition(sizes), options);
        expect(planImages(composition(sizes), options)).toEqual(plan);
        const all = plan.composition.tasks.flatMap(({ picks }) => picks.map(({ id }) => id)).sort();
        for (const { uses, masked } of plan.images) {
          expect([...uses.map(({ id }) => id), ...masked].sort()).toEqual(all);
          const sum = uses.reduce((total, { strength }) => total + strength, 0);
          expect(sum).toBeLessThanOrEqual((presets[preset].budget ?? Infinity) + 1e-9);
        }
      }),
      propertyRuns(100),
    );
  });
});

const candidate = (id: string, similarity: number): BaselineCandidate => ({ id, weight: 0.7, similarity });

test("a strength and its formula: the card's, the preset's, shared by the adapters of a task", () => {
  const pick = (id: string) => ({ id, reason: "", similarity: 1, weight: 0.9 });
  const composition = {
    tasks: [
      { text: "a", start: 0, end: 1, picks: [pick("x"), pick("y")] },
      { text: "b", start: 2, end: 3, picks: [pick("z")] },
    ],
    rejected: [],
    composer: { name: "rules", kind: "rules" },
  } as const;
  const { images } = planImages(composition, { preset: "reference", count: 1, seed: 1, masks: "all" });
  expect(images[0]!.uses.map(({ id, formula, strength }) => [id, formula, strength])).toEqual([
    ["x", "0.9 × 0.8 ÷ 2", (0.9 * 0.8) / 2],
    ["y", "0.9 × 0.8 ÷ 2", (0.9 * 0.8) / 2],
    ["z", "0.9 × 0.8", 0.9 * 0.8],
  ]);
});

describe("baselines", () => {
  const candidates = Array.from({ length: 10 }, (_, i) => candidate(`a${i}`, 0.9 - i / 20));

  test("retriever: the top three, each its own task, with undivided weights", () => {
    const found = composeBaseline("retriever", candidates, { seed: 1 });
    const { images } = planImages(found, { preset: "reference", count: 1, seed: 1, masks: "all" });
    expect(images[0]!.adapters.map(({ id, unetStrength }) => [id, unetStrength])).toEqual(
      ["a0", "a1", "a2"].map((id) => [id, 0.7 * 0.8]),
    );
  });

  test("say why: by rank with the score, or drawn; no similarity is below 0", () => {
    const tasksOf = (baseline: "retriever" | "random") =>
      composeBaseline(baseline, [candidate("a", 0.4), candidate("b", -0.2)], { seed: 1 }).tasks.map(
        ({ picks: [pick] }) => [pick!.id, pick!.similarity, pick!.reason],
      );
    expect(tasksOf("retriever")).toEqual([
      ["a", 0.4, { kind: "ranked", place: 1, score: 0.4 }],
      ["b", 0, { kind: "ranked", place: 2, score: -0.2 }],
    ]);
    expect(new Set(tasksOf("random"))).toEqual(
      new Set([
        ["a", 0.4, { kind: "drawn" }],
        ["b", 0, { kind: "drawn" }],
      ]),
    );
  });

  test("random: seeded, three different adapters, independent of candidate order", () => {
    const ids = (list: readonly BaselineCandidate[], seed: number): string[] =>
      composeBaseline("random", list, { seed }).tasks.map(({ picks }) => picks[0]!.id);
    expect(ids(candidates, 4)).toEqual(ids([...candidates].reverse(), 4));
    expect(new Set(ids(candidates, 4)).size).toBe(3);
    expect(composeBaseline("random", candidates, { seed: 4 }).composer.name).toBe("three at random");
    expect(
      new Set(Array.from({ length: 20 }, (_, seed) => ids(candidates, seed).join())).size,
    ).toBeGreaterThan(5);
    expect(ids(candidates.slice(0, 2), 4)).toHaveLength(2);
  });

  test("sd has none", () => {
    expect(composeBaseline("sd", candidates, { seed: 1 })).toEqual({
      tasks: [],
      rejected: [],
      composer: { name: "no adapters", kind: "none" },
    });
  });

  test("reranker: the three with the highest scores, whatever their similarity", () => {
    const scores = candidates.map(({ id }) => ({ a7: 4, a2: 0, a9: -1 })[id] ?? -11);
    const { tasks, composer } = rerankedBaseline(candidates, scores);
    expect(composer).toEqual({ name: "top 3 by the reranker", kind: "none" });
    expect(tasks.map(({ picks: [pick] }) => [pick!.id, pick!.similarity, pick!.reason])).toEqual([
      ["a7", expect.closeTo(0.982, 3), { kind: "reranked", place: 1, of: 10, score: 4 }],
      ["a2", 0.5, { kind: "reranked", place: 2, of: 10, score: 0 }],
      ["a9", expect.closeTo(0.269, 3), { kind: "reranked", place: 3, of: 10, score: -1 }],
    ]);
  });
});
