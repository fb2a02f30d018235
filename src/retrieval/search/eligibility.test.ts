import { expect, test } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import type { AdapterCard } from "../card.ts";
import { eligibilityFacts, isEligible, type RetrievalFilter } from "./eligibility.ts";

const passes = (each: AdapterCard, filter: RetrievalFilter) => isEligible(eligibilityFacts(each), filter);

test("few-step adapters, bans and other base models are left out", () => {
  const base = card("a", "style");
  const filter = { baseModels: ["pocket"] };
  const few = { steps: 4, cfgScale: 1, sampler: "lcm", schedule: "lcm" };
  expect(passes(base, filter)).toBe(true);
  expect(passes({ ...base, fewStep: few }, filter)).toBe(false);
  expect(passes(base, { ...filter, bans: ["a"] })).toBe(false);
  expect(passes(base, { ...filter, bans: ["b"] })).toBe(true);
  expect(passes({ ...base, baseModel: "SDXL 1.0" }, { baseModels: ["SD 1.5"] })).toBe(false);
  expect(passes({ ...base, baseModel: "sd1.5" }, { baseModels: ["SD 1.5"] })).toBe(true);
});
