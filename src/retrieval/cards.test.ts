import { describe, expect, test } from "vitest";
import { exampleCards } from "../../tests/fixtures/cards.ts";
import { parseCards } from "./cards.ts";

describe("cards", () => {
  const good = JSON.parse(JSON.stringify(exampleCards[0])) as Record<string, unknown>;
  const withRefined = (fields: object): object => ({
    ...good,
    refined: { ...(good["refined"] as object), ...fields },
  });
  test("read as they are, unknown fields dropped", () => {
    expect(parseCards([{ ...good, extra: 1 }], "cards.json")).toEqual([exampleCards[0]]);
    expect(
      parseCards([{ ...good, fewStep: { steps: 4, cfgScale: 1, sampler: "lcm", schedule: "lcm" } }], "f")[0]!
        .fewStep?.steps,
    ).toBe(4);
    const bare = withRefined({ phrases: undefined, notMeant: undefined });
    expect(parseCards([bare], "f")[0]!.refined).toMatchObject({ phrases: [], notMeant: [] });
  });

  test.each<[string, unknown, RegExp]>([
    ["no list", {}, /cards\.json must be a list/],
    ["no title", [{ ...good, title: undefined }], /cards\.json\[0\] \(clay\)\.title must be a text/],
    ["no file", [{ ...good, file: undefined }], /\[0\] \(clay\)\.file must be an object/],
    ["no card", [null], /cards\.json\[0\] must be an object/],
    [
      "phrases of a stranger",
      [withRefined({ phrases: [1] })],
      /\(clay\)\.refined\.phrases\[0\] must be a text/,
    ],
    [
      "a phrase without end",
      [withRefined({ phrases: ["x".repeat(201)] })],
      /phrases\[0\] is longer than 200/,
    ],
    ["a million phrases", [withRefined({ notMeant: Array(1e6).fill("x") })], /notMeant has more than 200/],
    ["a bad id", [{ ...good, id: "../x" }], /\[0\]\.id may hold letters/],
    ["an id twice", [good, good], /\[1\]\.id repeats the id clay/],
    [
      "a bad category",
      [{ ...good, refined: { category: "nsfw", description: "", weight: 1 } }],
      /category must be one of style, concept/,
    ],
    [
      "a weight that is no number",
      [{ ...good, refined: { category: "style", description: "", weight: "1" } }],
      /refined\.weight must be a finite number/,
    ],
    ["tags that are no list", [{ ...good, tags: "clay" }], /tags must be a list/],
    ["a text without end", [{ ...good, description: "x".repeat(30_000) }], /description is longer than/],
  ])("%s: named", (_, value, message) => expect(() => parseCards(value, "cards.json")).toThrow(message));
});
