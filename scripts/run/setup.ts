// Prepares a checkout with its packages for runs and tests: a production build, a browser.
// Every entry script calls what it needs; nothing here runs twice for the same inputs.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

/** This machine lacks something; the one-line message gives the remedy. */
export class SetupError extends Error {}

/** Runs a command and shows its output; exits with its exit code if it fails. */
export function run(
  command: string,
  args: readonly string[],
  { env = {} }: { env?: NodeJS.ProcessEnv } = {},
): void {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Path of a package's command in node_modules. */
export const bin = (name: string): string => path.join(root, "node_modules", ".bin", name);

const stampPath = (name: string): string => path.join(root, "node_modules", ".cache", "stylus-web", name);

function upToDate(name: string, digest: string): boolean {
  const file = stampPath(name);
  return existsSync(file) && readFileSync(file, "utf8") === digest;
}

function writeStamp(name: string, digest: string): void {
  mkdirSync(path.dirname(stampPath(name)), { recursive: true });
  writeFileSync(stampPath(name), digest);
}

/** Names, sizes and times of every file below the given entries: cheap, and changes with every build input. */
function fingerprint(entries: readonly string[]): string {
  const hash = createHash("sha256");
  const visit = (entry: string): void => {
    const full = path.join(root, entry);
    if (!existsSync(full)) return;
    const stat = statSync(full);
    if (stat.isDirectory()) {
      for (const name of readdirSync(full).sort()) visit(path.join(entry, name));
      return;
    }
    hash.update(`${entry}\0${stat.size}\0${stat.mtimeMs}\n`);
  };
  for (const entry of entries) visit(entry);
  return hash.digest("hex");
}

const buildInputs = [
  "src",
  "workers",
  "public",
  "model-manifests",
  "scripts/build",
  "scripts/run/headers.ts",
  "index.html",
  "widget.html",
  "vite.config.ts",
  "package-lock.json",
];

/** The built site. Tests set STYLUS_SITE to another one: the same code with a miniature pack. */
export const siteFolder = (): string => process.env["STYLUS_SITE"] ?? path.join(root, "dist");

/** Builds dist/ if an input has changed since the last build. */
export function ensureBuild(): void {
  if (process.env["STYLUS_SITE"]) return;
  // The policy in the page names these servers.
  const digest = `${fingerprint(buildInputs)} ${process.env["STYLUS_MODEL_SERVERS"] ?? ""}`;
  if (upToDate("build", digest) && existsSync(path.join(root, "dist", "index.html"))) return;
  console.log("Building the site …");
  // Test runners set NODE_ENV to "test", which would build a development version.
  run(bin("vite"), ["build", "--logLevel", "warn"], { env: { NODE_ENV: "production" } });
  writeStamp("build", digest);
}

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/**
 * Path of a Chromium: CHROME_PATH, or an installed one, otherwise Playwright's own, downloaded when missing.
 * @throws {SetupError} when there is none to be had
 */
export async function ensureBrowser(places: readonly string[] = usualPlaces): Promise<string> {
  const named = process.env["CHROME_PATH"];
  if (named && !existsSync(named)) throw new SetupError(`CHROME_PATH names ${named}, which does not exist.`);
  const installed = named || places.find((file) => existsSync(file));
  if (installed) return installed;
  const { chromium } = await import("playwright");
  const own = chromium.executablePath();
  if (existsSync(own)) return own;
  console.log("No Chromium found: downloading Playwright's …");
  spawnSync(bin("playwright"), ["install", "chromium"], {
    cwd: root,
    stdio: "ignore",
  });
  if (!existsSync(own))
    throw new SetupError(
      "No Chromium found, and Playwright's cannot be downloaded: install the package chromium or set CHROME_PATH, or run `npx playwright install chromium` with a network.",
    );
  return own;
}

/**
 * Chromium's arguments: quiet, no calls to the outside, and no sandbox where root makes one impossible; then those of
 * STYLUS_CHROME_FLAGS, separated by spaces.
 */
export function browserArguments(): string[] {
  const asRoot = process.getuid?.() === 0;
  return [
    ...(asRoot ? ["--no-sandbox"] : []),
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    ...(process.env["STYLUS_CHROME_FLAGS"] ?? "").split(" ").filter(Boolean),
  ];
}

/** Arguments with which Chromium offers a WebGPU adapter: its software one, or the machine's. */
export function webgpuArguments(adapter: "hardware" | "software"): string[] {
  return ["--enable-unsafe-webgpu", ...(adapter === "software" ? ["--use-webgpu-adapter=swiftshader"] : [])];
}
