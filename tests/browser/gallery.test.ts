// Favourites, notes, filters, comparison and export of the gallery, on the page with stand-in services (tests/page).
import { readFile } from "node:fs/promises";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { drop } from "../e2e/drop.ts";
import { generate, loaded, useSettings } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

test("images are starred, noted, found, compared by keys, exported and brought back", async () => {
  await visit();
  await loaded(page);
  await useSettings(page, { seed: 7 });
  await generate(page, "a castle on a hill, watercolour");
  await generate(page, "a robot in a meadow, clay render");
  const gallery = page.getByRole("region", { name: "Your images" });
  const thumbnails = gallery.getByRole("button", { name: /^(?:Show|Select) image/ });
  await expect.poll(() => thumbnails.count()).toBe(2);

  // The robot is on show.
  const star = page.getByRole("button", { name: "Favourite: image with seed 7" });
  await star.click();
  await page.locator("button[aria-pressed=true][title=Favourites]").waitFor();
  await page.getByLabel("Note", { exact: true }).fill("for the poster");
  await page.getByLabel("Note", { exact: true }).press("Tab");

  await gallery.getByRole("button", { name: "Filter" }).click();
  const search = gallery.getByRole("searchbox");
  for (const [words, found] of [
    ["castle", "1 of 2"],
    ["poster meadow", "1 of 2"],
    ["moon", "0 of 2"],
    ["", "2 of 2"],
  ] as const) {
    await search.fill(words);
    await gallery.getByText(found, { exact: true }).waitFor();
  }
  await gallery.getByRole("switch", { name: "Favourites" }).click();
  await gallery.getByText("1 of 2", { exact: true }).waitFor();
  await gallery.getByRole("switch", { name: "Favourites" }).click();
  await gallery.getByLabel("Adapter", { exact: true }).selectOption({ label: "Clay Render" });
  await gallery.getByText("1 of 2", { exact: true }).waitFor();
  expect(await violations(page)).toEqual([]);
  await gallery.getByRole("button", { name: "Filter" }).click();

  await gallery.getByRole("button", { name: "Select", exact: true }).click();
  const compare = gallery.getByRole("button", { name: "Compare" });
  await thumbnails.nth(0).press("Space");
  await expect.poll(() => compare.isDisabled()).toBe(true);
  await thumbnails.nth(1).press("Enter");
  await gallery.getByText("2 selected").waitFor();
  await compare.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Compare two images" });
  const divider = dialog.getByRole("slider");
  await divider.focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(() => divider.inputValue()).toBe("51");
  await expect.poll(() => dialog.locator("img").count()).toBe(2);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });

  const downloading = page.waitForEvent("download");
  await gallery.getByRole("button", { name: "Export ZIP" }).click();
  const archive = await readFile(await (await downloading).path());
  await gallery.getByRole("button", { name: "Done" }).click();
  await gallery.getByRole("button", { name: "Delete all images" }).click();
  await gallery.getByRole("button", { name: "Delete 2 images" }).click();
  await gallery.waitFor({ state: "detached" });
  const choosing = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Import ZIP" }).click();
  const chooser = await choosing;
  await chooser.setFiles([{ name: "images.zip", mimeType: "application/zip", buffer: archive }]);
  await page.getByText("Imported 2 images.").waitFor();
  await drop(page, [{ name: "images.zip", buffer: archive }]);
  await page.getByText("Imported 0 images. 2 images were here already.").waitFor();
  await page.reload();
  await loaded(page);
  await thumbnails.first().click();
  await expect.poll(() => page.getByLabel("Note", { exact: true }).inputValue()).toBe("for the poster");
  await expect.poll(() => star.getAttribute("aria-pressed")).toBe("true");
  await drop(page, [{ name: "other.zip", buffer: Buffer.from("PK") }]);
  await page
    .getByText("other.zip is not an archive of images that Stylus exported: it is damaged.")
    .waitFor();
  expect(bugs).toEqual([]);
});

test("brings the page to the top when an image is shown, at once where less motion is asked for", async () => {
  await visit();
  await loaded(page);
  await generate(page, "a castle on a hill");
  await page.evaluate(() => {
    const behaviours: unknown[] = [];
    Object.assign(globalThis, { behaviours });
    globalThis.scrollTo = ((options: ScrollToOptions) =>
      behaviours.push(options.behavior)) as typeof scrollTo;
  });
  const show = page.getByRole("region", { name: "Your images" }).getByRole("button", { name: /^Show image/ });
  await show.click();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await show.click();
  await page.emulateMedia({ reducedMotion: null });
  const behaviours = await page.evaluate(
    () => (globalThis as typeof globalThis & { behaviours: unknown[] }).behaviours,
  );
  expect(behaviours).toEqual(["smooth", "instant"]);
  expect(bugs).toEqual([]);
});
