// Links that carry prompt and settings, on the page with stand-in services (tests/page).
import type { Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { drop } from "../e2e/drop.ts";
import { generate, images, loaded, promptBox } from "../e2e/page.ts";
import { openPageWithStandIns, type StandInPage } from "./page-with-stand-ins.ts";

let browser: StandInPage;
let page: Page;
beforeAll(async () => {
  browser = await openPageWithStandIns();
  page = browser.page;
  await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
});
afterAll(() => browser?.close());

const seed = (): Promise<string> => page.locator("#seed").inputValue();
const hasPrompt = (prompt: string): Promise<unknown> =>
  page.waitForFunction((text) => document.querySelector("textarea")?.value === text, prompt);
const copied = async (name: string): Promise<URLSearchParams> => {
  await page.getByRole("button", { name }).click();
  await page.getByRole("main").getByText(/^Link copied/).waitFor();
  const { hash } = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  return new URLSearchParams(hash.slice(1));
};

test("a link fills the form, without a run, and says what it cannot", async () => {
  await browser.visit("#prompt=a+castle&negative=rain&seed=42&steps=9&cfg=3&sampler=magic&adapters=listed");
  await loaded(page);
  await hasPrompt("a castle");
  expect(await seed()).toBe("42");
  await page.getByText("Not taken over: Sampler magic.").waitFor();
  expect(await violations(page)).toEqual([]);
  expect(await images(page).count()).toBe(0);
  const stored = await page.evaluate(
    () => JSON.parse(localStorage.getItem("stylus-web/settings/1")!) as object,
  );
  expect(stored).toMatchObject({ negativePrompt: "rain", seedLocked: true, full: { steps: 9, cfgScale: 3 } });

  // What is changed since survives a reload.
  await promptBox(page).fill("a castle on a hill");
  await page.reload();
  await loaded(page);
  expect(await promptBox(page).inputValue()).toBe("a castle on a hill");

  await page.evaluate(() => (location.hash = "#prompt=a+robot&seed=7"));
  await hasPrompt("a robot");
  await page.goBack();
  await hasPrompt("a castle");
  expect(await seed()).toBe("42");
  await page.goForward();
  await hasPrompt("a robot");
  expect(await seed()).toBe("7");
  expect(browser.bugs).toEqual([]);
});

test("an image’s link has its words, settings and adapters, and names of own files only when asked", async () => {
  await browser.visit();
  await loaded(page);
  await drop(page, [{ name: "my-secret.safetensors", buffer: Buffer.from("x") }]);
  await page.getByRole("button", { name: "Add to my adapters" }).click();
  await page.getByText("Added as paper collage v2").waitFor();
  await page.keyboard.press("Escape");
  await generate(page, "a robot in a meadow, clay render <lora:my-secret:0.5>");

  const link = await copied("Copy link");
  expect(link.get("prompt")).toMatch(/^a robot in a meadow, clay render <lora:[a-z]/);
  expect(link.get("size")).toBe("256x256");
  expect(link.get("adapters")).toBe("listed");
  expect(String(link)).not.toContain("secret");
  await page.getByText("It leaves out what isn’t in the catalogue: “my-secret”.").waitFor();
  expect(await violations(page)).toEqual([]);
  expect((await copied("Copy with names")).get("prompt")).toContain("<lora:my-secret:0.5>");

  const prompt = link.get("prompt")!;
  await browser.visit(`#${link}`);
  await loaded(page);
  await hasPrompt(prompt);
  await generate(page, prompt);
  expect(String(await copied("Copy link"))).toBe(String(link));
  expect(browser.bugs).toEqual([]);
});
