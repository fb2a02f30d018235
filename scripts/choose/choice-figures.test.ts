import { describe, expect, it } from "vitest";
import {
  choiceFigures,
  type ChosenAdapter,
  judge,
  type LabelledPrompt,
  recallAt,
  spreadOverKinds,
} from "./choice-figures.ts";

const label = (
  prompt: string,
  kind: string,
  { picks = {}, ok = [] }: { picks?: Record<string, string>; ok?: string[] } = {},
): LabelledPrompt => ({
  prompt,
  kind,
  picks: Object.entries(picks).map(([id, span]) => ({ id, span })),
  ok,
});

/** An adapter on the first place of `words` in the prompt. */
function on({ prompt }: LabelledPrompt, id: string, words: string): ChosenAdapter {
  const start = prompt.indexOf(words);
  return { id, start, end: start + words.length };
}

const multi = label("a clay fox in the fog", "multi", {
  picks: { clay: "clay", fog: "in the fog" },
  ok: ["mist"],
});
const far = label("an Aardman puppet", "far", { picks: { clay: "Aardman" }, ok: ["felt", "wool"] });
const court = label("a clay tennis court", "trap");
const shirt = label("a stained shirt", "trap");
const none = label("two men unload crates", "none", { ok: ["noir"] });
const pen = label("an ink fox with an ink pen", "trap", { picks: { ink: "ink" } });

const rows = [
  judge(multi, [on(multi, "clay", "clay fox"), on(multi, "mist", "fog"), on(multi, "neon", "fox")]),
  judge(far, [on(far, "felt", "puppet"), on(far, "wool", "puppet")]),
  judge(court, [on(court, "clay", "clay")]),
  judge(shirt, []),
  judge(none, [on(none, "noir", "men")]),
  judge(pen, [on(pen, "ink", "ink")]),
];

describe("figures of choices", () => {
  // right, wrong, missed, shares: measure of training/choice/choose.py on the same prompts, which gives 0 where nothing can be counted
  it("equal those of the training's measure", () => {
    const { kinds, ...all } = choiceFigures(rows);
    expect(all).toEqual({
      prompts: 6,
      right: 2,
      wrong: 2,
      missed: 2,
      precision: 0.5,
      recall: 0.5,
      recallWithOk: 0.75,
      clean: 4 / 6,
      picks: 8 / 6,
      noneWhenNone: 2 / 3,
      traps: 2 / 3,
    });
    const brief = Object.entries(kinds).map(([kind, sums]) => [
      kind,
      sums.right,
      sums.wrong,
      sums.missed,
      sums.precision,
      sums.recall,
      sums.clean,
    ]);
    expect(brief).toEqual([
      ["far", 0, 0, 1, null, 0, 1],
      ["multi", 1, 1, 1, 0.5, 0.5, 0],
      ["none", 0, 0, 0, null, null, 1],
      ["trap", 1, 1, 0, 0.5, 1, 2 / 3],
    ]);
  });

  it("are null where there is no prompt", () => {
    expect(choiceFigures([])).toEqual({
      prompts: 0,
      right: 0,
      wrong: 0,
      missed: 0,
      precision: null,
      recall: null,
      recallWithOk: null,
      clean: null,
      picks: null,
      noneWhenNone: null,
      traps: null,
      kinds: {},
    });
  });
});

describe("judging a choice", () => {
  it("counts an adapter of several tasks once", () => {
    const { right, wrong, chosen } = judge(pen, [
      on(pen, "ink", "ink fox"),
      on(pen, "ink", "pen"),
      on(pen, "neon", "fox"),
      on(pen, "neon", "pen"),
    ]);
    expect({ right, wrong, chosen }).toEqual({ right: ["ink"], wrong: ["neon"], chosen: 2 });
  });

  it("lets an acceptable adapter replace the wanted one on its words alone", () => {
    const replaced = (...chosen: ChosenAdapter[]): readonly string[] => judge(multi, chosen).replaced;
    expect(replaced(on(multi, "mist", "the fog"))).toEqual(["fog"]);
    expect(replaced(on(multi, "mist", "clay fox"))).toEqual(["clay"]);
    expect(replaced(on(multi, "mist", "fox "))).toEqual([]);
    expect(replaced({ id: "mist", start: null, end: null })).toEqual([]);
    expect(replaced(on(multi, "neon", "the fog"))).toEqual([]);
    expect(replaced(on(multi, "fog", "the fog"), on(multi, "mist", "the fog"))).toEqual([]);
  });

  it("lets an acceptable adapter replace one wanted adapter only", () => {
    expect(judge(multi, [on(multi, "mist", "clay fox in the fog")]).replaced).toEqual(["clay"]);
  });
});

describe("recall of a retriever", () => {
  it("is the share of wanted adapters among the first k", () => {
    const prompts = [multi, far, shirt];
    const found = [["clay", "neon", "fog"], ["felt", "clay"], ["ink"]];
    expect([1, 2, 3].map((k) => recallAt(k, prompts, found))).toEqual([1 / 3, 2 / 3, 1]);
    expect(recallAt(10, [shirt], [["ink"]])).toBeNull();
  });
});

describe("a part of the prompts", () => {
  const prompts = [
    ...Array.from({ length: 10 }, (_, i) => label(`far ${i}`, "far")),
    label("trap 0", "trap"),
    ...Array.from({ length: 4 }, (_, i) => label(`none ${i}`, "none")),
  ];
  const spread = (limit: number): string[] => spreadOverKinds(prompts, limit).map(({ prompt }) => prompt);

  it("has as many of each kind while they last, evenly spaced, in their order", () => {
    expect(spread(3)).toEqual(["far 0", "trap 0", "none 0"]);
    expect(spread(7)).toEqual(["far 0", "far 3", "far 6", "trap 0", "none 0", "none 1", "none 2"]);
  });

  it("is all of them when the limit is larger", () => {
    expect(spread(Infinity)).toEqual(prompts.map(({ prompt }) => prompt));
  });
});
