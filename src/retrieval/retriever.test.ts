import { describe, expect, test } from "vitest";
import { card, exampleCards } from "../../tests/fixtures/cards.ts";
import { hashedEmbedder } from "../../tests/fixtures/hashed-embedder.ts";
import type { AdapterCard } from "./card.ts";
import { openIndex } from "./index/index-file.ts";
import { embedAdapter, writeIndex } from "./index/index-writer.ts";
import { indexedTexts } from "./text/indexed-texts.ts";
import { queryTexts } from "./text/query-texts.ts";
import { Retriever } from "./retriever.ts";

const { model, dims, embed } = hashedEmbedder;
const filter = { baseModels: ["Pocket"] };

const clay = card("aardman", "style", {
  title: "Puppets",
  phrases: ["claymation", "wallace and gromit", "stop motion", "plasticine puppet"],
  notMeant: ["tennis court", "clay pot"],
});

async function open(cards: readonly AdapterCard[], residentRows?: number): Promise<Retriever> {
  const adapters = await Promise.all(cards.map((each) => embedAdapter(each, embed)));
  const bytes = writeIndex(adapters, { model, dims, ...(residentRows ? { residentRows } : {}) });
  return new Retriever(await openIndex(new Blob([bytes]), "index"));
}

async function query(prompt: string) {
  const texts = queryTexts(prompt);
  const vectors = await embed(
    texts.map(({ text }) => text),
    { kind: "query" },
  );
  return { prompt, texts, vectors };
}
const retrieve = async (retriever: Retriever, prompt: string, k = 5) =>
  retriever.retrieve(await query(prompt), { k, filter });

describe("late interaction", () => {
  const cards = [...exampleCards, clay];
  const prompt = "Wallace and Gromit on a tennis court, stop motion";

  test("nearest texts, their spans and similarities are those of a float64 scan", async () => {
    const { texts, vectors } = await query(prompt);
    const found = await retrieve(await open(cards), prompt, cards.length);
    expect(found).toHaveLength(cards.length);
    for (const { id, nearest, notMeant } of found) {
      const own = cards.find((each) => each.id === id)!;
      const rows = await embed(
        indexedTexts(own).map(({ text }) => text),
        { kind: "query" },
      );
      const cosine = (q: number, row: number): number =>
        vectors[q]!.reduce((sum, value, d) => sum + value * rows[row]![d]!, 0);
      for (const near of [...nearest, ...notMeant]) {
        const row = indexedTexts(own).findIndex(({ text }) => text === near.text);
        const q = texts.findIndex(
          ({ span }) => span?.start === near.span?.start && span?.end === near.span?.end,
        );
        expect(Math.abs(near.similarity - cosine(q, row))).toBeLessThan(0.01); // int8
      }
    }
  });

  test.each([undefined, 1, 2])(
    "phrases find their span, with %s vectors of an adapter in memory",
    async (rows) => {
      const [first] = await retrieve(await open(cards, rows), prompt);
      expect(first!.id).toBe("aardman");
      const spans = first!.nearest.map(({ text, span }) => [
        text,
        span && prompt.slice(span.start, span.end),
      ]);
      expect(spans.slice(0, 2)).toEqual([
        ["wallace and gromit", "Wallace and Gromit"],
        ["stop motion", "stop motion"],
      ]);
      expect(first!.notMeant[0]).toMatchObject({ text: "tennis court", similarity: expect.closeTo(1, 2) });
      expect(first!.notMeant).toHaveLength(2);
      expect(first!.nearest.length).toBeLessThanOrEqual(8);
    },
  );

  test("an unwanted use does not retrieve: sensitivity of the kinds of text", async () => {
    const retriever = await open(cards);
    const before = (await retrieve(retriever, "tennis court", 20)).find(({ id }) => id === "aardman")!;
    const { refined, ...rest } = clay;
    retriever.add(
      await embedAdapter(
        { ...rest, id: "wanted", refined: { ...refined, phrases: refined.notMeant! } },
        embed,
      ),
    );
    const [first] = await retrieve(retriever, "tennis court", 1);
    expect(first!.id).toBe("wanted");
    expect(before.score).toBeLessThan(first!.score / 2);
  });
});

test("a tag that every tenth card has says nothing", async () => {
  const many = Array.from({ length: 400 }, (_, i) =>
    card(`girl${i}`, "character", {
      title: `Heroine ${i}`,
      tags: ["1girl", "long hair"],
      description: `Person ${i}.`,
    }),
  );
  const rare = card("witch", "character", {
    title: "Witch",
    tags: ["1girl", "broomstick"],
    description: "A witch.",
  });
  const found = await retrieve(await open([...many, rare]), "1girl, long hair, broomstick", 3);
  expect(found[0]!.id).toBe("witch");
  expect(found[0]!.score).toBeGreaterThan(1.5 * found[1]!.score);
});

describe("adapters that come and go", () => {
  test("added, replaced, removed; one of the file comes back", async () => {
    const retriever = await open(exampleCards);
    const mine = card("mine", "animal", { title: "Axolotl", phrases: ["water dragon"] });
    retriever.add(await embedAdapter(mine, embed));
    expect((await retrieve(retriever, "an axolotl"))[0]!.id).toBe("mine");
    expect((await retriever.read("mine")).card).toEqual(mine);
    retriever.add(await embedAdapter(card("mine", "animal", { title: "Capybara" }), embed));
    expect((await retrieve(retriever, "a capybara"))[0]!.id).toBe("mine");
    expect(retriever.ids.filter((id) => id === "mine")).toHaveLength(1);
    retriever.remove("mine");
    await expect(retriever.read("mine")).rejects.toThrow("The index has no adapter mine");

    retriever.add(await embedAdapter(card("unicorn", "animal", { title: "Narwhal" }), embed));
    const found = await retrieve(retriever, "a rainbow unicorn", 20);
    expect(found.filter(({ id }) => id === "unicorn")).toHaveLength(1);
    expect((await retrieve(retriever, "narwhal"))[0]!.id).toBe("unicorn");
    retriever.remove("unicorn");
    expect((await retrieve(retriever, "a rainbow unicorn"))[0]!.id).toBe("unicorn");
  });

  test("the filter acts before the cut, on both", async () => {
    const retriever = await open(exampleCards);
    retriever.add(await embedAdapter(card("mine", "animal", { title: "Unicorn" }), embed));
    const bans = ["mine", "unicorn"];
    const found = await retriever.retrieve(await query("a unicorn"), { k: 3, filter: { ...filter, bans } });
    expect(found).toHaveLength(3);
    expect(found.some(({ id }) => bans.includes(id))).toBe(false);
    expect(
      await retriever.retrieve(await query("a unicorn"), { k: 3, filter: { baseModels: ["SDXL"] } }),
    ).toEqual([]);
  });

  test("whole prompts: the nearest documents, added ones among them", async () => {
    const retriever = await open(exampleCards);
    retriever.add(
      await embedAdapter(
        card("mine", "animal", { title: "Unicorn Unicorn", description: "A unicorn." }),
        embed,
      ),
    );
    const [vector] = await embed(["a unicorn"], { kind: "query" });
    const found = await retriever.similar(vector!, { k: 2, filter });
    expect(found.map(({ id }) => id)).toEqual(["mine", "unicorn"]);
    expect(await retriever.similar(vector!, { k: 150, filter })).toHaveLength(exampleCards.length + 1);
  });
});

test("texts of strangers: nothing, markup, a megabyte", async () => {
  const hostile = [
    card("empty", "style", { title: "", description: "" }),
    card("markup", "style", { title: "<script>alert(1)</script>", tags: ["__proto__", "hasOwnProperty"] }),
    card("huge", "style", {
      title: "word ".repeat(4000),
      tags: Array.from({ length: 200 }, (_, i) => `tag ${i}`),
    }),
  ];
  const retriever = await open([...exampleCards, ...hostile]);
  for (const prompt of ["__proto__ toString", "<script>", "word ".repeat(200_000)])
    expect((await retrieve(retriever, prompt)).length).toBeGreaterThan(0);
});
