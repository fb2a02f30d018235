// A thing that the model draws in the place of a word that it has never read.
import { expect, it } from "vitest";
import { cutPrompt, markWords } from "./spans.ts";
import { withNearest } from "./unknown-words.ts";

const wordsIn = (prompt: string, nearest: Readonly<Record<string, string | null>>) =>
  [...prompt.matchAll(/\w+/g)].flatMap(({ 0: text, index }) =>
    Object.hasOwn(nearest, text)
      ? [{ text, start: index, end: index + text.length, nearest: nearest[text]! }]
      : [],
  );

it.each([
  ["an alpaca by a lighthouse", { alpaca: "llama", lighthouse: "red tower" }, "a llama by a red tower"],
  ["A submarine, a submarine", { submarine: "ship" }, "A ship, a ship"],
  ["A cabin in Nowhere", { cabin: "igloo", Nowhere: null }, "An igloo in Nowhere"],
  ["banana alpaca", { alpaca: "owl" }, "banana owl"],
])("%s", (prompt, nearest, expected) => {
  expect(withNearest(prompt, wordsIn(prompt, nearest))).toBe(expected);
});

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
