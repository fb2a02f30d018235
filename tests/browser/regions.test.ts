// Regional prompts on the page with stand-in services (tests/page): added, moved by keys and pointer, drawn, chosen for, brought back.
import { readFile } from "node:fs/promises";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { readImageText } from "../../src/formats/image-text.ts";
import { withPngText } from "../../src/formats/png.ts";
import { violations } from "../e2e/accessibility.ts";
import { drop } from "../e2e/drop.ts";
import { gradient } from "../e2e/image-file.ts";
import { generate, loaded, promptBox, useSettings } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

const section = () => page.getByRole("region", { name: "Regions", exact: true });
const prompt = (number: number) => page.getByLabel(`Prompt of region ${number}`);
const area = (number: number) => section().getByRole("button", { name: new RegExp(`^Region ${number}:`) });
const choice = (number: number) => page.getByRole("region", { name: `Region ${number}`, exact: true });
const field = (number: number, label: string) =>
  section()
    .getByRole("group", { name: `Region ${number}`, exact: true })
    .getByLabel(label);

/** The file of the newest image. */
async function downloaded(): Promise<Buffer> {
  const downloading = page.waitForEvent("download");
  await page
    .getByRole("link", { name: /^Download/ })
    .first()
    .click();
  return readFile(await (await downloading).path());
}

test("two regions are added, moved, chosen for, generated, and brought back from the file", async () => {
  await visit();
  await loaded(page);
  await useSettings(page, { seed: 7, size: { width: 384, height: 256 } });
  await page.setViewportSize({ width: 320, height: 700 });
  await page.getByRole("button", { name: "Regions", exact: true }).press("Enter");
  // The prompt of a new region has the focus.
  await section().getByRole("button", { name: "Left half" }).press("Enter");
  await page.keyboard.type("a red apple");
  expect(await prompt(1).inputValue()).toBe("a red apple");
  await section().getByRole("button", { name: "Right half" }).press("Enter");
  await section().getByLabel("Prompt of the empty region").fill("a cat, clay render <lora:ink:0.4>");
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await page.setViewportSize({ width: 1280, height: 900 });

  // By keys, by numbers, by pointer: each stays inside the image.
  await area(2).press("ArrowLeft");
  await area(2).press("Shift+ArrowUp");
  await section()
    .getByRole("button", { name: "Region 2: 45% from the left, 0% from the top, 50% wide, 95% high" })
    .waitFor();
  const cut = section().getByText("A region less than 192 pixels wide or high cuts things off.");
  expect(await cut.count()).toBe(0); // halves of 384
  await field(2, "Left, %").fill("60");
  await field(2, "Left, %").press("Enter");
  expect(await field(2, "Width, %").inputValue()).toBe("40");
  await cut.waitFor();
  const box = (await area(1).boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2 + 0.2 * box.width, box.y + 2 * box.height, { steps: 3 });
  await page.mouse.up();
  expect(await field(1, "Left, %").inputValue()).toBe("10");
  expect(await field(1, "Top, %").inputValue()).toBe("0");
  const corner = (await area(1).boundingBox())!;
  await page.mouse.move(corner.x + corner.width - 5, corner.y + corner.height - 5);
  await page.mouse.down();
  await page.mouse.move(corner.x + corner.width - 5, corner.y + corner.height - 5 - corner.height / 2, {
    steps: 3,
  });
  await page.mouse.up();
  expect(await field(1, "Height, %").inputValue()).toBe("50");
  expect(await field(1, "Width, %").inputValue()).toBe("50");

  await generate(page, "a meadow");
  await choice(1).getByText("No adapters of its own").waitFor();
  await choice(2)
    .getByRole("button", { name: /^Details of Clay/ })
    .waitFor();
  await choice(2).getByText("0.4").waitFor();
  const chips = page.getByRole("list", { name: "Adapters in this image" });
  expect(await chips.innerText()).toMatch(/Region 2: Clay Render/);
  expect(await violations(page)).toEqual([]);

  const file = await downloaded();
  const text = (await readImageText(new Uint8Array(file)))!;
  expect(text).toMatch(/^a meadow(?: <lora:lcm:1>)?\n/);
  expect(text).toContain("Region base weight: 0.2");

  // In another browser.
  await visit();
  await loaded(page);
  await drop(page, [{ name: "regions.png", buffer: file }]);
  await page.getByRole("button", { name: "Load settings" }).click();
  expect(await promptBox(page).inputValue()).toBe("a meadow");
  expect(await prompt(1).inputValue()).toBe("a red apple");
  expect(await prompt(2).inputValue()).toMatch(/^a cat, clay render <lora:clay:[\d.]+> <lora:ink:0.4>$/);
  expect(await field(2, "Left, %").inputValue()).toBe("60");
  await section().getByRole("button", { name: "Remove region 1" }).click();
  expect(await prompt(1).inputValue()).toMatch(/^a cat/);
  expect(bugs).toEqual([]);
});

test("a region is drawn by pointer and keys, generated, and brought back from the file", async () => {
  await visit();
  await loaded(page);
  await useSettings(page, { seed: 7, size: { width: 384, height: 256 } });
  await page.getByRole("button", { name: "Regions", exact: true }).click();
  await section().getByRole("button", { name: "Centre" }).click();
  await section().getByLabel("Prompt of the empty region").fill("a cat");
  await section().getByRole("button", { name: "Draw region 1" }).press("Enter");
  const dialog = page.getByRole("dialog", { name: "Draw region 1" });
  await dialog.getByText("Nothing is drawn, so the region is its whole rectangle.").waitFor();
  await dialog.getByRole("button", { name: "Invert" }).click();
  await dialog.getByText("The region covers 100% of the image.").waitFor();
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Clear" }).click();
  await dialog.getByText("Nothing is drawn, so the region is its whole rectangle.").waitFor();
  const canvas = dialog.getByRole("application", { name: "Mask over the image" });
  const box = (await canvas.boundingBox())!;
  await page.mouse.move(box.x + 0.25 * box.width, box.y + 0.25 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.75 * box.width, box.y + 0.25 * box.height, { steps: 4 });
  await page.mouse.up();
  await dialog.getByText(/^The region covers [89]% of the image\.$/).waitFor();
  await page.keyboard.press("Control+z");
  await dialog.getByText("Nothing is drawn, so the region is its whole rectangle.").waitFor();
  await page.keyboard.press("Control+Shift+z");
  await dialog.getByRole("button", { name: "Done" }).click();
  const name = "Region 1: 20% from the left, 17% from the top, 60% wide, 16% high, drawn";
  await section().getByRole("button", { name }).waitFor();
  // Moved as a whole, and kept through a reload.
  await area(1).press("ArrowDown");
  const moved = name.replace("17% from", "22% from");
  await section().getByRole("button", { name: moved }).waitFor();
  await page.reload();
  await loaded(page);
  await section().getByRole("button", { name: moved }).waitFor();
  expect(await violations(page)).toEqual([]);

  await generate(page, "a meadow");
  const file = await downloaded();
  await visit();
  await loaded(page);
  await drop(page, [{ name: "drawn.png", buffer: file }]);
  await page.getByRole("button", { name: "Load settings" }).click();
  await section().getByRole("button", { name: moved }).waitFor();

  // Without anything drawn it is its rectangle again.
  await section().getByRole("button", { name: "Draw region 1" }).click();
  await dialog.getByRole("button", { name: "Clear" }).click();
  await dialog.getByRole("button", { name: "Done" }).click();
  await section()
    .getByRole("button", { name: moved.replace(", drawn", ""), exact: true })
    .waitFor();
  expect(bugs).toEqual([]);
});

test("a region that is not filled in is no part of the image, and six are the most", async () => {
  await visit();
  await loaded(page);
  await page.getByRole("button", { name: "Regions", exact: true }).click();
  for (let count = 0; count < 6; count++) await section().getByRole("button", { name: "Centre" }).click();
  await section().getByText("An image can have at most 6 regions.").waitFor();
  expect(await section().getByRole("button", { name: "Centre" }).isDisabled()).toBe(true);
  const removers = section().getByRole("button", { name: "Remove the empty region" });
  await removers.last().press("Enter");
  expect(await removers.count()).toBe(5);
  expect(await removers.last().evaluate((button) => button === document.activeElement)).toBe(true);
  await generate(page, "a meadow");
  expect(await choice(1).count()).toBe(0);

  // Numbers are those of the image.
  await section().getByLabel("Prompt of the empty region").nth(1).fill("a cat");
  await choice(1).getByText("a cat").waitFor();
  await area(1).waitFor();
  expect(await area(2).count()).toBe(0);
});

test("regions of A1111’s Regional Prompter come with its image, and what stays behind is named", async () => {
  await visit();
  await loaded(page);
  const parameters =
    'a meadow ADDBASE\na red apple ADDCOL a cat <lora:ink:0.4>\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 5, Size: 384x256, RP Active: True, RP Divide mode: Matrix, RP Matrix submode: Columns, RP Calc Mode: Attention, RP Ratios: "1,2", RP Base Ratios: 0.3, RP Use Base: False, RP Options: Enabled only in Hires Fix, Version: v1.10.1';
  const png = withPngText(Uint8Array.from(gradient(64, 64)), { parameters });
  await drop(page, [{ name: "regional.png", buffer: Buffer.from(png), type: "image/png" }]);
  await page.getByRole("button", { name: "Load settings" }).click();
  await expect.poll(() => promptBox(page).inputValue()).toBe("a meadow <lora:ink:0.4>");
  await page.getByText("Not loaded: RP Options Enabled only in Hires Fix.").waitFor();
  expect([await prompt(1).inputValue(), await prompt(2).inputValue()]).toEqual(["a red apple", "a cat"]);
  await section()
    .getByRole("button", { name: "Region 2: 33% from the left, 0% from the top, 67% wide, 100% high" })
    .waitFor();
  expect(await section().getByLabel("Share of the prompt").inputValue()).toBe("0.3");
  expect(bugs).toEqual([]);
});
