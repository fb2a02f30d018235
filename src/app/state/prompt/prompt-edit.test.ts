import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { growth, hardTexts, linear, propertyRuns } from "../../../../tests/fixtures/properties.ts";
import { adjustWeight, insertWords } from "./prompt-edit.ts";

/** `|` marks the selection: one for a cursor, two for a range. */
function edit(marked: string, direction: 1 | -1): string {
  const start = marked.indexOf("|");
  const end = marked.lastIndexOf("|");
  const text = marked.replaceAll("|", "");
  const out = adjustWeight({ text, start, end: start === end ? start : end - 1 }, direction);
  return out.start === out.end
    ? `${out.text.slice(0, out.start)}|${out.text.slice(out.start)}`
    : `${out.text.slice(0, out.start)}|${out.text.slice(out.start, out.end)}|${out.text.slice(out.end)}`;
}

describe("adjustWeight", () => {
  it.each([
    ["a ca|stle at night", 1, "a (|castle|:1.1) at night"],
    ["a ca|stle at night", -1, "a (|castle|:0.9) at night"],
    ["|a castle| at night", 1, "(|a castle|:1.1) at night"],
    ["a | castle|, night", 1, "a  (|castle|:1.1), night"],
    ["a (|castle|:1.1) at", 1, "a (|castle|:1.2) at"],
    ["a (|castle|:1.1) at", -1, "a |castle| at"],
    ["a (castle at nig|ht:0.8)", 1, "a (|castle at night|:0.9)"],
    ["fox <lora:clay|:0.8>", 1, "fox <lora:clay|:0.85>"],
    ["fox <lora:clay|:0.8>", -1, "fox <lora:clay|:0.75>"],
    ["fox <lora:cl|ay>", -1, "fox <lora:cl|ay:0.95>"],
    ["fox <lora:clay|:te=0.5>", 1, "fox <lora:clay|:te=0.55>"],
    ["fox <lora:clay|:unet=0.5>", 1, "fox <lora:clay|:1.05:unet=0.5>"],
    ["fox <lora:clay:0.8:lbw=IN04=0.5|:stop=9>", -1, "fox <lora:clay:0.75:lbw=IN04=0.|5:stop=9>"],
    ["fox <lora:clay|:unet=0.8:0.5:0.3>", 1, "fox <lora:clay|:unet=0.8:0.55:0.3>"],
    ["fox <lora:clay|: 0.8 >", 1, "fox <lora:clay|:0.85>"],
    ["fox <lora:clay:|>", 1, "fox <lora:clay:|1.05>"],
    ["fox <lora:clay:mu|ch>", 1, "fox <lora:clay:mu|ch>"],
    ["fox <lora:clay|:19.98>", 1, "fox <lora:clay|:20>"],
    ["fox <lora:clay|:20>", 1, "fox <lora:clay|:20>"],
    ["fox <lora:clay|:20>", -1, "fox <lora:clay|:19.95>"],
    ["fox <lora:clay|:-20>", -1, "fox <lora:clay|:-20>"],
    ["fox <lora:clay|:30>", 1, "fox <lora:clay|:30>"],
    ["fox <lora:clay|:30>", -1, "fox <lora:clay|:20>"],
    ["|", 1, "|"],
    ["a , | b", 1, "a , | b"],
    ["naïve caf|é", 1, "naïve (|café|:1.1)"],
    ["(fo|x: 1.2)", 1, "(|fox|:1.3)"],
    ["(fo|x : 1.2 )", -1, "(|fox |:1.1)"],
    ["(big (red:1.1) fo|x:1.2)", 1, "(|big (red:1.1) fox|:1.3)"],
    ["\\((fo|x:1.2)\\)", 1, "\\((|fox|:1.3)\\)"],
    ["16:9 (fo|x)", 1, "16:9 ((|fox|:1.1))"],
  ] as const)("%s, %i → %s", (before, direction, after) => {
    expect(edit(before, direction)).toBe(after);
  });

  it("undoes itself", () => {
    const start = { text: "two dogs in the snow", start: 4, end: 8 };
    const back = adjustWeight(adjustWeight(start, 1), -1);
    expect(back.text).toBe(start.text);
  });
});

describe("insertWords", () => {
  it.each([
    ["a fox|", "a fox, *clay*"],
    ["a fox, |", "a fox, *clay*"],
    [" |", "*clay*"],
    ["|a fox", "*clay*, a fox"],
    ["a red| fox, night", "a red, *clay*, fox, night"],
    ["a f|ox, night", "a fox, *clay*, night"],
    ["a fox,| night", "a fox, *clay*, night"],
    ["(a fox|:1.2)", "(a fox, *clay*:1.2)"],
    ["(|a fox:1.2)", "(*clay*, a fox:1.2)"],
    ["a <lora:in|k:0.5> fox", "a <lora:ink:0.5>, *clay*, fox"],
    ["a fox|\nat night", "a fox, *clay*\nat night"],
    ["a fox\n|at night", "a fox\n*clay*, at night"],
  ])("%s becomes %s", (marked, expected) => {
    const { text, start, end } = insertWords(marked.replace("|", ""), "clay", marked.indexOf("|"));
    expect(`${text.slice(0, start)}*${text.slice(start, end)}*${text.slice(end)}`).toBe(expected);
  });
});

describe("any text", () => {
  it("keeps the selection within the text, and all that is outside of it", () => {
    const prompt = fc.string({
      unit: fc.constantFrom("a", " ", "(", ")", ":", "1", ".", "\\", "<lora:", ">", "="),
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        prompt,
        fc.nat(),
        fc.nat(),
        fc.constantFrom(1 as const, -1 as const),
        (text, a, b, direction) => {
          const [start, end] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y) as [
            number,
            number,
          ];
          const after = adjustWeight({ text, start, end }, direction);
          expect(after.start).toBeGreaterThanOrEqual(0);
          expect(after.end).toBeGreaterThanOrEqual(after.start);
          expect(after.end).toBeLessThanOrEqual(after.text.length);
        },
      ),
      propertyRuns(500),
    );
  });
  it.each(hardTexts)("takes time in proportion to its length: %s", (_, make) => {
    const weigh = (text: string): unknown => [
      adjustWeight({ text, start: text.length >> 1, end: text.length >> 1 }, 1),
      insertWords(text, "b", text.length).text,
    ];
    expect(growth(weigh, make)).toBeLessThan(linear);
  });
});
