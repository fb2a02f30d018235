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
  await useSettings(page, { fewStep: true, fast: { steps: 150, schedule: "karras" }, seedLocked: false });
});

const list = () => page.getByRole("region", { name: "Waiting runs" });
const waiting = (): Promise<string[]> => list().locator("[class*=_prompt]").allInnerTexts();
/** Waits until the browser keeps this many runs: a reload in the same moment may lose the last. */
const kept = (count: number): Promise<void> =>
  expect
    .poll(() =>
      page.evaluate(async () => {
        const answer = <T>(request: IDBRequest<T>): Promise<T> =>
          new Promise((resolve, reject) => {
            request.addEventListener("success", () => resolve(request.result));
            request.addEventListener("error", () => reject(new Error("The queue cannot be read.")));
          });
        const database = await answer(indexedDB.open("stylus-web-queue"));
        const rows = await answer(database.transaction("runs").objectStore("runs").count());
        database.close();
        return rows;
      }),
    )
    .toBe(count);
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
  await kept(2);

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
  await kept(2);
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
  await kept(2);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await loaded(other);
  const bar = other.getByRole("region", { name: "Runs that were waiting" });
  await expect.poll(() => bar.count()).toBe(0); // they are the first tab's
  await page.goto("about:blank");
  await bar.getByText("1 run was interrupted, 1 more was waiting.").waitFor();
  await other.close();
});

test("an interrupted batch, and an interrupted plot, generate only what is missing", async () => {
  await visit("?run=slow");
  await loaded(page);
  await useSettings(page, { fewStep: true, fast: { steps: 2 }, count: 3, seed: 7 });
  const bar = page.getByRole("region", { name: "Runs that were waiting" });
  const gallery = page.getByRole("region", { name: "Your images" });
  const names = (): Promise<(string | null)[]> =>
    gallery.locator("li button[aria-label^=Show]").evaluateAll((all) => all.map((each) => each.ariaLabel));
  await ask("a fox");
  await expect.poll(names).toEqual(["Show image with seed 7 and its run"]);
  await page.reload();
  await loaded(page);
  await bar
    .getByText("1 run was interrupted. 1 of 3 images is in your gallery; only the other 2 will be generated.")
    .waitFor();
  expect(await violations(page)).toEqual([]);
  await bar.getByRole("button", { name: "Continue" }).press("Enter");
  await page
    .getByRole("main")
    .getByText("Continued: 1 of 3 images was finished before and is not generated again.")
    .waitFor();
  expect(await page.locator("figure[data-status=done]").count()).toBe(1);
  await expect.poll(() => page.locator("figure[data-status=done]").count()).toBe(3);
  await expect.poll(names).toEqual([7, 8, 9].map((seed) => `Show image with seed ${seed} and its run`));

  await page.getByRole("button", { name: "Plot", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "X/Y/Z plot" });
  await dialog.getByLabel("Type of X: columns").selectOption("Steps");
  await dialog.getByLabel("Values of X: columns").fill("1-3");
  await dialog.getByRole("button", { name: "Generate plot" }).click();
  await gallery.getByText(/^4 · /).waitFor(); // not shown there before the sheet is drawn
  await page.reload();
  await loaded(page);
  await bar.getByText(/of 3 images (?:is|are) in your gallery/).waitFor();
  await bar.getByRole("button", { name: "Continue" }).click();
  await page.locator("figure img[alt^='Plot of “a fox”']").waitFor();
  await page.getByText("3 single images").waitFor();
  await expect.poll(async () => (await names()).length).toBe(4); // the sheet, with its images folded
  expect(bugs).toEqual([]);
});
