// The list of all adapters: what is known of each, filters with their counts, the search, the orders.
import { describe, expect, it } from "vitest";
import { card } from "../../../../tests/fixtures/cards.ts";
import { adapterReport, loadedPack } from "../../../../tests/fixtures/run-services.ts";
import type { AdapterCard } from "../../../retrieval/card.ts";
import type { UserAdapter } from "../../../stylus/loaded-pack.ts";
import { libraryAdapter, libraryAdapters, librarySize, type LibrarySources } from "./library-adapter.ts";
import { countFilters, filterLibrary, noLibraryFilter, type LibraryFilter } from "./library-filter.ts";
import { searchLibrary, type NearAdapter } from "./library-search.ts";

const own = (of: AdapterCard, addedAt: number, bytes = 3): UserAdapter => ({
  id: of.id,
  card: of,
  report: adapterReport(),
  file: new Blob(["x".repeat(bytes)]),
  addedAt,
});

const weak = { direction: 0.1, low: -0.2, high: 0.3, strength: 0.01, prompts: 8 };
const clay = {
  ...card("clay", "style", { title: "Clay Render", phrases: ["Aardman", "plasticine"] }),
  effect: { ...weak, direction: 2, low: 1, high: 3, strength: 0.4 },
};
const ink = { ...card("ink", "style", { title: "Ink Lines" }), license: "cc-by-nc-4.0", effect: weak };
const owls = { ...card("owls", "animal", { title: "Barn Owls", tags: ["bird"] }), license: "" };
const quick = {
  ...card("lcm", "concept"),
  fewStep: { steps: 4, cfgScale: 1, sampler: "lcm", schedule: "lcm" },
};
const mine = own({ ...card("mine", "style", { title: "Torn paper" }), license: "MIT" }, 20, 900);
const elsewhere = own({ ...card("clay", "style", { title: "Clay of SD" }), baseModel: "SD 1.5" }, 10, 50);

const sources = (change: Partial<LibrarySources> = {}): LibrarySources => ({
  pack: loadedPack({
    cards: [quick, clay, ink, owls, mine.card],
    remote: new Map([["owls", { sizeBytes: 700, stored: false, pageUrl: null }]]),
    userAdapters: new Map([["mine", mine]]),
    otherAdapters: [elsewhere],
  }),
  commercialOnly: false,
  pins: new Set(["clay"]),
  bans: new Set(["ink"]),
  notes: new Map([
    ["Pocket/owls", { key: "Pocket/owls", tags: ["for the farm"], hidden: true }],
    ["own/mine", { key: "own/mine", tags: ["for the farm", "later"], hidden: false }],
  ]),
  uses: new Map([
    ["clay", 2],
    ["mine", 1],
  ]),
  ...change,
});
const all = libraryAdapters(sources());
const keysOf = (filter: Partial<LibraryFilter>): string[] =>
  filterLibrary(all, { ...noLibraryFilter, ...filter }).adapters.map(({ key }) => key);

describe("libraryAdapters", () => {
  it("knows of each where it is from, what it may be used for, and what the user has made of it", () => {
    expect(all.map(({ key }) => key)).toEqual(["mine", "lcm", "clay", "ink", "owls", "other/clay"]);
    const [fourth, few, first, second, third, fifth] = all;
    expect(few).toMatchObject({ kind: "fewStep", isStored: true, own: null });
    expect(first).toMatchObject({ kind: "style", commercial: "allowed", uses: 2, isPinned: true });
    expect(second).toMatchObject({ commercial: "refused", isBanned: true, isPinned: false });
    expect(third).toMatchObject({ commercial: "unknown", isStored: false, isHidden: true });
    expect(third!.tags).toEqual(["for the farm"]);
    expect(fourth).toMatchObject({ own: mine, sizeBytes: 900, addedAt: 20, uses: 1 });
    expect(fifth).toMatchObject({ own: elsewhere, isOther: true, isPinned: false, notesKey: "own/clay" });
  });

  it("are counted without being listed", () => {
    expect([librarySize(sources().pack), librarySize(null)]).toEqual([all.length, 0]);
  });

  it("one by its key is the same; of an unknown key there is none", () => {
    for (const adapter of all) expect(libraryAdapter(adapter.key, sources())).toEqual(adapter);
    expect(libraryAdapter("gone", sources())).toBeUndefined();
  });

  it("what licences leave out is marked only while the setting asks for it", () => {
    const marked = (commercialOnly: boolean): string[] =>
      libraryAdapters(sources({ commercialOnly }))
        .filter(({ isLeftOut }) => isLeftOut)
        .map(({ key }) => key);
    expect(marked(false)).toEqual([]);
    expect(marked(true)).toEqual(["ink", "owls"]);
  });
});

describe("filterLibrary", () => {
  it("lists all but the hidden ones, and those alone when they are asked for", () => {
    expect(keysOf({})).toEqual(["mine", "lcm", "clay", "ink", "other/clay"]);
    expect(keysOf({ hidden: true })).toEqual(["owls"]);
  });

  it.each([
    [{ kind: "style" }, ["mine", "clay", "ink", "other/clay"]],
    [{ kind: "fewStep" }, ["lcm"]],
    [{ baseModel: "SD 1.5" }, ["other/clay"]],
    [{ commercial: "refused" }, ["ink"]],
    [{ effect: "good" }, ["clay"]],
    [{ effect: "weak" }, ["ink"]],
    [{ effect: "misleading" }, []],
    [{ use: "used" }, ["mine", "clay", "other/clay"]],
    [{ use: "unused" }, ["lcm", "ink"]],
    [{ tag: "later" }, ["mine"]],
    [{ own: true }, ["mine", "other/clay"]],
    [{ stored: true }, ["mine", "lcm", "clay", "ink", "other/clay"]],
    [{ pinned: true }, ["clay"]],
    [{ banned: true }, ["ink"]],
    [{ own: true, tag: "for the farm" }, ["mine"]],
    [{ own: true, pinned: true }, []],
  ] as readonly (readonly [Partial<LibraryFilter>, string[]])[])("%j", (filter, keys) => {
    expect(keysOf(filter)).toEqual(keys);
    expect(countFilters({ ...noLibraryFilter, ...filter })).toBe(Object.keys(filter).length);
  });

  it("counts what each further choice would leave, the own one as if it were not made", () => {
    const { counts } = filterLibrary(all, { ...noLibraryFilter, own: true, kind: "style" });
    expect(counts.kind).toEqual(new Map([["style", 2]]));
    expect(counts.own).toEqual(
      new Map([
        [false, 2],
        [true, 2],
      ]),
    );
    expect(counts.baseModel).toEqual(
      new Map([
        ["Pocket", 1],
        ["SD 1.5", 1],
      ]),
    );
    expect(counts.effect).toEqual(new Map()); // of the own ones none was measured
    expect(counts.tag).toEqual(
      new Map([
        ["for the farm", 1],
        ["later", 1],
      ]),
    );
    expect(filterLibrary(all, noLibraryFilter).counts.hidden.get(true)).toBe(1);
  });
});

describe("searchLibrary", () => {
  const near = new Map<string, NearAdapter>([
    ["ink", { id: "ink", score: 0.4, text: "line art" }],
    ["clay", { id: "clay", score: 0.9, text: "Aardman" }],
    ["owls", { id: "owls", score: 0.6, text: "bird" }],
  ]);
  const found = (query: string, change: Partial<Parameters<typeof searchLibrary>[1]> = {}) =>
    searchLibrary(all, { query, near, sort: "match", ...change }).map(
      ({ adapter, near: text }) => [adapter.key, text] as const,
    );

  it("finds nothing less than all without words", () => {
    expect(found("  ")).toEqual(all.map(({ key }) => [key, null]));
  });

  it("puts titles before cards, and those before what is near in meaning, the nearest first", () => {
    expect(found("aardman puppet")).toEqual([
      ["clay", "Aardman"],
      ["owls", "bird"],
      ["ink", "line art"],
    ]);
    expect(found("Clay")).toEqual([
      ["clay", null],
      ["other/clay", null],
      ["owls", "bird"],
      ["ink", "line art"],
    ]);
    expect(found("plasticine", { near: new Map() })).toEqual([["clay", null]]);
    expect(found("farm", { near: new Map() })).toEqual([
      ["mine", null],
      ["owls", null],
    ]);
  });

  it("sorts by title, date, size and use", () => {
    const order = (sort: Parameters<typeof searchLibrary>[1]["sort"]): string[] =>
      found("", { sort }).map(([key]) => key);
    expect(order("title")).toEqual(["owls", "other/clay", "clay", "ink", "lcm", "mine"]);
    expect(order("added").slice(0, 2)).toEqual(["mine", "other/clay"]);
    expect(order("size").slice(0, 2)).toEqual(["mine", "other/clay"]);
    expect(order("uses").slice(0, 3)).toEqual(["other/clay", "clay", "mine"]);
  });

  it("finds the few of ten thousand", () => {
    const many = Array.from({ length: 10_000 }, (_, i) => card(`a${i}`, "style", { title: `Number ${i}` }));
    const adapters = libraryAdapters(sources({ pack: loadedPack({ cards: many }) }));
    const { adapters: listed } = filterLibrary(adapters, noLibraryFilter);
    const result = searchLibrary(listed, { query: "number 9999", near: new Map(), sort: "match" });
    expect([listed.length, ...result.map(({ adapter }) => adapter.key)]).toEqual([10_000, "a9999"]);
  });
});
