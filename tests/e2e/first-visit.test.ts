// A first visit with an empty cache, and a second visit without network or server.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BrowserContext } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serve } from "../../scripts/run/server.ts";
import { siteFolder } from "../../scripts/run/setup.ts";
import { openSite, runInPage } from "../../scripts/run/site.ts";
import { generate, loaded, useSettings } from "./page.ts";

let profile: string;
beforeAll(() => void (profile = mkdtempSync(path.join(tmpdir(), "stylus-web-first-"))));
afterAll(() => rmSync(profile, { recursive: true, force: true }));

const request = { prompt: "a fox in the snow, clay render", seed: 3, steps: 2, fewStep: true } as const;

test("a first visit shows the download and contacts no other host; a second one generates offline", async () => {
  const server = await serve(siteFolder());
  let first;
  try {
    const foreign: string[] = [];
    const observe = (context: BrowserContext): void =>
      void context.on("request", (each) => {
        const { protocol, origin } = new URL(each.url());
        if (protocol.startsWith("http") && origin !== new URL(server.url).origin) foreign.push(each.url());
      });
    const site = await openSite({ url: server.url, profile, observe });
    await site.page.getByRole("progressbar", { name: "Model loaded" }).waitFor();
    await loaded(site.page);
    first = await runInPage(site.page, request);
    expect(first.report.pack.downloadedBytes).toBeGreaterThan(0);
    expect(foreign).toEqual([]);
    // The service worker must have cached the page before the server stops.
    await site.page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
    // Browsers may evict their own cache at any time.
    const browser = await site.context.newCDPSession(site.page);
    await browser.send("Network.clearBrowserCache");
    await site.close();
  } finally {
    await server.close();
  }

  const offline = (context: BrowserContext): void => void context.setOffline(true);
  const again = await openSite({ url: server.url, profile, observe: offline });
  try {
    await loaded(again.page);
    expect(await again.page.evaluate(() => navigator.onLine)).toBe(false);
    await useSettings(again.page, {}); // a reload, too
    await generate(again.page, "a fox in the snow");
    const second = await runInPage(again.page, request);
    expect(second.report.pack.downloadedBytes).toBe(0);
    expect(second.images[0]!.png.equals(first.images[0]!.png)).toBe(true);
  } finally {
    await again.close();
  }
});
