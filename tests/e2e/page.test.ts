// The page for a user: generating, stopping, keyboard only, small screens, assistive technology.
import type { Locator, Page } from "playwright";
import { beforeEach, expect, test } from "vitest";
import { readRgb } from "../../scripts/quality/rgb.ts";
import { readPngText } from "../../src/formats/png.ts";
import { drop } from "./drop.ts";
import { violations } from "./accessibility.ts";
import {
  complaint,
  generateButton,
  loaded,
  loseDatabases,
  generate,
  images,
  promptBox,
  stopButton,
  useSettings,
} from "./page.ts";
import { visit, visitBeforeAll } from "./visit.ts";

let page: Page;
const bugs = visitBeforeAll(
  (site) => {
    ({ page } = site);
    page.on("console", (message) => {
      if (message.type() === "error") bugs.push(message.text());
    });
  },
  () => visit({}),
);
beforeEach(() => void bugs.splice(0));

/** The PNG file of the displayed image. */
async function downloaded(): Promise<Buffer> {
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: /^Download PNG/ }).click();
  const stream = await (await download).createReadStream();
  return Buffer.concat(await stream.toArray());
}

test("generates with the displayed adapters, and the download contains the settings", async () => {
  await generate(page, "two dogs in the snow, clay render");
  const chosen = page.getByRole("region", { name: "Adapters" });
  await chosen.getByRole("button", { name: "Clay Render", exact: true }).waitFor();
  const slider = chosen.getByRole("slider", { name: "Strength of Clay Render" });
  expect(Number(await slider.inputValue()).toFixed(2)).toBe(await slider.getAttribute("aria-valuetext"));
  const chips = page.getByRole("list", { name: "Adapters in this image" });
  await expect.poll(() => chips.innerText()).toContain("Clay Render");

  const png = await downloaded();
  const text = (await readPngText(new Uint8Array(png))).get("parameters")!;
  expect(text).toContain("two dogs in the snow, clay render <lora:clay:");
  expect(text).toContain("Seed: 7");
  expect(bugs).toEqual([]);
});

test("a downloaded image whose settings are loaded gives the same pixels, strengths set by hand included", async () => {
  await generate(page, "two dogs in the snow, clay render");
  const slider = page.getByRole("slider", { name: "Strength of Clay Render" });
  for (let step = 0; step < 3; step++) await slider.press("ArrowLeft");
  await generate(page, "two dogs in the snow, clay render");
  const original = await downloaded();

  await useSettings(page, { seed: 12, fast: { steps: 1 } });
  await promptBox(page).fill("a boat");
  await drop(page, [{ name: "dogs.png", buffer: original, type: "image/png" }]);
  await page.getByRole("button", { name: "Load settings" }).click();
  await expect.poll(() => promptBox(page).inputValue()).toContain("two dogs in the snow, clay render");
  await generateButton(page).click();
  await generateButton(page).waitFor({ timeout: 120_000 });
  await images(page).first().waitFor({ timeout: 120_000 });
  expect(readRgb(await downloaded()).rgb).toEqual(readRgb(original).rgb);
  expect(bugs).toEqual([]);
});

test("stops within a step, and generates again afterwards", async () => {
  await useSettings(page, { fewStep: false, full: { steps: 60 } });
  await promptBox(page).fill("a boat on the sea");
  await generateButton(page).click();
  await page.getByRole("progressbar", { name: "Image 1" }).waitFor();
  await stopButton(page).click();
  await generateButton(page).waitFor({ timeout: 15_000 });
  await expect.poll(() => images(page).count()).toBe(0);
  await useSettings(page, {});
  await generate(page, "a boat on the sea");
  expect(bugs).toEqual([]);
});

test("keeps finished images of a stopped or reloaded run with its settings", async () => {
  const gallery = page.getByRole("region", { name: "Your images" });
  const kept = (): Locator => gallery.getByRole("button", { name: /^Show image/ });
  await useSettings(page, { fewStep: false, full: { steps: 24 }, count: 4 });
  if ((await gallery.count()) > 0) {
    await gallery.getByRole("button", { name: "Delete all images" }).click();
    await gallery.getByRole("button", { name: /^Delete \d+ images?$/ }).click();
    await gallery.waitFor({ state: "detached" });
  }
  const generateOne = async (prompt: string): Promise<void> => {
    const had = await kept().count();
    await promptBox(page).fill(prompt);
    await generateButton(page).click();
    await expect.poll(() => kept().count(), { timeout: 120_000 }).toBeGreaterThan(had);
    await expect.poll(() => stopButton(page).count()).toBe(1); // the others are still to come
  };

  await generateOne("a boat on the sea");
  await stopButton(page).click();
  await generateButton(page).waitFor({ timeout: 15_000 });
  const ofStopped = await images(page).count();
  await expect.poll(() => kept().count()).toBe(ofStopped);
  await generateOne("a fox in the snow");
  await page.reload();
  await loaded(page);
  const ofReloaded = (await kept().count()) - ofStopped;
  expect(ofReloaded).toBeGreaterThan(0);

  // Newest first: the images of the reloaded run, then those of the stopped one.
  for (const [at, prompt, count] of [
    [0, "a fox in the snow", ofReloaded],
    [ofReloaded, "a boat on the sea", ofStopped],
  ] as const) {
    await promptBox(page).fill("something else");
    await kept().nth(at).click();
    await expect.poll(() => promptBox(page).inputValue()).toBe(prompt);
    await expect.poll(() => images(page).count()).toBe(count);
    const settings = await page.evaluate(() => localStorage.getItem("stylus-web/settings/1"));
    expect(JSON.parse(settings!)).toMatchObject({ count: 4, full: { steps: 24 } });
  }
  expect(bugs).toEqual([]);
});

test("reports an image that another tab has deleted, or that cannot be read, when it is restored", async () => {
  await useSettings(page, { count: 2 });
  await generate(page, "a fox in the snow");
  const show = (seed: number): Locator =>
    page.getByRole("button", { name: `Show image with seed ${seed} and its run` }).first();
  const left = (): Promise<number> => page.getByRole("button", { name: /^Show image/ }).count();
  const kept = await left();
  /** As another tab does, before this one hears of it: the newest image with that seed, and its run with the last. */
  const deleteUnheard = (seed: number): Promise<void> =>
    page.evaluate(async (wanted) => {
      const done = async <Value>(request: IDBRequest<Value>): Promise<Value> => {
        await new Promise((resolve) => request.addEventListener("success", resolve));
        return request.result;
      };
      const database = await done(indexedDB.open("stylus-web-gallery"));
      const transaction = database.transaction(["images", "runs"], "readwrite");
      const images = transaction.objectStore("images");
      const all: { id: string; runId: string; seed: number; createdAt: number }[] = await done(
        images.getAll(),
      );
      const { id, runId } = all
        .filter((image) => image.seed === wanted)
        .sort((a, b) => b.createdAt - a.createdAt)[0]!;
      await done(images.delete(id));
      if (!all.some((image) => image.runId === runId && image.id !== id))
        await done(transaction.objectStore("runs").delete(runId));
      database.close();
    }, seed);
  await deleteUnheard(8);
  await show(8).click();
  await expect.poll(left).toBe(kept - 1);
  await expect.poll(() => images(page).count()).toBe(1); // the other image of its run

  await deleteUnheard(7);
  await promptBox(page).fill("something else");
  await show(7).click();
  await complaint(page, "This image was deleted in another tab.");
  await expect.poll(left).toBe(kept - 2);
  await expect.poll(() => promptBox(page).inputValue()).toBe("something else");
  expect(await page.evaluate(() => document.activeElement !== document.body)).toBe(true);

  await generate(page, "a boat on the sea");
  await loseDatabases(page, ["stylus-web-gallery"]);
  await show(8).click();
  await complaint(page, "This image could not be read. This tab has lost its storage, perhaps to a tab");
  await page.reload();
  await loaded(page);
  expect(bugs).toEqual([]);
});

test("works by keyboard alone", async () => {
  await useSettings(page, { fast: { steps: 8 } });
  const focused = (): Promise<string> =>
    page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      return (
        element?.labels?.[0]?.textContent?.trim() || element?.ariaLabel || element?.textContent?.trim() || ""
      );
    });
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let presses = 0; presses < 80; presses++) {
      await page.keyboard.press("Tab");
      if (name.test(await focused())) return;
    }
    throw new Error(`The Tab key never reaches ${name}.`);
  };
  await tabTo(/^Prompt$/);
  await page.keyboard.type("a (red) car");
  await page.keyboard.press("Control+Enter");
  await stopButton(page).waitFor();
  await page.keyboard.press("Escape");
  await generateButton(page).waitFor({ timeout: 15_000 });

  await tabTo(/^Generate/);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
  expect(outline).not.toBe("none");
  await page.keyboard.press("Enter");
  await images(page).first().waitFor({ timeout: 120_000 });
  await tabTo(/^Settings/);
  await page.keyboard.press("Enter");
  await tabTo(/^Sampler/);
  await page.keyboard.press("Escape");
  await tabTo(/^Download PNG/);
  expect(bugs).toEqual([]);
});

test("asks before deleting images, and keyboard focus stays useful", async () => {
  await useSettings(page, { count: 3 });
  await generate(page, "a boat on the sea");
  const gallery = page.getByRole("region", { name: "Your images" });
  const all = gallery.getByRole("button", { name: "Delete all images" });
  const focused = (locator: Locator): Promise<boolean> =>
    locator.evaluate((element) => element === document.activeElement);

  const first = gallery.getByRole("button", { name: "Delete image with seed 7" }).first();
  const second = gallery.getByRole("button", { name: "Delete image with seed 8" }).first();
  const before = await gallery.getByRole("listitem").count();
  await first.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction((count) => document.querySelectorAll("section li img").length < count, before);
  await expect.poll(() => focused(second)).toBe(true);

  await all.focus();
  await page.keyboard.press("Enter");
  expect(await focused(gallery.getByRole("button", { name: "Keep" }))).toBe(true);
  await page.keyboard.press("Escape");
  expect(await focused(all)).toBe(true);
  expect(await gallery.getByRole("img").or(gallery.locator("img")).count()).toBeGreaterThan(0);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Enter");
  await gallery.waitFor({ state: "detached" });
  expect(await focused(page.getByRole("main"))).toBe(true);
  expect(bugs).toEqual([]);
});

test.each(["light", "dark"] as const)("has no accessibility violations, %s", async (appearance) => {
  await useSettings(page, { appearance });
  expect(await violations(page)).toEqual([]);
  await generate(page, "a castle on a hill at night, clay render");
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: /^Adapters/ }).click();
  await page.getByRole("dialog", { name: "Adapters" }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Help and shortcuts" }).click();
  await page.getByRole("dialog", { name: "Help and shortcuts" }).waitFor();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
});

test("speaks Korean when asked, and keeps the run on show", async () => {
  await useSettings(page, {});
  await generate(page, "a castle on a hill");
  await page.getByRole("button", { name: "Switch to 한국어" }).click();
  await page.getByRole("button", { name: /^생성/ }).waitFor();
  await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("ko");
  await expect.poll(() => images(page).count()).toBe(1);
  const prompt = page.getByRole("textbox", { name: "프롬프트", exact: true });
  await expect.poll(() => prompt.inputValue()).toBe("a castle on a hill");
  await prompt.fill("언덕 위의 성");
  await page.getByText("모델은 영어만 이해해요").waitFor();
  expect(await violations(page)).toEqual([]);
  await page.reload(); // the choice is kept
  await page.getByRole("button", { name: "언어 바꾸기: English" }).click();
  await generateButton(page).waitFor();
  await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("en");
  expect(bugs).toEqual([]);
});

test("fits a phone of 360 pixels, before and after generating", async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  try {
    await useSettings(page, {});
    const overflow = (): Promise<string[]> =>
      page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>("body *")]
          .filter((element) => {
            const box = element.getBoundingClientRect();
            return (
              box.width > 0 && box.right > innerWidth + 1 && document.documentElement.scrollWidth > innerWidth
            );
          })
          .map(
            (element) =>
              `${element.tagName} ${element.className} to ${element.getBoundingClientRect().right}`,
          ),
      );
    expect(await overflow()).toEqual([]);
    await generate(
      page,
      "two dogs in the snow, clay render, with a very long and rambling ending that wraps",
    );
    expect(await overflow()).toEqual([]);
    const button = (await generateButton(page).boundingBox())!;
    expect(Math.min(button.height, button.width)).toBeGreaterThanOrEqual(40);
    expect(button.x + button.width).toBeLessThanOrEqual(360);
  } finally {
    await page.setViewportSize({ width: 1280, height: 900 });
  }
});
