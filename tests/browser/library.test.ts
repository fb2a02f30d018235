// The library of adapters on the page with stand-in services (tests/page): thousands of cards, filters, tags, selection, licences.
import { readFile } from "node:fs/promises";
import type { Locator, Page } from "playwright";
import { beforeEach, describe, expect, test } from "vitest";
import { parseCards } from "../../src/retrieval/cards.ts";
import { violations } from "../e2e/accessibility.ts";
import { drop } from "../e2e/drop.ts";
import { loaded, promptBox } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

const library = (): Locator => page.getByRole("dialog", { name: "Adapters", exact: true });
const cards = (): Locator => library().getByRole("list", { name: "Adapters" }).getByRole("listitem");
const card = (name: RegExp): Locator => library().getByRole("button", { name });
const search = (): Locator => library().getByRole("searchbox", { name: "Search adapters" });
const count = (words: string | RegExp): Promise<void> => library().getByText(words).first().waitFor();
const details = (name: string): Locator => page.getByRole("dialog", { name, exact: true });
const titles = async (): Promise<string[]> =>
  (await cards().getByRole("button").allInnerTexts()).map((text) => text.split("\n")[0]!);

async function open(query = ""): Promise<void> {
  await visit(query);
  await loaded(page);
  await page.getByRole("button", { name: /^Adapters/ }).click();
  await cards().first().waitFor();
}

/** In the page's header, behind the library. */
const countInHeader = (): Promise<string> =>
  page.locator("header button", { hasText: "Adapters" }).first().innerText();

/** What a button downloads, as text. */
async function saved(button: Locator): Promise<{ readonly name: string; readonly text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

/** Pocket’s own, on the stand-in page. */
const ofPocket = 52; // with the few-step one

describe("ten thousand cards", () => {
  const all = 10_000 + ofPocket;
  beforeEach(() => open("?adapters=10000"));

  test("only those in view are in the document, wherever it is scrolled to", async () => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await count("10,052 adapters");
    const size = (): Promise<{ cells: number; nodes: number; hasEnd: boolean }> =>
      library().evaluate((dialog) => ({
        cells: dialog.querySelectorAll("li[data-place]").length,
        nodes: dialog.querySelectorAll("*").length,
        hasEnd: dialog.querySelector("li[aria-posinset='10052']") !== null,
      }));
    const scrollTo = (top: number): Promise<void> =>
      library().evaluate((dialog, to) => dialog.scrollTo({ top: to }), top);
    for (const top of [0, 1_000, 100_000, 10_000_000]) {
      await scrollTo(top);
      await expect.poll(async () => (await size()).cells).toBeGreaterThan(20);
      const { cells, nodes } = await size();
      expect([cells < 80, nodes < 1_200]).toEqual([true, true]);
    }
    await expect.poll(async () => (await size()).hasEnd).toBe(true);
    const sets = await cards().evaluateAll((items) => items.map((item) => item.getAttribute("aria-setsize")));
    expect(new Set(sets)).toEqual(new Set([`${all}`]));
    expect(bugs).toEqual([]);
  });

  test("arrows, pages and Tab reach every card; the focus stays when it is scrolled away", async () => {
    const place = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.closest("li")?.getAttribute("aria-posinset") ?? null);
    await cards().first().getByRole("button").focus();
    await page.keyboard.press("End");
    expect(await place()).toBe(`${all}`);
    await page.keyboard.press("ArrowLeft");
    expect(await place()).toBe(`${all - 1}`);
    await page.keyboard.press("Home");
    expect(await place()).toBe("1");
    await page.keyboard.press("PageDown");
    await page.keyboard.press("PageUp");
    expect(await place()).toBe("1");
    for (let presses = 0; presses < 60; presses++) await page.keyboard.press("Tab");
    expect(await place()).toBe("61");
    await library().evaluate((dialog) => dialog.scrollTo({ top: 200_000 }));
    await expect.poll(() => cards().count()).toBeGreaterThan(20);
    expect(await place()).toBe("61");
    await page.keyboard.press("ArrowRight");
    expect(await place()).toBe("62");
    const isInView = await page.evaluate(() => {
      const { top, bottom } = document.activeElement!.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    });
    expect(isInView).toBe(true);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").last().getByText("Prompt tag").waitFor();
    await page.keyboard.press("Escape");
    expect(await place()).toBe("62");
  });

  test.each([320, 2560])(
    "at %i pixels nothing is wider than the screen, and axe finds nothing",
    async (width) => {
      await page.setViewportSize({ width, height: 900 });
      await library().getByRole("button", { name: "Filters", exact: true }).click();
      await library().getByRole("button", { name: "Select" }).click();
      await cards().nth(1).getByRole("button").click();
      const over = await library().evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
      expect(over).toBe(0);
      expect(await violations(page)).toEqual([]);
      await page.setViewportSize({ width: 1280, height: 720 });
    },
  );
});

test("finds by words at once, and by meaning with the phrase that is near", async () => {
  await open();
  await search().fill("Aardman puppet");
  await count("1 of 52 adapters");
  await card(/^Clay Render/).waitFor();
  await search().fill("mosaic");
  await expect.poll(titles).toEqual(["Ravenna Tiles"]); // a tag of it
  await search().fill("plasticine owl");
  await count("1 near in meaning");
  await card(/^Clay Render.*“plasticine”$/s).waitFor();
  await search().fill("no such thing at all zzz");
  await count("No adapters match.");
  await search().fill("");
  await count("52 adapters");
});

test("filters add up and say what they would leave; a reset takes all away", async () => {
  await open("?adapters=40");
  await library().getByRole("button", { name: "Filters", exact: true }).click();
  await library().getByLabel("Licence").selectOption({ label: "Commercial use not allowed (14)" });
  await count("14 of 92 adapters");
  const kinds = await library().getByLabel("Kind").locator("option").allInnerTexts();
  expect(kinds.slice(1).reduce((sum, text) => sum + Number(/\((\d+)\)/.exec(text)![1]), 0)).toBe(14);
  await library()
    .getByText(/^In this browser \d+$/)
    .click();
  await count("4 of 92 adapters");
  await library().getByRole("button", { name: "Filters (2)" }).waitFor();
  await library().getByLabel("Order").selectOption("Largest first");
  const sizes = await cards().getByRole("button").allInnerTexts();
  const bytes = sizes.map((text) => parseFloat(/([\d.]+) MB/.exec(text)![1]!));
  expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
  await library().getByRole("button", { name: "Reset filters" }).click();
  await count("92 adapters");
  expect((await countInHeader()).replaceAll(/\s+/g, " ")).toBe("Adapters 92");
});

test("what was measured of adapters is a filter, where something was", async () => {
  await open();
  await library().getByRole("button", { name: "Filters", exact: true }).click();
  await library().getByLabel("Licence").waitFor();
  expect(await library().getByLabel("Measured effect").count()).toBe(0);
  await open("?adapters=40");
  await library().getByRole("button", { name: "Filters", exact: true }).click();
  const effects = library().getByLabel("Measured effect");
  expect(await effects.locator("option").allInnerTexts()).toEqual([
    "Any",
    "Images fit prompts better (4)",
    "Images hardly change (4)",
  ]);
  await effects.selectOption({ label: "Images hardly change (4)" });
  await count("4 of 92 adapters");
  expect(await violations(page)).toEqual([]);
});

test("tags of one's own and hiding outlast a reload; the card is exported with them", async () => {
  await open();
  await card(/^Clay Render/).click();
  const clay = details("Clay Render");
  await clay.getByLabel("Your tag", { exact: true }).fill("bedside zine");
  await clay.getByRole("button", { name: "Add tag" }).click();
  await clay.getByRole("button", { name: "Take off “bedside zine”" }).waitFor();
  expect(await violations(page)).toEqual([]);
  const { name, text } = await saved(clay.getByRole("button", { name: "Export card" }));
  const [exported] = parseCards(JSON.parse(text), name);
  expect([name, exported!.id, exported!.tags.at(-1)]).toEqual(["clay.json", "clay", "bedside zine"]);
  await page.keyboard.press("Escape");
  await search().fill("bedside zine");
  await expect.poll(titles).toEqual(["Clay Render"]);
  await search().fill("");
  await card(/^Clay Render/).click();
  await clay.getByRole("button", { name: "Hide" }).click();
  await clay.getByRole("button", { name: "Unhide" }).waitFor();
  await page.keyboard.press("Escape");
  await count("51 of 52 adapters");

  await page.reload();
  await loaded(page);
  await page.getByRole("button", { name: /^Adapters/ }).click();
  await count("51 of 52 adapters");
  await library().getByText("Hidden 1").click();
  await expect.poll(titles).toEqual(["Clay Render"]);
  await library().getByRole("button", { name: "Filters (1)" }).click();
  await library().getByLabel("Your tag").selectOption({ label: "bedside zine (1)" });
  await expect.poll(titles).toEqual(["Clay Render"]);
  await library().getByRole("button", { name: "Reset filters" }).click();
  await search().fill("bedside zine");
  await count("No adapters match."); // it is hidden
  await library().getByText("Hidden 1").click();
  await expect.poll(titles).toEqual(["Clay Render"]);
});

test("several at once: banned, tagged, hidden, exported, and one's own removed", async () => {
  await open();
  await drop(page, [{ name: "paper.safetensors", buffer: Buffer.from("x") }]);
  await page.getByRole("button", { name: "Add to my adapters" }).click();
  await page.getByText("Added as paper collage v2").waitFor();
  await page.keyboard.press("Escape");
  await library().getByRole("button", { name: "Select" }).click();
  const bar = library().getByRole("group", { name: "Selected adapters" });
  await search().fill("pprcllg"); // its trigger word
  await count("1 of 53 adapters");
  await bar.getByRole("button", { name: /^Select all/ }).click();
  await search().fill("");
  await card(/^Clay Render/).click();
  await bar.getByText("2 selected").waitFor();
  await expect.poll(() => card(/^Clay Render/).getAttribute("aria-pressed")).toBe("true");
  await bar.getByRole("button", { name: "Ban", exact: true }).click();
  await library().getByText("Banned 2").waitFor();
  await bar.getByLabel("Your tag", { exact: true }).fill("Later");
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: "2 adapters tagged “Later”." }).waitFor();
  const { text } = await saved(bar.getByRole("button", { name: "Export cards" }));
  expect(parseCards(JSON.parse(text), "export").map(({ tags }) => tags.at(-1))).toEqual(["Later", "Later"]);
  await bar.getByRole("button", { name: "Hide", exact: true }).click();
  await library().getByText("Hidden 2").waitFor();
  await bar.getByRole("button", { name: "Unhide" }).click();
  await bar.getByRole("button", { name: "Unban" }).click();
  await library().getByText("Banned 0").waitFor();
  await bar.getByRole("button", { name: "Remove 1 of yours" }).click();
  await bar.getByRole("button", { name: "Remove file and details" }).click();
  await library().getByText("Yours 0").click();
  await library().getByText("You haven’t added any adapters.").waitFor();
  await library().getByText("Yours 0").click();
  await bar.getByText("1 selected").waitFor();
});

test("deletes the downloaded file of an adapter, which then downloads again", async () => {
  await open("?adapters=8");
  await search().fill("orchards"); // far down in the list
  await card(/^Mossy Orchards 5/).click();
  const dialog = page.getByRole("dialog").last();
  await dialog.getByText(/in this browser/).waitFor();
  await dialog.getByRole("button", { name: "Delete the file" }).click();
  await dialog.getByRole("button", { name: /^Delete 6\.0 MB/ }).click();
  await dialog.getByText(/downloads on first use/).waitFor();
  expect(await dialog.getByRole("button", { name: "Delete the file" }).count()).toBe(0);
});

test("leaves out adapters whose licence does not allow commercial use, and says so", async () => {
  await open("?adapters=9");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("switch", { name: "Only adapters whose licence allows commercial use" }).check();
  const said = "6 adapters are left out: 3 because commercial use isn’t allowed, 3 because nobody says.";
  await page.getByText(said).first().waitFor();
  expect(await violations(page)).toEqual([]);
  await promptBox(page).fill("a castle <lora:made-1:1>");
  await page.getByText("Left out: its licence isn’t known to allow commercial use.").waitFor();
  await page.getByRole("button", { name: /^Adapters/ }).click();
  await count("55 of 61 adapters");
  await library().getByText(said).waitFor();
  await library().getByRole("button", { name: "Show them" }).click();
  await count("6 of 61 adapters");
  await cards().first().getByRole("button").click();
  const left = page.getByRole("dialog").last();
  await left.getByText(/^Left out: its licence/).waitFor();
  await expect.poll(() => left.getByRole("button", { name: /^Pin/ }).isDisabled()).toBe(true);
  expect(bugs).toEqual([]);
});

test("an adapter that its page marks as showing a real person is refused by name, with the reason", async () => {
  await open();
  const info = { modelId: 7, model: { name: "Somebody", type: "LORA", poi: true }, trainedWords: [] };
  await drop(page, [
    { name: "paper.safetensors", buffer: Buffer.from("x") },
    { name: "paper.civitai.info", buffer: Buffer.from(JSON.stringify(info)) },
  ]);
  const item = page.getByRole("listitem", { name: "paper.safetensors" });
  await item.getByText("Shows a real person", { exact: true }).waitFor();
  expect(await item.getByRole("button", { name: "Add to my adapters" }).count()).toBe(0);
});
