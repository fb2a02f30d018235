// A real Chromium on Vite's development server: tests import sources by path inside the page.
// `webgpu: "software"` selects SwiftShader, which is slow and lacks f16 but suits small exact checks.
// STYLUS_WEBGPU=hardware runs these tests on the machine's GPU instead, with f16 if available.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium, type BrowserContext, type Page } from "playwright";
import { createServer, type ViteDevServer } from "vite";
import { browserArguments, ensureBrowser, root, webgpuArguments } from "../../scripts/run/setup.ts";

export interface TestBrowser {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly url: string;
  /** Restarts the browser with the same profile, like a user's next visit. */
  reopen(): Promise<Page>;
  close(): Promise<void>;
}

export interface TestBrowserOptions {
  readonly webgpu?: "software" | "hardware";
  /** Additional arguments for Chromium. */
  readonly args?: readonly string[];
  /** Like a touch screen; without it, like a mouse alone. */
  readonly hasTouch?: boolean;
}

export async function openServer(): Promise<ViteDevServer> {
  const server = await createServer({
    root,
    configFile: path.join(root, "vite.config.ts"),
    logLevel: "error",
    server: { port: 0, host: "127.0.0.1", hmr: false, watch: null },
  });
  return server.listen();
}

export async function openTestBrowser(options: TestBrowserOptions = {}): Promise<TestBrowser> {
  const server = await openServer();
  const url = server.resolvedUrls!.local[0]!;
  const profile = mkdtempSync(path.join(tmpdir(), "stylus-web-test-"));
  const args = [...browserArguments(), ...(options.args ?? [])];
  const hardware = process.env["STYLUS_WEBGPU"] === "hardware";
  if (options.webgpu) args.push(...webgpuArguments(hardware ? "hardware" : options.webgpu));
  const executablePath = await ensureBrowser();
  const launch = (): Promise<BrowserContext> =>
    chromium.launchPersistentContext(profile, {
      executablePath,
      headless: true,
      args,
      hasTouch: options.hasTouch ?? false,
    });
  let context = await launch();
  const blank = async (): Promise<Page> => {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(`${url}tests/browser/blank.html`);
    return page;
  };
  let page = await blank();
  return {
    get page() {
      return page;
    },
    get context() {
      return context;
    },
    url,
    async reopen() {
      await context.close();
      context = await launch();
      page = await blank();
      return page;
    },
    async close() {
      await context.close();
      await server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
