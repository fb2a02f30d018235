// Changes of the choice, by ids that users make up.
import { expect, it } from "vitest";
import { createRoot } from "solid-js";
import { createChoiceState } from "./choice.ts";
import { createSettings } from "./settings/stored.ts";

it.each(["constructor", "toString", "__proto__"])("a slider of an adapter called %s is its own", (id) => {
  const choice = createRoot(() => createChoiceState({ settings: createSettings(), pack: () => null }));
  expect(choice.adjustments.strengths[id]).toBeUndefined();
  choice.setStrength(id, 0.25);
  expect(Object.entries(choice.snapshot().strengths)).toEqual([[id, 0.25]]);
  const adopted = { removed: [], strengths: choice.snapshot().strengths };
  choice.setStrength(id, null);
  expect(choice.snapshot().strengths).toEqual({});
  choice.adopt(adopted);
  choice.setStrength(id, 0.5);
  expect(Object.entries(choice.snapshot().strengths)).toEqual([[id, 0.5]]);
});

it("forgets sliders of adapters that a prompt with styles no longer brings up, by a reading of that prompt alone", () => {
  const choice = createRoot(() => createChoiceState({ settings: createSettings(), pack: () => null }));
  const reading = {
    prompt: "a fox, in clay",
    candidates: [],
    regions: [],
    composition: { tasks: [], rejected: [], composer: { name: "rules", kind: "rules" } },
  } as const;
  choice.setStrength("ink", 0.5);
  choice.prune(reading, "a fox");
  expect(Object.keys(choice.snapshot().strengths)).toEqual(["ink"]);
  choice.prune(reading, "a fox, in clay");
  expect(Object.keys(choice.snapshot().strengths)).toEqual([]);
});
