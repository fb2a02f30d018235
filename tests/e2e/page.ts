// The page's elements by role and name, and the states that a user waits for.
import type { Locator, Page } from "playwright";

/** A model load on two busy cores. */
const loadTimeout = 120_000;
const generateTimeout = 120_000;

/** Waits until the pack is ready to generate. */
export async function loaded(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Pocket: (?:CPU|WebGPU)\b/ }).waitFor({ timeout: loadTimeout });
}

export const promptBox = (page: Page): Locator => page.getByRole("textbox", { name: "Prompt", exact: true });
export const generateButton = (page: Page): Locator => page.getByRole("button", { name: /^Generate/ });
export const stopButton = (page: Page): Locator => page.getByRole("button", { name: /^Stop/ });
export const alerts = (page: Page): Locator => page.getByRole("alert");

/** Waits until the page shows this error; an earlier error may still be visible first. */
export const complaint = (page: Page, words: string | RegExp): Promise<void> =>
  alerts(page).filter({ hasText: words }).first().waitFor({ timeout: 60_000 });

/** Finished images of the displayed run. */
export const images = (page: Page): Locator => page.locator("figure[data-status=done] img[src^='blob:']");

/** Settings in the page's stored form, with few steps so that an image takes seconds. */
export async function useSettings(page: Page, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const kept = { fewStep: true, fast: { steps: 2 }, seedLocked: true, seed: 7, ...settings };
  await page.evaluate((value) => localStorage.setItem("stylus-web/settings/1", JSON.stringify(value)), kept);
  await page.reload();
  await loaded(page);
}

/** Makes the page close these databases: another tab requests newer versions, then aborts. */
export const loseDatabases = (page: Page, names: readonly string[]): Promise<void> =>
  page.evaluate(async (wanted) => {
    for (const name of wanted) {
      const opened = indexedDB.open(name, 99);
      opened.addEventListener("upgradeneeded", () => opened.transaction!.abort());
      await new Promise((resolve) => opened.addEventListener("error", resolve));
    }
  }, names);

/** Types a prompt and waits for its first image; a run without one fails with the page's message. */
export async function generate(page: Page, prompt: string): Promise<void> {
  await promptBox(page).fill(prompt);
  await generateButton(page).click();
  await images(page).or(alerts(page)).first().waitFor({ timeout: generateTimeout });
  await generateButton(page).waitFor({ timeout: generateTimeout });
  const words = await alerts(page).allInnerTexts();
  if (words.length > 0) throw new Error(`The page reports: ${words.join(" / ")}`);
  await images(page).first().waitFor();
}

/** SHA-256 of the decoded pixels of the image on show. */
export const pixels = (page: Page): Promise<string> =>
  images(page)
    .first()
    .evaluate(async (image) => {
      const bitmap = await createImageBitmap(image as HTMLImageElement);
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      const digest = await crypto.subtle.digest("SHA-256", data);
      return String(new Uint8Array(digest));
    });
