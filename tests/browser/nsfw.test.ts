// Images that the NSFW check finds, blurred until someone wants to see them, on the page with stand-in services (tests/page).
import type { Locator, Page } from "playwright";
import { expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { generate, generateButton, loaded, promptBox, useSettings } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

const gallery = (): Locator => page.getByRole("region", { name: "Your images" });
/** Whether what is in it is blurred on the screen. */
const isBlurred = (image: Locator): Promise<boolean> =>
  image.evaluate((element) => {
    for (let at: Element | null = element; at; at = at.parentElement)
      if (getComputedStyle(at).filter.includes("blur")) return true;
    return false;
  });
const result = (): Locator => page.locator("figure[data-status=done] img").first();
const thumbnail = (): Locator => gallery().locator("li img").first();

async function openSettings(): Promise<void> {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
}

test("the check is off at first; once on, its model is downloaded, and until then images stay blurred and say so", async () => {
  await visit("?nsfw=97");
  await loaded(page);
  await useSettings(page, {});
  await openSettings();
  const toggle = page.getByRole("switch", { name: "NSFW check" });
  expect(await toggle.isChecked()).toBe(false);
  await generate(page, "a castle on a hill");
  expect(await isBlurred(result())).toBe(false);
  expect(await isBlurred(thumbnail())).toBe(false);

  await toggle.click();
  await page.getByText("Not downloaded. Until it is, new images stay blurred.").waitFor();
  expect(await isBlurred(result())).toBe(false); // it was not checked because the check was off
  await generate(page, "a castle on a hill, watercolour");
  await page.getByText("Not checked", { exact: true }).waitFor();
  await page
    .getByText("Images could not be checked and stay blurred. NSFW check is not downloaded.")
    .waitFor();
  expect(await isBlurred(result())).toBe(true);

  await page.getByRole("button", { name: "Download 22.0 MB" }).click();
  await page.getByText("In this browser. Delete it under Storage.").waitFor();
  expect(await violations(page)).toEqual([]);
  await generate(page, "a castle on a hill, clay render");
  await page.getByText("May be NSFW", { exact: true }).waitFor();
  expect(bugs).toEqual([]);
});

test("an image is shown and blurred by keyboard in the result and the gallery, and blurred again after a reload", async () => {
  expect(await isBlurred(result())).toBe(true);
  expect(await isBlurred(thumbnail())).toBe(true);
  const show = page.locator("figure").getByRole("button", { name: "Show blurred image with seed 7" });
  const asInitImage = page.locator("figure").getByRole("button", { name: "Use as init image" });
  expect(await asInitImage.isDisabled()).toBe(true);
  expect(await asInitImage.getAttribute("title")).toBe("Show the image before you use it as init image");
  await show.focus();
  await page.keyboard.press("Enter");
  expect(await isBlurred(result())).toBe(false);
  expect(await asInitImage.isDisabled()).toBe(false);
  expect(await isBlurred(thumbnail())).toBe(false);
  const focused = (): Promise<string | null | undefined> =>
    page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  expect(await focused()).toBe("Blur image with seed 7");
  await page.keyboard.press("Enter");
  expect(await isBlurred(result())).toBe(true);
  expect(await focused()).toBe("Show blurred image with seed 7");

  const download = page.getByRole("link", { name: "Download PNG with settings, not blurred" });
  expect(await download.getAttribute("href")).toMatch(/^blob:/);
  const downloading = page.waitForEvent("download");
  await download.click();
  expect((await downloading).suggestedFilename()).toBe("a-castle-on-a-hill-clay-render-7.png");

  await page.reload();
  await loaded(page);
  await gallery().waitFor();
  expect(await isBlurred(thumbnail())).toBe(true);
  // Older ones: not checked because it failed, and not checked because it was off.
  const states = await Promise.all((await gallery().locator("li img").all()).map(isBlurred));
  expect(states).toEqual([true, true, false]);
  await gallery().getByRole("button", { name: "Show blurred image with seed 7" }).first().click();
  expect(await isBlurred(thumbnail())).toBe(false);
  expect(await violations(page)).toEqual([]);
  await gallery().getByRole("button", { name: "Blur image with seed 7" }).click();
  await gallery()
    .getByRole("button", { name: /^Show image with seed 7 and/ })
    .first()
    .click();
  await page.locator("figure[data-status=done]").waitFor();
  expect(await isBlurred(result())).toBe(true);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 320, height: 720 });
  await page.emulateMedia({ colorScheme: "light" });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await page.setViewportSize({ width: 1280, height: 900 });
});

test("a comparison in the gallery is blurred by either image; a higher threshold and the switch end it", async () => {
  await gallery().getByRole("button", { name: "Select", exact: true }).click();
  const thumbnails = gallery().getByRole("button", { name: /^Select image/ });
  await thumbnails.nth(0).click();
  await thumbnails.nth(2).click(); // the one that is not blurred
  await gallery().getByRole("button", { name: "Compare" }).click();
  const dialog = page.getByRole("dialog", { name: "Compare two images" });
  const layer = dialog.locator("img").first();
  await dialog.getByText("May be NSFW").waitFor();
  expect(await isBlurred(layer)).toBe(true);
  const divider = dialog.getByRole("slider");
  const isInert = (): Promise<boolean> => divider.evaluate((element) => element.closest("[inert]") !== null);
  expect(await isInert()).toBe(true);
  await dialog.getByRole("button", { name: "Show comparison" }).click();
  expect(await isBlurred(layer)).toBe(false);
  expect(await isInert()).toBe(false);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await gallery().getByRole("button", { name: "Done" }).click();

  await openSettings();
  const threshold = page.getByLabel("Blur from");
  await threshold.fill("1");
  await threshold.press("Tab");
  await expect.poll(() => isBlurred(thumbnail())).toBe(false);
  await threshold.fill("0.5");
  await threshold.press("Tab");
  await expect.poll(() => isBlurred(thumbnail())).toBe(true);
  await page.getByRole("switch", { name: "NSFW check" }).click();
  await expect.poll(() => isBlurred(thumbnail())).toBe(false);
  expect(await page.getByRole("button", { name: "Show blurred image with seed 7" }).count()).toBe(0);
});

test("live previews are blurred until the image is checked, and one that is found safe is then sharp", async () => {
  await visit("?nsfw=3&run=slow");
  await loaded(page);
  await useSettings(page, { nsfwCheck: true, fast: { steps: 4 } });
  await openSettings();
  await page.getByRole("button", { name: "Download 22.0 MB" }).click();
  await page.getByText("In this browser. Delete it under Storage.").waitFor();
  await promptBox(page).fill("a castle on a hill");
  await generateButton(page).click();
  await page.getByText("Not checked yet").waitFor();
  expect(await isBlurred(page.locator("figure canvas"))).toBe(true);
  await page.getByRole("button", { name: "Show blurred image" }).click();
  expect(await isBlurred(page.locator("figure canvas"))).toBe(false);
  await page.locator("figure[data-status=done] img").waitFor({ timeout: 60_000 });
  expect(await isBlurred(result())).toBe(false);
  expect(await page.getByText("Not checked yet").count()).toBe(0);
});

test("cells and the sheet of a plot are blurred", async () => {
  await visit("?nsfw=97");
  await loaded(page);
  await useSettings(page, { nsfwCheck: true });
  await openSettings();
  await page.getByRole("button", { name: "Download 22.0 MB" }).click();
  await page.getByText("In this browser. Delete it under Storage.").waitFor();
  await promptBox(page).fill("a castle on a hill");
  await page.getByRole("button", { name: "Plot", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "X/Y/Z plot" });
  await dialog.getByLabel("Type of X: columns").selectOption("Steps");
  await dialog.getByLabel("Values of X: columns").fill("2-3");
  await dialog.getByRole("button", { name: "Generate plot" }).click();
  const sheet = page.getByRole("button", { name: "Show plot" }).first();
  await sheet.waitFor({ timeout: 60_000 });
  expect(await isBlurred(page.locator("figure[data-status=done] a img").first())).toBe(true);
  expect(
    await page
      .locator("figure")
      .getByRole("link", { name: /opens|full size/i })
      .count(),
  ).toBe(0); // inert
  expect(await violations(page)).toEqual([]);
  await sheet.click();
  expect(await isBlurred(page.locator("figure[data-status=done] a img").first())).toBe(false);
});
