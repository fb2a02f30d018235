// The queue of runs on the page with stand-in services (tests/page).
import type { Page } from "playwright";
import { beforeEach, expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { loaded, promptBox, stopButton, useSettings } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

/** Every run lasts minutes unless it is stopped. */
beforeEach(async () => {
  await visit("?run=slow");
  await loaded(page);
  await useSettings(page, { fewStep: true, fast: { steps: 150 }, seedLocked: false });
});

const list = () => page.getByRole("region", { name: "Waiting runs" });
const waiting = (): Promise<string[]> => list().locator("[class*=_prompt]").allInnerTexts();
async function ask(prompt: string): Promise<void> {
  await promptBox(page).fill(prompt);
  await page.keyboard.press("Control+Enter");
}

test("runs wait, are moved and cancelled by keys, start one after the other, and outlast a reload", async () => {
  await ask("a fox");
  await stopButton(page).waitFor();
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByLabel("Steps", { exact: true }).fill("4");
  await page.getByLabel("Steps", { exact: true }).blur();
  for (const prompt of ["a robot", "a castle", "a rocket"]) await ask(prompt);
  await list().getByText("3 runs waiting").waitFor();
  expect(await waiting()).toEqual(["a robot", "a castle", "a rocket"]);
  await expect.poll(() => list().locator("[class*=_differences]").first().innerText()).toBe("4 steps");
  expect(await violations(page)).toEqual([]);

  // The focus stays with the run that moves, and goes to its neighbour when it is cancelled.
  const focused = () => page.evaluate(() => document.activeElement?.ariaLabel);
  await list().getByRole("button", { name: "Start “a castle” earlier" }).press("Enter");
  expect([await waiting(), await focused()]).toEqual([
    ["a castle", "a robot", "a rocket"],
    "Start “a castle” later",
  ]);
  await page.keyboard.press("Alt+ArrowDown");
  await page.keyboard.press("Alt+ArrowDown");
  expect([await waiting(), await focused()]).toEqual([
    ["a robot", "a rocket", "a castle"],
    "Start “a castle” earlier",
  ]);
  await page.keyboard.press("Delete");
  expect([await waiting(), await focused()]).toEqual([["a robot", "a rocket"], "Cancel “a rocket”"]);

  // Stop ends the present run only.
  await stopButton(page).click();
  await list().getByText("1 run waiting").waitFor();
  await stopButton(page).waitFor();

  // The run in progress is offered again, before the one that waited.
  await page.reload();
  await loaded(page);
  const bar = page.getByRole("region", { name: "Runs that were waiting" });
  await bar.getByText("1 run was interrupted, 1 more was waiting.").waitFor();
  await bar.getByText("a robot · a rocket").waitFor();
  expect(await violations(page)).toEqual([]);
  await bar.getByRole("button", { name: "Continue" }).click();
  expect(await waiting()).toEqual(["a rocket"]);
  await page.locator("figure img[alt^='a rocket.']").waitFor();
  await expect.poll(() => list().count()).toBe(0);
  await expect.poll(() => page.getByRole("region", { name: "Your images" }).locator("li").count()).toBe(2);
  await page.reload();
  await loaded(page);
  await expect.poll(() => bar.count()).toBe(0);
  expect(bugs).toEqual([]);
});

test("a double click on Generate starts one run and queues none; the queue is cleared; what was left is dismissed", async () => {
  await promptBox(page).fill("a fox");
  await page.getByRole("button", { name: /^Generate/ }).dblclick();
  await stopButton(page).waitFor();
  await expect.poll(() => list().count()).toBe(0);
  await ask("a robot");
  await page.getByRole("button", { name: "Clear queue" }).click();
  await list().waitFor({ state: "detached" });
  await ask("a castle");
  await list().waitFor();
  await page.reload();
  await loaded(page);
  const bar = page.getByRole("region", { name: "Runs that were waiting" });
  await bar.getByText("1 run was interrupted, 1 more was waiting.").waitFor();
  await bar.getByRole("button", { name: "Dismiss" }).click();
  await bar.waitFor({ state: "detached" });
  await page.reload();
  await loaded(page);
  await page.getByRole("button", { name: /^Generate/ }).waitFor();
  expect([await bar.count(), bugs]).toEqual([0, []]);
});

test("a closed tab leaves its runs to one that is still open", async () => {
  await ask("a fox");
  await ask("a robot");
  await list().waitFor();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await loaded(other);
  const bar = other.getByRole("region", { name: "Runs that were waiting" });
  await expect.poll(() => bar.count()).toBe(0); // they are the first tab's
  await page.goto("about:blank");
  await bar.getByText("1 run was interrupted, 1 more was waiting.").waitFor();
  await other.close();
});
