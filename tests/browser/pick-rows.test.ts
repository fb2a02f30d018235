// What the row of a chosen adapter and its details offer, on the page with stand-in services (tests/page).
import type { Locator, Page } from "playwright";
import { beforeEach, expect, test } from "vitest";
import { violations } from "../e2e/accessibility.ts";
import { drop } from "../e2e/drop.ts";
import { loaded, promptBox } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

beforeEach(async () => {
  await visit();
  await loaded(page);
});

const chosen = (): Locator => page.getByRole("region", { name: "Chosen adapters" });
const prompt = (): Promise<string> => promptBox(page).inputValue();

/** Types a prompt and leaves the cursor where "|" stands. */
async function type(marked: string): Promise<void> {
  await promptBox(page).fill(marked.replace("|", ""));
  await promptBox(page).evaluate((field: HTMLTextAreaElement, at) => {
    field.focus();
    field.setSelectionRange(at, at);
  }, marked.indexOf("|"));
}

test("a strength can be typed over the whole range; the slider follows", async () => {
  await type("a castle, clay render|");
  const slider = chosen().getByRole("slider", { name: "Strength of Clay Render" });
  const number = chosen().getByRole("spinbutton", { name: "Strength of Clay Render as a number" });
  for (const [typed, shown] of [
    ["-5", "-5.00"],
    ["7.25", "7.25"],
    ["99", "20.00"],
    ["", "20.00"],
  ] as const) {
    await number.fill(typed);
    await number.blur();
    await expect.poll(() => number.inputValue()).toBe(shown);
    expect([Number(await slider.inputValue()), await slider.getAttribute("aria-valuetext")]).toEqual([
      Number(shown),
      shown,
    ]);
    // A row that is made again, when the reader’s answer takes the place of the rules’, has the usual range around its value.
    expect(Number(await slider.getAttribute("min"))).toBeLessThanOrEqual(Math.min(0, Number(shown)));
    expect(Number(await slider.getAttribute("max"))).toBeGreaterThanOrEqual(Math.max(1.5, Number(shown)));
  }
  await chosen().getByRole("button", { name: "Reset strength of Clay Render" }).click();
  await expect.poll(async () => Number(await number.inputValue())).toBeLessThan(1.5);
  expect(await violations(page)).toEqual([]);
  expect(bugs).toEqual([]);
});

test("an adapter that a tag names, pinned or not, has no slider beside it", async () => {
  await type("a castle, clay render|");
  const sliders = (): Promise<number> => chosen().getByRole("slider").count();
  const titles = chosen().getByRole("button", { name: "Clay Render", exact: true });
  await chosen().getByRole("slider", { name: "Strength of Clay Render" }).waitFor();
  const before = await sliders();
  await type("a castle, clay render <lora:Clay Render:0.85>|");
  await chosen().getByText("Tagged in the prompt").waitFor();
  expect([await sliders(), await titles.count()]).toEqual([before - 1, 1]);
  await titles.click();
  await page.getByRole("button", { name: "Pin: use in every image" }).click();
  await page.keyboard.press("Escape");
  expect([await sliders(), await titles.count()]).toEqual([before - 1, 1]);
  await type("a castle, clay render|");
  await expect.poll(sliders).toBe(before);
  expect(await violations(page)).toEqual([]);
  expect(bugs).toEqual([]);
});

test("all sets of trigger words are offered, and added where the cursor was", async () => {
  const trainedWords = ["art, red cape", "villain, mask"];
  await drop(page, [
    { name: "twins.safetensors", buffer: Buffer.from("twins") },
    {
      name: "twins.civitai.info",
      buffer: Buffer.from(JSON.stringify({ model: { name: "Twins" }, trainedWords })),
    },
  ]);
  const form = page.getByRole("dialog", { name: "Your LoRA files" });
  await expect.poll(() => form.getByLabel("Trigger words").inputValue()).toBe("art, red cape\nvillain, mask");
  await form.getByRole("button", { name: "Add to my adapters" }).click();
  await form.getByText("Added as Twins").waitFor();
  await page.keyboard.press("Escape");

  // Pinned, so that it is chosen for any prompt.
  await page.getByRole("button", { name: /^Adapters/ }).click();
  await page.getByRole("button", { name: /^Twins Yours/ }).click();
  const details = page.getByRole("dialog", { name: "Twins", exact: true });
  await details.getByRole("button", { name: "Pin: use in every image" }).click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await type("twins| at a party, night");
  const title = page.getByRole("button", { name: "Twins", exact: true });
  const row = chosen().getByRole("listitem").filter({ has: title }).first();
  const sets = row.getByRole("list", { name: "Sets of trigger words" });
  await expect.poll(() => sets.getByRole("listitem").count()).toBe(2);
  // "art" is no word of "party".
  await sets.getByRole("button", { name: "Add all to the prompt: art, red cape" }).click();
  await expect.poll(prompt).toBe("twins, art, red cape, at a party, night");
  await sets.getByRole("button", { name: "mask +" }).click();
  await expect.poll(prompt).toBe("twins, art, red cape, mask, at a party, night");
  await expect.poll(() => sets.getByRole("button").allInnerTexts()).toEqual(["villain +"]);

  await row.getByRole("button", { name: "Twins", exact: true }).click();
  await details.getByRole("button", { name: "villain +" }).click();
  await expect.poll(prompt).toBe("twins, art, red cape, mask, villain, at a party, night");
  expect(await violations(page)).toEqual([]);
  expect(bugs).toEqual([]);
});

test("titles, tags and descriptions that run from right to left leave what stands beside them in its place", async () => {
  const model = { name: "שלום 5", tags: ["אחת", "שתיים"], description: "קולאז׳ נייר." };
  await drop(page, [
    { name: "collage.safetensors", buffer: Buffer.from("collage") },
    { name: "collage.civitai.info", buffer: Buffer.from(JSON.stringify({ model, trainedWords: ["מילה"] })) },
  ]);
  const form = page.getByRole("dialog", { name: "Your LoRA files" });
  const directionOf = (element: Locator): Promise<string> =>
    element.evaluate((found) => getComputedStyle(found).direction);
  expect(await directionOf(form.getByLabel("Title"))).toBe("rtl");
  await form.getByRole("button", { name: "Add to my adapters" }).click();
  await form.getByText("Added as שלום 5").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Adapters/ }).click();
  await page.getByRole("button", { name: /^שלום 5 Yours/ }).click();
  const details = page.getByRole("dialog", { name: "שלום 5", exact: true });
  expect(await directionOf(details.getByText("קולאז׳ נייר."))).toBe("rtl");
  const [first, second] = await Promise.all(
    ["אחת", "שתיים"].map(async (tag) => (await details.getByText(tag, { exact: true }).boundingBox())!),
  );
  expect(first!.x).toBeLessThan(second!.x);
  const button = details.getByRole("button", { name: "מילה +" });
  expect(await button.evaluate((found) => getComputedStyle(found).unicodeBidi)).toBe("isolate");
  expect(bugs).toEqual([]);
});
