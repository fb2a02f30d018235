// Faults under a running page: a broken runtime, damaged and deleted files, lost workers, malformed and silent databases, hasty
// clicks. The page repairs what it can, says what it cannot, and loses nothing.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Locator, Page } from "playwright";
import { beforeEach, expect, test } from "vitest";
import { openSite, type Site } from "../../scripts/run/site.ts";
import { drop } from "./drop.ts";
import {
  alerts,
  complaint,
  generate,
  generateButton,
  loaded,
  images,
  promptBox,
  stopButton,
  useSettings,
  pixels,
} from "./page.ts";
import { gradient } from "./image-file.ts";
import { visitBeforeAll } from "./visit.ts";

/** What the server does with the runtimes' WebAssembly. */
let runtime: "missing" | "damaged" | "whole" = "missing";

function intercept({ url }: IncomingMessage, response: ServerResponse): boolean {
  if (runtime === "whole" || !/ort-wasm[^/]*\.wasm$/.test(url!)) return false;
  if (runtime === "missing") response.writeHead(404).end();
  else response.writeHead(200, { "Content-Type": "application/wasm" }).end("not WebAssembly");
  return true;
}

let site: Site;
let page: Page;
const prompt = "a fox in the snow, clay render";

const bugs = visitBeforeAll(
  (opened) => {
    site = opened;
    ({ page } = site);
  },
  () => openSite({ server: { intercept } }),
);
beforeEach(() => void bugs.splice(0));

const notices = (): Locator => page.getByRole("status");
const gallery = (on = page): Locator => on.getByRole("region", { name: "Your images" });

test("a missing or damaged runtime is named, and “Try again” works once it is back", async () => {
  await complaint(page, /^ort-wasm\S*\.wasm, a part of this site, is missing on the server\./);
  const retry = page.getByRole("button", { name: "Try again" });
  runtime = "damaged";
  await retry.click();
  await complaint(page, /^ort-wasm\S*\.wasm, a part of this site, is damaged/);
  runtime = "whole";
  await retry.click();
  await loaded(page);
  await expect.poll(() => alerts(page).count()).toBe(0);
  await useSettings(page, {});
});

test("damaged files are noticed without a failure, and after one; they alone are downloaded again", async () => {
  await generate(page, prompt);
  const before = await pixels(page);
  /** Inverts a byte of stored files, as a week after they were last checked. */
  const damage = (which: "largest" | "all"): Promise<void> =>
    page.evaluate(async (wanted) => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("stylus-files");
      const files: { handle: FileSystemFileHandle; file: File }[] = [];
      for await (const handle of folder.values()) {
        const file = await (handle as FileSystemFileHandle).getFile();
        if (file.size > 100) files.push({ handle: handle as FileSystemFileHandle, file });
      }
      files.sort((a, b) => b.file.size - a.file.size);
      for (const { handle, file } of wanted === "all" ? files : files.slice(0, 1)) {
        const bytes = new Uint8Array(await file.arrayBuffer());
        bytes[wanted === "all" ? 1 : bytes.length - 2]! ^= 255;
        const writable = await handle.createWritable();
        await writable.write(bytes);
        await writable.close();
      }
      localStorage.removeItem("stylus-web/checked-files/1");
    }, which);
  await damage("largest");
  await page.reload();
  await notices().getByText("was damaged in this browser’s storage and downloaded again").waitFor();
  await loaded(page);

  await damage("all");
  await page.reload();
  await loaded(page);
  await expect.poll(() => alerts(page).count()).toBe(0);
  await generate(page, prompt);
  expect(await pixels(page)).toBe(before);
  expect(bugs).toEqual([]);
});

test("files deleted under the page, and workers that end without a word: the next run works", async () => {
  const before = await pixels(page);
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry("stylus-files", { recursive: true });
  });
  await generate(page, "a fox in the snow, watercolor");
  for (const name of ["retrieval", "composer", "diffusion"])
    for (const worker of page.workers().filter((each) => each.url().includes(`/${name}-`)))
      await worker.evaluate(() => self.close());
  await generate(page, prompt);
  expect(await pixels(page)).toBe(before);
  await page.reload();
  await loaded(page);
  expect(bugs).toEqual([]);
});

test("a mask that is still being stored counts, and a double click on Generate starts one run", async () => {
  await useSettings(page, {});
  await drop(page, [{ name: "gradient.png", buffer: gradient(256, 256), type: "image/png" }]);
  const area = page.getByRole("region", { name: "Init image" });
  await area.getByRole("button", { name: "Add mask" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit mask" });
  await dialog.getByText("Mask a rectangle").click();
  await dialog.getByRole("button", { name: "Add to mask", exact: true }).click();
  await promptBox(page).evaluate((box: HTMLTextAreaElement) => {
    box.value = "a fox in the snow";
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  // At once: no time passes between the two.
  const done = await dialog.getByRole("button", { name: "Done" }).elementHandle();
  await generateButton(page).evaluate((button: HTMLElement, close) => {
    (close as HTMLElement).click();
    button.click();
  }, done);
  await images(page).first().waitFor();
  await generateButton(page).waitFor();
  const masked = (): Promise<boolean> =>
    page.evaluate(() => JSON.parse(localStorage.getItem("stylus-web/settings/1")!).start.mask !== null);
  expect(await masked()).toBe(true);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: /^Download PNG/ }).click();
  const png = Buffer.concat(await (await (await download).createReadStream()).toArray());
  expect(png.toString("latin1")).toContain("Mask blur: 4");

  await area.getByRole("button", { name: "Remove init image" }).click();
  await promptBox(page).fill("a boat on the sea");
  await generateButton(page).dblclick();
  await stopButton(page).or(images(page)).first().waitFor();
  await generateButton(page).waitFor();
  await expect.poll(() => page.locator("figure[data-status=stopped]").count()).toBe(0);
  await expect.poll(() => images(page).count()).toBe(1);
  expect(bugs).toEqual([]);
});

test("malformed rows stand in nobody’s way, and are listed, exported and deleted under Storage", async () => {
  await page.evaluate(async () => {
    for (const [name, store, row] of [
      ["stylus-web-adapters", "adapters", { id: "bad", card: null }],
      ["stylus-web-gallery", "images", { id: "bad", runId: "bad", createdAt: "yesterday" }],
    ] as const) {
      const opened = indexedDB.open(name);
      await new Promise((resolve) => opened.addEventListener("success", resolve));
      const put = opened.result.transaction(store, "readwrite").objectStore(store).put(row);
      await new Promise((resolve) => put.addEventListener("success", resolve));
      opened.result.close();
    }
  });
  const count = await gallery().locator("img").count();
  await page.reload();
  await loaded(page);
  await notices().getByText("Some stored entries are damaged").waitFor();
  await expect.poll(() => gallery().locator("img").count()).toBe(count);
  await page.getByRole("button", { name: /^Pocket: CPU/ }).click();
  await page.getByRole("button", { name: "Storage" }).click();
  const storage = page.getByRole("dialog", { name: "Storage" });
  for (const what of ["your adapters", "your images"]) {
    const row = storage.getByRole("listitem", { name: `Unreadable: ${what}` });
    await row.getByText("1 entry damaged or from another version").waitFor();
    const download = page.waitForEvent("download");
    await row.getByRole("button", { name: "Export" }).click();
    expect((await download).suggestedFilename()).toMatch(/-unreadable\.tar$/);
    await row.getByRole("button", { name: `Delete Unreadable: ${what}` }).click();
    await row.getByRole("button", { name: "Delete them" }).click();
    await row.waitFor({ state: "detached" });
  }
  await page.keyboard.press("Escape");
  await expect.poll(() => notices().getByText("Some stored entries").count()).toBe(0);
  expect(bugs).toEqual([]);
});

test("a database that never answers ends no run late: the image stays, to be downloaded; tabs follow each other", async () => {
  const other = await site.openPage();
  const holder = await other.evaluateHandle(async () => {
    const opened = indexedDB.open("stylus-web-gallery");
    await new Promise((resolve) => opened.addEventListener("success", resolve));
    const store = opened.result.transaction("runs", "readwrite").objectStore("runs");
    const state = { released: false };
    const spin = (): void =>
      store.get("x").addEventListener("success", () => (state.released ? opened.result.close() : spin()));
    spin();
    return state;
  });
  // A tenth of the page's patience with a database.
  await page.evaluate(() => {
    const wait = setTimeout;
    globalThis.setTimeout = ((work: () => void, time = 0) =>
      wait(work, time === 10_000 ? 1_000 : time)) as typeof setTimeout;
  });
  await promptBox(page).fill("a boat on the sea");
  await generateButton(page).click();
  await complaint(page, "The browser could not keep this image. The browser’s storage does not answer.");
  await generateButton(page).waitFor();
  await expect.poll(() => images(page).count()).toBe(1);
  await page.getByRole("link", { name: /^Download PNG/ }).waitFor();
  await holder.evaluate((state) => void (state.released = true));
  await generate(page, "a boat on the sea");
  const shown = await gallery().locator("img").count();
  await expect.poll(() => gallery(other).locator("img").count()).toBe(shown);
  await gallery(other)
    .getByRole("button", { name: /^Delete image/ })
    .first()
    .click();
  await expect.poll(() => gallery().locator("img").count()).toBe(shown - 1);
  await other.close();
  expect(bugs).toEqual([]);
});
