// Vectors of the user's adapters in the browser's database: what is embedded in which visit, and what is kept.
import { afterAll, beforeAll, expect, test } from "vitest";
import { card } from "../fixtures/cards.ts";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

let browser: TestBrowser;
beforeAll(async () => void (browser = await openTestBrowser()));
afterAll(() => browser?.close());

const clay = card("clay", "style", { tags: ["plasticine"] });
const ink = card("ink", "style");

/** What a page does that has just opened. @returns ids by call of the embedder, the vectors, and the ids that are kept */
const visit = async (
  cards: readonly object[],
  { sha256 = "a", dims = 2, forget = [] as readonly string[] } = {},
): Promise<{ calls: string[][]; values: number[][]; kept: string[] }> => {
  await browser.page.reload();
  return browser.page.evaluate(
    async ({ wanted, model, dimensions, removed }) => {
      const [{ AdapterVectors }, { withTexts }] = await Promise.all([
        load("/src/app/adapters/adapter-vectors.ts"),
        load("/src/retrieval/embedded-adapter.ts"),
      ]);
      const vectors = new AdapterVectors();
      const calls: string[][] = [];
      const found: Int8Array[] = await vectors.of(wanted, {
        model: { sha256: model },
        dims: dimensions,
        onCard: () => {},
        embed: async (some: readonly { id: string }[]) => {
          calls.push(some.map(({ id }) => id));
          return some.map((each) =>
            new Int8Array(withTexts(each).texts.length * dimensions).fill(each.id.length),
          );
        },
      });
      for (const id of removed) await vectors.forget(id);
      const opened = indexedDB.open("stylus-web-vectors");
      await new Promise((resolve) => opened.addEventListener("success", resolve));
      const keys = opened.result.transaction("vectors").objectStore("vectors").getAllKeys();
      await new Promise((resolve) => keys.addEventListener("success", resolve));
      opened.result.close();
      return { calls, values: found.map((each) => [...each]), kept: keys.result as string[] };
    },
    { wanted: cards, model: sha256, dimensions: dims, removed: forget },
  );
};

test("embeds together what is new, and in later visits only what changed", async () => {
  // Texts: document and title, and a tag of the first.
  const values = [Array<number>(6).fill(4), Array<number>(4).fill(3)];
  expect(await visit([clay, ink])).toEqual({ calls: [["clay", "ink"]], values, kept: ["clay", "ink"] });
  expect(await visit([clay, ink])).toEqual({ calls: [], values, kept: ["clay", "ink"] });
  const changed = { ...ink, title: "Ink Line Art" };
  expect(await visit([clay, changed])).toMatchObject({ calls: [["ink"]], values });
  // What is not embedded changes nothing.
  expect(await visit([clay, { ...changed, license: "MIT" }])).toMatchObject({ calls: [] });
});

test("another embedder embeds all again", async () => {
  await visit([clay, ink]);
  expect(await visit([clay, ink], { sha256: "b", dims: 3 })).toMatchObject({
    calls: [["clay", "ink"]],
    values: [Array<number>(9).fill(4), Array<number>(6).fill(3)],
  });
  expect(await visit([clay, ink], { sha256: "b", dims: 3 })).toMatchObject({ calls: [] });
});

test("a removed adapter leaves nothing", async () => {
  await visit([clay, ink]);
  expect(await visit([clay, ink], { forget: ["clay"] })).toMatchObject({ calls: [], kept: ["ink"] });
  expect(await visit([clay, ink])).toMatchObject({ calls: [["clay"]], kept: ["clay", "ink"] });
});

test("a long list is kept as it is embedded: what a closed page had is not embedded again", async () => {
  const many = Array.from({ length: 40 }, (_, i) => card(`many-${i}`, "style"));
  expect((await visit(many)).calls.map(({ length }) => length)).toEqual([16, 16, 8]);
  expect((await visit(many)).calls).toEqual([]);
});

test("rows of another kind are replaced", async () => {
  await visit([clay, ink]);
  await browser.page.evaluate(async () => {
    const opened = indexedDB.open("stylus-web-vectors");
    await new Promise((resolve) => opened.addEventListener("success", resolve));
    const transaction = opened.result.transaction("vectors", "readwrite");
    const store = transaction.objectStore("vectors");
    const row = store.get("clay");
    row.addEventListener("success", () => store.put({ ...row.result, values: new Int8Array(1) }));
    store.put({ id: "ink", values: "none" });
    await new Promise((resolve) => transaction.addEventListener("complete", resolve));
    opened.result.close();
  });
  expect(await visit([clay, ink])).toMatchObject({ calls: [["clay", "ink"]] });
  expect(await visit([clay, ink])).toMatchObject({ calls: [] });
});
