// Another visit with a copy of the profile from global-setup.ts: the pack is stored, the page's settings are the defaults.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, inject } from "vitest";
import { openSite, type Site } from "../../scripts/run/site.ts";
import { loaded, useSettings } from "./page.ts";

/** @param settings as for `useSettings`; without them, the page's defaults */
export async function visit(settings?: Readonly<Record<string, unknown>>): Promise<Site> {
  const profile = mkdtempSync(path.join(tmpdir(), "stylus-web-visit-"));
  cpSync(inject("profile"), profile, { recursive: true });
  const site = await openSite({ url: inject("siteUrl"), profile });
  await (settings ? useSettings(site.page, settings) : loaded(site.page));
  const close = async (): Promise<void> => {
    await site.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { ...site, close };
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
