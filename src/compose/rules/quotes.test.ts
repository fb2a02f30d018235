// Texts of a card that stand in a prompt, in any spelling.
import { describe, expect, test } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import { plainText } from "./plain-text.ts";
import { quotesIn } from "./quotes.ts";
import { informs } from "./rarity.ts";

const found = (prompt: string, one: ReturnType<typeof card>): string[] =>
  quotesIn(plainText(prompt), [one])[0]!.map(
    ({ text, source, start, end }) => `${source} ${text}: ${prompt.slice(start, end)}`,
  );

const phrased = (...phrases: string[]) =>
  card("x", "style", { title: "Quux", description: "A look.", phrases });

describe("quotes", () => {
  test.each([
    ["a tophat", "top hat", "tophat"],
    ["two top-hats", "top hat", "top-hats"],
    ["a trex", "T-Rex", "trex"],
    ["a t. rex", "t-rex", "t. rex"],
    ["8bit castle", "8-bit", "8bit"],
    ["closeup", "close-up", "closeup"],
    ["stain glass window", "stained glass", "stain glass"],
    ["Pokemon red", "Pokémon Red", "Pokemon red"],
    ["wallace & gromit", "Wallace and Gromit", "wallace & gromit"],
    ["by (Aardman:1.2)", "aardman", "Aardman"],
    ["lit by Bogart", "Humphrey Bogart", "Bogart"],
  ])("%j has %j", (prompt, phrase, words) => {
    expect(found(prompt, phrased(phrase))).toEqual([`phrase ${phrase}: ${words}`]);
  });

  test.each([
    ["a deserted road", "desert"],
    ["top, hat", "top hat"],
    ["striking a pose", "a-pose"],
    ["a bogart", "Humphrey Bogart"],
    ["a boy in the rain", "Game Boy"],
    ["a very long text of more than six words", "very long text of more than six"],
  ])("%j has no %j", (prompt, phrase) => {
    expect(found(prompt, phrased(phrase))).toEqual([]);
  });

  test("the longest first, and only several words of the author's", () => {
    const one = card("x", "style", {
      title: "Copper Etching (v2.1) | 3 plates",
      triggers: ["cpr etch", "etching"],
      description: "Copper etching look.",
      phrases: ["etching", "Rembrandt etching"],
    });
    expect(found("a Rembrandt etching, copper etching", one)).toEqual([
      "phrase Rembrandt etching: Rembrandt etching",
      "title Copper Etching: copper etching",
      "phrase etching: etching",
    ]);
  });

  test("a title's name is found in either order, without what its author adds", () => {
    const one = card("x", "character", {
      title: "Kaido Renji 海堂錬司 (Hollow Tide) | v1.2",
      description: "?",
    });
    expect(found("1boy, renji kaido", one)).toEqual(["title Renji Kaido: renji kaido"]);
    expect(found("hollow tide", one)).toEqual([]);
  });
});

test("a text says as much as its rarest word or pair of words", () => {
  const rarities: Record<string, number> = { long: 0, hair: 0.1, longhair: 0.2, etching: 0.9 };
  const says = (text: string): number => informs((term) => rarities[term] ?? null, text);
  expect(says("etching")).toBe(1);
  expect(says("long")).toBe(0);
  expect(says("long hair")).toBeCloseTo(0.5, 12);
  expect(says("1")).toBe(1);
});
