// The form tells what the next run will be, on the page with stand-in services (tests/page).
import type { Locator, Page } from "playwright";
import { beforeEach, expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { generate, images, loaded, promptBox, useSettings } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

beforeEach(async () => {
  await visit();
  await loaded(page);
});

const negativeField = (): Locator => page.getByRole("textbox", { name: "Negative prompt" });

test("an image of the gallery takes the place of a typed prompt, which can be brought back", async () => {
  await generate(page, "a castle on a hill");
  await promptBox(page).fill("a robot in a meadow, never run");
  const gallery = page.getByRole("region", { name: "Your images" });
  await gallery.getByRole("button", { name: /^Show image/ }).click();
  await expect.poll(() => promptBox(page).inputValue()).toBe("a castle on a hill");
  await page.getByText("The prompt you typed, “a robot in a meadow, never run”, was replaced.").waitFor();
  expect(await violations(page)).toEqual([]);
  const wide = page.viewportSize()!;
  await page.setViewportSize({ width: 360, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  await page.setViewportSize(wide);
  const bringBack = page.getByRole("button", { name: "Bring back my prompt" });
  await bringBack.click();
  await expect.poll(() => promptBox(page).inputValue()).toBe("a robot in a meadow, never run");
  await expect.poll(() => bringBack.count()).toBe(0);
  expect(await promptBox(page).evaluate((field) => field === document.activeElement)).toBe(true);

  // Alt+↑ finds it, too, and a run ends the notice.
  await gallery.getByRole("button", { name: /^Show image/ }).click();
  await bringBack.waitFor();
  await promptBox(page).focus();
  await page.keyboard.press("Alt+ArrowUp");
  expect(await promptBox(page).inputValue()).toBe("a robot in a meadow, never run");
  await generate(page, "a fox");
  expect(await bringBack.count()).toBe(0);
  expect(bugs).toEqual([]);
});

test("an unlocked seed is random, and the last one can be used again", async () => {
  await useSettings(page, { seed: 7, seedLocked: false });
  const field = page.locator("#seed");
  const lock = page.getByRole("button", { name: "Lock seed" });
  const state = async () => [await field.inputValue(), await lock.getAttribute("aria-pressed")];
  expect(await state()).toEqual(["", "false"]);
  expect(await field.getAttribute("placeholder")).toBe("Random");
  await expect.poll(() => page.getByRole("button", { name: "Reuse the last seed" }).isDisabled()).toBe(true);
  expect(await violations(page)).toEqual([]);

  await generate(page, "a fox");
  expect(await state()).toEqual(["", "false"]);
  const reuse = page.getByRole("button", { name: /^Reuse seed \d+$/ });
  const [used] = /\d+/.exec((await reuse.getAttribute("aria-label"))!)!;
  await page.getByRole("button", { name: `Favourite: image with seed ${used}` }).waitFor();
  await reuse.dblclick();
  expect(await state()).toEqual([used, "true"]);
  await generate(page, "a fox");
  await page.getByRole("button", { name: `Favourite: image with seed ${used}` }).waitFor();
  expect(await state()).toEqual([used, "true"]);
  const drawn = page.getByRole("button", { name: "New seed" });
  await drawn.click();
  expect((await state())[1]).toBe("true");
  expect((await state())[0]).not.toBe(used);

  // As in AUTOMATIC1111, −1 and nothing are random; anything else that is no seed changes nothing.
  for (const [typed, expected] of [
    ["-1", ["", "false"]],
    ["x", ["", "false"]],
    ["12", ["12", "true"]],
    ["1.5", ["12", "true"]],
    ["", ["", "false"]],
  ] as const) {
    await field.fill(typed);
    await field.press("Tab");
    expect(await state()).toEqual(expected);
  }
  expect(bugs).toEqual([]);
});

test("an unlocked variation seed is random, too, and shows no number that the next run does not use", async () => {
  await useSettings(page, { variation: { seed: 5, strength: 0.1, locked: false } });
  await page.getByRole("button", { name: "Settings" }).click();
  const field = page.getByRole("textbox", { name: "Variation seed" });
  const lock = page.getByRole("button", { name: "Lock variation seed" });
  const state = async () => [await field.inputValue(), await lock.getAttribute("aria-pressed")];
  expect(await state()).toEqual(["", "false"]);
  expect(await field.getAttribute("placeholder")).toBe("Random");
  expect(await page.getByRole("button", { name: "Reuse the last variation seed" }).isDisabled()).toBe(true);
  expect(await violations(page)).toEqual([]);

  const reuse = page.getByRole("button", { name: /^Reuse variation seed \d+$/ });
  const used = async (): Promise<string> => /\d+/.exec((await reuse.getAttribute("aria-label"))!)![0];
  await generate(page, "a fox");
  expect(await state()).toEqual(["", "false"]);
  const first = await used();
  expect(first).not.toBe("5");
  await generate(page, "a fox");
  const second = await used();
  expect(second).not.toBe(first);
  await reuse.click();
  expect(await state()).toEqual([second, "true"]);
  await generate(page, "a fox");
  await lock.click();
  expect(await state()).toEqual(["", "false"]);
  expect(await used()).toBe(second);
  await field.fill("12");
  await field.press("Tab");
  expect(await state()).toEqual(["12", "true"]);
  expect(bugs).toEqual([]);
});

test("a negative prompt shows while the settings are closed", async () => {
  const chip = page.getByRole("button", { name: /^Negative prompt: / });
  expect(await chip.count()).toBe(0);
  await useSettings(page, { negativePrompt: "blurry, low quality", fewStep: false });
  expect(await chip.innerText()).toBe("Negative prompt: blurry, low quality");
  expect(await violations(page)).toEqual([]);
  await chip.click();
  await negativeField().waitFor();
  expect(await negativeField().evaluate((field) => field === document.activeElement)).toBe(true);
  await expect.poll(() => chip.count()).toBe(0);
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await chip.waitFor();

  await useSettings(page, { negativePrompt: "blurry, low quality, ".repeat(9), fewStep: false });
  await chip.waitFor();
  await page.setViewportSize({ width: 360, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);

  // Without guidance it does nothing, and is no part of the image.
  await useSettings(page, { negativePrompt: "blurry", fewStep: false, full: { cfgScale: 1 } });
  expect(await chip.count()).toBe(0);
  await generate(page, "a fox");
  expect(await images(page).count()).toBeGreaterThan(0);
  expect(bugs).toEqual([]);
});
