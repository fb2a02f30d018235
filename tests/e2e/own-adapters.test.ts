// A user's own LoRA files: examined, added, chosen, kept between visits, removed; and refused with the reason.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Locator, Page } from "playwright";
import type { Site } from "../../scripts/site.mjs";
import { drop } from "./drop.ts";
import { loraFile } from "./lora-file.ts";
import {
  alerts,
  complaint,
  generateButton,
  loaded,
  paint,
  pictures,
  promptBox,
  useSettings,
} from "./page.ts";
import { visit } from "./visit.ts";

let site: Site;
let page: Page;
const bugs: string[] = [];
beforeAll(async () => {
  site = await visit();
  page = site.page;
  page.on("pageerror", (error) => bugs.push(error.message));
  await useSettings(page, { fewStep: false, full: { steps: 2 } });
});
afterAll(() => site?.close());

const intake = (): Locator => page.getByRole("dialog", { name: "Your LoRA files" });
const item = (name: string): Locator => intake().getByRole("listitem", { name, exact: true });

test("one that fits is shown with its diagnosis, added, chosen for a prompt, kept, and removed", async () => {
  const metadata = {
    ss_output_name: "paper_collage",
    ss_tag_frequency: JSON.stringify({ set: { pprcllg: 10, scissors: 2 } }),
    ss_dataset_dirs: JSON.stringify({ set: { img_count: 10 } }),
  };
  await drop(page, [await loraFile("paper_collage.safetensors", { metadata })]);
  const file = item("paper_collage.safetensors");
  await file.getByText("Fits Pocket").waitFor();
  expect(await file.getByRole("meter", { name: /^Image part/ }).count()).toBe(1);
  expect(await file.innerText()).toMatch(/AutoV2 [0-9a-f]{10}\s+AutoV3 [0-9a-f]{12}/);
  expect(await file.getByLabel("Title").inputValue()).toBe("paper collage");
  expect(await file.getByLabel("Trigger words").inputValue()).toBe("pprcllg");
  await file.getByLabel("What it does").fill("Turns everything into a collage of torn paper.");
  await file.getByLabel("Kind").selectOption("style");
  await file.getByRole("button", { name: "Add to my adapters" }).click();
  await file.getByText("Added as paper collage").waitFor();
  await page.keyboard.press("Escape");

  await paint(page, "a castle on a hill, paper collage");
  const chips = page.getByRole("list", { name: "Adapters in this picture" });
  expect(await chips.innerText()).toContain("paper collage");

  await page.reload();
  await loaded(page);
  await promptBox(page).fill("a castle on a hill <lora:paper_collage:0.7>");
  await generateButton(page).click();
  await pictures(page).first().waitFor({ timeout: 120_000 });
  expect(await chips.innerText()).toContain("paper collage");

  await page.getByRole("button", { name: /^Adapters/ }).click();
  const library = page.getByRole("dialog", { name: "Adapters", exact: true });
  await library.getByText("Yours 1").click();
  await library.getByRole("button", { name: /paper collage/ }).click();
  const details = page.getByRole("dialog", { name: "paper collage" });
  await details.getByRole("button", { name: "Edit its card" }).click();
  await details.getByLabel("Title").fill("Torn paper");
  await details.getByRole("button", { name: "Save" }).click();
  const renamed = page.getByRole("dialog", { name: "Torn paper" });
  await renamed.getByRole("button", { name: "Remove", exact: true }).click();
  await renamed.getByRole("button", { name: "Remove its file and card" }).click();
  await library.getByText("Yours 0").waitFor();
  await page.keyboard.press("Escape");
  await promptBox(page).fill("a fox <lora:paper_collage:0.7>");
  await generateButton(page).click();
  await complaint(page, "There is no adapter “paper_collage”");
  expect(bugs).toEqual([]);
});

test("files of another size, of another kind and damaged ones are refused with the reason", async () => {
  const valid = await loraFile("cut.safetensors");
  await drop(page, [
    await loraFile("sd15.safetensors", { contextWidth: 768 }),
    await loraFile("sdxl.safetensors", { contextWidth: 2048 }),
    { name: "cut.safetensors", buffer: valid.buffer.subarray(0, valid.buffer.length - 100) },
    { name: "words.pt", buffer: Buffer.from("not a LoRA at all") },
  ]);
  await item("sd15.safetensors").getByText("Made for another size of model").waitFor();
  expect(await item("sd15.safetensors").innerText()).toContain("Nothing is wrong with the file");
  await item("sdxl.safetensors").getByText("Made for SDXL", { exact: true }).waitFor();
  await item("cut.safetensors").getByText("Damaged, or not an adapter").waitFor();
  await item("words.pt").getByText("Damaged, or not an adapter").waitFor();
  expect(await intake().getByRole("button", { name: "Add to my adapters" }).count()).toBe(0);
  await page.keyboard.press("Escape");
  await drop(page, [{ name: "notes.txt", buffer: Buffer.from("notes") }]);
  await complaint(page, "neither a picture nor an adapter file");
  await paint(page, "a fox in the snow");
  expect(await alerts(page).count()).toBe(0);
  expect(bugs).toEqual([]);
});
