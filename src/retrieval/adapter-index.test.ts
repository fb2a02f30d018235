import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { card, exampleCards } from "../../tests/fixtures/cards.ts";
import { hashedEmbedder } from "../../tests/fixtures/hashed-embedder.ts";
import { embedCards, readIndex, staleEntries, writeIndex } from "./adapter-index.ts";
import { parseCards } from "./cards.ts";
import { exclusionReason } from "./eligibility.ts";
import { checkSameModel } from "./same-model.ts";
import { SearchService } from "./search-service.ts";
import { dot } from "./vectors.ts";

const embed = (texts: readonly string[], options: { kind: "query" | "card" }) =>
  hashedEmbedder.embed(texts, options);
const build = async (cards = exampleCards) =>
  writeIndex(
    { model: hashedEmbedder.model, dims: hashedEmbedder.dims, entries: await embedCards(cards, embed) },
    cards,
  );

describe("index files", () => {
  test("written and read back: same keys, cosine above 0.999, same bytes each time", async () => {
    const { json, bytes } = await build();
    expect(await build()).toEqual({ json, bytes });
    const index = readIndex(JSON.parse(json), bytes);
    const entries = await embedCards(exampleCards, embed);
    for (const [i, entry] of entries.entries()) {
      const read = index.entries[i]!;
      expect(read.keys.map(({ text, source }) => [text, source])).toEqual(
        entry.keys.map(({ text, source }) => [text, source]),
      );
      expect(dot(read.vector, entry.vector)).toBeGreaterThan(0.999);
      for (const [k, key] of entry.keys.entries())
        expect(dot(read.keys[k]!.vector, key.vector)).toBeGreaterThan(0.999);
    }
  });

  test("cards that changed after the build are noticed", async () => {
    const { json } = await build();
    expect(await staleEntries(JSON.parse(json), exampleCards)).toEqual([]);
    const changed = exampleCards.map((c) => (c.id === "ink" ? { ...c, title: "Ink" } : c));
    expect(await staleEntries(JSON.parse(json), [...changed, card("new", "style")])).toEqual(["ink", "new"]);
  });

  type Header = {
    format: string;
    version: number;
    model: object;
    dims: number;
    rows: number;
    entries: { id: string; keys: unknown }[];
  };
  test.each<[string, (header: Header) => void, RegExp]>([
    ["another format", (h) => (h.format = "zip"), /index\.json: format must be “stylus-web\/index”/],
    ["another version", (h) => (h.version = 2), /version is 2, this program reads version 1/],
    ["no model", (h) => (h.model = {}), /model must have a name/],
    ["silly dims", (h) => (h.dims = 0.5), /dims must be a whole number/],
    ["rows that do not add up", (h) => (h.rows += 1), /rows is \d+, the entries need \d+/],
    ["an id twice", (h) => (h.entries[1]!.id = h.entries[0]!.id), /entries\[1\]\.id must be/],
    ["bad keys", (h) => (h.entries[2]!.keys = [{ text: 1 }]), /entries\[2\]\.keys must hold/],
  ])("%s is refused by name", async (_, damage, message) => {
    const { json, bytes } = await build();
    const header = JSON.parse(json);
    damage(header);
    expect(() => readIndex(header, bytes)).toThrow(message);
  });

  test("a short or blank vector file is refused by name", async () => {
    const { json, bytes } = await build();
    expect(() => readIndex(JSON.parse(json), bytes.slice(1))).toThrow(/vectors\.bin has \d+ bytes/);
    expect(() => readIndex(JSON.parse(json), bytes.slice().fill(0))).toThrow(/all zeros/);
    expect(() => readIndex(null, bytes)).toThrow(/not an object/);
  });
});

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
      /category must be one of concept, style/,
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

test("filters say why", () => {
  const base = card("a", "style", { title: "Age Slider" });
  const filter = { baseModels: ["pocket"] };
  const few = { steps: 4, cfgScale: 1, sampler: "lcm", schedule: "lcm" };
  const sample = { path: "", prompt: "" };
  expect(exclusionReason(base, filter)).toBeNull();
  expect(exclusionReason({ ...base, fewStep: few }, filter)).toMatch(/few-step/);
  expect(exclusionReason(base, { ...filter, bans: ["a"] })).toBe("banned by you");
  expect(exclusionReason(base, { ...filter, blacklist: ["a"] })).toMatch(/known to spoil/);
  expect(exclusionReason({ ...base, baseModel: "SDXL 1.0" }, { baseModels: ["SD 1.5"] })).toBe(
    "made for SDXL 1.0, not for SD 1.5",
  );
  expect(exclusionReason({ ...base, baseModel: "sd1.5" }, { baseModels: ["SD 1.5"] })).toBeNull();
  expect(exclusionReason({ ...base, samples: [sample] }, { ...filter, minimumSamples: 3 })).toMatch(
    /1 sample images/,
  );
  expect(exclusionReason(base, { ...filter, minimumSamples: 3 })).toBeNull(); // unknown is not few
  expect(exclusionReason(base, { ...filter, withoutCharactersAndSliders: true })).toMatch(/slider/);
});

describe("search service", () => {
  const wasm = readFileSync(createRequire(import.meta.url).resolve("voy-search/voy_search_bg.wasm"));
  const files = async (cards = exampleCards) => {
    const { json, bytes } = await build(cards);
    return new Map([
      ["adapters/cards.json", new Blob([JSON.stringify(cards)])],
      ["index/index.json", new Blob([json])],
      ["index/vectors.bin", new Blob([bytes])],
    ]);
  };
  const filter = { baseModels: ["Pocket"] };

  test("load, search, ban, add and remove", async () => {
    const service = new SearchService({ voyWasm: () => Promise.resolve(wasm) });
    const loaded = await service.load(await files());
    expect(loaded.cards).toHaveLength(exampleCards.length);
    const [query] = await hashedEmbedder.embed(["a unicorn"], { kind: "query" });
    const found = await service.search(query!, { filter });
    expect(found.candidates).toHaveLength(exampleCards.length);
    expect(found.candidates[0]!.card.id).toBe("unicorn");
    expect(found.engine).toBe("voy");
    const banned = await service.search(query!, { k: 3, filter: { ...filter, bans: ["unicorn"] } });
    expect(banned.candidates).toHaveLength(3);
    expect(banned.excluded).toEqual([{ id: "unicorn", reason: "banned by you" }]);
    const mine = card("mine", "animal", { title: "Unicorn Unicorn", description: "A unicorn." });
    service.add(mine, (await embedCards([mine], embed))[0]!);
    expect((await service.search(query!, { k: 1, filter })).candidates[0]!.card.id).toBe("mine");
    service.remove("mine");
    expect((await service.search(query!, { k: 1, filter })).candidates[0]!.card.id).toBe("unicorn");
  });

  test("what is missing or does not belong together is named", async () => {
    const service = new SearchService();
    const [query] = await hashedEmbedder.embed(["x"], { kind: "query" });
    await expect(service.search(query!, { filter })).rejects.toThrow("No index is loaded yet");
    const whole = await files();
    for (const name of whole.keys()) {
      const part = new Map(whole);
      part.delete(name);
      await expect(service.load(part)).rejects.toMatchObject({ code: "not-found", where: name });
    }
    whole.set("index/index.json", new Blob(["{"]));
    await expect(service.load(whole)).rejects.toThrow("index/index.json is not valid JSON");
    const other = await files(exampleCards.slice(1));
    other.set("adapters/cards.json", new Blob([JSON.stringify(exampleCards)]));
    await expect(service.load(other)).rejects.toThrow("The index knows no adapter “clay”");
    expect(() => checkSameModel({ name: "a", sha256: "1" }, { name: "b", sha256: "2" })).toThrow(
      /another embedder \(b\)/,
    );
  });
});
