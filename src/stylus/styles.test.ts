// Styles applied as AUTOMATIC1111 applies them, and its file.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { formatStyles, parseStyles, withStyles, type PromptStyle } from "./styles.ts";

const style = (prompt: string, negativePrompt = ""): PromptStyle => ({ name: "s", prompt, negativePrompt });

describe("styles on a prompt", () => {
  it.each<[string, PromptStyle[], string, string]>([
    ["a fox", [], "a fox", "fog"],
    ["a fox", [style("oil on canvas")], "a fox, oil on canvas", "fog"],
    ["a fox", [style("painting of {prompt}, by night")], "painting of a fox, by night", "fog"],
    ["a fox", [style("{prompt} and {prompt}", "{prompt}, blur")], "a fox and a fox", "fog, blur"],
    ["", [style("oil on canvas")], "oil on canvas", "fog"],
    ["a fox ", [style("", "blur")], "a fox ", "fog, blur"],
    [
      "a fox",
      [style("old {prompt}"), style("in snow"), style("photo of {prompt}")],
      "photo of old a fox, in snow",
      "fog",
    ],
    // What a prompt has in it is no pattern.
    ["$& $1", [style("x {prompt}")], "x $& $1", "fog"],
  ])("%j with %j", (prompt, styles, expected, negative) => {
    expect(withStyles({ prompt, negativePrompt: "fog" }, styles)).toEqual({
      prompt: expected,
      negativePrompt: negative,
    });
  });
});

describe("styles.csv", () => {
  it("is read as AUTOMATIC1111 writes it", () => {
    const csv =
      '\uFEFFname,prompt,negative_prompt\r\n--- Mine ---,,\r\nOil,"oil on canvas, ""thick""",\r\nLines,"{prompt},\ntwo lines",blur\r\nOil,second,\r\n';
    expect(parseStyles(csv, "styles.csv")).toEqual([
      { name: "Oil", prompt: "second", negativePrompt: "" },
      { name: "Lines", prompt: "{prompt},\ntwo lines", negativePrompt: "blur" },
    ]);
    expect(parseStyles("name,text\nOld,ink", "styles.csv")).toEqual([
      { name: "Old", prompt: "ink", negativePrompt: "" },
    ]);
  });

  it.each(["", "a,b\n1,2\n", "\u0000\u0001", '"'])("refuses %j", (csv) => {
    expect(() => parseStyles(csv, "x.csv")).toThrow("x.csv is not a file of styles");
  });

  it("is written as it is read", () => {
    const words = fc.string({
      unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "é", "{prompt}"),
      maxLength: 12,
    });
    const style = fc.record({
      name: fc.stringMatching(/^[a-z][a-z,"]{0,6}[a-z]$/),
      prompt: words.filter((text) => text.trim() !== ""),
      negativePrompt: words,
    });
    fc.assert(
      fc.property(fc.uniqueArray(style, { selector: ({ name }) => name, maxLength: 5 }), (styles) => {
        expect(parseStyles(formatStyles(styles), "x.csv")).toEqual(styles);
      }),
      propertyRuns(200),
    );
    expect(formatStyles([{ name: "Oil", prompt: "a, b", negativePrompt: "" }])).toBe(
      '\uFEFFname,prompt,negative_prompt\r\nOil,"a, b",\r\n',
    );
  });
});
