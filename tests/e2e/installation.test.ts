// The site as an app: new versions are offered and wait, everything works offline, and what other programs hand over is taken.
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Locator, Page } from "playwright";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { serve } from "../../scripts/run/server.ts";
import { siteFolder } from "../../scripts/run/setup.ts";
import { openSite, type Site } from "../../scripts/run/site.ts";
import { buildTestSite } from "../fixtures/test-site.ts";
import { violations } from "./accessibility.ts";
import { gradient } from "./image-file.ts";
import { generate, generateButton, loaded, promptBox, stopButton, useSettings } from "./page.ts";

let work: string;
let secondVersion: string;
let server: Awaited<ReturnType<typeof serve>>;
let site: Site;
let page: Page;

/** Puts a version on the server. */
function publish(folder: string): void {
  const link = path.join(work, "site");
  rmSync(link, { force: true });
  symlinkSync(folder, link, "dir");
}

beforeAll(async () => {
  work = mkdtempSync(path.join(tmpdir(), "stylus-web-versions-"));
  secondVersion = buildTestSite(inject("siteParts"), "2");
  publish(siteFolder());
  server = await serve(path.join(work, "site"));
  site = await openSite({ url: server.url, profile: path.join(work, "profile") });
  page = site.page;
  await loaded(page);
});
afterAll(async () => {
  await site?.close();
  await server?.close();
  for (const folder of [work, secondVersion]) if (folder) rmSync(folder, { recursive: true, force: true });
});

const version = (tab: Page): Promise<string | undefined> =>
  tab.evaluate(() => document.documentElement.dataset["version"]);
const offer = (tab: Page): Locator => tab.getByRole("status").filter({ hasText: "A new version is ready." });
const offerButton = (name: string): Locator => offer(page).getByRole("button", { name });
const thumbnails = (): Locator => page.getByRole("button", { name: /^Show image with seed/ });
const mainScript = (tab: Page): Promise<string> =>
  tab.evaluate(() => document.querySelector<HTMLScriptElement>("script[type=module]")!.src);
/** Whether the browser keeps a file of the site. */
const isKept = (url: string): Promise<boolean> =>
  page.evaluate(async (address) => (await caches.match(address)) !== undefined, url);
/** Resolves when the browser has looked for a new version and, if there is one, stored its files. */
const lookForVersion = (): Promise<void> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const worker = registration.installing;
    if (!worker) return;
    await new Promise<void>((resolve) =>
      worker.addEventListener("statechange", () => {
        if (worker.state !== "installing") resolve();
      }),
    );
  });

test("takes an image that another program shares, and files opened with it, like dropped ones", async () => {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const image = gradient(64, 64).toString("base64");
  // What the browser sends for the manifest's share_target.
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const form = new FormData();
    form.append("files", new File([bytes], "바다.png", { type: "image/png" }));
    await fetch("./share", { method: "POST", body: form });
  }, image);
  await page.reload();
  await page.getByText("바다.png", { exact: true }).waitFor();
  expect(await page.evaluate(async () => (await (await caches.open("stylus-shared")).keys()).length)).toBe(0);
  await page.getByRole("button", { name: "Remove init image" }).click();

  // The browser's queue, with a real handle.
  const other = await site.context.newPage();
  await other.addInitScript(() => {
    const setConsumer = (consumer: (launch: { files: FileSystemFileHandle[] }) => void): void => {
      void (async () => {
        const folder = await navigator.storage.getDirectory();
        const handle = await folder.getFileHandle("opened.safetensors", { create: true });
        consumer({ files: [] }); // opened without files
        consumer({ files: [handle] });
      })();
    };
    Object.defineProperty(window, "launchQueue", { value: { setConsumer } });
  });
  await other.goto(server.url);
  await other
    .getByRole("dialog", { name: "Your LoRA files" })
    .getByRole("listitem", { name: "opened.safetensors" })
    .waitFor();
  await other.close();
});

test("the manifest names files that the site has, in the sizes it says", async () => {
  const manifest = (await (await fetch(new URL("manifest.webmanifest", server.url))).json()) as {
    readonly icons: readonly { readonly src: string; readonly sizes: string }[];
    readonly screenshots: readonly { readonly src: string; readonly sizes: string }[];
  };
  const pictures = [...manifest.icons, ...manifest.screenshots].filter(({ sizes }) => sizes !== "any");
  const sizes = await page.evaluate(
    (sources) =>
      Promise.all(
        sources.map(async (source) => {
          const picture = await createImageBitmap(await (await fetch(source)).blob());
          return `${picture.width}x${picture.height}`;
        }),
      ),
    pictures.map(({ src }) => src),
  );
  expect(sizes).toEqual(pictures.map(({ sizes }) => sizes));
});

test("offers to install itself after the first image, until that is declined", async () => {
  const mayInstall = (): Promise<void> =>
    page.evaluate(() => {
      const event = new Event("beforeinstallprompt", { cancelable: true });
      const prompt = (): void => void (document.documentElement.dataset["asked"] = "yes");
      window.dispatchEvent(Object.assign(event, { prompt }));
    });
  const note = (): Locator => page.getByRole("note").filter({ hasText: "You can install Stylus" });
  await useSettings(page, {});
  await mayInstall();
  await expect.poll(() => note().count()).toBe(0);
  await generate(page, "a fox in the snow");
  await note().waitFor();
  expect(await violations(page)).toEqual([]);
  await note().getByRole("button", { name: "Don’t offer this again" }).click();
  await note().waitFor({ state: "detached" });

  await page.reload();
  await loaded(page);
  await mayInstall();
  await generate(page, "a fox in the snow");
  await expect.poll(() => note().count()).toBe(0);
  await page.getByRole("button", { name: "Help and shortcuts" }).click();
  const help = page.getByRole("dialog", { name: "Help and shortcuts" });
  await help.getByRole("button", { name: "Install" }).click();
  expect(await page.evaluate(() => document.documentElement.dataset["asked"])).toBe("yes");
  await help.getByRole("heading", { name: "Install" }).waitFor({ state: "detached" });
  await help.getByRole("button", { name: "Close" }).click();
});

test("a new version is offered, never during a run, and waits until it is asked for", async () => {
  // A run of minutes.
  await useSettings(page, {
    fewStep: false,
    full: { steps: 150 },
    size: { width: 512, height: 512 },
    count: 4,
  });
  const oldScript = await mainScript(page);
  await promptBox(page).fill("a fox in the snow");
  await generateButton(page).click();
  await stopButton(page).waitFor();
  publish(secondVersion);
  await lookForVersion();
  await expect.poll(() => offer(page).count()).toBe(0);
  await expect.poll(() => stopButton(page).count()).toBe(1);
  await page.keyboard.press("Escape");
  await offer(page).waitFor();
  expect(await violations(page)).toEqual([]);
  await offerButton("Later").click();
  await offer(page).waitFor({ state: "detached" });

  await useSettings(page, {}); // a reload
  expect(await version(page)).toBeUndefined();
  await generate(page, "a fox in the snow");
  await offer(page).waitFor();

  const other = await site.openPage();
  expect(await version(other)).toBeUndefined();
  await Promise.all([page.waitForEvent("load"), offerButton("Reload").click()]);
  await loaded(page);
  expect(await version(page)).toBe("2");
  await expect.poll(() => offer(page).count()).toBe(0);
  // The other tab stays, and the server no longer has its files.
  expect(await version(other)).toBeUndefined();
  await loaded(other);
  expect((await fetch(oldScript)).status).toBe(404);
  expect(await other.evaluate(async (url) => (await fetch(url)).status, oldScript)).toBe(200);
  expect(await isKept(oldScript)).toBe(true);

  await other.close();
  await page.reload();
  await loaded(page);
  await page.waitForFunction(async (url) => (await caches.match(url)) === undefined, oldScript);
  expect(await isKept(await mainScript(page))).toBe(true);
});

test("the new version works offline, with what the old one stored", async () => {
  const before = await thumbnails().count();
  expect(before).toBeGreaterThan(0);
  await server.close();
  const browser = await site.context.newCDPSession(page);
  await browser.send("Network.clearBrowserCache"); // browsers may do so at any time
  await site.context.setOffline(true);
  await page.reload();
  await loaded(page);
  expect(await version(page)).toBe("2");
  await expect.poll(() => thumbnails().count()).toBe(before);
  await generate(page, "a fox in the snow");
});
