// `npm run build:screenshots`: the images of docs/views.md, each view as a new user reaches it, with Pocket in a fresh profile, to
// docs/images/views. Arguments select views; what must happen before them happens all the same.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Locator, Page } from "playwright";
import { runMain, UsageError } from "../run/arguments.ts";
import { root } from "../run/setup.ts";
import { openSite, type Site } from "../run/site.ts";
import { toWebp } from "./webp.ts";

const folder = path.join(root, "docs/images/views");
const desktop = { width: 1280, height: 900 };
/** For a long form with its result. */
const tall = { width: 1280, height: 1420 };
const prompt = "a fox reading a book in the forest, watercolor painting";

const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole("button", { name, exact: typeof name === "string" }).first();

async function loaded(page: Page): Promise<void> {
  await button(page, /^Pocket: (?:CPU|WebGPU)\b/).waitFor({ timeout: 180_000 });
}

async function generate(page: Page, words: string, seed: number): Promise<void> {
  await page.getByRole("textbox", { name: "Prompt", exact: true }).fill(words);
  await page
    .getByRole("textbox", { name: "Seed" })
    .or(page.getByLabel("Seed", { exact: true }))
    .first()
    .fill(`${seed}`);
  await button(page, /^Generate/).click();
  await button(page, /^Stop/).waitFor();
  await button(page, /^Generate/).waitFor({ timeout: 180_000 });
}

/** The browser may offer it or not. */
async function declineInstall(page: Page): Promise<void> {
  const decline = button(page, "Don’t offer this again");
  if (await decline.isVisible()) await decline.click();
}

/** Under Settings, which it closes again. */
async function resize(page: Page, { width, height }: { width: number; height: number }): Promise<void> {
  await button(page, "Settings").click();
  for (const [label, value] of [
    ["Width", width],
    ["Height", height],
  ] as const) {
    await page.getByLabel(label, { exact: true }).fill(`${value}`);
    await page.getByLabel(label, { exact: true }).press("Tab");
  }
  await button(page, "Settings").click();
}

const regions = [
  [1, "Left half", "a red apple"],
  [2, "Right half", "a cat, watercolour"],
] as const;

/** Opens a dialog by a button and returns how to close it. */
const dialog =
  (name: string | RegExp) =>
  async (page: Page): Promise<() => Promise<void>> => {
    await button(page, name).click();
    const shown = page.getByRole("dialog").filter({ visible: true }).first();
    await shown.waitFor();
    return async () => {
      await page.keyboard.press("Escape");
      await shown.waitFor({ state: "hidden" });
    };
  };

/** Each view in the order in which a user meets it: brings it up, and returns how to leave it. */
const views: Readonly<Record<string, (page: Page) => Promise<() => Promise<void>>>> = {
  async first(page) {
    await page.getByRole("heading", { name: "On this device" }).waitFor();
    return async () => {};
  },
  async run(page) {
    await generate(page, prompt, 8);
    return async () => {};
  },
  async settings(page) {
    await button(page, "Settings").click();
    return async () => button(page, "Settings").click();
  },
  models: dialog("Models"),
  library: dialog(/^Adapters/),
  adapter: dialog(/^Details of/),
  wildcards: dialog("Wildcards"),
  styles: dialog("Styles"),
  plot: dialog("Plot"),
  help: dialog("Help and shortcuts"),
  async gallery(page) {
    await generate(page, "a castle on a hill at night, stained glass", 11);
    await generate(page, "a robot in a meadow, clay render", 12);
    await button(page, "Filter").click();
    await button(page, "Filter").scrollIntoViewIfNeeded();
    return async () => button(page, "Filter").click();
  },
  async korean(page) {
    await button(page, "Switch to 한국어").click();
    await page.evaluate(() => scrollTo(0, 0));
    return async () => button(page, /English/).click();
  },
  async phone(page) {
    await page.setViewportSize({ width: 390, height: 844 });
    return async () => page.setViewportSize(desktop);
  },
  async dark(page) {
    await page.emulateMedia({ colorScheme: "dark" });
    return async () => page.emulateMedia({ colorScheme: "light" });
  },
  async regions(page) {
    await resize(page, { width: 384, height: 256 });
    await button(page, "Regions").click();
    for (const [number, place, words] of regions) {
      await button(page, place).click();
      await page.getByLabel(/^Prompt of the empty region/).fill(words);
      await page.getByLabel(`Prompt of region ${number}`).waitFor();
    }
    await generate(page, "a meadow", 4);
    await declineInstall(page);
    await page.setViewportSize(tall);
    await page.evaluate(() => scrollTo(0, 0));
    return async () => {
      await page.setViewportSize(desktop);
      for (const _ of regions) await button(page, "Remove region 1").click();
      await button(page, "Regions").click();
      await resize(page, { width: 256, height: 256 });
    };
  },
  /** Without its model, which is a download: images stay blurred until they are checked. */
  async nsfw(page) {
    await button(page, "Settings").click();
    const check = page.getByRole("switch", { name: "NSFW check" });
    await check.click();
    await button(page, "Settings").click();
    await generate(page, "a castle on a hill at night, stained glass", 11);
    await page.getByText("Not checked", { exact: true }).first().waitFor({ timeout: 60_000 });
    await page.evaluate(() => scrollTo(0, 0));
    return async () => {
      await button(page, "Settings").click();
      await check.click();
      await button(page, "Settings").click();
    };
  },
};

async function main(): Promise<void> {
  const asked = process.argv.slice(2);
  for (const name of asked) if (!(name in views)) throw new UsageError(`There is no view “${name}”.`);
  mkdirSync(folder, { recursive: true });
  const site: Site = await openSite({ viewport: desktop });
  const { page } = site;
  try {
    await loaded(page);
    for (const [name, open] of Object.entries(views)) {
      const leave = await open(page);
      await page.evaluate(() => document.fonts.ready);
      await page.waitForFunction(() =>
        document.getAnimations().every(({ playState }) => playState !== "running"),
      );
      if (asked.length === 0 || asked.includes(name)) {
        const png = await page.screenshot({ animations: "disabled" });
        const webp = await toWebp(page, png, { width: page.viewportSize()!.width, quality: 0.8 });
        writeFileSync(path.join(folder, `${name}.webp`), webp);
        console.log(`${name}: ${webp.length} bytes`);
      }
      await leave();
    }
  } finally {
    await site.close();
  }
}

await runMain(main, `Usage: npm run build:screenshots -- [VIEW…]\n\nViews: ${Object.keys(views).join(", ")}`);
