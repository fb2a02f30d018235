// Writing prompts on the page with stand-in services (tests/page).
import type { Page } from "playwright";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { loaded, promptBox } from "../e2e/page.ts";
import { openTestBrowser, type TestBrowser } from "./harness.ts";

let browser: TestBrowser;
let page: Page;
const bugs: string[] = [];
beforeAll(async () => {
  browser = await openTestBrowser();
  page = browser.page;
  page.on("pageerror", ({ message }) => bugs.push(message));
});
afterAll(() => browser?.close());

/** A new user's page. */
beforeEach(async () => {
  await page.goto(`${browser.url}tests/page/`, { timeout: 120_000 }); // Vite compiles it first
  await page.evaluate(async () => {
    localStorage.clear();
    for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name!);
  });
  await page.reload();
  await loaded(page);
});

test("counts the prompt’s tokens while it is typed", async () => {
  await promptBox(page).fill("a fox in the snow");
  await page.getByText("5 of 75 tokens").waitFor();
  await promptBox(page).fill(Array(80).fill("fox").join(" "));
  await page.getByText("80 of 150 tokens").waitFor();
  expect(await violations(page)).toEqual([]);
  await promptBox(page).fill("");
  await page.getByText(/of \d+ tokens/).waitFor({ state: "detached" });
  expect(bugs).toEqual([]);
});
