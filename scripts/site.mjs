// The built site in a headless Chromium, for the scripts and tests that drive it: serves dist/, opens the page, waits for
// `window.stylus`.
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { serve } from "./server.mjs";
import { browserArguments, ensureBrowser, ensureBuild, siteFolder } from "./setup.mjs";

/** A failure that the page reported: message and remedy are its words. */
export class PageError extends Error {
  constructor(plain) {
    super(plain.where ? `${plain.message} [${plain.where}]` : plain.message);
    this.code = plain.code;
    this.remedy = plain.remedy;
  }
}

function hostArguments(hosts) {
  const rules = Object.entries(hosts).map(([host, address]) => `MAP ${host} ${address}`);
  return rules.length === 0 ? [] : [`--host-resolver-rules=${rules.join(",")}`];
}

/**
 * @param {{
 *   profile?: string, // keeps the browser's storage between calls
 *   url?: string, // a site that is served already
 *   server?: Parameters<typeof serve>[1],
 *   hosts?: Record<string, string>, // host names that the browser finds at another host and port
 *   viewport?: {width: number, height: number},
 *   serviceWorkers?: "allow" | "block",
 *   observe?: (context: import("playwright").BrowserContext) => void, // before anything is loaded
 * }} options
 * @returns {Promise<{page: import("playwright").Page, context: import("playwright").BrowserContext, url: string, openPage(): Promise<import("playwright").Page>, close(): Promise<void>}>}
 */
export async function openSite({
  profile,
  url,
  server: options,
  hosts = {},
  observe,
  ...contextOptions
} = {}) {
  if (!url) ensureBuild();
  const executablePath = await ensureBrowser();
  const { chromium } = await import("playwright");
  const server = url ? null : await serve(siteFolder(), options);
  const address = url ?? server.url;
  const userData = profile ?? mkdtempSync(path.join(tmpdir(), "stylus-web-"));
  const context = await chromium.launchPersistentContext(userData, {
    executablePath,
    headless: true,
    args: [...browserArguments(), ...hostArguments(hosts)],
    viewport: { width: 1280, height: 900 },
    ...contextOptions,
  });
  observe?.(context);
  const visit = async (page) => {
    await page.goto(address);
    await page.waitForFunction(() => "stylus" in window);
    return page;
  };
  const close = async () => {
    await context.close();
    await server?.close();
    if (!profile) rmSync(userData, { recursive: true, force: true });
  };
  try {
    const page = await visit(context.pages()[0] ?? (await context.newPage()));
    return { page, context, url: address, openPage: async () => visit(await context.newPage()), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Makes a model ready for runs: the id of one of the hub, which is downloaded if it is not there, or the path of a checkpoint or
 * of a folder in diffusers' layout, which is read where it is.
 * @returns {Promise<string>} its name for `runInPage`, as the option `model`
 * @throws {PageError} what the page reports as failure
 */
export async function openModel(page, model) {
  if (!existsSync(model)) return valueOf(await page.evaluate((id) => window.stylus.openModel(id), model));
  const input = await page.evaluateHandle(
    (folder) => Object.assign(document.createElement("input"), { type: "file", webkitdirectory: folder }),
    statSync(model).isDirectory(),
  );
  await input.asElement().setInputFiles(model);
  return valueOf(await page.evaluate((element) => window.stylus.openModel([...element.files]), input));
}

function valueOf(answer) {
  if (!answer.ok) throw new PageError(answer.error);
  return answer.value;
}

/**
 * One run through `window.stylus`.
 * @returns {Promise<{report: object, images: {png: Buffer, seed: number, fileName: string}[], titles: Record<string, string>, notes: string[]}>}
 * @throws {PageError} what the page reports as failure
 */
export async function runInPage(page, options) {
  const { report, images, titles, notes } = valueOf(
    await page.evaluate((value) => window.stylus.run(value), options),
  );
  return {
    report,
    titles,
    notes,
    images: images.map((image) => ({ ...image, png: Buffer.from(image.pngBase64, "base64") })),
  };
}
