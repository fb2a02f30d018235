// Adapters by address on the page with stand-in services (tests/page): the form, what is found, on a narrow page and in Korean.
import type { Locator, Page } from "playwright";
import { expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { loaded } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

const dialog = (): Locator => page.getByRole("dialog", { name: "Your LoRA files" });

async function open(): Promise<void> {
  await page.getByRole("button", { name: /^Adapters/ }).click();
  await page
    .getByRole("dialog", { name: "Adapters", exact: true })
    .getByRole("button", { name: "From Civitai or Hugging Face" })
    .click();
  await dialog().waitFor();
}

test("looks up by keys alone, fits a narrow page, and adds what is chosen", async () => {
  await visit();
  await loaded(page);
  await page.setViewportSize({ width: 320, height: 700 });
  await open();
  await dialog().getByLabel("Addresses").focus();
  await page.keyboard.type("55\nhttps://civitai.com/models/66\n404\nhttps://huggingface.co/someone/crochet");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await dialog().getByText("3 found, 1 not found.").waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await page.setViewportSize({ width: 1280, height: 900 });

  const boxes = await dialog().getByRole("checkbox").all();
  expect(await Promise.all(boxes.map((box) => box.isChecked()))).toEqual([true, false, true]);
  await dialog().getByRole("button", { name: "Download 2 files, 22.2 MB" }).click();
  await dialog().getByText("Added as Paper Collage").waitFor();
  await dialog().getByText("2 added.").waitFor();
  await dialog().getByRole("button", { name: "Clear list" }).click();
  expect(await dialog().getByRole("checkbox").count()).toBe(0);
  expect(bugs).toEqual([]);
});
