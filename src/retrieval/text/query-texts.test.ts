import { describe, expect, test } from "vitest";
import { maxQueryTexts, queryTexts } from "./query-texts.ts";

const spans = (prompt: string): string[] =>
  queryTexts(prompt)
    .slice(1)
    .map(({ text }) => text);

describe("query texts", () => {
  test("the prompt, then spans of up to four words that begin and end with words that carry meaning", () => {
    const [whole, ...others] = queryTexts("A Fox in the snow");
    expect(whole).toEqual({ text: "A Fox in the snow", span: null });
    expect(others).toEqual([
      { text: "fox", span: { start: 2, end: 5 } },
      { text: "snow", span: { start: 13, end: 17 } },
      { text: "fox in the snow", span: { start: 2, end: 17 } },
    ]);
  });
  test("do not cross punctuation; hyphens and points stay inside", () =>
    expect(spans("t-rex, ukiyo-e (8-bit:1.3) clay_render")).toEqual([
      "t-rex",
      "ukiyo-e",
      "8-bit",
      "clay",
      "render",
      "clay render",
    ]));
  test("each text once", () => expect(spans("cat, cat, Cat")).toEqual(["cat"]));
  test("words of any script", () => expect(spans("雪 狐")).toEqual(["雪", "狐", "雪 狐"]));
  test("nothing but punctuation leaves the prompt", () =>
    expect(queryTexts(" ?! ")).toEqual([{ text: "?!", span: null }]));
  test("a prompt without end is cut short", () => {
    const prompt = Array.from({ length: 100_000 }, (_, i) => `word${i}x`).join(" ");
    expect(queryTexts(prompt)).toHaveLength(maxQueryTexts);
  });
});
