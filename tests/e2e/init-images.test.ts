// Init images, masks and hires fix in the page: chosen, dropped, pasted, kept over a reload, generated.
import { createHash } from "node:crypto";
import type { Locator, Page } from "playwright";
import { beforeEach, expect, test } from "vitest";
import { readRgb } from "../../scripts/quality/rgb.ts";
import type { Site } from "../../scripts/run/site.ts";
import { readPngText } from "../../src/formats/png.ts";
import { violations } from "./accessibility.ts";
import { drop, paste } from "./drop.ts";
import { alerts, complaint, generate, loaded, images, promptBox, useSettings } from "./page.ts";
import { gradient, imageFile } from "./image-file.ts";
import { visit, visitBeforeAll } from "./visit.ts";

let site: Site;
let page: Page;
const wide = { fewStep: false, full: { steps: 4, sampler: "euler" } };

const bugs = visitBeforeAll(
  (opened) => {
    site = opened;
    ({ page } = site);
  },
  () => visit(wide),
);
beforeEach(() => void bugs.splice(0));

const source = gradient(256, 256);
const area = (): Locator => page.getByRole("region", { name: "Init image" });
const strength = (): Locator => area().getByRole("slider", { name: "Denoising strength" });
const dialog = (): Locator => page.getByRole("dialog", { name: "Edit mask" });
const maskThumbnail = (): Locator => area().getByAltText("Mask: white areas are regenerated");

/** The file of the displayed image. */
async function generatedFile(): Promise<Buffer> {
  const base64 = await images(page)
    .first()
    .evaluate(async (image: HTMLImageElement) => {
      const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
    });
  return Buffer.from(base64, "base64");
}

const textOf = async (file: Buffer): Promise<string> =>
  (await readPngText(new Uint8Array(file))).get("parameters") ?? "";

/** Sets an init image with the file chooser. */
async function choose(name: string, buffer: Buffer): Promise<void> {
  await page
    .locator("input[type=file][accept^='image/png']")
    .setInputFiles({ name, mimeType: "image/png", buffer });
}

/** Restores the latest run of the gallery. */
const bringBack = (): Promise<void> =>
  page
    .getByRole("button", { name: /^Show image with seed 7/ })
    .first()
    .click();

test("starts from a chosen init image at the set strength, and compares with it", async () => {
  await choose("gradient.png", source);
  await area().getByText("gradient.png").waitFor();
  const generateAt = async (value: string): Promise<Buffer> => {
    await strength().fill(value);
    await generate(page, "a fox in the snow");
    const file = await generatedFile();
    expect(await textOf(file)).toContain(`Denoising strength: ${value},`);
    return file;
  };
  const [weak, strong] = [await generateAt("0.2"), await generateAt("0.9")];
  expect(readRgb(weak).rgb).not.toEqual(readRgb(strong).rgb);
  await page.getByRole("button", { name: "Before" }).click();
  await page.getByRole("slider", { name: /^Divider/ }).waitFor();
  await page.getByAltText("Same seed, before").waitFor();
  await page.getByRole("button", { name: "Close comparison" }).click();
  expect(bugs).toEqual([]);
});

test("keeps unmasked pixels bit for bit; init image and mask survive a reload", async () => {
  await useSettings(page, wide);
  await drop(page, [{ name: "gradient.png", buffer: source, type: "image/png" }]);
  await area().getByRole("button", { name: "Add mask" }).click();
  await dialog().getByText("Mask a rectangle").click();
  for (const [label, value] of [
    ["Left", "96"],
    ["Top", "64"],
    ["Width", "64"],
    ["Height", "128"],
  ] as const)
    await dialog().getByLabel(label, { exact: true }).fill(value);
  await dialog().getByRole("button", { name: "Add to mask", exact: true }).click();
  await dialog().getByText("The mask covers 13% of the image.").waitFor();
  await dialog().getByLabel("Masked content").selectOption("noise");
  await dialog().getByRole("button", { name: "Done" }).click();
  await maskThumbnail().waitFor();

  await page.reload();
  await loaded(page);
  await maskThumbnail().waitFor();
  await strength().fill("0.9");
  await generate(page, "a fox in the snow");
  const file = await generatedFile();
  expect(await textOf(file)).toContain(
    "Denoising strength: 0.9, Mask blur: 4, Masked content: latent noise,",
  );
  const [before, after] = [readRgb(source).rgb, readRgb(file).rgb];
  const reach = 10; // of a blur of 4 pixels
  let [changedOutside, changedInside] = [0, 0];
  for (let y = 0; y < 256; y++) {
    for (let x = 0; x < 256; x++) {
      const at = 3 * (256 * y + x);
      const same = [0, 1, 2].every((c) => before[at + c] === after[at + c]);
      const outside = x < 96 - reach || x >= 160 + reach || y < 64 - reach || y >= 192 + reach;
      const inside = x >= 96 && x < 160 && y >= 64 && y < 192;
      if (!same && outside) changedOutside++;
      if (!same && inside) changedInside++;
    }
  }
  expect(changedOutside).toBe(0);
  expect(changedInside).toBeGreaterThan(64 * 128 * 0.9);

  // A run of the gallery restores its init image and mask.
  await area().getByRole("button", { name: "Remove init image" }).click();
  await expect.poll(() => area().count()).toBe(0);
  await bringBack();
  await maskThumbnail().waitFor();
  await expect.poll(() => strength().inputValue()).toBe("0.9");
  expect(bugs).toEqual([]);
});

test("only masked: the result has the init image's size", async () => {
  await useSettings(page, wide);
  await choose("large.png", gradient(400, 300));
  await area().getByText("400 × 300, generated at 296 × 224").waitFor();
  await area().getByRole("button", { name: "Add mask" }).click();
  await dialog().getByText("Mask a rectangle").click();
  await dialog().getByRole("button", { name: "Add to mask", exact: true }).click();
  await dialog().getByLabel("Inpaint area").selectOption("masked");
  await dialog().getByRole("button", { name: "Done" }).click();
  await area().getByText("400 × 300, masked area generated at 256 × 256").waitFor();
  await generate(page, "a fox in the snow");
  const file = await generatedFile();
  const { width, height } = readRgb(file);
  expect([width, height]).toEqual([400, 300]);
  expect(await textOf(file)).toContain("Inpaint area: Only masked, Masked area padding: 32,");
  expect(bugs).toEqual([]);
});

test("draws the mask by mouse and keyboard, inverts, clears and undoes it; an empty mask counts as none", async () => {
  await useSettings(page, wide);
  const half = imageFile({ width: 64, height: 64 }, (x) => [200, 60, 60, x < 32 ? 0 : 255]);
  await choose("half.png", half);
  await area().getByRole("button", { name: "Add mask" }).click();
  const status = async (): Promise<string> => dialog().getByRole("status").innerText();
  const button = (name: string): Locator => dialog().getByRole("button", { name, exact: true });
  await dialog().waitFor();
  expect(await status()).toContain("The mask is empty");
  await button("Mask transparent areas").click();
  expect(await status()).toBe("The mask covers 50% of the image.");
  await button("Invert").click();
  await button("Clear").click();
  expect(await status()).toContain("The mask is empty");
  await button("Undo").click();
  expect(await status()).toBe("The mask covers 50% of the image.");
  await button("Clear").click();

  const canvas = dialog().getByRole("application", { name: "Mask over the image" });
  const box = (await canvas.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  const share = async (): Promise<number> => Number(/\d+/.exec(await status())?.[0] ?? 0);
  const drawn = await share();
  expect(drawn).toBeGreaterThan(3);
  await canvas.focus();
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "]", "]", "Space"])
    await page.keyboard.press(key);
  expect(await share()).toBeGreaterThan(drawn);
  await page.keyboard.press("Control+z");
  expect(await share()).toBe(drawn);
  await dialog().getByText("Eraser").click();
  await button("Clear").click();
  await page.keyboard.press("Escape");
  await page.getByText("The mask is empty, so the whole image is regenerated.").waitFor();
  await expect.poll(() => maskThumbnail().count()).toBe(0);
  expect(bugs).toEqual([]);
});

test("hires fix doubles the size, is in the file's settings, and survives a reload", async () => {
  await useSettings(page, { fewStep: false, full: { steps: 2 }, size: { width: 128, height: 96 } });
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByText("Hires fix", { exact: true }).click();
  await page.getByText("to 256 × 192").waitFor();
  await page.reload();
  await loaded(page);
  await generate(page, "a fox in the snow");
  const file = await generatedFile();
  const { width, height } = readRgb(file);
  expect([width, height]).toEqual([256, 192]);
  const text = await textOf(file);
  expect(text).toContain("Size: 128x96,");
  expect(text).toContain(
    "Denoising strength: 0.4, Hires upscale: 2, Hires steps: 2, Hires upscaler: Lanczos,",
  );

  // The file restores all settings or becomes the init image, as the user chooses.
  await useSettings(page, wide);
  await drop(page, [{ name: "fox.png", buffer: file, type: "image/png" }]);
  await page.getByText("contains a prompt and settings").waitFor();
  await page.getByRole("button", { name: "Load settings" }).click();
  await expect.poll(() => promptBox(page).inputValue()).toContain("a fox in the snow");
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByText("to 256 × 192").waitFor();
  await drop(page, [{ name: "fox.png", buffer: file, type: "image/png" }]);
  await page.getByRole("button", { name: "Use as init image" }).click();
  await area().getByText("256 × 192").waitFor();
  await expect.poll(() => page.getByRole("switch", { name: /^Hires fix/ }).isDisabled()).toBe(true);
  expect(bugs).toEqual([]);
});

test("a finished image becomes the init image; a pasted one replaces it", async () => {
  await useSettings(page, {});
  await generate(page, "a fox in the snow");
  await page.getByRole("button", { name: "Use as init image" }).click();
  await area().getByText("a-fox-in-the-snow-7.png").waitFor();
  await paste(page, [{ name: "image.png", buffer: source, type: "image/png" }]);
  await area().getByText("image.png").waitFor();
  expect(bugs).toEqual([]);
});

test("deleting an image keeps another tab's init image", async () => {
  await useSettings(page, wide);
  await choose("gradient.png", source);
  await area().getByText("gradient.png").waitFor();
  await generate(page, "a fox in the snow");
  const id = createHash("sha256").update(source).digest("hex");
  const stored = (): Promise<boolean> =>
    page.evaluate(async (key) => {
      const opened = indexedDB.open("stylus-web-inputs");
      await new Promise((resolve) => opened.addEventListener("success", resolve));
      const count = opened.result.transaction("inputs").objectStore("inputs").count(key);
      await new Promise((resolve) => count.addEventListener("success", resolve));
      opened.result.close();
      return count.result === 1;
    }, id);
  const other = await site.openPage(); // it has this tab's settings, including the init image
  const otherArea = other.getByRole("region", { name: "Init image" });
  await otherArea.getByAltText("Init image").waitFor();
  await area().getByRole("button", { name: "Remove init image" }).click();
  const deleteAll = async (): Promise<void> => {
    await page.getByRole("button", { name: "Delete all images" }).click();
    await page.getByRole("button", { name: /^Delete \d+ images?$/ }).click();
    await page.getByRole("region", { name: "Your images" }).waitFor({ state: "detached" });
  };
  await deleteAll();
  await loaded(other);
  await generate(other, "a fox in the snow");
  expect(await stored()).toBe(true);
  await other.close();

  await page.reload();
  await loaded(page);
  await useSettings(page, wide);
  await deleteAll();
  await expect.poll(stored).toBe(false);
  expect(bugs).toEqual([]);
});

test("rejects files that are not images, and unsupported sizes, with clear messages", async () => {
  await useSettings(page, wide);
  await choose("broken.png", source.subarray(0, 200));
  await complaint(page, "broken.png cannot be decoded as an image.");
  await choose("words.jpg", Buffer.from("not an image"));
  await complaint(page, "words.jpg cannot be decoded as an image.");
  await choose(
    "wide.png",
    imageFile({ width: 12_001, height: 1 }, () => [0, 0, 0, 255]),
  );
  await complaint(page, "wide.png is 12001 × 1 px; the limit is 12,000");
  await expect.poll(() => area().count()).toBe(0);
  await choose(
    "long.png",
    imageFile({ width: 4096, height: 64 }, () => [0, 90, 0, 255]),
  );
  await page.getByText("Scaled down from 4096 × 64 to 2048 × 32 px.").waitFor();
  await expect.poll(() => alerts(page).count()).toBe(0);
  expect(bugs).toEqual([]);
});

/** Images whose names start with "slow" are not read before `readSlow`. */
const holdSlow = (): Promise<void> =>
  page.evaluate(() => {
    const decode = globalThis.createImageBitmap.bind(globalThis);
    const slow = new Promise<void>((resolve) =>
      document.addEventListener("test-decode", () => resolve(), { once: true }),
    );
    globalThis.createImageBitmap = async (source: ImageBitmapSource) => {
      if (source instanceof File && source.name.startsWith("slow")) await slow;
      return decode(source);
    };
  });
/** Dispatches an event that lets held work continue, and waits until the page has stored its file. */
async function release(event: string): Promise<void> {
  const since = await page.evaluate((name) => {
    document.dispatchEvent(new Event(name));
    return Date.now();
  }, event);
  const isStored = (): Promise<boolean> =>
    page.evaluate(async (from) => {
      const opened = indexedDB.open("stylus-web-inputs");
      await new Promise((resolve) => opened.addEventListener("success", resolve));
      const all = opened.result.transaction("inputs").objectStore("inputs").getAll();
      await new Promise((resolve) => all.addEventListener("success", resolve));
      opened.result.close();
      return (all.result as { addedAt: number }[]).some(({ addedAt }) => addedAt >= from);
    }, since);
  await expect.poll(isStored).toBe(true);
}
const readSlow = (): Promise<void> => release("test-decode");

test("uses the image chosen last, however slowly an earlier one is read", async () => {
  await useSettings(page, wide);
  await choose("words.jpg", Buffer.from("not an image"));
  await complaint(page, "words.jpg cannot be decoded as an image.");
  await holdSlow();
  for (const name of ["slow.png", "slow-broken.png"]) {
    await choose(name, name === "slow.png" ? gradient(400, 300) : source.subarray(0, 200));
    await expect.poll(() => alerts(page).count()).toBe(0); // the other file's error
  }
  await choose("quick.png", source);
  await area().getByText("quick.png").waitFor();
  await readSlow();
  await area().getByText("quick.png").waitFor();
  await expect.poll(() => alerts(page).count()).toBe(0);
  expect(bugs).toEqual([]);
});

test("a restored run keeps its init image over an image chosen earlier, but not over one chosen later", async () => {
  await useSettings(page, wide);
  await choose("gradient.png", source);
  await area().getByText("gradient.png").waitFor();
  await generate(page, "a fox in the snow");
  const startId = (): Promise<string> =>
    page.evaluate(() => JSON.parse(localStorage.getItem("stylus-web/settings/1")!).start?.picture.id);
  const idOf = (file: Buffer): string => createHash("sha256").update(file).digest("hex");
  await area().getByRole("button", { name: "Remove init image" }).click();
  await holdSlow();
  await choose("slow.png", gradient(400, 300));
  await bringBack();
  await area().getByText("256 × 256").waitFor();
  await readSlow();
  expect(await startId()).toBe(idOf(source));

  // A message about an image disappears with it.
  const buffer = imageFile({ width: 4096, height: 64 }, () => [0, 90, 0, 255]);
  const madeSmaller = page.getByText("Scaled down from 4096 × 64 to 2048 × 32 px.");
  await drop(page, [{ name: "long.png", buffer, type: "image/png" }]);
  await madeSmaller.waitFor();
  await bringBack();
  await area().getByText("256 × 256").waitFor();
  await expect.poll(() => madeSmaller.count()).toBe(0);

  // A slow gallery: a write transaction stays open until the event.
  await page.evaluate(async () => {
    const opened = indexedDB.open("stylus-web-gallery");
    await new Promise((resolve) => opened.addEventListener("success", resolve));
    const runs = opened.result.transaction(["images", "runs"], "readwrite").objectStore("runs");
    let held = true;
    document.addEventListener("test-gallery", () => (held = false), { once: true });
    const hold = (): void => {
      if (held) runs.count().addEventListener("success", hold);
      else opened.result.close();
    };
    hold();
  });
  await promptBox(page).fill("something else");
  await bringBack();
  const later = gradient(192, 256);
  await drop(page, [{ name: "later.png", buffer: later, type: "image/png" }]);
  await area().getByText("later.png").waitFor();
  await expect.poll(() => promptBox(page).inputValue()).toBe("something else");
  await page.evaluate(() => document.dispatchEvent(new Event("test-gallery")));
  await expect.poll(() => promptBox(page).inputValue()).toBe("a fox in the snow");
  await area().getByText("later.png").waitFor();
  expect(await startId()).toBe(idOf(later));
  expect(bugs).toEqual([]);
});

test("a mask saved after a run was restored does not change the run's init image", async () => {
  await useSettings(page, wide);
  await choose("gradient.png", source);
  await area().getByText("gradient.png").waitFor();
  await generate(page, "a fox in the snow"); // without a mask
  const masks = (): Promise<string | null> =>
    page.evaluate(() => JSON.parse(localStorage.getItem("stylus-web/settings/1")!).start.mask);
  await page.evaluate(() => {
    const convert = OffscreenCanvas.prototype.convertToBlob;
    const held = new Promise<void>((resolve) =>
      document.addEventListener("test-mask", () => resolve(), { once: true }),
    );
    OffscreenCanvas.prototype.convertToBlob = async function (...options) {
      await held;
      return convert.apply(this, options);
    };
  });
  const drawMask = async (): Promise<void> => {
    await area().getByRole("button", { name: "Add mask" }).click();
    await dialog().getByText("Mask a rectangle").click();
    await dialog().getByRole("button", { name: "Add to mask", exact: true }).click();
    await dialog().getByRole("button", { name: "Done" }).click();
  };
  await drawMask();
  await promptBox(page).fill("something else");
  await bringBack();
  await expect.poll(() => promptBox(page).inputValue()).toBe("a fox in the snow");
  await release("test-mask");
  expect(await masks()).toBeNull();
  await drawMask();
  await maskThumbnail().waitFor();
  expect(bugs).toEqual([]);
});

test("discards a mask if the init image changes while it is drawn", async () => {
  await useSettings(page, wide);
  await choose("gradient.png", source);
  await area().getByText("gradient.png").waitFor();
  await area().getByRole("button", { name: "Add mask" }).click();
  await dialog().getByText("Mask a rectangle").click();
  await dialog().getByRole("button", { name: "Add to mask", exact: true }).click();
  await drop(page, [{ name: "later.png", buffer: gradient(192, 256), type: "image/png" }]);
  await area().getByText("later.png").waitFor({ state: "attached" });
  await dialog().getByRole("button", { name: "Done" }).click();
  await page.getByText("The mask was discarded because the init image changed while you drew it.").waitFor();
  await expect.poll(() => maskThumbnail().count()).toBe(0);
  expect(bugs).toEqual([]);
});

test.each(["light", "dark"] as const)("has no accessibility violations, %s", async (appearance) => {
  await useSettings(page, { ...wide, appearance });
  await choose("gradient.png", source);
  await area().getByAltText("Init image").waitFor();
  expect(await violations(page)).toEqual([]);
  await area().getByRole("button", { name: "Add mask" }).click();
  await dialog().getByText("Mask a rectangle").click();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
});

test("fits a phone of 360 pixels", async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  try {
    await useSettings(page, wide);
    await choose("a-very-long-name-of-an-image-that-has-to-wrap-somewhere.png", gradient(400, 300));
    await area().getByAltText("Init image").waitFor();
    const overflow = (): Promise<number> =>
      page.evaluate(
        () => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth) - innerWidth,
      );
    expect(await overflow()).toBeLessThanOrEqual(0);
    await area().getByRole("button", { name: "Add mask" }).click();
    const canvas = dialog().getByRole("application", { name: "Mask over the image" });
    const box = (await canvas.boundingBox())!;
    expect(box.x + box.width).toBeLessThanOrEqual(360);
    await dialog().getByRole("button", { name: "Done" }).scrollIntoViewIfNeeded();
    expect(await overflow()).toBeLessThanOrEqual(0);
  } finally {
    await page.setViewportSize({ width: 1280, height: 900 });
  }
});
