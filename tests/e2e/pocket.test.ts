// The site as it ships, with the embedded pack: everything arrives verified, and the same request paints the same picture.
import { afterAll, beforeAll, expect, test } from "vitest";
import { serve } from "../../scripts/server.mjs";
import { ensureBuild, root } from "../../scripts/setup.mjs";
import { openSite, runInPage, type Site } from "../../scripts/site.mjs";
import { loaded } from "./page.ts";

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

test("paints with the embedded pack, the same pixels each time", async () => {
  const request = { prompt: "a castle on a hill at night", seed: 1, steps: 3, adapters: "none" } as const;
  const first = await runInPage(site.page, request);
  const second = await runInPage(site.page, request);
  expect(first.report.pack).toMatchObject({ id: "pocket" });
  expect(first.report.pack.downloadedBytes).toBeGreaterThan(30_000_000);
  expect(second.images[0]!.png.equals(first.images[0]!.png)).toBe(true);
  // A flat or broken picture compresses to a few kilobytes.
  expect(first.images[0]!.png.length).toBeGreaterThan(20_000);
});
