// What a reader is shown of a prompt: everything but what the prompt takes back.
import { describe, expect, it } from "vitest";
import { readablePrompt } from "./readable-prompt.ts";

const squeezed = (text: string): string => text.replace(/\s+/g, " ").replace(/ ,/g, ",").trim();

describe("readablePrompt", () => {
  it.each([
    ["a fox, no dragon", "a fox,"],
    ["a knight without a helmet in the snow", "a knight, in the snow"],
    ["a fox, not a dog", "a fox,"],
    ["a non-realistic dog", "a, dog"],
    ["a room, no clay or wood, at night", "a room, or, at night"],
    ["a hill, (fog:0), (trees:1.2)", "a hill, trees"],
    ["a hill (in (deep fog:-0.5):1.1)", "a hill in,"],
    ["a hill \\(fog:0\\), (trees:0)", "a hill fog:0,"],
    ["a hill, (fog:0.000000)", "a hill,"],
    ["a fox AND fog :-1", "a fox,"],
    ["a fox :0.7 AND fog :0.4", "a fox, fog,"],
    ["masterpiece, best quality, 8k, a clay fox", "a clay fox"],
    ["a clay fox <lora:clay:0.8>, high quality paper", "a clay fox, paper"],
  ])("shows %j as %j", (prompt, expected) => {
    const { text } = readablePrompt(prompt);
    expect(squeezed(text)).toBe(expected);
    expect(text).toHaveLength(prompt.length);
  });

  it("keeps every word at its place", () => {
    const prompt = "a (fog:0) hill, no rain, <lora:x:1> neon sign";
    const { text } = readablePrompt(prompt);
    for (const word of ["hill", "neon sign"]) expect(text.indexOf(word)).toBe(prompt.indexOf(word));
  });

  it("keeps denied parts apart for the tasks", () => {
    expect(readablePrompt("a fox, no dragon, 8k").withDenied.trimEnd()).toBe("a fox, no dragon,");
  });
});
