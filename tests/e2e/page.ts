// The page's parts by role and name, and the moments a user waits for.
import type { Locator, Page } from "playwright";

/** A model load on two busy cores. */
const loadTimeout = 120_000;
const paintTimeout = 120_000;

/** Waits until the pack is ready to paint. */
export async function loaded(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Pocket: (?:CPU|WebGPU)\b/ }).waitFor({ timeout: loadTimeout });
}

export const promptBox = (page: Page): Locator => page.getByRole("textbox", { name: "Prompt", exact: true });
export const generateButton = (page: Page): Locator => page.getByRole("button", { name: /^Generate/ });
export const stopButton = (page: Page): Locator => page.getByRole("button", { name: /^Stop/ });
export const alerts = (page: Page): Locator => page.getByRole("alert");

/** Waits until the page complains with these words: an earlier complaint may still be there when a new one is due. */
export const complaint = (page: Page, words: string | RegExp): Promise<void> =>
  alerts(page).filter({ hasText: words }).first().waitFor({ timeout: 60_000 });

/** Finished pictures of the run on show. */
export const pictures = (page: Page): Locator => page.locator("figure[data-status=done] img[src^='blob:']");

/** Settings as the page keeps them; few steps, so that a picture takes seconds. */
export async function useSettings(page: Page, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const kept = { fewStep: true, fast: { steps: 2 }, seedLocked: true, seed: 7, ...settings };
  await page.evaluate((value) => localStorage.setItem("stylus-web/settings/1", JSON.stringify(value)), kept);
  await page.reload();
  await loaded(page);
}

/** Has the page let go of these databases: another tab asks for newer ones, and thinks better of it. */
export const loseDatabases = (page: Page, names: readonly string[]): Promise<void> =>
  page.evaluate(async (wanted) => {
    for (const name of wanted) {
      const opened = indexedDB.open(name, 99);
      opened.addEventListener("upgradeneeded", () => opened.transaction!.abort());
      await new Promise((resolve) => opened.addEventListener("error", resolve));
    }
  }, names);

/** Types a prompt and waits for its first picture; a run that ends without one fails with the page's words. */
export async function paint(page: Page, prompt: string): Promise<void> {
  await promptBox(page).fill(prompt);
  await generateButton(page).click();
  await pictures(page).or(alerts(page)).first().waitFor({ timeout: paintTimeout });
  await generateButton(page).waitFor({ timeout: paintTimeout });
  const words = await alerts(page).allInnerTexts();
  if (words.length > 0) throw new Error(`The page reports: ${words.join(" / ")}`);
  await pictures(page).first().waitFor();
}
