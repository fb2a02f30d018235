// User adapters: inspected, added, chosen, kept between visits, removed; and rejected with the reason.
import { expect, test } from "vitest";
import type { Locator, Page } from "playwright";
import { withPngText } from "../../src/formats/png.ts";
import { drop } from "./drop.ts";
import { embeddingFile, loraFile } from "./lora-file.ts";
import { alerts, generateButton, loaded, generate, images, pixels, promptBox, useSettings } from "./page.ts";
import { gradient } from "./image-file.ts";
import { visit, visitBeforeAll } from "./visit.ts";

let page: Page;
const bugs = visitBeforeAll(
  (site) => void ({ page } = site),
  () => visit({ fewStep: false, full: { steps: 2 } }),
);

const intake = (): Locator => page.getByRole("dialog", { name: "Your LoRA files" });
const item = (name: string): Locator => intake().getByRole("listitem", { name, exact: true });

/** Messages that ask the retrieval worker to embed cards, since the page was opened. */
const embedRequests = (): Promise<number> =>
  page.evaluate(() => Reflect.get(window, "embedRequests") as number);

/** Ids of the adapters whose vectors are in the browser's database. */
const keptVectors = (): Promise<string[]> =>
  page.evaluate(async () => {
    const result = <Value>(request: IDBRequest<Value>): Promise<Value> =>
      new Promise((resolve) => request.addEventListener("success", () => resolve(request.result)));
    const database = await result(indexedDB.open("stylus-web-vectors"));
    const keys = await result(database.transaction("vectors").objectStore("vectors").getAllKeys());
    database.close();
    return keys as string[];
  });

test("shows the diagnosis of a file that fits, adds it, chooses it for a prompt, keeps it and removes it", async () => {
  const metadata = {
    ss_output_name: "paper_collage",
    ss_tag_frequency: JSON.stringify({ set: { pprcllg: 10, scissors: 2 } }),
    ss_dataset_dirs: JSON.stringify({ set: { img_count: 10 } }),
  };
  await page.addInitScript(() => {
    const counted = Object.assign(window, { embedRequests: 0 });
    const post = Worker.prototype.postMessage as (...message: unknown[]) => void;
    Worker.prototype.postMessage = function (this: Worker, ...message: unknown[]) {
      const [call] = message as [{ path?: readonly string[] }];
      if (call.path?.[0] === "embedCards") counted.embedRequests += 1;
      post.apply(this, message);
    };
  });
  await page.reload();
  await loaded(page);
  await drop(page, [await loraFile("paper_collage.safetensors", { metadata })]);
  const file = item("paper_collage.safetensors");
  await file.getByText("Fits Pocket").waitFor();
  await expect.poll(() => file.getByRole("meter", { name: /^U-Net/ }).count()).toBe(1);
  await expect.poll(() => file.innerText()).toMatch(/AutoV2 [0-9a-f]{10}\s+AutoV3 [0-9a-f]{12}/);
  await expect.poll(() => file.getByLabel("Title").inputValue()).toBe("paper collage");
  await expect.poll(() => file.getByLabel("Trigger words").inputValue()).toBe("pprcllg");
  await file.getByLabel("Description").fill("Turns everything into a collage of torn paper.");
  await file.getByLabel("Category").selectOption("style");
  await file.getByRole("button", { name: "Add to my adapters" }).click();
  await file.getByText("Added as paper collage").waitFor();
  await page.keyboard.press("Escape");

  await generate(page, "a castle on a hill, paper collage");
  const chips = page.getByRole("list", { name: "Adapters in this image" });
  await expect.poll(() => chips.innerText()).toContain("paper collage");
  expect(await embedRequests()).toBe(1);

  await page.reload();
  await loaded(page);
  expect(await keptVectors()).toEqual(["paper_collage"]);
  expect(await embedRequests()).toBe(0); // its vectors are kept, and it is chosen as before
  // By its title in a different case; twice, which adds up; split, although it has only one part.
  await promptBox(page).fill("a castle, film noir <lora:Paper Collage:0.25> <lora:paper_collage:0:0.25>");
  const choice = page.getByRole("region", { name: "Chosen adapters" });
  await choice.getByText("It changes the U-Net only, so 0.50 counts.").waitFor();
  await generateButton(page).click();
  await images(page).first().waitFor({ timeout: 120_000 });
  await expect.poll(() => chips.innerText()).toMatch(/paper collage\s*0\.50/);

  await page.getByRole("button", { name: /^Adapters/ }).click();
  const library = page.getByRole("dialog", { name: "Adapters", exact: true });
  await library.getByText("Yours 1").click();
  await library.getByRole("button", { name: /paper collage/ }).click();
  const details = page.getByRole("dialog", { name: "paper collage" });
  await details.getByRole("button", { name: "Edit details" }).click();
  await details.getByLabel("Title").fill("Torn paper");
  await details.getByRole("button", { name: "Save" }).click();
  const renamed = page.getByRole("dialog", { name: "Torn paper" });
  await renamed.getByRole("button", { name: "Remove", exact: true }).click();
  await renamed.getByRole("button", { name: "Remove file and details" }).click();
  await library.getByText("Yours 0").waitFor();
  await expect.poll(keptVectors).toEqual([]);
  await page.keyboard.press("Escape");

  // Its images remain and say what is missing, even when restored later.
  const missing = page.getByText(/This image used the adapter “paper_collage”, which is missing/);
  await missing.waitFor();
  await page.reload();
  await loaded(page);
  await expect.poll(() => missing.count()).toBe(0);
  await page
    .getByRole("button", { name: /^Show image with seed 7/ })
    .first()
    .click();
  await missing.waitFor();
  await page.getByRole("button", { name: "Compare without it" }).first().click();
  await alerts(page).getByText("This image’s adapter “paper_collage” was removed.").waitFor();
  await promptBox(page).fill("a fox <lora:paper_collage:0.7>");
  await generateButton(page).click();
  await page.getByRole("status").filter({ hasText: "Pocket has no adapter “paper_collage”" }).waitFor();
  expect(bugs).toEqual([]);
});

test("a textual inversion works by its word in the negative prompt, from the first run on and in every visit", async () => {
  await useSettings(page, { fewStep: false, full: { steps: 2 }, method: "sd", negativePrompt: "easyneg" });
  await generate(page, "a fox");
  const without = await pixels(page);
  await drop(page, [await embeddingFile("easyneg.safetensors")]);
  await item("easyneg.safetensors").getByRole("button", { name: "Add to my adapters" }).click();
  await item("easyneg.safetensors").getByText("Added as easyneg").waitFor();
  await page.keyboard.press("Escape");
  await generate(page, "a fox");
  await expect.poll(() => pixels(page)).not.toBe(without);
  const file = await images(page)
    .first()
    .evaluate(async (image: HTMLImageElement) => (await fetch(image.src)).text());
  expect(file).toMatch(/TI hashes: "easyneg: [0-9a-f]{12}"/);
  const first = await pixels(page);
  await page.reload();
  await loaded(page);
  await generate(page, "a fox");
  expect(await pixels(page)).toBe(first);
  expect(bugs).toEqual([]);
});

test("an image with an unknown adapter restores the other settings and says so", async () => {
  const words = "a fox <lora:Noir:0.5> <lora:my_old_style:0.8>\nSteps: 2, Sampler: Euler, Seed: 3";
  const png = withPngText(Uint8Array.from(gradient(64, 64)), { parameters: words });
  await drop(page, [{ name: "fox.png", buffer: Buffer.from(png), type: "image/png" }]);
  await page.getByRole("button", { name: "Load settings" }).click();
  await expect.poll(() => promptBox(page).inputValue()).toBe("a fox <lora:noir:0.5>");
  await page.getByText(/used the adapter “my_old_style”, which is missing/).waitFor();
  expect(bugs).toEqual([]);
});

test("rejects files for another size, of another kind and damaged ones with the reason", async () => {
  const valid = await loraFile("cut.safetensors");
  await drop(page, [
    await loraFile("sd15.safetensors", { contextWidth: 768 }),
    await loraFile("sdxl.safetensors", { contextWidth: 2048 }),
    { name: "cut.safetensors", buffer: valid.buffer.subarray(0, valid.buffer.length - 100) },
    { name: "words.pt", buffer: Buffer.from("not a LoRA at all") },
    { name: "page.safetensors", buffer: Buffer.from("You need to log in to download this file.\n") },
    { name: "notes.txt", buffer: Buffer.from("notes") },
  ]);
  await item("sd15.safetensors").getByText("Needs full-size SD 1.5").waitFor();
  // These tests have no GPU, so the page does not suggest models that cannot run.
  await expect
    .poll(() => item("sd15.safetensors").innerText())
    .toMatch(/Full-size models need WebGPU, which is unavailable here/);
  await item("sdxl.safetensors").getByText("Made for SDXL", { exact: true }).waitFor();
  await item("cut.safetensors").getByText("Damaged or not an adapter").waitFor();
  for (const name of ["words.pt", "page.safetensors"])
    await item(name).getByText("This is a text file, not a model or an adapter.").waitFor();
  const others = intake().getByRole("alert");
  await expect.poll(() => others.innerText()).toContain("notes.txt is neither an image nor an adapter file");
  await expect.poll(() => intake().getByRole("button", { name: "Add to my adapters" }).count()).toBe(0);
  await page.keyboard.press("Escape");
  // Alone, and from far down the page: the message is visible.
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await drop(page, [{ name: "notes.md", buffer: Buffer.from("notes") }]);
  await others.getByText("notes.md is neither an image nor an adapter file").waitFor();
  const { y, height } = (await others.boundingBox())!;
  expect(y >= 0 && y + height <= page.viewportSize()!.height).toBe(true);
  await page.keyboard.press("Escape");
  await generate(page, "a fox in the snow");
  await expect.poll(() => alerts(page).count()).toBe(0);
  expect(bugs).toEqual([]);
});
