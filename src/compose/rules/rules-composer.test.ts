import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "../../../tests/fixtures/properties.ts";
import { candidatesFor, card, exampleCards } from "../../../tests/fixtures/cards.ts";
import { rarityOf } from "../../../tests/fixtures/rarity.ts";
import { hashedEmbedder } from "../../../tests/fixtures/hashed-embedder.ts";
import type { Composition } from "../composition.ts";
import { namePhrases } from "./phrases.ts";
import { presets } from "../plan/presets.ts";
import { rulesComposer } from "./rules-composer.ts";

const embed = (texts: readonly string[]) => hashedEmbedder.embed(texts, { kind: "query" });

async function compose(prompt: string, cards = exampleCards): Promise<Composition> {
  const candidates = await candidatesFor(prompt, cards);
  return rulesComposer.compose(
    { prompt, candidates, preset: "balanced" },
    { embed, rarity: rarityOf(cards) },
  );
}

const picked = ({ tasks }: Composition): Record<string, string[]> =>
  Object.fromEntries(
    tasks.filter(({ picks }) => picks.length > 0).map(({ text, picks }) => [text, picks.map(({ id }) => id)]),
  );

describe("rules composer", () => {
  test("each task gets a fitting adapter and a reason", async () => {
    const found = await compose("a unicorn and two squid in candy land, plasticine");
    expect(picked(found)).toEqual({
      unicorn: ["unicorn"],
      "two squid": ["sea"],
      "in candy land": ["candy"],
      plasticine: ["clay"],
    });
    expect(found.tasks.at(-1)!.picks[0]).toMatchObject({
      reason: { kind: "named", words: "plasticine", source: "tag", score: 1 },
      weight: 0.8,
    });
    expect(found.composer).toEqual({ name: "rules", kind: "rules" });
  });

  test("plain prompts get none: an adapter's parts, kinds and settings are not its name", async () => {
    for (const prompt of [
      "a horse in a meadow",
      "a rainbow over the ocean",
      "a castle at night",
      "a birthday cake",
      "an old house",
    ]) {
      expect(picked(await compose(prompt)), prompt).toEqual({});
    }
  });

  test("the refined description outranks the author: no sunset from a sepia filter", async () => {
    expect(picked(await compose("a beach at sunset"))).toEqual({});
    expect(picked(await compose("a beach, golden hour"))).toEqual({});
    expect(picked(await compose("a beach, old sepia photograph"))).toEqual({
      "old sepia photograph": ["sepia"],
    });
  });

  test("kind guard: an action fits what does it, where its word stands first, and no other thing", async () => {
    const levitation = card("levitation", "action", {
      title: "Zero Gravity",
      tags: ["levitating", "teapot"],
      description: "Shows things levitating.",
    });
    const of = async (prompt: string) => picked(await compose(prompt, [...exampleCards, levitation]));
    expect(await of("a levitating teapot")).toEqual({ "levitating teapot": ["levitation"] });
    expect(await of("a copper teapot")).toEqual({});
    const { tasks } = await compose("a levitating teapot", [levitation]);
    expect(tasks[0]!.picks[0]!.similarity).toBeLessThan(1); // near only
  });

  test("kind guard: does not use a style for an object", async () => {
    const found = await compose("a woman with a mosaic of mosaic tiles on the floor, clay pot");
    expect(picked(found)["clay pot"]).toBeUndefined();
    const { rejected } = await compose("three tiles on a table");
    expect(rejected.find(({ id }) => id === "mosaic")?.reason).toEqual({
      kind: "category",
      words: "three tiles",
      wanted: "object",
      category: "style",
    });
  });

  test("a trigger phrase of two words counts anywhere", async () => {
    expect(picked(await compose("a frog candy land clay render"))).not.toEqual({});
  });

  test("negated tasks get no adapter, and the reason says so", async () => {
    const found = await compose("a unicorn without a party hat, no octopus, not clay, non-mosaic");
    expect(picked(found)).toEqual({ unicorn: ["unicorn"] });
    expect(found.tasks.map(({ text, reason }) => [text, reason])).toEqual([
      ["unicorn", undefined],
      ["without a party hat", { kind: "denied", words: "without a party hat" }],
      ["no octopus", { kind: "denied", words: "no octopus" }],
      ["not clay", { kind: "denied", words: "not clay" }],
      ["non-mosaic", { kind: "denied", words: "non-mosaic" }],
    ]);
    expect(found.rejected).toContainEqual({
      id: "clay",
      reason: { kind: "excluded", words: "not clay" },
    });
    expect(picked(await compose("not clay but a mosaic"))).toEqual({ mosaic: ["mosaic"] });
  });

  test("what the prompt denies is not taken for other words either", async () => {
    const found = await compose("clay render, no plasticine");
    expect(picked(found)).toEqual({});
    expect(found.rejected).toContainEqual({
      id: "clay",
      reason: { kind: "excluded", words: "no plasticine" },
    });
    expect(picked(await compose("a castle, (plasticine:0)"))).toEqual({});
  });

  test("search phrases are found word for word, across tasks, and uses that a card does not want are not", async () => {
    const clay = card("clay", "style", {
      title: "Clay",
      tags: ["clay"],
      description: "Clay look.",
      phrases: ["Aardman", "fox in a trench coat"],
      notMeant: ["clay tennis court"],
    });
    const of = async (prompt: string) => compose(prompt, [clay, ...exampleCards.slice(1)]);
    const found = await of("an Aardman puppet");
    expect(picked(found)).toEqual({ "Aardman puppet": ["clay"] });
    expect(found.tasks[0]!.picks[0]!.reason).toMatchObject({
      kind: "quoted",
      source: "phrase",
      text: "Aardman",
    });
    expect(picked(await of("a fox in a trench coat"))).toEqual({ "trench coat": ["clay"] }); // most of the phrase;
    expect(picked(await of("a castle, clay"))).toEqual({ clay: ["clay"] });
    const court = await of("a tennis court made of clay");
    expect(picked(court)).toEqual({});
    expect(court.rejected).toContainEqual({
      id: "clay",
      reason: { kind: "unmeant", words: "clay", text: "clay tennis court" },
    });
  });

  test("words that many cards have take none of them", async () => {
    const girls = Array.from({ length: 30 }, (_, i) =>
      card(`girl${i}`, "character", {
        title: `Name${i}`,
        triggers: [`handle${i}`, "1girl", "long hair"],
        description: "?",
      }),
    );
    expect(picked(await compose("1girl, solo, long hair", girls))).toEqual({});
    expect(picked(await compose("1girl, handle7, long hair", girls))).toEqual({ handle7: ["girl7"] });
  });

  test("an adapter's own phrase passes the kind guard, an object with that name does not", async () => {
    const cards = [
      card("neon", "style", {
        title: "Neon Sign Glow",
        tags: ["neon"],
        triggers: ["neon lights"],
        description: "Glowing tubes, like a neon sign at night.",
      }),
      card("comic", "style", { title: "Pop Halftone", triggers: ["comic book style"], tags: ["comic"] }),
      card("pencil", "style", { title: "Graphite", triggers: ["pencil sketch"], tags: ["pencil"] }),
      card("oil", "style", { title: "Old Masters", triggers: ["oil painting"], tags: ["canvas"] }),
      ...exampleCards,
    ];
    const ids = async (prompt: string): Promise<string[]> =>
      (await compose(prompt, cards)).tasks.flatMap(({ picks }) => picks.map(({ id }) => id));
    for (const prompt of ["an owl, neon sign", "an owl as a neon sign"])
      expect(await ids(prompt), prompt).toEqual(["neon"]);
    expect(await ids("a fox on a hill, comic book style")).toEqual(["comic"]);
    for (const prompt of [
      "a neon sign above a bar",
      "pencil on a desk",
      "oil lamp",
      "comic book on a table",
      "an owl holding a comic book",
    ]) {
      expect(await ids(prompt), prompt).toEqual([]);
    }
  });

  test("chooses at most two styles, and each adapter once", async () => {
    const found = await compose("clay render, ink line art, mosaic, clay render of a fox");
    const ids = found.tasks.flatMap(({ picks }) => picks.map(({ id }) => id));
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
    expect(
      found.rejected.some(
        ({ reason }) => typeof reason === "object" && reason.kind === "styles" && reason.count === 2,
      ),
    ).toBe(true);
  });

  test("the weaker of two is refused with the title of the better one", async () => {
    const cards = [
      card("a1", "building", { title: "Red Castle", description: "A red castle." }),
      card("a2", "building", { title: "Castle", tags: ["castle"], description: "A castle." }),
    ];
    const found = await compose("a red castle", cards);
    expect(picked(found)).toEqual({ "red castle": ["a1"] });
    expect(found.rejected).toEqual([
      {
        id: "a2",
        reason: { kind: "weaker", words: "red castle", best: "Red Castle", score: expect.closeTo(0.877, 3) },
      },
    ]);
  });

  test("an adapter of two tasks together gets both, unless each has one of its own", async () => {
    const both = card("both", "animal", { title: "Fox in the Snow", description: "A fox in the snow." });
    const own = [
      card("fox", "animal", { title: "Fox", tags: ["fox"], description: "A fox." }),
      card("snow", "effect", { title: "Snow", tags: ["snow"], description: "Snow." }),
    ];
    const picksOf = async (cards: (typeof both)[], prompt = "a fox in the snow") =>
      picked(await compose(prompt, cards));
    expect(await picksOf([both])).toEqual({ "fox in the snow": ["both"] });
    expect(await picksOf([both, own[0]!])).toEqual({ "fox in the snow": ["both"] });
    expect(await picksOf([both], "a fox, snow")).toEqual({});
    expect(await picksOf([own[0]!])).toEqual({ fox: ["fox"] });
    expect(await picksOf([both, ...own])).toEqual({ fox: ["fox"], "in the snow": ["snow"] });
  });

  test("tasks stay apart where an adapter fits them too little together, however much less it fits each", async () => {
    const three = card("a", "animal", { title: "Fox Snow Owl", description: "A cup." });
    const { tasks } = await compose("a fox in the snow", [three]);
    expect(tasks.map(({ text, picks }) => [text, picks.length])).toEqual([
      ["fox", 0],
      ["in the snow", 0],
    ]);
  });

  test("makes one task of the better of two overlapping pairs of adapters", async () => {
    const pair = (id: string, name: string) =>
      card(id, "animal", { title: name, description: `A ${name.toLowerCase()}.` });
    const cards = [pair("a", "Fox in the Snow"), pair("b", "Snow on a Hill with Flags")];
    const tasks = (await compose("a fox in the snow on a hill", cards)).tasks;
    expect(tasks.map(({ text, picks }) => [text, ...picks.map(({ id }) => id)])).toEqual([
      ["fox in the snow", "a"],
      ["on a hill"],
    ]);
  });

  test("makes one task of each of two pairs side by side, whichever fits better", async () => {
    const cards = [
      card("a", "animal", { title: "Red Fox in the Snow", description: "A red fox in the snow." }),
      card("b", "animal", { title: "Owl in the Desert", description: "An owl in the desert." }),
    ];
    const [fox, owl] = ["fox in the snow", "owl in the desert"];
    expect(picked(await compose(`a ${fox}, an ${owl}`, cards))).toEqual({ [fox]: ["a"], [owl]: ["b"] });
    expect(picked(await compose(`an ${owl}, a ${fox}`, cards))).toEqual({ [owl]: ["b"], [fox]: ["a"] });
  });

  test("returns nothing without candidates or tasks", async () => {
    expect((await compose("")).tasks).toEqual([]);
    const none = await rulesComposer.compose(
      { prompt: "a fox", candidates: [], preset: "balanced" },
      { embed, rarity: rarityOf([]) },
    );
    expect(none.tasks).toMatchObject([{ text: "fox", picks: [] }]);
  });

  test("properties: deterministic, independent of order, within the caps, with spans of the prompt", async () => {
    const words =
      "unicorn octopus squid horse candy land clay render ink line art mosaic tiles party hat wearing a in the of , with two golden hour night no not without non-clay".split(
        " ",
      );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...words), { maxLength: 12 }), async (list) => {
        const prompt = list.join(" ");
        const found = await compose(prompt);
        expect(await compose(prompt, [...exampleCards].reverse())).toEqual(found);
        const picks = found.tasks.flatMap((task) => task.picks);
        expect(new Set(picks.map(({ id }) => id)).size).toBe(picks.length);
        const styles = picks.filter(
          ({ id }) => exampleCards.find((c) => c.id === id)!.refined.category === "style",
        );
        expect(styles.length).toBeLessThanOrEqual(presets.balanced.styles);
        for (const task of found.tasks) {
          expect(prompt.slice(task.start!, task.end!)).toBe(task.text);
          expect(task.picks.length).toBeLessThanOrEqual(presets.balanced.perTask);
          for (const { similarity } of task.picks)
            expect(similarity).toBeGreaterThanOrEqual(presets.balanced.threshold);
        }
        const rejected = found.rejected.map(({ id }) => id);
        expect(rejected.some((id) => picks.some((pick) => pick.id === id))).toBe(false);
      }),
      propertyRuns(200),
    );
  });
});

describe("trust in names", () => {
  const trustOf = (id: string): Record<string, number> =>
    Object.fromEntries(
      namePhrases(exampleCards.find((c) => c.id === id)!)
        .toReversed()
        .map(({ text, trust }) => [text, trust]),
    );

  test("tags of object adapters are names only if the description lists them", () => {
    expect(trustOf("unicorn")).toMatchObject({ unicorn: 1, horse: 0, rainbow: 0 });
    expect(trustOf("sea")).toMatchObject({ octopus: 1, squid: 1, ocean: 0, jellyfish: 0.9 });
  });

  test("phrases that the description denies or does not confirm count less", () => {
    expect(trustOf("sepia")["sunset"]).toBe(0);
    expect(trustOf("sepia")["golden hour"]).toBeLessThan(presets.balanced.threshold);
    expect(trustOf("ink")["night"]).toBe(0);
  });

  test("a description of unknown form keeps title and trigger words", () => {
    const odd = namePhrases(
      card("x", "animal", { title: "Zebra Foal", triggers: ["zbrfl"], description: "???" }),
    );
    expect(odd.filter(({ trust }) => trust > 0).map(({ text }) => text)).toEqual(["Zebra Foal", "zbrfl"]);
  });
});

test("a card stuffed with keywords does not take every prompt", async () => {
  const things =
    "robot castle fox cat dog tree ship lighthouse dragon bicycle rabbit apple teapot guitar car tower penguin owl bear wolf witch flower umbrella kite drum".split(
      " ",
    );
  const many = Array.from({ length: 2_000 }, (_, i) => things[i % things.length]!);
  const stuffed = card("stuffed", "concept", {
    title: many.join(" ").slice(0, 19_000),
    tags: many.slice(0, 200),
    triggers: things,
    description: `Adds ${many.map((word) => `a ${word}`).join(", ")}.`,
    phrases: things,
  });
  for (const thing of things)
    expect(picked(await compose(`a ${thing} in the snow`, [...exampleCards, stuffed]))).toEqual({});
});

test("emphasis, numbers and commas of any script name no task of their own", async () => {
  const cards = [
    ...exampleCards,
    card("nine", "concept", { title: "9", triggers: ["9"] }),
    card("comic", "style", { title: "Comic", tags: ["comic book"], description: "Comic book look." }),
  ];
  const tasks = async (prompt: string): Promise<string[]> =>
    (await compose(prompt, cards)).tasks.map(({ text }) => text);
  expect(await tasks("a fox :1.2 AND a castle :0.5")).toEqual(["fox", "castle"]);
  expect(await tasks("a unicorn, plasticine, photo in 16:9")).toEqual(["unicorn", "plasticine", "photo"]);
  expect(await tasks("unicorn、plasticine")).toEqual(["unicorn", "plasticine"]);
  expect(await tasks("unicorn，plasticine")).toEqual(["unicorn", "plasticine"]);
  for (const comic of ["comic", "(comic)", "(comic:1.2)", "((comic: 1.2))", "[comic]"])
    expect(picked(await compose(`1girl, solo, ${comic}, long hair`, cards))).toEqual({ comic: ["comic"] });
});
