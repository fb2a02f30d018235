// Another visit with the profile that global-setup.ts has made: the pack is there, the page's settings are as on a first one.
import { inject } from "vitest";
import { openSite, type Site } from "../../scripts/run/site.ts";
import { loaded } from "./page.ts";

export async function visit(options: { viewport?: { width: number; height: number } } = {}): Promise<Site> {
  const site = await openSite({ url: inject("siteUrl"), profile: inject("profile"), ...options });
  await site.page.evaluate(() => localStorage.clear());
  await site.page.reload();
  await loaded(site.page);
  return site;
}
