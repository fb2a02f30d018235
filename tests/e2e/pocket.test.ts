// The site as it ships, with the embedded pack: every file is verified, and the same request gives the same image.
import { afterAll, beforeAll, expect, test } from "vitest";
import { serve } from "../../scripts/run/server.ts";
import { ensureBuild, root } from "../../scripts/run/setup.ts";
import { openSite, runInPage, type Site } from "../../scripts/run/site.ts";
import { readPngText } from "../../src/formats/png.ts";
import { readInfotext } from "../../src/stylus/infotext.ts";
import { readRegionMask } from "../../src/shared/region-mask.ts";
import { imageFile } from "./image-file.ts";
import { generate, loaded, promptBox } from "./page.ts";

let site: Site;
let server: Awaited<ReturnType<typeof serve>>;
const testSite = process.env["STYLUS_SITE"];

beforeAll(async () => {
  delete process.env["STYLUS_SITE"];
  ensureBuild();
  server = await serve(`${root}/dist`);
  site = await openSite({ url: server.url });
  await loaded(site.page);
});
afterAll(async () => {
  if (testSite !== undefined) process.env["STYLUS_SITE"] = testSite;
  await site?.close();
  await server?.close();
});

const white = [255, 255, 255, 255] as const;
const black = [0, 0, 0, 255] as const;

test("generates with the embedded pack, with the same pixels each time", async () => {
  const request = { prompt: "a castle on a hill at night", seed: 1, steps: 3, adapters: "none" } as const;
  const first = await runInPage(site.page, request);
  const second = await runInPage(site.page, request);
  expect(first.report.pack).toMatchObject({ id: "pocket" });
  expect(first.report.pack.downloadedBytes).toBeGreaterThan(30_000_000);
  expect(second.images[0]!.png.equals(first.images[0]!.png)).toBe(true);
  // A flat or broken image compresses to a few kilobytes.
  expect(first.images[0]!.png.length).toBeGreaterThan(20_000);
});

test("regions with adapters of their own give the same pixels again from the image’s text", async () => {
  const request = {
    prompt: "a meadow",
    seed: 1,
    width: 192,
    height: 128,
    steps: 2,
    cfgScale: 3,
    fewStep: false,
  };
  const regions = {
    areas: [
      { x: 0, y: 0, width: 0.5, height: 1, prompt: "a red apple" },
      { x: 0.5, y: 0, width: 0.5, height: 1, prompt: "a cat, watercolour painting" },
    ],
  };
  const first = await runInPage(site.page, { ...request, regions });
  const [apple, cat] = first.report.images[0]!.regions!;
  expect(apple!.adapters).toEqual([]);
  expect(cat!.adapters.map(({ id }) => id)).toEqual(["watercolour"]);
  const text = (await readPngText(new Uint8Array(first.images[0]!.png))).get("parameters")!;
  const again = await runInPage(site.page, { ...readInfotext(text, null), start: null });
  expect(again.images[0]!.png.equals(first.images[0]!.png)).toBe(true);
  // The regions make a difference, and so does the adapter.
  const [prompt] = text.split("\n");
  const plain = await runInPage(site.page, { ...request, prompt: prompt!, method: "sd" });
  expect(plain.images[0]!.png.equals(first.images[0]!.png)).toBe(false);
});

test("a region drawn in a file gives other pixels than its rectangle, and the same again from the image’s text", async () => {
  const size = { width: 192, height: 128 };
  const request = { prompt: "a meadow", seed: 1, ...size, steps: 2, cfgScale: 3, fewStep: false };
  const disc = imageFile(size, (x, y) => (Math.hypot(x - 48, y - 64) < 48 ? white : black));
  const file = disc.toString("base64");
  const drawn = await runInPage(site.page, {
    ...request,
    regions: { areas: [{ file, prompt: "a red apple" }] },
  });
  const { mask, ...rectangle } = drawn.report.options.regions!.areas[0]!;
  expect(rectangle).toMatchObject({ x: 0, y: 0.13, width: 0.5, height: 0.75 });
  const cells = readRegionMask(mask!)!;
  expect([0, 16 * 32 + 16].map((cell) => cells[cell])).toEqual([0, 1]);
  const text = (await readPngText(new Uint8Array(drawn.images[0]!.png))).get("parameters")!;
  const again = await runInPage(site.page, { ...readInfotext(text, null), start: null });
  expect(again.images[0]!.png.equals(drawn.images[0]!.png)).toBe(true);
  const whole = await runInPage(site.page, { ...request, regions: { areas: [rectangle] } });
  expect(whole.images[0]!.png.equals(drawn.images[0]!.png)).toBe(false);
});

test("the storage view lists it as complete", async () => {
  const { page } = site;
  await page.getByRole("button", { name: /^Pocket: CPU/ }).click();
  await page.getByRole("button", { name: "Storage" }).click();
  const storage = page.getByRole("dialog", { name: "Storage" });
  await storage.getByRole("listitem", { name: "Pocket" }).getByText("Model, complete.").waitFor();
  await expect.poll(() => storage.getByRole("listitem", { name: "Unused files" }).count()).toBe(0);
  await page.keyboard.press("Escape");
});

test("reports a word that Pocket does not know while typing, but not a known one", async () => {
  const { page } = site;
  const note = page.getByText(/^Pocket doesn’t know “cathedral”/);
  await promptBox(page).fill("a cathedral in the snow, clay render");
  await note.waitFor();
  await promptBox(page).fill("a castle in the snow, clay render");
  await note.waitFor({ state: "detached" });
});

/** Mean distance of the channels from grey, 0 … 255, with the browser's own decoder. */
const colourfulness = (png: Buffer): Promise<number> =>
  site.page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d")!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let sum = 0;
    for (let at = 0; at < data.length; at += 4) {
      const rgb = [data[at]!, data[at + 1]!, data[at + 2]!];
      sum += Math.max(...rgb) - Math.min(...rgb);
    }
    return sum / (data.length / 4);
  }, png.toString("base64"));

test("a style in the prompt selects its adapter and changes the look", async () => {
  const request = { prompt: "two dogs in the snow, film noir", seed: 1, steps: 8 } as const;
  const chosen = await runInPage(site.page, request);
  const without = await runInPage(site.page, { ...request, adapters: "none" });
  expect(chosen.report.images[0]!.adapters.map(({ id }) => id)).toEqual(["noir"]);
  const [grey, colour] = [
    await colourfulness(chosen.images[0]!.png),
    await colourfulness(without.images[0]!.png),
  ];
  expect(grey).toBeLessThan(colour / 2);
});

test("a prompt sent while the model loads gives the same image as one sent later", async () => {
  const { page } = site;
  const kept = { full: { steps: 4 }, fast: { steps: 4 }, seedLocked: true, seed: 7 };
  const parameters = async (): Promise<string | undefined> => {
    const download = page.waitForEvent("download");
    await page.getByRole("link", { name: /^Download PNG/ }).click();
    const stream = await (await download).createReadStream();
    return (await readPngText(new Uint8Array(Buffer.concat(await stream.toArray())))).get("parameters");
  };
  await page.evaluate((value) => localStorage.setItem("stylus-web/settings/1", JSON.stringify(value)), kept);
  await page.reload();
  await generate(page, "a castle on a hill");
  const early = await parameters();
  await generate(page, "a castle on a hill");
  expect(early).toMatch(/Steps: 4, Sampler: .*, CFG scale: .*, Seed: 7, Size: 256x256/);
  expect(early).toBe(await parameters());
});
