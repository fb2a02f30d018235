// Values of axes as AUTOMATIC1111's users type them.
import { describe, expect, it } from "vitest";
import { StylusError } from "../../shared/errors.ts";
import { joinValues, readAxis, splitValues, withDrawnSeeds, type PlotAxis } from "./axes.ts";

const values = (kind: PlotAxis["kind"], text: string) => readAxis("x", { kind, values: text }).values;

const refusal = (kind: PlotAxis["kind"], text: string): StylusError => {
  try {
    readAxis("y", { kind, values: text });
  } catch (error) {
    return error as StylusError;
  }
  throw new Error("It was let pass.");
};

describe("splitValues", () => {
  it.each([
    ["1,2, 3", ["1", "2", "3"]],
    ["a fox, a robot", ["a fox", "a robot"]],
    ['"a, b", "say ""hi""", ""', ["a, b", 'say "hi"', ""]],
    ['a "quoted" word, b', ['a "quoted" word', "b"]],
    ["fox, “big, red cat” ,“”", ["fox", "big, red cat", ""]],
    ["a,,b,\nc", ["a", "b", "c"]],
    ['"open, b', ['"open', "b"]],
    [" , ", []],
  ])("%j", (text, expected) => {
    expect(splitValues(text)).toEqual(expected);
  });

  it("joinValues is the way back", () => {
    const list = ["a", "a, b", ' say "hi"', "", "line\nend"];
    expect(splitValues(joinValues(list))).toEqual(list);
  });
});

describe("readAxis", () => {
  it.each([
    ["steps", "1,2,3", [1, 2, 3]],
    ["steps", "1-5", [1, 2, 3, 4, 5]],
    ["steps", "1-10 (+2)", [1, 3, 5, 7, 9]],
    ["steps", "1-10 [5]", [1, 3, 5, 7, 10]],
    ["steps", "10-4 (-3), 20", [10, 7, 4, 20]],
    ["steps", "5-3", [5, 4, 3]],
    ["steps", "7-20 [1]", [7]],
    ["cfgScale", "1-2 (+0.25)", [1, 1.25, 1.5, 1.75, 2]],
    ["cfgScale", "3-5 [3], 7.5", [3, 4, 5, 7.5]],
    ["weight", "-1-1, 0.1-0.3 (+0.1)", [-1, 0, 1, 0.1, 0.2, 0.3]],
    [
      "sampler",
      "Euler a, ddim, k_dpmpp_2m",
      [{ sampler: "euler_a" }, { sampler: "ddim" }, { sampler: "dpmpp_2m" }],
    ],
    ["sampler", "DPM++ 2M Karras", [{ sampler: "dpmpp_2m", schedule: "karras" }]],
    ["schedule", "Karras, SGM Uniform", ["karras", "sgm_uniform"]],
    ["adapter", "clay, none", ["clay", null]],
    ["vae", "None, vae-ft-mse, Automatic", [null, "vae-ft-mse", null]],
    ["preset", "paper, Balanced", ["paper", "balanced"]],
    ["prompt", 'fox, "red, big fox"', ["fox", "red, big fox"]],
  ] as const)("%s: %s", (kind, text, expected) => {
    expect(values(kind, text)).toEqual(expected);
  });

  it.each([
    ["steps", "4, x", "Steps on Y cannot be “x”.", "Use whole numbers from 1 to 150, such as"],
    ["steps", "140-160", "Steps on Y cannot be 151 in “140-160”.", "from 1 to 150"],
    ["steps", "2.5", "Steps on Y cannot be “2.5”.", "whole numbers"],
    ["steps", "1-9 (+0)", "Steps on Y cannot be “1-9 (+0)”.", "1-10 (+2)"],
    ["cfgScale", "31", "CFG Scale on Y cannot be “31”.", "Use numbers from 0 to 30"],
    ["sampler", "Euler, PLMS", "Sampler on Y cannot be “PLMS”.", "Use Euler, Euler a, DPM++ 2M"],
    ["schedule", "Polar", "Schedule type on Y cannot be “Polar”.", "Use Uniform, Karras"],
    ["preset", "best", "Preset on Y cannot be “best”.", "Use balanced, paper, reference."],
    ["seed", "1-4000000000", "Y has more than 100 values.", "take fewer"],
    ["prompt", " ,", "Y has no values.", "Add some"],
    ["steps", "1-10 [0]", "Steps on Y cannot be “1-10 [0]”.", "1-10 [5]"],
  ] as const)("refuses %s: %s", (kind, text, message, remedy) => {
    const error = refusal(kind, text);
    expect([error.code, error.where, error.message]).toEqual(["bad-input", "plot.y", message]);
    expect(error.remedy).toContain(remedy);
  });

  it("seeds of −1 are drawn once", () => {
    const seeds = [5, 6];
    const axis: PlotAxis = { kind: "seed", values: "-1, 3, -1" };
    const drawn = withDrawnSeeds({ x: axis, y: { ...axis, kind: "weight" }, z: null }, () => seeds.shift()!);
    expect(drawn).toEqual({
      x: { kind: "seed", values: "5, 3, 6" },
      y: { kind: "weight", values: "-1, 3, -1" },
      z: null,
    });
  });
});
