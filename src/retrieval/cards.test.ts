import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { card, exampleCards } from "../../tests/fixtures/cards.ts";
import { hashedEmbedder } from "../../tests/fixtures/hashed-embedder.ts";
import { propertyRuns } from "../../tests/fixtures/properties.ts";
import { cleanCard } from "./card.ts";
import { parseCards } from "./cards.ts";
import { embedAdapter } from "./index/index-writer.ts";
import { indexedTexts } from "./text/indexed-texts.ts";
import { adapterTerms } from "./text/lexicon.ts";

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

  test("hidden and turning characters go, titles are bounded", () => {
    const [read] = parseCards(
      [
        {
          ...good,
          title: `\u202eClay\u200b ${"x".repeat(19_000)}`,
          tags: ["cl\u00aday"],
          author: "\u2066ann",
        },
      ],
      "f",
    );
    expect(read!.title).toBe(`Clay ${"x".repeat(195)}`);
    expect([read!.tags, read!.author]).toEqual([["clay"], "ann"]);
    expect(parseCards([{ ...good, title: "\u200b\u202e " }], "f")[0]!.title).toBe("clay");
  });

  test("a clean card stays as it is, so that an index of cards fits the cards that are read", async () => {
    const text = fc.string({
      unit: fc.constantFrom("a", " ", "\u202e", "\u200b", "\u200d", "é", "🦊", "\ud83e", "漢".repeat(30)),
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(text, text, fc.array(text, { maxLength: 3 }), async (title, description, names) => {
        const written = card("mine", "style", {
          title,
          description,
          tags: names,
          triggers: names,
          phrases: names,
        });
        const clean = cleanCard(written);
        expect(cleanCard(clean)).toEqual(clean);
        const embedded = await embedAdapter(written, hashedEmbedder.embed);
        const [read] = parseCards(JSON.parse(JSON.stringify([embedded.card])), "f");
        expect(indexedTexts(read!)).toEqual(embedded.texts);
      }),
      propertyRuns(200),
    );
  });

  test("a card stuffed with keywords is searched by its first ones only", () => {
    const words = Array.from({ length: 5_000 }, (_, i) => `word${String.fromCharCode(97 + (i % 26))}${i}`);
    const stuffed = card("stuffed", "concept", {
      title: words.slice(0, 2_000).join(" "),
      description: words.join(", ").slice(0, 20_000),
      tags: words.slice(0, 200),
      triggers: words.slice(200, 400),
      phrases: words.slice(400, 600),
    });
    const texts = indexedTexts(stuffed);
    expect(texts.filter(({ source }) => source === "phrase")).toHaveLength(60);
    expect(texts).toHaveLength(1 + 16 + 60);
    expect(texts[0]!.text.length).toBeLessThan(2_000);
    const many = indexedTexts({
      ...stuffed,
      tags: words.slice(0, 16).map((_, i) => words.slice(9 * i, 9 * i + 20).join(" ")),
    });
    const full = many.map(({ source }, i) => ({ source, text: words.slice(20 * i, 20 * i + 20).join(" ") }));
    expect(adapterTerms(full).size).toBe(500);
  });
});
