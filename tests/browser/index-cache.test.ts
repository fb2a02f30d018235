// The index cache in the browser: builds once, reuses, and evicts the oldest.
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

/** Defined by blank.html: imports a source file inside the page. */
// oxlint-disable-next-line typescript/no-explicit-any -- the page's modules are not typed here
declare const load: (path: string) => Promise<any>;

let browser: TestBrowser;
beforeAll(async () => void (browser = await openTestBrowser()));
afterAll(() => browser?.close());

/** Requests the index of each list in turn; returns the number of embedded cards for each, and the cached lists. */
const take = (
  lists: readonly string[],
  { isFresh = false } = {},
): Promise<{ embedded: number[]; kept: string[] }> =>
  browser.page.evaluate(
    async ([keys, fresh]) => {
      const { keptIndex } = await load("/src/app/packs/index-cache.ts");
      const card = { id: "clay", title: "Clay" };
      const embedded: number[] = [];
      for (const key of keys) {
        let count = 0;
        const index: Blob = await keptIndex([card], {
          key,
          model: { sha256: "0".repeat(64) },
          isFresh: fresh,
          build: (cards: readonly object[]) => {
            count += cards.length;
            return Promise.resolve(new Blob([key]));
          },
        });
        if ((await index.text()) !== key) throw new Error(`the index of ${key} is wrong`);
        embedded.push(count);
      }
      const opened = indexedDB.open("stylus-web-indexes");
      await new Promise((resolve) => opened.addEventListener("success", resolve));
      const all = opened.result.transaction("indexes").objectStore("indexes").getAllKeys();
      await new Promise((resolve) => all.addEventListener("success", resolve));
      opened.result.close();
      return { embedded, kept: (all.result as string[]).sort() };
    },
    [lists, isFresh] as const,
  );

test("builds an index once, reuses it, and keeps the four used last", async () => {
  expect(await take(["a", "a", "b", "c", "d"])).toEqual({
    embedded: [1, 0, 1, 1, 1],
    kept: ["a", "b", "c", "d"],
  });
  // One that turned out damaged.
  expect(await take(["d"], { isFresh: true })).toMatchObject({ embedded: [1] });
  await browser.reopen();
  expect(await take(["a", "e"])).toEqual({ embedded: [0, 1], kept: ["a", "c", "d", "e"] });
});
