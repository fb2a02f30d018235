// Words and their stems; words that objects have as properties are words like any other.
import { expect, it } from "vitest";
import { wordsOf } from "./words.ts";

it("stems plurals, irregular ones too", () => {
  expect(wordsOf("Wolves, foxes and ponies").map(({ stem }) => stem)).toEqual(["wolf", "fox", "and", "pony"]);
});

it("reads words that every object has as properties", () => {
  expect(wordsOf("constructor toString __proto__").map(({ stem }) => stem)).toEqual([
    "constructor",
    "tostring",
    "proto",
  ]);
});
