// The built site in a headless Chromium, for the scripts and tests that drive it: serves dist/, opens the page, waits for
// `window.stylus`.
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { BrowserContext, Page } from "playwright";
import type { Answer, AutomationOptions } from "../../src/app/automation.ts";
import type { PlainError } from "../../src/shared/errors.ts";
import type { RunReport } from "../../src/stylus/run-types.ts";
import { serve, type ServerOptions } from "./server.ts";
import { browserArguments, ensureBrowser, ensureBuild, SetupError, siteFolder } from "./setup.ts";

/** A failure that the page reported: message and remedy are its words. */
class PageError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;

  constructor(plain: PlainError) {
    super(plain.where ? `${plain.message} [${plain.where}]` : plain.message);
    this.code = plain.code;
    this.remedy = plain.remedy;
  }
}

export interface Site {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly url: string;
  openPage(): Promise<Page>;
  close(): Promise<void>;
}

interface SiteOptions {
  /** Keeps the browser's storage between calls. */
  readonly profile?: string;
  /** A site that is served already. */
  readonly url?: string;
  readonly server?: ServerOptions;
  /** Host names that the browser finds at another host and port. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly viewport?: { width: number; height: number };
  /** Chromium's arguments, instead of the usual ones. */
  readonly args?: readonly string[];
  readonly serviceWorkers?: "allow" | "block";
  /** Called before anything is loaded. */
  readonly observe?: (context: BrowserContext) => void;
}

export interface RunInPage {
  readonly report: RunReport;
  readonly images: readonly { readonly png: Buffer; readonly seed: number; readonly fileName: string }[];
  /** Of the adapters in the images, by id. */
  readonly titles: Readonly<Record<string, string>>;
  /** What of the request did nothing, in words. */
  readonly notes: readonly string[];
}

function hostArguments(hosts: Readonly<Record<string, string>>): string[] {
  const rules = Object.entries(hosts).map(([host, address]) => `MAP ${host} ${address}`);
  return rules.length === 0 ? [] : [`--host-resolver-rules=${rules.join(",")}`];
}

/** @throws SetupError when this machine has no browser that starts */
export async function openSite({
  profile,
  url,
  server: options,
  hosts = {},
  observe,
  args = browserArguments(),
  ...contextOptions
}: SiteOptions = {}): Promise<Site> {
  if (!url) ensureBuild();
  const executablePath = await ensureBrowser();
  const { chromium } = await import("playwright");
  const server = url ? null : await serve(siteFolder(), options);
  const address = url ?? server!.url;
  const userData = profile ?? mkdtempSync(path.join(tmpdir(), "stylus-web-"));
  const context = await chromium
    .launchPersistentContext(userData, {
      executablePath,
      headless: true,
      args: [...args, ...hostArguments(hosts)],
      viewport: { width: 1280, height: 900 },
      locale: "en-US", // commands and tests read the page in English, whatever the system speaks
      ...contextOptions,
    })
    .catch((error: Error) => {
      if (!/missing dependencies|shared libraries/.test(error.message)) throw error;
      throw new SetupError("Chromium lacks system libraries: run `npx playwright install-deps chromium`.");
    });
  observe?.(context);
  const visit = async (page: Page): Promise<Page> => {
    await page.goto(address);
    await page.waitForFunction(() => "stylus" in window);
    return page;
  };
  const close = async (): Promise<void> => {
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
 * @returns its name for `runInPage`, as the option `model`
 * @throws PageError what the page reports as failure
 */
export async function openModel(page: Page, model: string): Promise<string> {
  if (!existsSync(model)) return valueOf(await page.evaluate((id) => window.stylus!.openModel(id), model));
  const input = await page.evaluateHandle(
    (folder) => Object.assign(document.createElement("input"), { type: "file", webkitdirectory: folder }),
    statSync(model).isDirectory(),
  );
  await input.asElement().setInputFiles(model);
  return valueOf(await page.evaluate((element) => window.stylus!.openModel([...element.files!]), input));
}

function valueOf<Value>(answer: Answer<Value>): Value {
  if (!answer.ok) throw new PageError(answer.error);
  return answer.value;
}

/**
 * One run through `window.stylus`.
 * @throws PageError what the page reports as failure
 */
export async function runInPage(page: Page, options: AutomationOptions): Promise<RunInPage> {
  const { report, images, titles, notes } = valueOf(
    await page.evaluate((value) => window.stylus!.run(value), options),
  );
  return {
    report,
    titles,
    notes,
    images: images.map((image) => ({ ...image, png: Buffer.from(image.pngBase64, "base64") })),
  };
}
