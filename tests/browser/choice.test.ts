// The details of a choice, on the page with stand-in services (tests/page): what was read beside the prompt, part by part.
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { loaded, promptBox } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

test("shows what the reader has read by the words of the prompt, with probability, nearest text and reason", async () => {
  await visit("?reader");
  await loaded(page);
  await promptBox(page).fill("a robot in a meadow, clay render");
  const read = page.locator("details").filter({ hasText: "Adapters considered" });
  await read.locator("summary").click();
  const parts = read.getByRole("heading");
  expect(await parts.allInnerTexts()).toEqual(["1 a robot", "2 a meadow", "3 clay render", "Other words"]);
  const clay = read.getByRole("listitem").filter({ has: page.getByRole("button", { name: "Clay Render" }) });
  expect(await clay.last().innerText()).toContain("0.98");
  await clay
    .getByText("closest on its card: search phrase “plasticine” · goes best with “clay render”")
    .last()
    .waitFor();
  // Of what was not chosen, too.
  const shown = await read.getByTitle("Probability that the prompt wants it").allTextContents();
  expect(shown.filter((text) => text.endsWith("0.12")).length).toBe(4);
  expect(shown.some((text) => text.endsWith("0.01"))).toBe(false);
  await read.getByText("and 2 others, clearly not wanted").waitFor();
  await page.getByText("Considered but not chosen").waitFor({ state: "detached" });
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 720 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await violations(page)).toEqual([]);
  }
  await clay.getByRole("button", { name: "Clay Render" }).last().click();
  await page.getByRole("dialog", { name: "Clay Render" }).waitFor();
  expect(bugs).toEqual([]);
});

test("where rules choose, the near misses are listed as before", async () => {
  await visit();
  await loaded(page);
  await promptBox(page).fill("a robot in a meadow, clay render");
  await page.getByText("Considered but not chosen").waitFor();
  expect(await page.getByText("Adapters considered").count()).toBe(0);
  expect(bugs).toEqual([]);
});
