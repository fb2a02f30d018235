// Another visit with the profile from global-setup.ts: the pack is loaded, the page's settings are the defaults.
import { afterAll, beforeAll, inject } from "vitest";
import { openSite, type Site } from "../../scripts/run/site.ts";
import { loaded } from "./page.ts";

export async function visit(options: { viewport?: { width: number; height: number } } = {}): Promise<Site> {
  const site = await openSite({ url: inject("siteUrl"), profile: inject("profile"), ...options });
  await site.page.evaluate(() => localStorage.clear());
  await site.page.reload();
  await loaded(site.page);
  return site;
}

/**
 * One visit for all tests of a file, closed after them.
 * @param opened gets it before the first test
 * @returns the page's uncaught errors so far
 */
export function visitBeforeAll(
  opened: (site: Site) => void | Promise<void>,
  open: () => Promise<Site> = visit,
): string[] {
  const errors: string[] = [];
  let site: Site | undefined;
  beforeAll(async () => {
    site = await open();
    site.page.on("pageerror", (error) => errors.push(error.message));
    await opened(site);
  });
  afterAll(() => site?.close());
  return errors;
}
