import { describe, expect, it } from "vitest";
import { openCatalogue, rawCatalogue } from "./catalogue.ts";
import { Bm25, cardWords } from "./bm25.ts";

const documents = [
  { id: "clay", text: "Red clay, clay model" },
  { id: "ink", text: "Ink line art of a red fox" },
  { id: "oil", text: "Oil" },
];
const bm25 = new Bm25(documents);

describe("BM25", () => {
  it("equals bm25s (method lucene, k1 1.2, b 0.75) within 1e-6", () => {
    const expected = {
      "clay fox red": { clay: 0.8266563, ink: 0.50463754 },
      oil: { oil: 0.6431667 },
      red: { clay: 0.21363802, ink: 0.16347952 },
    };
    for (const [query, scores] of Object.entries(expected)) {
      const found = bm25.search(query, 3);
      expect(found.map(({ id }) => id)).toEqual(Object.keys(scores));
      for (const [i, score] of Object.values(scores).entries())
        expect(Math.abs(found[i]!.score - score)).toBeLessThan(1e-6);
    }
  });

  it("compares stems, counts a repeated word of the query once, and cuts after k", () => {
    expect(bm25.search("Foxes, FOX fox", 3)).toEqual(bm25.search("fox", 3));
    expect(bm25.search("clay fox red", 1).map(({ id }) => id)).toEqual(["clay"]);
    expect(bm25.search("castle", 3)).toEqual([]);
  });

  it("orders equal scores by id", () => {
    const equal = new Bm25([
      { id: "b", text: "fog" },
      { id: "a", text: "fog" },
    ]);
    expect(equal.search("fog", 2).map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("takes a card's names, description and phrases, and not its unwanted uses", () => {
    const { cards } = rawCatalogue([
      {
        id: "clay",
        title: "Clay",
        category: "style",
        tags: ["3d"],
        triggers: ["clay render"],
        description: "Soft.",
        phrases: ["Aardman"],
        notMeant: ["clay court"],
      },
    ]);
    expect(cardWords(cards[0]!).split("\n")).toEqual([
      "Clay",
      "style",
      "3d",
      "clay render",
      "Soft.",
      "Aardman",
    ]);
  });

  it("finds an adapter of the pack by its title", () => {
    const { cards } = openCatalogue("pack");
    const pack = new Bm25(cards.map((card) => ({ id: card.id, text: cardWords(card) })));
    expect(pack.search("linocut print", 1).map(({ id }) => id)).toEqual(["linocut"]);
  });
});
