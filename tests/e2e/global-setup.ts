// One server and one browser profile for all end-to-end files, with the pack loaded once, as for a returning visitor.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { serve } from "../../scripts/run/server.ts";
import { openSite } from "../../scripts/run/site.ts";
import { buildTestSite, prepareTestSite } from "../fixtures/test-site.ts";
import { loaded } from "./page.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly siteUrl: string;
    /** What `buildTestSite` makes the site of. */
    readonly siteParts: string;
    readonly profile: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const parts = await prepareTestSite();
  const site = buildTestSite(parts);
  process.env["STYLUS_SITE"] = site; // scripts started by tests serve it too
  const server = await serve(site);
  const profile = mkdtempSync(path.join(tmpdir(), "stylus-web-e2e-"));
  const first = await openSite({ url: server.url, profile });
  await loaded(first.page);
  await first.close();
  project.provide("siteUrl", server.url);
  project.provide("siteParts", parts);
  project.provide("profile", profile);
  return async () => {
    await server.close();
    for (const folder of [profile, site, parts]) rmSync(folder, { recursive: true, force: true });
  };
}
