// The card as the reader sees it, letter for letter as card_text in training/choice/data.py writes it.
import { describe, expect, it } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import type { NearText } from "../../retrieval/search/nearest-texts.ts";
import { cardText, commonTags } from "./card-text.ts";

const near = (text: string, source: NearText["source"] = "phrase"): NearText => ({
  text,
  source,
  similarity: 0.9,
  span: null,
});

const clay = card("clay", "style", {
  title: "Clay Render",
  tags: ["Clay", "art", "plasticine"],
  triggers: ["clay render", "clay style", "t3", "t4"],
  description: "Soft clay look.",
});

describe("cardText", () => {
  it("joins title, category, triggers, phrases, unwanted uses, rare tags and description", () => {
    const nearest = [near("aardman"), near("clay render", "trigger"), near("play-doh")];
    const text = cardText({ card: clay, nearest, notMeant: [near("clay court")] }, new Set(["art"]));
    expect(text).toBe(
      "Clay Render . style . clay render, clay style, t3 . aardman, play-doh . not: clay court . clay, plasticine . Soft clay look.",
    );
  });

  it("leaves empty parts empty", () => {
    const bare = card("x", "concept", { title: "X", description: "" });
    const text = cardText(
      { card: { ...bare, refined: { ...bare.refined, description: "" } }, nearest: [], notMeant: [] },
      new Set(),
    );
    expect(text).toBe("X . concept .  .  . not:  .  . ");
  });

  it("shows eight phrases at most", () => {
    const nearest = Array.from({ length: 9 }, (_, i) => near(`p${i}`));
    const unwanted = ["court", "pigeon", "tile"].map((text) => near(text));
    expect(cardText({ card: clay, nearest, notMeant: unwanted }, new Set())).toContain(
      ". not: court, pigeon .",
    );
    expect(cardText({ card: clay, nearest, notMeant: [] }, new Set())).toContain(
      ". p0, p1, p2, p3, p4, p5, p6, p7 .",
    );
  });
});

describe("commonTags", () => {
  const cards = (tags: string[][]) => tags.map((own, i) => card(`c${i}`, "concept", { tags: own }));

  it("finds what every tenth card has, whatever its case", () => {
    const forty = cards(
      Array.from({ length: 40 }, (_, i) =>
        i < 4 ? [i % 2 ? "Anime" : "anime", "x", "x"] : i < 7 ? ["rare"] : [],
      ),
    );
    expect([...commonTags(forty)]).toEqual(["anime", "x"]);
  });

  it("takes two of twenty cards, or of fewer, for a tenth", () => {
    const tagged = (count: number, own: number) =>
      cards(Array.from({ length: count }, (_, i) => (i < own ? ["x"] : [])));
    expect([...commonTags(tagged(5, 2))]).toEqual(["x"]);
    expect([...commonTags(tagged(20, 2))]).toEqual(["x"]);
    expect([...commonTags(tagged(21, 2))]).toEqual([]);
  });

  it("finds nothing in a handful of cards that share nothing", () => {
    expect([...commonTags(cards([["a"], ["b"], ["c"]]))]).toEqual([]);
  });
});
