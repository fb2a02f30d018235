import { describe, expect, it } from "vitest";
import { StylusError } from "../shared/errors.ts";
import { checkOptions, completeOptions, problemOf, type PackDefaults } from "./options.ts";
import { limits } from "../shared/limits.ts";

const defaults: PackDefaults = {
  width: 256,
  height: 256,
  full: { steps: 20, cfgScale: 5, sampler: "dpmpp_2m", schedule: "karras" },
  fewStep: { steps: 6, cfgScale: 1, sampler: "lcm", schedule: "lcm" },
};

function refusal(change: Record<string, unknown>): StylusError {
  try {
    checkOptions({ ...completeOptions({ prompt: "a fox" }, defaults), ...change });
  } catch (error) {
    if (error instanceof StylusError) return error;
    throw error;
  }
  throw new Error("accepted");
}

describe("completeOptions", () => {
  it("takes sampling from the mode", () => {
    expect(completeOptions({ prompt: "a", fewStep: false }, defaults)).toMatchObject({
      steps: 20,
      sampler: "dpmpp_2m",
    });
    expect(completeOptions({ prompt: "a", fewStep: true }, defaults)).toMatchObject({
      steps: 6,
      cfgScale: 1,
      sampler: "lcm",
    });
    expect(completeOptions({ prompt: "a", fewStep: true, steps: 9 }, defaults)).toMatchObject({
      steps: 9,
      sampler: "lcm",
    });
  });
  it("is few-step unless many steps are asked for, or the pack has none", () => {
    expect(completeOptions({ prompt: "a" }, defaults)).toMatchObject({ fewStep: true, steps: 6 });
    expect(completeOptions({ prompt: "a", steps: 30 }, defaults)).toMatchObject({
      fewStep: false,
      steps: 30,
    });
    expect(completeOptions({ prompt: "a" }, { ...defaults, fewStep: null })).toMatchObject({
      fewStep: false,
      steps: 20,
    });
  });
  it("treats undefined as left out", () => {
    expect(completeOptions({ prompt: "a", steps: undefined } as never, defaults).steps).toBe(6);
  });
});

it("clip skip counts the layers of the text encoder, where they are known", () => {
  const options = completeOptions({ prompt: "a fox", clipSkip: 7 }, defaults);
  expect(problemOf(options, defaults)).toBeNull();
  const problem = problemOf({ ...options, prompt: "" }, { ...defaults, textLayers: 6 });
  expect([problem?.where, problem?.message]).toEqual([
    "clipSkip",
    "Clip skip must be 1–6 for this text encoder, not 7.",
  ]);
});

describe("checkOptions", () => {
  it("accepts the defaults and a 5,000-character prompt", () => {
    checkOptions(completeOptions({ prompt: "fox ".repeat(1250) }, defaults));
  });
  it.each([
    ["prompt", { prompt: "  \n" }],
    ["prompt", { prompt: "x".repeat(limits.promptLength + 1) }],
    ["steps", { steps: 0 }],
    ["steps", { steps: 2.5 }],
    ["steps", { steps: Number.NaN }],
    ["count", { count: 17 }],
    ["seed", { seed: -1 }],
    ["width", { width: 250 }],
    ["height", { height: 2048 }],
    ["cfgScale", { cfgScale: 31 }],
    ["cacheInterval", { cacheInterval: 0 }],
    ["cacheInterval", { cacheInterval: 11 }],
    ["cacheInterval", { cacheInterval: 2.5 }],
    ["guidanceInterval", { guidanceInterval: { start: -0.1, end: 0.5 } }],
    ["guidanceInterval", { guidanceInterval: { start: 0.5, end: 1.1 } }],
    ["guidanceInterval", { guidanceInterval: { start: 0.6, end: 0.5 } }],
    ["adapters", { adapters: [{ id: "clay", weight: 80 }] }],
    ["adapters", { adapters: [{ id: "clay", weight: 1, textStrength: -20.5 }] }],
    ["strengths", { strengths: { clay: Number.NaN } }],
    ["steps", { steps: 51, sampler: "lcm", schedule: "uniform" }],
    ["steps", { steps: 51, schedule: "lcm" }],
    [
      "hires.steps",
      { schedule: "lcm", hires: { scale: 1.5, steps: 20, strength: 0.3, upscaler: "pixel-nearest" } },
    ],
  ])("names %s", (field, change) => {
    const error = refusal(change);
    expect(error.code).toBe("bad-input");
    expect(error.where).toBe(field);
    expect(error.remedy).toBeTruthy();
  });
});
