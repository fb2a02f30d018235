// What typing asks of the workers, on the page with stand-in services (tests/page). The page's clock stands still but where a test moves it.
import type { Page } from "playwright";
import { beforeEach, expect, test } from "vitest";
import { loaded, promptBox } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

beforeEach(async () => {
  await page.clock.install();
  await page.clock.resume();
  await visit();
  await loaded(page);
  await page.clock.pauseAt(Date.now() + 600_000);
});

type Calls = Readonly<Record<string, number>>;
const calls = (): Promise<Calls> =>
  page.evaluate(() => ({ ...(globalThis as typeof globalThis & { calls: Calls }).calls }));

/** What was called since `before`. */
const since = async (before: Calls): Promise<Calls> =>
  Object.fromEntries(
    Object.entries(await calls())
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );

const letters = (index: number): string =>
  [...String(index)].map((digit) => String.fromCharCode(97 + Number(digit))).join("");
/** 10,000 characters and more, of words that Pocket has never read. */
const unknown = Array.from({ length: 1300 }, (_, index) => `zqx${letters(index)}q`).join(" ");
const known = "a robot in a meadow, ".repeat(480);
/** Of these parts are marked. */
const mostMarked = 64;

/** Puts a long prompt in and lets everything be answered that it asks for. */
async function paste(prompt: string): Promise<void> {
  await promptBox(page).fill(prompt);
  await page.clock.runFor(10_000);
}

/** How often one key changes nodes under the marks of the prompt. */
async function changesOfKey(key: string): Promise<number> {
  const marks = page.locator("#prompt").locator("xpath=preceding-sibling::*[@aria-hidden]");
  await marks.evaluate((element) => {
    const counted = { changes: 0 };
    Object.assign(globalThis, { counted });
    new MutationObserver((records) => (counted.changes += records.length)).observe(element, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  });
  await page.keyboard.type(key);
  return page.evaluate(
    () => (globalThis as typeof globalThis & { counted: { changes: number } }).counted.changes,
  );
}

for (const [what, prompt] of [
  ["10,000 characters", known],
  ["1,300 words that Pocket does not know", unknown],
] as const) {
  test(`typing into ${what}: no key asks a worker, and a pause asks once`, async () => {
    expect(prompt.length).toBeGreaterThan(8000);
    await paste(prompt);
    await promptBox(page).press("Control+End");
    const before = await calls();
    await page.keyboard.type(", a fox in the snow");
    expect(await since(before)).toEqual({});
    expect(await changesOfKey("!")).toBe(1); // the last piece of the marks' text
    await page.clock.runFor(45);
    // Before all else what the rules need, within 100 ms of the last key.
    expect(await since(before)).toMatchObject({ embedQuery: 1, search: 1 });
    await page.clock.runFor(55);
    expect(await since(before)).toEqual({ embedQuery: 1, search: 1, compose: 1 });
    await page.clock.runFor(10_000);
    expect(await page.locator("mark").count()).toBeLessThanOrEqual(mostMarked);
    expect(await since(before)).toEqual({ embedQuery: 1, search: 1, compose: 1, read: 1, countTokens: 1 });
    expect(bugs).toEqual([]);
  });
}

test("a pasted text of unknown words has twelve of them looked up and named", async () => {
  const before = await calls();
  await paste(`a lighthouse ${unknown}`);
  expect((await since(before))["embedText"]).toBe(11);
  await page.getByText(/“zqxjq”, “zqxbaq” and 1,289 more\. It reads/).waitFor();
  const nearest = page.getByRole("list", { name: "Words that it knows instead" });
  expect(await nearest.getByRole("button").allInnerTexts()).toEqual(["lighthouse → red tower"]);
  expect(bugs).toEqual([]);
});
