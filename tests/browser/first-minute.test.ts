// The first minute on the page with stand-in services (tests/page): what it says before, while and after the first tries.
import type { Page } from "playwright";
import { beforeEach, describe, expect, test } from "vitest";
import { withPngText } from "../../src/formats/png.ts";
import { violations } from "../e2e/accessibility.ts";
import { drop } from "../e2e/drop.ts";
import { gradient } from "../e2e/image-file.ts";
import { generate, loaded, promptBox } from "../e2e/page.ts";
import { standInsBeforeAll } from "./page-with-stand-ins.ts";

let page: Page;
const { visit, bugs } = standInsBeforeAll((browser) => {
  page = browser.page;
});

const settings = (): Promise<Record<string, unknown>> =>
  page.evaluate(() => JSON.parse(localStorage.getItem("stylus-web/settings/1")!) as Record<string, unknown>);
const examples = () => page.getByRole("region", { name: /^Examples/ });

describe("before the first image", () => {
  beforeEach(async () => {
    await visit();
    await loaded(page);
  });

  test("says what the model draws and what the device can do, and offers examples until there are own images", async () => {
    await page.getByText(/draws simple cartoons of about 900 things/).waitFor();
    const abilities = page.getByRole("region", { name: "On this device" });
    await abilities.waitFor(); // once the models are listed
    expect(await abilities.getByRole("term").allInnerTexts()).toEqual([
      "Pocket",
      "Stable Diffusion 1.5",
      "Language model",
    ]);
    const pictures = examples().getByRole("button");
    await expect.poll(() => pictures.count()).toBe(6);
    const sizes = await examples()
      .locator("img")
      .evaluateAll((images) =>
        Promise.all(
          images.map(async (image) => {
            await (image as HTMLImageElement).decode();
            return (image as HTMLImageElement).naturalWidth;
          }),
        ),
      );
    expect(sizes).toEqual([256, 256, 256, 256, 256, 256]);
    expect(await violations(page)).toEqual([]);
    const prompt = (await pictures.first().innerText()).trim();
    await pictures.first().click();
    await expect.poll(() => promptBox(page).inputValue()).toBe(prompt);
    await expect.poll(() => pictures.first().getAttribute("aria-pressed")).toBe("true");
    await generate(page, prompt);
    await page.reload();
    await loaded(page);
    await page.getByRole("region", { name: "Your images" }).waitFor();
    await expect.poll(() => examples().count()).toBe(0);
    expect(bugs).toEqual([]);
  });

  test("marks a word that the model does not know, and puts the nearest one in its place", async () => {
    await promptBox(page).fill("a lighthouse on a hill");
    await page.getByText("Pocket doesn’t know “lighthouse”.").waitFor();
    expect(await page.locator("[class*=unknownWord]").allInnerTexts()).toEqual(["lighthouse"]);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Replace “lighthouse” with “red tower”" }).click();
    await expect.poll(() => promptBox(page).inputValue()).toBe("a red tower on a hill");
    await page.keyboard.press("Control+z");
    await expect.poll(() => promptBox(page).inputValue()).toBe("a lighthouse on a hill");
  });

  test("keeps a LoRA for the model that it fits, and says how much of one fits", async () => {
    await drop(page, [
      { name: "full.safetensors", buffer: Buffer.from("x") },
      { name: "paper.safetensors", buffer: Buffer.from("x") },
    ]);
    await page.getByText("Fits Pocket in part: 287 of 288 tensors are used").waitFor();
    await page.getByRole("button", { name: "Keep for SD 1.5" }).click();
    await page.getByText(/Kept as paper collage v2, for SD 1\.5/).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^Adapters/ }).click();
    await page.getByRole("button", { name: "Yours 1" }).click();
    const kept = page.getByRole("button", { name: /paper collage v2\s*For SD 1\.5/ });
    await kept.click();
    const details = page.getByRole("dialog", { name: "paper collage v2" });
    await details.getByText("It doesn’t fit the loaded model.").waitFor();
    await details.getByRole("button", { name: "Remove", exact: true }).click();
    await details.getByRole("button", { name: "Remove file and details" }).click();
    await kept.waitFor({ state: "detached" });
  });
});

test("offers full-size models where they run, and says why they do not elsewhere", async () => {
  const load = page.getByRole("button", { name: "load Stable Diffusion 1.5." });
  await visit("?gpu=none");
  await loaded(page);
  await page.getByText("can’t run here: it needs WebGPU on a real GPU (WebGPU found no GPU).").waitFor();
  expect(await load.count()).toBe(0);
  expect(await violations(page)).toEqual([]);
  await visit();
  await loaded(page);
  await load.click();
  await page.getByRole("dialog", { name: "Models" }).waitFor();
});

test("rate and time left follow the first download", async () => {
  await visit("?load=slow");
  const left = page.getByText(/\/s, .* left\./);
  await left.waitFor();
  const first = await left.innerText();
  await page.waitForFunction(
    (text) => !document.body.innerText.includes(text),
    first.slice(0, first.indexOf(" left.")),
  );
  await expect.poll(() => page.locator("details ul li").first().isVisible()).toBe(false); // the files are folded
});

test("does not say that no adapter is chosen before the choice has ended", async () => {
  await visit("?run=slow");
  await loaded(page);
  const none = page.getByText("No adapter chosen: this prompt is left to the base model.");
  const choosing = page.getByText("Choosing adapters…");
  const seen = await page.evaluateHandle(() => {
    const texts: string[] = [];
    new MutationObserver(() => {
      for (const text of ["No adapter chosen", "Choosing adapters…"])
        if (document.body.innerText.includes(text) && texts.at(-1) !== text) texts.push(text);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
    return texts;
  });
  await promptBox(page).fill("qqq");
  await choosing.waitFor();
  await none
    .or(page.getByText(/^Left to the base model/))
    .first()
    .waitFor();
  expect(await seen.evaluate(([first]) => first)).toBe("Choosing adapters…");
});

test("a restored image’s adapters hold for one run; then the page chooses again", async () => {
  await visit();
  await loaded(page);
  const words = "a fox <lora:noir:0.5>\nSteps: 6, Sampler: LCM, Seed: 3, Version: Stylus Web 0.1.0";
  const png = withPngText(Uint8Array.from(gradient(64, 64)), { parameters: words });
  await drop(page, [{ name: "fox.png", buffer: Buffer.from(png), type: "image/png" }]);
  await page.getByRole("button", { name: "Load settings" }).click();
  await page
    .getByText("The next run uses the restored adapters. After that, the reader chooses again.")
    .waitFor();
  expect(await settings()).toMatchObject({ method: "stylus", restored: { method: "sd", words: "a fox" } });
  await page.getByRole("button", { name: /^Generate/ }).click();
  await page
    .getByText("This run used the restored adapters. From now on, the reader chooses again.")
    .waitFor();
  await expect
    .poll(() => page.getByRole("list", { name: "Adapters in this image" }).innerText())
    .toMatch(/^Film Noir/);
  expect(await settings()).toMatchObject({ method: "stylus", restored: null });
  // The next prompt gets the adapters that the page chooses.
  await generate(page, "a robot, clay render");
  await expect
    .poll(() => page.getByRole("list", { name: "Adapters in this image" }).innerText())
    .toContain("Clay Render");
  expect(bugs).toEqual([]);
});
