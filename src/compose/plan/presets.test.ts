// The numbers of docs/stylus.md.
import { expect, it } from "vitest";
import { presets } from "./presets.ts";

it("presets have the numbers of the paper, of its code, and our own", () => {
  expect(presets).toEqual({
    paper: { perTask: 5, styles: 2, threshold: 0.5, masks: "one-hot", baseWeight: 1, budget: null },
    reference: { perTask: 3, styles: 2, threshold: 0.5, masks: "power-set", baseWeight: 0.8, budget: null },
    balanced: { perTask: 3, styles: 2, threshold: 0.5, masks: "never-empty", baseWeight: 1, budget: 1.6 },
  });
});
