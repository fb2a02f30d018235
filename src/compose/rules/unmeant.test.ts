// Uses of an adapter's words that its card does not want, and the words of a prompt that tell of them.
import { describe, expect, test } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import { unmeantUse, wordsAround } from "./unmeant.ts";
import { wordsOf } from "./words.ts";

describe("unwanted uses", () => {
  const clay = card("clay", "style", {
    title: "Clay",
    description: "Clay look.",
    notMeant: ["clay tennis court", "neon yellow vest", "blue eyes", "T. Rex band", "brainwashed"],
  });
  test.each([
    ["a clay tennis court", "clay", "clay tennis court"],
    ["court of clay", "clay", "clay tennis court"],
    ["a clay frog", "clay", null],
    ["a neon green frog", "neon", "neon yellow vest"],
    ["a neon frog", "neon", null],
    ["green eyes", "eyes", null],
    ["a t-rex", "t-rex", null],
    ["a t-rex band", "t-rex", "T. Rex band"],
    ["a brainwashed crowd", "brainwashed", "brainwashed"],
  ])("%j, for %j: %j", (prompt, evidence, use) => {
    const around = wordsOf(prompt);
    const words = wordsOf(evidence).map(({ text }) => text);
    const own = around.filter(({ text }) => words.includes(text));
    expect(unmeantUse(clay, { evidence: own, around })).toBe(use);
  });

  test("a card that names none has none", () => {
    const { notMeant: _, ...refined } = clay.refined;
    const words = wordsOf("a clay tennis court");
    expect(unmeantUse({ refined }, { evidence: words, around: words })).toBeNull();
  });

  test("has three fifths of the use's words at least", () => {
    const of = (notMeant: string, prompt: string): string | null =>
      unmeantUse(card("ink", "style", { title: "Ink", description: "Ink.", notMeant: [notMeant] }), {
        evidence: wordsOf("ink"),
        around: wordsOf(prompt),
      });
    expect(of("ink cap mushroom forest path", "ink cap mushroom")).toBe("ink cap mushroom forest path");
    expect(of("ink cap mushroom forest path", "ink cap")).toBeNull();
    expect(of("ink cap mushroom", "ink cap")).toBe("ink cap mushroom");
  });

  test("of a meaning: two of the words at least", () => {
    const of = (prompt: string): string | null =>
      unmeantUse(clay, { evidence: null, around: wordsOf(prompt) });
    expect(of("a clay court")).toBe("clay tennis court");
    expect(of("a brainwashed crowd")).toBeNull();
  });
});

test.each([
  ["one two three four clay five six seven eight", "clay", "two three four clay five six seven"],
  ["one two three four red clay five", "red clay", "two three four red clay five"],
  ["clay one two", "clay", "clay one two"],
  ["one, two clay three. four", "clay", "two clay three"],
  ["one: clay | two", "clay", "clay"],
  ["one (clay) two", "clay", "one clay two"],
])("of %j, the words around %j are %j", (prompt, task, around) => {
  const words = wordsOf(prompt);
  const own = words.filter(({ text }) => task.split(" ").includes(text));
  const found = wordsAround(own, { plain: prompt, words });
  expect(found.map(({ text }) => text).join(" ")).toBe(around);
});
