// The detail pass on the page with stand-in services (tests/page): areas drawn over the image, with words of their own, kept with it, brought back.
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright";
import { expect, test } from "vitest";
import { readImageText } from "../../src/formats/image-text.ts";
import { violations } from "../e2e/accessibility.ts";
import { drop } from "../e2e/drop.ts";
import { generate, loaded, useSettings } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

const section = (): Locator => page.getByRole("group", { name: "Detail pass" });
const editor = (number: number): Locator => page.getByRole("dialog", { name: `Draw detail ${number}` });

interface Kept {
  readonly details: readonly Record<string, unknown>[];
  readonly detailPass: boolean;
  readonly seed: number;
  readonly seedLocked: boolean;
}
const kept = (): Promise<Kept> =>
  page.evaluate(() => JSON.parse(localStorage.getItem("stylus-web/settings/1")!) as Kept);

/** A stroke along the middle of the canvas. */
async function draw(number: number): Promise<void> {
  await editor(number).waitFor();
  const box = (await editor(number).locator("canvas").first().boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x - box.width / 8, y);
  await page.mouse.down();
  await page.mouse.move(x + box.width / 8, y, { steps: 4 });
  await page.mouse.up();
}

async function openSettings(): Promise<void> {
  if (!(await section().isVisible()))
    await page.getByRole("button", { name: "Settings", exact: true }).click();
}

test("an area is drawn on the image on show, which keeps its seed; it is in the file, and comes back", async () => {
  await visit();
  await loaded(page);
  await useSettings(page, { seed: 41, seedLocked: false });
  await openSettings();
  await section().getByRole("switch", { name: "Detail pass" }).check();
  await section().getByText("You draw them by hand: nothing looks for faces here.").waitFor();
  expect(await violations(page)).toEqual([]);

  // Before there is an image, on paper; nothing drawn is no area.
  await section().getByRole("button", { name: "Draw an area" }).click();
  await editor(1).getByText("There is no finished image of this size to draw on.").waitFor();
  await page.keyboard.press("Escape");
  await editor(1).waitFor({ state: "hidden" });
  expect((await kept()).details).toEqual([]);

  await generate(page, "a castle on a hill");
  const seed = await page.evaluate(() => Number(/seed (\d+)/iu.exec(document.body.innerText)?.[1]));
  await section().getByRole("button", { name: "Draw an area" }).click();
  await editor(1).getByText(`You draw on the image with seed`).waitFor();
  await draw(1);
  await editor(1)
    .getByText(/^The area covers \d+% of the image\.$/)
    .waitFor();
  await page.keyboard.press("Escape");
  const { details, seedLocked } = await kept();
  expect(seedLocked).toBe(true);
  expect(details).toHaveLength(1);
  expect(details[0]).toMatchObject({ prompt: "", mask: expect.any(String) as string });
  if (seed) expect((await kept()).seed).toBe(seed);

  await section().getByLabel("Prompt of detail 1").fill("a tower");
  await section().getByLabel("Denoising strength").fill("0.3");
  await section().getByLabel("Denoising strength").press("Enter");
  await generate(page, "a castle on a hill");
  const downloading = page.waitForEvent("download");
  await page
    .getByRole("link", { name: /^Download/ })
    .first()
    .click();
  const file = await readFile(await (await downloading).path());
  const text = (await readImageText(new Uint8Array(file)))!;
  expect(text).toContain("a tower");
  expect(text).toContain("Detail strength: 0.3, Detail padding: 32, Detail edge: 4");

  await section().getByRole("button", { name: "Remove detail 1" }).click();
  await section().getByRole("switch", { name: "Detail pass" }).uncheck();
  expect(await kept()).toMatchObject({ details: [], detailPass: false });
  await drop(page, [{ name: "castle.png", buffer: file, type: "image/png" }]);
  await page.getByRole("button", { name: "Load settings" }).click();
  await expect
    .poll(kept)
    .toMatchObject({ details: [{ ...details[0], prompt: "a tower" }], detailPass: true });
  expect(await section().getByLabel("Denoising strength").inputValue()).toBe("0.3");

  // What is there can be drawn on, and cleared.
  await section().getByRole("button", { name: "Draw detail 1" }).click();
  await editor(1).getByRole("button", { name: "Clear" }).click();
  await editor(1).getByText("Nothing is drawn: there is no such area.").waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(kept).toMatchObject({ details: [] });
  expect(bugs).toEqual([]);
});
