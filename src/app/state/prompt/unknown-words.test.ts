import { expect, it } from "vitest";
import { cutPrompt, keepUnchanged, markWords } from "./spans.ts";

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

it("what a key leaves as it was stays the same object, segments and their pieces", () => {
  const nearest = { alpaca: "llama", lagoon: "sea" };
  const marked = (prompt: string) =>
    markWords(cutPrompt(prompt, [{ text: "an alpaca", start: 0, end: 9 }], prompt), wordsIn(prompt, nearest));
  const before = marked("an alpaca in a lagoon, ink");
  const [task, rest] = keepUnchanged(before, marked("an alpaca in a lagoon, inky"));
  expect(task).toBe(before[0]);
  expect(rest!.pieces.map((piece, index) => piece === before[1]!.pieces[index])).toEqual([true, true, false]);
  expect(rest!.text).toBe(" in a lagoon, inky");
  expect(keepUnchanged(before, marked("an alpaca in a lagoon, ink"))).toEqual(before);
  expect(keepUnchanged(before, marked("an alpaca"))).toEqual([before[0]]);
  expect(keepUnchanged([], before)).toEqual(before);
});
