// Words and their stems, including words that are properties of JavaScript objects.
import { expect, it } from "vitest";
import { wordsOf } from "./words.ts";

it("stems plurals, irregular ones too", () => {
  expect(wordsOf("Wolves, foxes and ponies").map(({ stem }) => stem)).toEqual(["wolf", "fox", "and", "pony"]);
});

it("handles words that are properties of every object", () => {
  expect(wordsOf("constructor toString __proto__").map(({ stem }) => stem)).toEqual([
    "constructor",
    "tostring",
    "proto",
  ]);
});
