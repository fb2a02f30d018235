import { afterEach, expect, it } from "vitest";
import type { AdapterCategory } from "../retrieval/card.ts";
import { describeReason } from "./reason.ts";
import { speak } from "./texts.ts";

const named = { kind: "named", words: "clay render", source: "tag", score: 1 } as const;

afterEach(() => speak(() => "en"));

it("is said in the user's language", () => {
  expect(describeReason(named)).toBe("“clay render” is named in its tags (1.00)");
  speak(() => "ko");
  expect(describeReason(named)).toBe("“clay render” 표현이 태그에 있어요 (1.00)");
});

it("of a language model, or of a run of before, stays as it was written", () => {
  speak(() => "ko");
  expect(describeReason("it looks like clay")).toBe("it looks like clay");
});

it("counts in whole words", () => {
  expect(describeReason({ kind: "full", words: "fox", count: 1 })).toBe("“fox” has 1 adapter already");
  expect(describeReason({ kind: "styles", count: 2, score: 0.5 })).toBe("there are 2 styles already (0.50)");
});

it.each<[AdapterCategory, string]>([
  ["style", "it is a style, but “a hat” names something worn"],
  ["eyes", "it is eyes, but “a hat” names something worn"],
])("names the category %s", (category, text) => {
  expect(describeReason({ kind: "category", words: "a hat", wanted: "clothing", category })).toBe(text);
});
