import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { ensureBrowser } from "./setup.ts";

const empty = mkdtempSync(path.join(tmpdir(), "stylus-web-browsers-"));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(empty, { recursive: true, force: true });
});

test("without a browser or a network one line says what helps", async () => {
  vi.stubEnv("CHROME_PATH", "");
  vi.stubEnv("PLAYWRIGHT_BROWSERS_PATH", empty);
  vi.stubEnv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9");
  await expect(ensureBrowser([])).rejects.toThrow(
    /^No Chromium found, and Playwright's cannot be downloaded: install the package chromium or set CHROME_PATH, or run `npx playwright install chromium` with a network\.$/,
  );
});

test("a CHROME_PATH that leads nowhere is named", async () => {
  vi.stubEnv("CHROME_PATH", "/nowhere/chrome");
  await expect(ensureBrowser()).rejects.toThrow("CHROME_PATH names /nowhere/chrome, which does not exist.");
});
