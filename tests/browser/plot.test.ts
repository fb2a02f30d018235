// An X/Y/Z plot on the page with stand-in services (tests/page): asked for by keys, its sheet, and its settings out of the file.
import { readFile } from "node:fs/promises";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { readImageText } from "../../src/formats/image-text.ts";
import { violations } from "../e2e/accessibility.ts";
import { drop } from "../e2e/drop.ts";
import { loaded, promptBox, useSettings } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

const dialog = () => page.getByRole("dialog", { name: "X/Y/Z plot" });
const type = (axis: string) => dialog().getByLabel(`Type of ${axis}`);
const values = (axis: string) => dialog().getByLabel(`Values of ${axis}`);

test("a plot of two axes is asked for, shown as a sheet, folded in the gallery, and brought back from its file", async () => {
  await visit();
  await loaded(page);
  await useSettings(page, { seed: 7 });
  await promptBox(page).fill("a robot in a meadow, clay render");
  await page.setViewportSize({ width: 320, height: 700 });
  await page.getByRole("button", { name: "Plot", exact: true }).press("Enter");
  await type("X: columns").selectOption("Steps");
  await values("X: columns").fill("2, 200");
  await dialog().getByText("Steps on X cannot be “200”. Use whole numbers from 1 to 150").waitFor();
  const start = dialog().getByRole("button", { name: "Generate plot" });
  await expect.poll(() => start.isDisabled()).toBe(true);
  await values("X: columns").fill("2-3");
  await type("Y: rows").selectOption("Sampler");
  await dialog().getByRole("checkbox", { name: "Euler", exact: true }).press("Space");
  await dialog().getByText("2 × 2 = 4 images").waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await page.setViewportSize({ width: 1280, height: 900 });
  await values("X: columns").press("Enter");

  const sheet = page.locator("figure img[alt^='Plot of “a robot']");
  await sheet.waitFor();
  expect(
    await sheet.evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]),
  ).toEqual(
    await page.evaluate(() => {
      // 256 × 256 each: font of 18, lines of 24, gaps of 9, margins of 18, and the widest row label.
      const pen = new OffscreenCanvas(1, 1).getContext("2d")!;
      pen.font = '400 18px "Atkinson Hyperlegible Next Variable", system-ui, sans-serif';
      const label = Math.ceil(Math.max(...["Euler", "LCM"].map((text) => pen.measureText(text).width)));
      return [18 + label + 18 + 2 * 256 + 9 + 18, 18 + 24 + 9 + 2 * 256 + 9 + 18];
    }),
  );
  const details = page.locator("details", { hasText: "4 single images" });
  await expect.poll(() => details.locator("img").first().isVisible()).toBe(false);
  await details.locator("summary").press("Enter");
  await details.locator("figure").nth(3).waitFor();
  await expect.poll(() => details.locator("figure").count()).toBe(4);
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 700 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await page.setViewportSize({ width: 1280, height: 900 });

  const gallery = page.getByRole("region", { name: "Your images" });
  await expect.poll(() => gallery.locator("li").count()).toBe(1);
  await gallery.getByRole("button", { name: "Single images of this plot: 4" }).click();
  await expect.poll(() => gallery.locator("li").count()).toBe(5);

  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the sheet with settings" }).click();
  const file = await readFile(await (await downloading).path());
  expect(await readImageText(new Uint8Array(file))).toContain(
    'Script: X/Y/Z plot, X Type: Steps, X Values: 2-3, Y Type: Sampler, Y Values: "Euler, LCM"',
  );

  // In another browser.
  await visit();
  await loaded(page);
  await drop(page, [{ name: "plot.png", buffer: file }]);
  await page.getByRole("button", { name: "Load settings" }).click();
  await dialog().getByText("2 × 2 = 4 images").waitFor();
  await expect.poll(() => values("X: columns").inputValue()).toBe("2-3");
  await expect.poll(() => promptBox(page).inputValue()).toMatch(/^a robot in a meadow, clay render <lora:/);
  expect(bugs).toEqual([]);
});

test("a plot of VAEs and presets has their names, loads the model in use again, and is brought back from its file", async () => {
  await visit("?vae=absent");
  await loaded(page);
  await promptBox(page).fill("a robot in a meadow, clay render");
  await page.getByRole("button", { name: "Plot", exact: true }).press("Enter");
  await type("X: columns").selectOption("VAE");
  await dialog().getByRole("checkbox", { name: "Soft VAE (not downloaded, 5.0 MB)" }).check();
  await dialog().getByText("Soft VAE is not downloaded. Download it under Models").waitFor();
  await expect.poll(() => dialog().getByRole("button", { name: "Generate plot" }).isDisabled()).toBe(true);

  await visit("?vae=late"); // downloaded after the model was loaded
  await loaded(page);
  await page.getByRole("button", { name: "Plot", exact: true }).press("Enter");
  await type("X: columns").selectOption("VAE");
  await dialog().getByRole("checkbox", { name: "Soft VAE", exact: true }).waitFor();

  await visit("?vae=stored");
  await loaded(page);
  await useSettings(page, { seed: 7 });
  await promptBox(page).fill("a robot in a meadow, clay render");
  await page.getByRole("button", { name: "Plot", exact: true }).press("Enter");
  await type("X: columns").selectOption("VAE");
  await type("Y: rows").selectOption("Preset");
  await dialog()
    .getByRole("group", { name: "Values of Y: rows" })
    .getByLabel("Paper’s reference code")
    .press("Space");
  await dialog().getByText("2 × 2 = 4 images").waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog().getByRole("button", { name: "Generate plot" }).press("Enter");
  await page.locator("figure img[alt^='Plot of “a robot']").waitFor();
  await page.getByText("4 single images").click();
  const cells = page.locator("details figure");
  await expect.poll(() => cells.nth(0).innerText()).toContain("Preset: Balanced · Built-in VAE");
  await expect.poll(() => cells.nth(3).innerText()).toContain("Preset: Paper · Soft VAE");
  await page.getByRole("button", { name: /^Pocket: CPU/ }).waitFor();

  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the sheet with settings" }).click();
  const file = await readFile(await (await downloading).path());
  expect(await readImageText(new Uint8Array(file))).toContain(
    'X Type: VAE, X Values: "none, soft", Y Type: Preset, Y Values: "balanced, paper", Adapters: chosen',
  );
  await visit("?vae=stored");
  await loaded(page);
  await drop(page, [{ name: "plot.png", buffer: file }]);
  await page.getByRole("button", { name: "Load settings" }).click();
  await dialog().getByText("2 × 2 = 4 images").waitFor();
  await expect.poll(() => promptBox(page).inputValue()).toBe("a robot in a meadow, clay render");
  expect(bugs).toEqual([]);
});
