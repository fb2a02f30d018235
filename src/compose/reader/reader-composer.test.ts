// The composer that reads, on a network that answers by a table: which pairs it reads, what it makes of the answers, when it stops.
import { beforeEach, describe, expect, it } from "vitest";
import { card } from "../../../tests/fixtures/cards.ts";
import { TableNetwork, tableTokenizer as tokenizer } from "../../../tests/fixtures/table-reader.ts";
import type { AdapterCard } from "../../retrieval/card.ts";
import type { NearText } from "../../retrieval/search/nearest-texts.ts";
import type { ReadingCandidate } from "./card-text.ts";
import { composeByReading } from "./reader-composer.ts";
import { Reader } from "./reader.ts";

const near = (text: string, prompt: string, words: string): NearText => {
  const start = prompt.indexOf(words);
  return { text, source: "phrase", similarity: 0.9, span: { start, end: start + words.length } };
};
const candidate = (of: AdapterCard, nearest: readonly NearText[] = []): ReadingCandidate => ({
  card: of,
  score: 0.5,
  nearest,
  notMeant: [],
});

const clay = card("clay", "style", { title: "clay" });
const table = card("table", "concept", { title: "table" });
const night = card("night", "background", { title: "night" });

const base = { preset: "balanced", pins: [], commonTags: new Set<string>() } as const;
const prompt = "a silver table, aardman style, no snow";

let network: TableNetwork;
let reader: Reader;
beforeEach(() => {
  network = new TableNetwork({
    clay: { wanted: 4, serves: "aardman style" },
    table: { wanted: -0.5, serves: "table" },
    night: { wanted: 3, serves: "style" },
  });
  reader = new Reader(network, tokenizer);
});

describe("composeByReading", () => {
  const candidates = [
    candidate(clay, [near("aardman", prompt, "aardman style")]),
    candidate(table),
    candidate(night),
  ];
  const compose = (request: { prompt?: string; pins?: string[] } = {}, signal?: AbortSignal) =>
    composeByReading({ prompt, ...base, candidates, ...request }, { reader, signal });

  it("makes tasks of what the picks serve, with reasons for and against", async () => {
    const { tasks, rejected, composer } = await compose();
    expect(composer).toEqual({ name: "reader", kind: "reader" });
    expect(tasks.map(({ text, picks }) => [text, picks.map(({ id, reason }) => [id, reason])])).toEqual([
      ["silver table", []],
      [
        "aardman",
        [["clay", { kind: "quoted", source: "phrase", text: "aardman", score: expect.closeTo(0.98) }]],
      ],
      ["no snow", []],
    ]);
    expect(rejected).toEqual([
      { id: "night", reason: { kind: "served", title: "clay", score: expect.closeTo(0.95) } },
      { id: "table", reason: { kind: "unlikely", score: expect.closeTo(0.38), threshold: 0.5 } },
    ]);
  });

  it("tells of all that it has read: how likely, by which text, for which words, and why or why not", async () => {
    const { read } = await compose();
    expect(read).toEqual([
      {
        id: "clay",
        wanted: expect.closeTo(0.98),
        nearest: { source: "phrase", text: "aardman" },
        words: "aardman",
        task: 1,
        chosen: true,
        reason: { kind: "quoted", source: "phrase", text: "aardman", score: expect.closeTo(0.98) },
      },
      {
        id: "night",
        wanted: expect.closeTo(0.95),
        nearest: null,
        words: "style",
        task: null,
        chosen: false,
        reason: { kind: "served", title: "clay", score: expect.closeTo(0.95) },
      },
      {
        id: "table",
        wanted: expect.closeTo(0.38),
        nearest: null,
        words: "table",
        task: 0,
        chosen: false,
        reason: { kind: "unlikely", score: expect.closeTo(0.38), threshold: 0.5 },
      },
    ]);
    const few = await composeByReading({ prompt, ...base, candidates: [] }, { reader });
    expect(few.read).toEqual([]);
  });

  it("wants an adapter more surely that was measured to be weak or misleading", async () => {
    const measured = async (direction: number) => {
      const effect = { direction, low: direction - 1, high: direction + 1, strength: 0.3, prompts: 6 };
      const { tasks, rejected } = await composeByReading(
        { prompt, ...base, candidates: [candidate({ ...table, effect })] },
        { reader: new Reader(new TableNetwork({ table: { wanted: 0.5, serves: "table" } }), tokenizer) },
      );
      return { picks: tasks.flatMap(({ picks }) => picks.map(({ id }) => id)), rejected };
    };
    expect(await measured(5)).toEqual({ picks: ["table"], rejected: [] });
    expect(await measured(-5)).toEqual({
      picks: [],
      rejected: [
        {
          id: "table",
          reason: { kind: "unlikely", score: expect.closeTo(0.62), threshold: expect.closeTo(0.73) },
        },
      ],
    });
  });

  it("names the text that is close, if it is close enough", async () => {
    const reasonFor = async (similarity: number) => {
      const other = { ...near("stop motion", prompt, "aardman style"), similarity };
      const { tasks } = await composeByReading(
        { prompt, ...base, candidates: [candidate(clay, [other])] },
        { reader },
      );
      return tasks.flatMap(({ picks }) => picks.map(({ reason }) => reason))[0];
    };
    const [words, score] = ["aardman", expect.closeTo(0.98)];
    expect(await reasonFor(0.6)).toEqual({
      kind: "close",
      words,
      source: "phrase",
      text: "stop motion",
      score,
    });
    expect(await reasonFor(0.59)).toEqual({ kind: "fits", words, score });
  });

  it("lists the refused that are a fifth likely or denied, the likeliest first, and says which styles are too many", async () => {
    const names = ["silver", "table", "aardman", "style", "glass", "snow"];
    const logits = [3, 2.5, 2, -1.3, -1.5, -1.6]; // 0.95, 0.92, 0.88, 0.21, 0.18, 0.17
    network = new TableNetwork(
      Object.fromEntries(names.map((name, i) => [name, { wanted: logits[i]!, serves: name }])),
    );
    reader = new Reader(network, tokenizer);
    const styles = names.map((name) => candidate(card(name, "style", { title: name }))).toReversed();
    const { rejected } = await composeByReading({ prompt, ...base, candidates: styles }, { reader });
    expect(rejected).toEqual([
      { id: "aardman", reason: { kind: "styles", count: 2, score: expect.closeTo(0.88) } },
      { id: "style", reason: { kind: "unlikely", score: expect.closeTo(0.21), threshold: 0.5 } },
      { id: "snow", reason: { kind: "excluded", words: "no snow" } },
    ]);
  });

  it("has to be surer where the words are a use that the card does not want", async () => {
    const against = (of: AdapterCard): AdapterCard => ({
      ...of,
      refined: { ...of.refined, notMeant: ["silver table"] },
    });
    const chosen = async (of: AdapterCard, wanted: number) => {
      network = new TableNetwork({ table: { wanted, serves: "table" } });
      reader = new Reader(network, tokenizer);
      const request = { prompt, ...base, candidates: [candidate(of)] };
      const { tasks, rejected } = await composeByReading(request, { reader });
      return { ids: tasks.flatMap(({ picks }) => picks.map(({ id }) => id)), rejected };
    };
    expect((await chosen(table, 2.9)).ids).toEqual(["table"]); // 0.95 of at least 0.5
    expect(await chosen(against(table), 2.9)).toEqual({
      ids: [],
      rejected: [{ id: "table", reason: { kind: "unmeant", words: "table", text: "silver table" } }],
    });
    expect((await chosen(against(table), 3.1)).ids).toEqual(["table"]); // 0.957 of at least 0.953
    expect((await chosen(against(table), -0.5)).rejected).toEqual([
      {
        id: "table",
        reason: { kind: "unlikely", score: expect.closeTo(0.38), threshold: expect.closeTo(0.953, 3) },
      },
    ]);
  });

  it("asks for more certainty of a card with search phrases", async () => {
    const known = { ...table, refined: { ...table.refined, phrases: ["desk"] } };
    network = new TableNetwork({ table: { wanted: 0.2, serves: "table" } }); // 0.55
    reader = new Reader(network, tokenizer);
    const chosen = async (of: AdapterCard): Promise<string[]> => {
      const request = { prompt, ...base, candidates: [candidate(of)] };
      const { tasks } = await composeByReading(request, { reader });
      return tasks.flatMap(({ picks }) => picks.map(({ id }) => id));
    };
    expect(await chosen(table)).toEqual(["table"]);
    expect(await chosen(known)).toEqual([]);
  });

  it("reads nothing where there are no candidates", async () => {
    const { tasks } = await composeByReading({ prompt: "(fog:0)", ...base, candidates: [] }, { reader });
    expect(tasks).toEqual([]);
    expect(network.batches).toEqual([]);
  });

  it("does nothing where it is cancelled before", async () => {
    const composed = composeByReading(
      { prompt, ...base, candidates: [] },
      { reader, signal: AbortSignal.abort() },
    );
    await expect(composed).rejects.toMatchObject({ code: "cancelled" });
  });

  it("keeps a pin: others may not serve its words", async () => {
    const { tasks } = await compose({ pins: ["night"] });
    expect(tasks.flatMap(({ text, picks }) => picks.map(({ id }) => `${id}: ${text}`))).toEqual([
      "night: style",
    ]);
  });

  it("reads each pair once, in batches of four", async () => {
    const many = Array.from({ length: 9 }, (_, i) =>
      candidate(card(`c${i}`, "concept", { title: `table ${i}` })),
    );
    const read = (text: string) => composeByReading({ prompt: text, ...base, candidates: many }, { reader });
    await read("a silver table");
    expect(network.batches.map(([rows]) => rows)).toEqual([4, 4, 1]);
    await read("a silver table");
    expect(network.batches).toHaveLength(3);
    await read("a silver snow");
    expect(network.batches).toHaveLength(6);
  });

  it("reads twelve candidates at most", async () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      candidate(card(`c${i}`, "concept", { title: `table ${i}` })),
    );
    await composeByReading({ prompt, ...base, candidates: many }, { reader });
    expect(network.batches.reduce((sum, [rows]) => sum + rows!, 0)).toBe(12);
  });

  it("stops between batches", async () => {
    const controller = new AbortController();
    network.onRun = () => controller.abort();
    const many = Array.from({ length: 9 }, (_, i) =>
      candidate(card(`c${i}`, "concept", { title: `table ${i}` })),
    );
    const work = composeByReading(
      { prompt, ...base, candidates: many },
      { reader, signal: controller.signal },
    );
    await expect(work).rejects.toMatchObject({ code: "cancelled" });
    expect(network.batches).toHaveLength(1);
  });

  it("finds what stands far behind in a long prompt", async () => {
    const long = `${"a table in the snow, ".repeat(60)}aardman style`;
    const { tasks } = await composeByReading(
      { prompt: long, ...base, candidates: [candidate(clay, [near("aardman", long, "aardman")])] },
      { reader },
    );
    expect(network.batches).toHaveLength(1);
    expect(tasks.filter(({ picks }) => picks.length > 0)).toMatchObject([
      { text: "aardman", start: long.length - 13, end: long.length - 6 },
    ]);
  });
});
