// Another visit with the profile from global-setup.ts: the pack is loaded, the page's settings are the defaults.
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
