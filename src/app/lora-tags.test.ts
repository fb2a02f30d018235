import { describe, expect, it } from "vitest";
import { formatLoraTag, readLoraTags } from "./lora-tags.ts";

describe("readLoraTags", () => {
  it.each([
    ["a fox", "a fox", []],
    ["a fox <lora:clay:0.8>", "a fox ", [{ id: "clay", weight: 0.8 }]],
    [
      "<lora:clay>a fox<lora:ink:-0.5>",
      "a fox",
      [
        { id: "clay", weight: 1 },
        { id: "ink", weight: -0.5 },
      ],
    ],
    ["a <lora:clay:te=0.3:unet=0.8> fox", "a  fox", [{ id: "clay", weight: 0.3 }]],
    ["<lora:clay:0.2> <lora:clay:0.9>", " ", [{ id: "clay", weight: 0.9 }]],
    ["a < b, <lora:>, <lora:x:y>", "a < b, <lora:>, ", [{ id: "x", weight: 1 }]],
  ])("%s", (prompt, text, adapters) => {
    const tags = readLoraTags(prompt);
    expect(tags.text).toBe(text);
    expect(tags.adapters).toEqual(adapters);
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
    expect(formatLoraTag({ id: "clay", weight: 0.6400001 })).toBe("<lora:clay:0.64>");
    expect(readLoraTags("<lora:clay:0.64>").adapters).toEqual([{ id: "clay", weight: 0.64 }]);
  });
});
