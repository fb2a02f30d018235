// Writing prompts on the page with stand-in services (tests/page).
import { readFile } from "node:fs/promises";
import type { Page } from "playwright";
import { beforeEach, expect, test } from "vitest";
import { withPngText } from "../../src/formats/png.ts";
import { violations } from "../e2e/accessibility.ts";
import { drop } from "../e2e/drop.ts";
import { gradient } from "../e2e/image-file.ts";
import { complaint, generate, generateButton, loaded, promptBox, useSettings } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

beforeEach(async () => {
  await visit();
  await loaded(page);
});

test("counts the prompt’s tokens while it is typed", async () => {
  await promptBox(page).fill("a fox in the snow");
  await page.getByText("5 of 75 tokens").waitFor();
  await promptBox(page).fill(Array(80).fill("fox").join(" "));
  await page.getByText("80 of 150 tokens").waitFor();
  expect(await violations(page)).toEqual([]);
  await promptBox(page).fill("");
  await page.getByText(/of \d+ tokens/).waitFor({ state: "detached" });
  expect(bugs).toEqual([]);
});

test("draws from wildcards, each image its own words, and restores the template", async () => {
  await drop(page, [{ name: "Colours.txt", buffer: Buffer.from("red\nblue\n") }]);
  const dialog = page.getByRole("dialog", { name: "Wildcards" });
  await dialog.getByText("2 options").waitFor();
  expect(await violations(page)).toEqual([]);
  await promptBox(page).evaluate((field: HTMLTextAreaElement) => field.setSelectionRange(0, 0));
  await dialog.getByRole("button", { name: "Insert __colours__ into the prompt" }).click();
  await expect.poll(() => promptBox(page).inputValue()).toBe("__colours__");

  await useSettings(page, { count: 4, seed: 3, prompt: "" });
  await generate(page, "a __colours__ {robot|fox}, __hat__");
  await page.getByText(/^__hat__ stayed as written/).waitFor();
  const words = page.locator("figure[data-status=done] [class*=words]");
  const drawn = await words.allInnerTexts();
  expect(drawn.length).toBe(4);
  for (const text of drawn) expect(text).toMatch(/^a (?:red|blue) (?:robot|fox), __hat__$/);
  expect(new Set(drawn).size).toBeGreaterThan(1);
  await expect.poll(() => promptBox(page).inputValue()).toBe("a __colours__ {robot|fox}, __hat__");
  // The same after a reload: from the database and the gallery.
  await page.reload();
  await loaded(page);
  await page.getByRole("region", { name: "Your images" }).locator("li button").first().click();
  await words.first().waitFor();
  expect(await words.allInnerTexts()).toEqual(drawn);

  const parameters =
    "a red fox <lora:noir:0.5>\nSteps: 6, Sampler: LCM, Seed: 4, Template: a __colours__ fox, Version: Stylus Web 0.1.0";
  const png = withPngText(Uint8Array.from(gradient(64, 64)), { parameters });
  const image = { name: "fox.png", buffer: Buffer.from(png), type: "image/png" };
  await drop(page, [image]);
  await page.getByRole("button", { name: "Load with template" }).click();
  await expect.poll(() => promptBox(page).inputValue()).toBe("a __colours__ fox");
  expect(bugs).toEqual([]);
});

test("offers words for what is typed, not for the prompt that Back puts in its place", async () => {
  const list = page.getByRole("listbox", { name: "Suggestions" });
  await generate(page, "a castle");
  await generate(page, "a robot");
  await promptBox(page).focus();
  await page.keyboard.type(" <lora:");
  await expect.poll(() => list.getByRole("option").count()).toBe(8);
  await page.goBack();
  await expect.poll(() => promptBox(page).inputValue()).toBe("a castle");
  expect(await list.count()).toBe(0);
  expect(bugs).toEqual([]);
});

test("offers adapters and words at the cursor, by keys alone", async () => {
  const list = page.getByRole("listbox", { name: "Suggestions" });
  const value = () => promptBox(page).inputValue();
  await promptBox(page).focus();
  await page.keyboard.type("a fox <lora:");
  await list.waitFor();
  await expect.poll(() => list.getByRole("option").count()).toBe(8);
  expect(await violations(page)).toEqual([]);
  // The list covers nothing that is needed next.
  const [above, below] = [
    (await list.boundingBox())!,
    (await page.getByRole("button", { name: /^Generate/ }).boundingBox())!,
  ];
  expect(above.y + above.height).toBeLessThanOrEqual(below.y);
  await page.keyboard.type("noi");
  await list.getByRole("option", { name: /^noir/ }).waitFor();
  await page.keyboard.press("Enter");
  expect(await value()).toMatch(/^a fox <lora:noir:[\d.]+>$/);
  await expect.poll(() => list.count()).toBe(0);

  // Words: none is chosen until an arrow key does.
  await page.keyboard.type(", clay");
  await list.waitFor();
  const chosen = page.locator("[role=option][aria-selected=true]");
  await expect.poll(() => chosen.count()).toBe(0);
  await page.keyboard.press("ArrowDown");
  await expect
    .poll(() => promptBox(page).getAttribute("aria-activedescendant"))
    .toBe(await chosen.getAttribute("id"));
  await page.keyboard.press("Escape");
  await expect.poll(() => list.count()).toBe(0);
  expect(await value()).toMatch(/, clay$/);

  // The keys of an input method are its own.
  const devtools = await page.context().newCDPSession(page);
  await page.keyboard.type(", ");
  await devtools.send("Input.imeSetComposition", { text: "clay", selectionStart: 4, selectionEnd: 4 });
  expect(await value()).toMatch(/, clay, clay$/);
  await expect.poll(() => list.count()).toBe(0);
  await devtools.send("Input.insertText", { text: "clay" });
  await list.waitFor();

  // Shortcuts go past the list.
  await page.keyboard.press("Control+Enter");
  await page.locator("figure img[src^='blob:']").first().waitFor();
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByRole("switch", { name: /^Suggest adapters/ }).click();
  await promptBox(page).fill("");
  await page.keyboard.type("<lora:");
  await page.getByText(/of 75 tokens/).waitFor(); // later than a list would come
  await expect.poll(() => list.count()).toBe(0);
  expect(bugs).toEqual([]);
});

test("offers and counts in the negative prompt, in regions and in details as in the prompt, by keys alone", async () => {
  const list = page.getByRole("listbox", { name: "Suggestions" });
  const half = { x: 0, y: 0, width: 0.5, height: 1 };
  await useSettings(page, {
    fewStep: false,
    regions: [{ ...half, prompt: "a cat", weight: 1 }],
    detailPass: true,
    details: [{ ...half, prompt: "a face" }],
  });
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const negative = page.getByRole("textbox", { name: "Negative prompt" });
  const region = page.getByRole("textbox", { name: /^Prompt of (?:region 1|the empty region)$/ });
  const detail = page.getByRole("textbox", { name: "Prompt of detail 1" });
  await page.getByText("2 of 75 tokens").nth(1).waitFor();

  for (const [field, begun] of [
    [negative, "rain, blu"],
    [region, "rain, cla"],
    [detail, "rain, cla"],
  ] as const) {
    await field.fill("");
    await field.focus();
    await page.keyboard.type(begun);
    await list.getByRole("option").first().waitFor();
    expect(await field.getAttribute("aria-controls")).toBe(await list.getAttribute("id"));
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("ArrowDown");
    const chosen = page.locator("[role=option][aria-selected=true]");
    expect(await field.getAttribute("aria-activedescendant")).toBe(await chosen.getAttribute("id"));
    const label = (await chosen.locator("span").first().innerText()).trim();
    await page.keyboard.press("Enter");
    await expect.poll(() => list.count()).toBe(0);
    expect(await field.inputValue()).toBe(`rain, ${label}`);
    await page.keyboard.press("Control+z"); // the browser's own undo
    expect(await field.inputValue()).toBe(begun);
    await field.fill("rain, fog and snow");
    await page.keyboard.press("Escape");
  }
  await expect.poll(() => page.getByText("5 of 75 tokens").count()).toBe(3);

  // Tags are for the prompt, its regions and details.
  await negative.fill("");
  await negative.pressSequentially("<lora:");
  await region.fill("");
  await region.pressSequentially("<lora:");
  await list.waitFor();
  expect(await region.getAttribute("aria-controls")).toBe(await list.getAttribute("id"));
  expect(await negative.getAttribute("aria-controls")).toBeNull();
  expect(bugs).toEqual([]);
});

test("saves prompt styles, applies them to a run, and reads and writes styles.csv", async () => {
  await promptBox(page).fill("ink drawing of {prompt}");
  await page.getByRole("button", { name: "Styles", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Styles" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("Ink");
  await dialog.getByRole("button", { name: "Save style" }).click();
  await dialog.getByRole("switch", { name: "Ink" }).click();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" }); // what is dropped opens it again
  await drop(page, [
    {
      name: "styles.csv",
      buffer: Buffer.from("\uFEFFname,prompt,negative_prompt\r\nNight,at night,sun\r\n"),
    },
  ]);
  await dialog.getByRole("switch", { name: "Night" }).click();
  expect(await violations(page)).toEqual([]);
  const download = page.waitForEvent("download");
  await dialog.getByRole("button", { name: "Export styles.csv" }).click();
  expect(await readFile(await (await download).path(), "utf8")).toBe(
    "\uFEFFname,prompt,negative_prompt\r\nInk,ink drawing of {prompt},\r\nNight,at night,sun\r\n",
  );
  await page.keyboard.press("Escape");

  await generate(page, "a fox");
  const picture = page.getByRole("img", { name: /ink drawing of a fox, at night/ });
  await picture.waitFor();
  await expect.poll(() => promptBox(page).inputValue()).toBe("a fox");
  await page.reload(); // styles, and the choice of them, are kept
  await loaded(page);
  const inUse = page.getByRole("list", { name: "Styles in use" }).getByRole("listitem");
  expect((await inUse.allInnerTexts()).map((text) => text.trim())).toEqual(["Ink", "Night"]);
  await page.getByRole("button", { name: "Leave out style Ink" }).click();
  await expect.poll(() => inUse.count()).toBe(1);
  await page.getByRole("button", { name: "Styles", exact: true }).click();
  await dialog.getByRole("button", { name: "Write the chosen styles into the prompt" }).click();
  await page.keyboard.press("Escape");
  await expect.poll(() => promptBox(page).inputValue()).toBe("a fox, at night");
  await expect.poll(() => inUse.count()).toBe(0);
  expect(bugs).toEqual([]);
});

test("says at its field, and when Generate is pressed, that a schedule cannot have so many steps", async () => {
  await useSettings(page, { fewStep: true, fast: { steps: 150 } });
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const steps = page.getByLabel("Steps", { exact: true });
  expect(await steps.getAttribute("aria-invalid")).toBe("true");
  const words = "The LCM schedule has at most 50 steps, not 150.";
  await page.getByRole("region", { name: "Prompt" }).getByText(words).waitFor();
  expect(await violations(page)).toEqual([]);

  await promptBox(page).fill("a robot in a meadow");
  await generateButton(page).click();
  await complaint(page, words);
  expect(await page.locator("figure").count()).toBe(0); // no run began
  await steps.fill("50");
  await steps.press("Tab");
  await expect.poll(() => steps.getAttribute("aria-invalid")).not.toBe("true");
  await generate(page, "a robot in a meadow");
  expect(bugs).toEqual([]);
});

test("leaves a number that is being typed alone when something else changes", async () => {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const steps = page.getByLabel("Steps", { exact: true });
  await steps.fill("9");
  await promptBox(page).evaluate((field: HTMLTextAreaElement) => {
    field.value = "a robot in a meadow";
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  await page.getByRole("button", { name: "Details of Friendly Robot" }).waitFor();
  expect(await steps.inputValue()).toBe("9");
  await steps.press("Tab");
  await page.getByText("Fast 9 steps").waitFor();
  expect(bugs).toEqual([]);
});
