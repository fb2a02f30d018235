// How adapters are chosen and combined, under Settings, on the page with stand-in services (tests/page).
import type { Page } from "playwright";
import { beforeAll, expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { loaded } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit } = standInsBeforeAll((browser) => {
  page = browser.page;
});
beforeAll(async () => {
  await visit();
  await loaded(page);
  await page.getByRole("button", { name: "Settings" }).click();
});

test("the reranker says that it must be downloaded, and is downloaded where it is chosen", async () => {
  await page.getByLabel("Method").selectOption("reranker");
  await page.getByText("Not downloaded. Until it is, this method can’t choose.").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Download about 23.9 MB" }).click();
  await page.getByRole("progressbar", { name: "Download of Reranker" }).waitFor();
  await page.getByText("In this browser. Delete it under Storage.").waitFor();
  await expect.poll(() => page.getByRole("button", { name: /^Download about/ }).count()).toBe(0);
});

test("adapters take turns when that is chosen", async () => {
  const several = page.getByLabel("Several adapters");
  await several.selectOption({ label: "Switch: in turns" });
  await page
    .getByText("An image’s adapters take turns, step by step, each at full strength. Slower.")
    .waitFor();
  await page.reload();
  await loaded(page);
  await page.getByRole("button", { name: "Settings" }).click();
  await expect.poll(() => several.inputValue()).toBe("switch");
});
