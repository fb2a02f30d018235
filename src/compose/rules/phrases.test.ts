// What an adapter is called and how far each name is trusted; how names match a task's words.
import { describe, expect, test } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import type { AdapterCard } from "../../retrieval/card.ts";
import {
  allNamePhrases,
  lexicalMatch,
  namePhrases,
  type NamePhrase,
  overlap,
  semanticLimit,
  styleNames,
  verbatimPhrase,
} from "./phrases.ts";
import { contentStems } from "./words.ts";

const named = (one: AdapterCard): string[] =>
  namePhrases(one).map(({ text, source, trust }) => `${text}, ${source}: ${trust}`);

describe("names and their trust", () => {
  test("an animal is named by its description; a title of two gives two, and tags of its parts give none", () => {
    const llama = card("llama", "animal", {
      title: "Llama & Alpaca",
      tags: ["llama", "sunset", "wool", "fringe"],
      triggers: ["llm4"],
      description: "Adds a llama (alpaca): a woolly animal with a red fringe.",
    });
    expect(named(llama)).toEqual([
      "Llama & Alpaca, title: 1",
      "Llama, title: 1",
      "Alpaca, title: 1",
      "llm4, trigger: 0.8",
      "llama, tag: 1",
      "sunset, tag: 0",
      "wool, tag: 0",
      "fringe, tag: 0",
      "llama, description: 0.9",
      "alpaca, description: 0.9",
      "woolly animal with a red fringe, description: 0.9",
    ]);
  });

  test("several objects after a colon are names; words after “with” or with “the” are not", () => {
    const sea = card("sea", "concept", {
      title: "Deep Creatures",
      tags: ["squid", "whale"],
      description:
        "Adds sea creatures: an octopus, a squid with long arms and beard, the sea plus two crabs. Adds a moon.",
    });
    expect(named(sea)).toEqual([
      "Deep Creatures, title: 1",
      "squid, tag: 1",
      "whale, tag: 0",
      "octopus, description: 0.9",
      "squid with long arms, description: 0.9",
      "crabs, description: 0.9",
    ]);
  });

  test("several objects after the first of two colons are names", () => {
    const sea = card("sea", "concept", { title: "Deep", description: "Adds sea life: a squid: a crab." });
    expect(named(sea)).toEqual(["Deep, title: 0.8", "squid, description: 0.9", "crab, description: 0.9"]);
  });

  test("a style is named by runs and style words of its description, not by what it denies or by settings", () => {
    const neon = card("neon", "style", {
      title: "Neon Sign Glow",
      tags: ["neon", "night", "colour"],
      triggers: ["neon lights"],
      description: "Glowing tubes, like a neon sign at night, without colour.",
    });
    expect(named(neon)).toEqual([
      "Neon Sign Glow, title: 1",
      "neon lights, trigger: 1",
      "neon, tag: 1",
      "night, tag: 0",
      "colour, tag: 0",
      "neon sign, description: 0.9",
      "neon, description: 0.9",
    ]);
    const sepia = card("sepia", "style", {
      title: "Sepia Old",
      tags: ["golden hour", "sunset"],
      triggers: ["sepia photo"],
      description: "Sepia watercolor look, adds no sunset.",
    });
    expect(named(sepia)).toEqual([
      "Sepia Old, title: 1",
      "sepia photo, trigger: 1",
      "golden hour, tag: 0.2", // another of the author's words is denied
      "sunset, tag: 0",
      "sepia, description: 0.9",
      "watercolor, description: 0.9",
    ]);
    const plain = card("plain", "style", { title: "Quux", tags: ["fjord"], description: "Ink look." });
    expect(named(plain)).toEqual(["Quux, title: 0.8", "fjord, tag: 0.45", "ink, description: 0.9"]);
  });

  test("a background is named by settings, not by colours alone", () => {
    const city = card("bg", "background", {
      title: "Night City",
      tags: ["night", "red"],
      description: "A city by night.",
    });
    expect(named(city)).toEqual(["Night City, title: 1", "night, tag: 1", "red, tag: 0"]);
  });

  test("a card of keywords has none", () => {
    const words = (count: number, word: string): string[] =>
      Array.from({ length: count }, (_, i) => `${word}${i}`);
    const many = (nameWords: number, tags: number, triggers: number): AdapterCard =>
      card("many", "style", {
        title: words(nameWords, "x").join(" "),
        tags: words(tags, "tag"),
        triggers: words(triggers, "word"),
        description: "Ink look.",
      });
    expect(named(many(13, 101, 25))).toEqual(["ink, description: 0.9"]);
    const sources = namePhrases(many(12, 100, 24)).map(({ source }) => source);
    expect(sources[0]).toBe("title");
    expect(sources).toContain("tag");
    expect(sources).toContain("trigger");
  });

  test("a list of more than twelve objects has none", () => {
    const creatures =
      "otter,badger,heron,beaver,lynx,weasel,magpie,hedgehog,salmon,falcon,lobster,tapir,ferret".split(",");
    const named = (count: number): string[] =>
      namePhrases(
        card("many", "concept", {
          title: "Quux",
          description: `Adds creatures: ${creatures
            .slice(0, count)
            .map((name) => `a ${name}`)
            .join(", ")}.`,
        }),
      ).flatMap(({ text, source }) => (source === "description" ? [text] : []));
    expect(named(12)).toEqual(creatures.slice(0, 12));
    expect(named(13)).toEqual([]);
  });

  test("a tag that two adapters have distinguishes neither", () => {
    const of = (id: string) =>
      card(id, "style", {
        title: id,
        tags: ["etching", "copper print"],
        triggers: ["copper plate"],
        description: `Copper etching ${id}.`,
      });
    const [first] = allNamePhrases([of("aa"), of("bb")], () => 1);
    const trustOf = (phrases: readonly NamePhrase[] | undefined, text: string): number | undefined =>
      phrases?.find((phrase) => phrase.text === text)?.trust;
    expect(trustOf(first, "etching")).toBe(0.45);
    expect(trustOf(first, "copper print")).toBe(0.45);
    expect(trustOf(first, "copper plate")).toBe(1);
    expect(trustOf(allNamePhrases([of("aa")], () => 1)[0], "etching")).toBe(1);
  });

  test("styles' names of two words or more, the longest first, for segmentation", () => {
    const cards = [
      card("neon", "style", {
        title: "Neon Sign",
        triggers: ["old neon sign"],
        description: "An old neon sign look.",
      }),
      card("tree", "concept", { title: "Birch Tree", description: "Adds a birch tree." }),
    ];
    const { whole, parts } = styleNames(cards);
    expect(whole.map((stems) => stems.join(" "))).toEqual(["old neon sign", "neon sign"]);
    expect(parts.map((stems) => stems.join(" "))).toEqual(["old neon sign"]);
  });
});

const phrase = (text: string, { trust = 1, source = "title" }: Partial<NamePhrase> = {}): NamePhrase => ({
  text,
  source,
  trust,
  stems: contentStems(text),
});

describe("matches by words", () => {
  test("weigh what both have: shared by phrase to the power 1.5, by the root of shared by task", () => {
    const match = (task: string, phrases: readonly NamePhrase[], heads?: readonly string[]) => {
      const found = lexicalMatch(contentStems(task), phrases, { rarity: () => 1, ...(heads && { heads }) });
      return found && [found.phrase.text, Number(found.strength.toFixed(6))];
    };
    const hat = [phrase("party hat")];
    expect(match("party hat", hat)).toEqual(["party hat", 1]);
    expect(match("hat", hat)).toEqual(["party hat", Number((0.5 ** 1.5).toFixed(6))]);
    expect(match("party hat violin fiddle", hat)).toEqual(["party hat", Number(Math.sqrt(0.5).toFixed(6))]);
    expect(match("hat hat", hat)).toEqual(match("hat", hat));
    expect(match("red hat", [phrase("hat")])).toEqual(["hat", Number(Math.sqrt(1 / 1.3).toFixed(6))]);
    expect(match("violin", hat)).toBeNull();
    expect(match("party hat", [phrase("party hat", { trust: 0 })])).toBeNull();
    expect(match("party hat", [phrase("party hat", { trust: 0.5 }), phrase("hat")])).toEqual([
      "hat",
      Number(Math.sqrt(0.5).toFixed(6)),
    ]);
    expect(match("party hat", hat, ["hat"])).toEqual(["party hat", 1]);
    expect(match("party hat", hat, ["table"])).toEqual(["party hat", 0.6]);
    expect(match("white outline", [phrase("black outline")])).toBeNull();
    expect(match("white outline", [phrase("white outline")])).toEqual(["white outline", 1]);
    expect(match("outline", [phrase("black outline")])?.[0]).toBe("black outline");
  });

  test("overlap is the weighted share of a phrase", () => {
    expect(overlap(["hat"], ["party", "hat"])).toBe(0.5);
    expect(overlap(["red"], ["red", "hat"])).toBeCloseTo(0.3 / 1.3, 12);
    expect(overlap(["helper"], ["helper", "hat"])).toBeCloseTo(0.2 / 1.2, 12);
    expect(overlap([], ["hat"])).toBe(0);
  });

  test("colours, sizes and common depictions weigh 0.3, general words 0.2, all others 1", () => {
    for (const [word, weight] of [
      ["red", 0.3],
      ["tiny", 0.3],
      ["painting", 0.3],
      ["portrait", 0.3],
      ["clothing", 0.2],
      ["violin", 1],
    ] as const) {
      const stems = contentStems(word);
      expect(stems).toHaveLength(1);
      expect([word, overlap(stems, [...stems, "hat"])]).toEqual([word, weight / (weight + 1)]);
    }
  });

  test("verbatim: a trusted title or trigger word of two words or more, whole words only", () => {
    const found = (task: string, ...phrases: NamePhrase[]): string | undefined =>
      verbatimPhrase(task, phrases)?.text;
    const sign = phrase("neon sign");
    expect(found("an old neon sign", phrase("hat"), sign)).toBe("neon sign");
    expect(found("neon signal", sign)).toBeUndefined();
    expect(found("sign of neon", sign)).toBeUndefined();
    expect(found("neon", phrase("neon"))).toBeUndefined();
    expect(found("neon sign", phrase("neon sign", { source: "tag" }))).toBeUndefined();
    expect(found("neon sign", phrase("neon sign", { source: "description" }))).toBeUndefined();
    expect(found("neon sign", phrase("neon sign", { source: "trigger" }))).toBe("neon sign");
    expect(found("neon sign", phrase("neon sign", { trust: 0.9 }))).toBeUndefined();
  });

  test("meaning proves nothing for words that name no thing, and little for doubted names", () => {
    const limit = (task: string, ...phrases: NamePhrase[]): number =>
      semanticLimit(contentStems(task), phrases);
    expect(limit("black and red")).toBe(0);
    for (const words of ["photo", "portrait", "tiny", "art style", "red painting", "picture of a concept"])
      expect([words, limit(words)]).toEqual([words, 0]);
    expect(limit("black hat")).toBe(1);
    expect(limit("hat violin", phrase("hat violin", { trust: 0.2 }))).toBe(0.2);
    expect(limit("hat violin", phrase("hat violin", { trust: 0.45 }))).toBe(1);
    expect(limit("hat violin", phrase("hat violin", { trust: 0.2, source: "tag" }))).toBe(1);
    expect(limit("hat violin", phrase("hat violin", { trust: 0.2 }), phrase("hat violin"))).toBe(1);
  });
});
