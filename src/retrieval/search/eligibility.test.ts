import { expect, test } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import type { AdapterCard } from "../card.ts";
import { eligibilityFacts, exclusionReason, type RetrievalFilter } from "./eligibility.ts";

const reason = (each: AdapterCard, filter: RetrievalFilter) =>
  exclusionReason(eligibilityFacts(each), filter);

test("filters say why", () => {
  const base = card("a", "style", { title: "Age Slider" });
  const filter = { baseModels: ["pocket"] };
  const few = { steps: 4, cfgScale: 1, sampler: "lcm", schedule: "lcm" };
  const sample = { path: "", prompt: "" };
  expect(reason(base, filter)).toBeNull();
  expect(reason({ ...base, fewStep: few }, filter)).toMatch(/few-step/);
  expect(reason(base, { ...filter, bans: ["a"] })).toBe("banned by you");
  expect(reason(base, { ...filter, blacklist: ["a"] })).toMatch(/known to spoil/);
  expect(reason({ ...base, baseModel: "SDXL 1.0" }, { baseModels: ["SD 1.5"] })).toBe(
    "made for SDXL 1.0, not for SD 1.5",
  );
  expect(reason({ ...base, baseModel: "sd1.5" }, { baseModels: ["SD 1.5"] })).toBeNull();
  expect(reason({ ...base, samples: [sample] }, { ...filter, minimumSamples: 3 })).toMatch(/1 sample images/);
  expect(reason(base, { ...filter, minimumSamples: 3 })).toBeNull(); // unknown is not few
  expect(reason(base, { ...filter, withoutCharactersAndSliders: true })).toMatch(/slider/);
});
