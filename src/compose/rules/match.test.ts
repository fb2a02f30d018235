// One task against candidates: the stronger of words and meaning, and which of the two is the evidence.
import { expect, it } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import type { Candidate } from "../../retrieval/candidate.ts";
import type { Vector } from "../../retrieval/embedding/vectors.ts";
import { type Match, type MatchedTask, matcher } from "./match.ts";
import { wordsOf } from "./words.ts";

const unit = (degrees: number): Vector =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)) as Vector;
/** `near`: degrees between a style's document and the task; the other candidate lies opposite. */
function matchOf(
  text: string,
  {
    near,
    key = 90,
    led,
    options,
  }: { near: number; key?: number; led?: boolean; options?: Parameters<typeof card>[2] },
): readonly Match[] {
  const style = card("s", "style", {
    title: "Copper Etching",
    description: "Copper etching look.",
    ...options,
  });
  const candidates: Candidate[] = [
    {
      card: style,
      similarity: 0,
      vector: unit(near),
      keys: [{ text: "copper etching", source: "title", vector: unit(key) }],
    },
    {
      card: card("o", "concept", { title: "Unicorn", description: "Adds a unicorn." }),
      similarity: 0,
      vector: unit(180),
      keys: [],
    },
  ];
  const task: MatchedTask = { vector: unit(0), words: wordsOf(text), ...(led === undefined ? {} : { led }) };
  return matcher(candidates, { prompt: text, rarity: () => 1 })(task);
}

it("a name verbatim is the strongest match, and the evidence", () => {
  const [style, thing] = matchOf("a copper etching of it", { near: 90 });
  expect(style).toMatchObject({
    strength: 1,
    verbatim: true,
    phrase: { text: "Copper Etching", source: "title" },
  });
  expect(thing).toMatchObject({ phrase: null, verbatim: false, nearestName: null });
  expect(thing!.strength).toBeLessThan(0.01);
});

it("uses the meaning when no word is shared, and gives no phrase", () => {
  const [style] = matchOf("engraved plate", { near: 0 });
  // 1 above the mean of 1 and −1: the logistic of 8·(1 − 0.65).
  expect(style!.strength).toBeCloseTo(1 / (1 + Math.exp(-8 * 0.35)), 6);
  expect(style).toMatchObject({ phrase: null, verbatim: false, nearestName: null });
  expect(matchOf("engraved plate", { near: 0, led: true })[0]!.strength).toBeCloseTo(
    1 / (1 + Math.exp(-8 * 0.5)),
    6,
  );
});

it("reports the name that is nearer than the description", () => {
  const [style] = matchOf("engraved plate", { near: 60, key: 0 });
  expect(style!.nearestName).toEqual({ text: "copper etching", source: "title" });
  expect(matchOf("engraved plate", { near: 0, key: 0 })[0]!.nearestName).toBeNull();
});

it("half a match by words is evidence whatever the meaning; less only where the meaning is weaker", () => {
  // One of two words of the name, all words of the task: 0.5 ** 1.5.
  const weak = matchOf("copper", { near: 120 })[0]!;
  expect(weak.strength).toBeCloseTo(0.5 ** 1.5, 6);
  expect(weak.phrase?.text).toBe("Copper Etching");
  const strong = matchOf("copper", { near: 0 })[0]!;
  expect(strong.strength).toBeGreaterThan(0.9);
  expect(strong.phrase).toBeNull();
  // Three of four words: 0.75 ** 1.5 = 0.65, less than the meaning, and enough.
  const half = matchOf("copper etching plate", {
    near: 0,
    options: { title: "Copper Etching Plate Gravure", description: "Copper etching plate gravure look." },
  })[0]!;
  expect(half.strength).toBeGreaterThan(0.75 ** 1.5);
  expect(half.phrase?.text).toBe("Copper Etching Plate Gravure");
});

it("an object whose name has none of the task's main nouns is another object", () => {
  const cards = [card("dish", "concept", { title: "Satellite", description: "Adds a satellite." })];
  const candidates = cards.map((one): Candidate => ({
    card: one,
    similarity: 0,
    vector: unit(180),
    keys: [],
  }));
  const strength = (text: string): number =>
    matcher(candidates, { prompt: text, rarity: () => 1 })({ vector: unit(0), words: wordsOf(text) })[0]!
      .strength;
  expect(strength("satellite")).toBeCloseTo(1, 6);
  expect(strength("satellite dish")).toBeCloseTo(0.6 * Math.sqrt(0.5), 6);
  expect(strength("dish of satellite")).toBeCloseTo(Math.sqrt(0.5), 6);
});
