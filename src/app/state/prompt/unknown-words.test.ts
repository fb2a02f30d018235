import { expect, it } from "vitest";
import { cutPrompt, markWords } from "./spans.ts";

const wordsIn = (prompt: string, nearest: Readonly<Record<string, string | null>>) =>
  [...prompt.matchAll(/\w+/g)].flatMap(({ 0: text, index }) =>
    Object.hasOwn(nearest, text)
      ? [{ text, start: index, end: index + text.length, nearest: nearest[text]! }]
      : [],
  );

it("unknown words are marked inside the parts of a prompt and between them", () => {
  const prompt = "an alpaca in a lagoon, ink";
  const segments = cutPrompt(prompt, [{ text: "an alpaca", start: 0, end: 9 }], prompt);
  const marked = markWords(segments, wordsIn(prompt, { alpaca: "llama", lagoon: "sea" }));
  expect(
    marked.map(({ task, pieces }) => [
      task,
      pieces.map(({ text, isUnknown }) => (isUnknown ? `[${text}]` : text)),
    ]),
  ).toEqual([
    [0, ["an ", "[alpaca]"]],
    [null, [" in a ", "[lagoon]", ", ink"]],
  ]);
  expect(marked.flatMap(({ pieces }) => pieces.map(({ text }) => text)).join("")).toBe(prompt);
});
