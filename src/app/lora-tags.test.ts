import { describe, expect, it } from "vitest";
import type { AdapterUse } from "../shared/request.ts";
import { checkLoraTags, describeStrength, formatLoraTag, readLoraTags } from "./lora-tags.ts";

const use = (id: string, weight: number, rest: Partial<AdapterUse> = {}): AdapterUse => ({
  id,
  unetStrength: weight,
  textStrength: weight,
  ...rest,
});

describe("readLoraTags", () => {
  it.each<[prompt: string, text: string, adapters: AdapterUse[]]>([
    ["a fox", "a fox", []],
    ["a fox <lora:clay:0.8>", "a fox ", [use("clay", 0.8)]],
    ["<lora:clay>a fox<lora:ink:-0.5>", "a fox", [use("clay", 1), use("ink", -0.5)]],
    ["a <lora:clay:te=0.3:unet=0.8> fox", "a  fox", [use("clay", 0.8, { textStrength: 0.3 })]],
    ["<lora:clay:0.3:0.8>", "", [use("clay", 0.8, { textStrength: 0.3 })]],
    ["<lora:clay:unet=0>", "", [use("clay", 0, { textStrength: 1 })]],
    ["<lora:clay:0.2> <lora:clay:0.9>", " ", [use("clay", 0.9)]],
    [
      "<lora:clay:0.7:lbw=IN04=0.5,OUT11=0>",
      "",
      [use("clay", 0.7, { blockWeights: { IN04: 0.5, OUT11: 0 } })],
    ],
    ["<lora:clay:1:start=5>", "", [use("clay", 1, { steps: { start: 5 } })]],
    ["<lora:clay:1:stop=15>", "", [use("clay", 1, { steps: { start: 0, end: 15 } })]],
    ["<lora:clay:1:step=5-15>", "", [use("clay", 1, { steps: { start: 5, end: 15 } })]],
    ["<lyco:clay:1:1:dyn=8>", "", [use("clay", 1)]],
    ["a < b, <lora:>", "a < b, <lora:>", []],
  ])("%s", (prompt, text, adapters) => {
    const tags = readLoraTags(prompt);
    expect(tags.text).toBe(text);
    expect(tags.adapters).toEqual(adapters);
    expect(tags.problems).toEqual([]);
    expect(() => checkLoraTags(tags)).not.toThrow();
  });

  it("reads lists and presets of block weights", () => {
    const weights = (text: string) => readLoraTags(`<lora:clay:1:lbw=${text}>`).adapters[0]!.blockWeights!;
    expect(weights("1,0,0,0,0,0,0,0,0.5,1,1,1,1,1,1,1,1")).toMatchObject({ BASE: 1, IN01: 0, OUT03: 0.5 });
    expect(weights("outall")).toMatchObject({ BASE: 1, M00: 0, OUT03: 1 });
  });

  it.each([
    ["<lora:clay:much>", "“much” is not a number."],
    ["<lora:clay:te=x>", "“x” is not a number."],
    ["<lora:clay:1:lwb=NONE>", "“lwb” is nothing that a tag can say"],
    ["<lora:clay:1:lbw=1,2,3>", "3 numbers instead of 17 or 26"],
    ["<lora:clay:1:lbw=UP=1>", "not a block and a number"],
    ["<lora:clay:1:start=0.5>", "whole numbers"],
    ["<lora:clay:1:step=8-5>", "the last after the first"],
  ])("%s is told, not guessed", (prompt, problem) => {
    const tags = readLoraTags(prompt);
    expect(tags.adapters).toEqual([use("clay", 1)]);
    expect(tags.problems.join()).toContain(problem);
    expect(() => checkLoraTags(tags)).toThrow(problem);
  });

  it("maps spans back to the prompt", () => {
    const prompt = "<lora:a:1>a castle <lora:b:1>on a hill <lora:c:1>";
    const tags = readLoraTags(prompt);
    for (const words of ["a castle", "on a hill"]) {
      const start = tags.text.indexOf(words);
      const from = tags.toPrompt(start);
      expect(prompt.slice(from, tags.toPrompt(start + words.length - 1) + 1)).toBe(words);
    }
  });

  it("writes what it reads", () => {
    expect(formatLoraTag(use("clay", 0.6400001))).toBe("<lora:clay:0.64>");
    for (const tag of [
      "<lora:clay:0.64>",
      "<lora:clay:0.3:0.8>",
      "<lora:clay:1:lbw=1,0,0,0,0,0,0,0,0.5,1,1,1,1,1,1,1,1>",
      "<lora:clay:-0.5:start=5:stop=15>",
      "<lora:clay:1:start=0:stop=4>",
    ])
      expect(readLoraTags(tag).adapters.map(formatLoraTag)).toEqual([tag]);
  });

  it("says strengths in words", () => {
    expect(describeStrength(use("clay", 0.8))).toBe("0.80");
    expect(
      describeStrength(
        use("clay", 0.8, {
          textStrength: 0.3,
          blockWeights: { M00: 0 },
          steps: { start: 5, end: 15 },
        }),
      ),
    ).toBe("U-Net 0.80, text 0.30, weights by block, steps 5 to 14");
    expect(describeStrength(use("clay", 1, { steps: { start: 5 } }))).toBe("1.00, from step 5");
  });
});
