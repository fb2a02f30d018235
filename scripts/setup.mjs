// Brings a clean checkout to a state in which it can build and test: npm packages, a production build, a browser.
// Every entry script calls what it needs; nothing here runs twice for the same inputs.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/** Runs a command with its output shown; ends the program with its exit code when it fails. */
export function run(command, args, { env } = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/** Path of a package's command in node_modules. */
export const bin = (name) => path.join(root, "node_modules", ".bin", name);

const stampPath = (name) => path.join(root, "node_modules", ".cache", "stylus-web", name);

function upToDate(name, digest) {
  const file = stampPath(name);
  return existsSync(file) && readFileSync(file, "utf8") === digest;
}

function writeStamp(name, digest) {
  mkdirSync(path.dirname(stampPath(name)), { recursive: true });
  writeFileSync(stampPath(name), digest);
}

/** Installs the npm packages of package-lock.json when they are missing or older than it. */
export function ensurePackages() {
  const digest = createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  if (upToDate("packages", digest)) return;
  console.log("Installing npm packages …");
  run("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"]);
  writeStamp("packages", digest);
}

/** Names, sizes and times of every file below the given entries: cheap, and changes whenever a build input does. */
function fingerprint(entries) {
  const hash = createHash("sha256");
  const visit = (entry) => {
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
  "index.html",
  "widget.html",
  "vite.config.ts",
  "package-lock.json",
];

/** The built site. Tests name another one in STYLUS_SITE: the same code with a miniature pack. */
export const siteFolder = () => process.env.STYLUS_SITE ?? path.join(root, "dist");

/** Builds dist/ when one of its inputs has changed since the last build. */
export function ensureBuild() {
  if (process.env.STYLUS_SITE) return;
  ensurePackages();
  const digest = fingerprint(buildInputs);
  if (upToDate("build", digest) && existsSync(path.join(root, "dist", "index.html"))) return;
  console.log("Building the site …");
  // Test runners set NODE_ENV to "test", which would build a development version.
  run(bin("vite"), ["build", "--logLevel", "warn"], { env: { NODE_ENV: "production" } });
  writeStamp("build", digest);
}

const installedBrowsers = [
  process.env.CHROME_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Path of a Chromium: an installed one when there is one, otherwise Playwright's own, downloaded when missing. */
export async function ensureBrowser() {
  ensurePackages();
  const installed = installedBrowsers.find((file) => file && existsSync(file));
  if (installed) return installed;
  const { chromium } = await import("playwright");
  if (!existsSync(chromium.executablePath())) {
    console.log("No Chromium found: downloading Playwright's …");
    run(bin("playwright"), ["install", "chromium"]);
  }
  return chromium.executablePath();
}

/**
 * Chromium's arguments: quiet, no calls to the outside, and no sandbox where root makes one impossible; then those of
 * STYLUS_CHROME_FLAGS, separated by spaces.
 */
export function browserArguments() {
  const asRoot = process.getuid?.() === 0;
  return [
    ...(asRoot ? ["--no-sandbox"] : []),
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    ...(process.env.STYLUS_CHROME_FLAGS ?? "").split(" ").filter(Boolean),
  ];
}

/** Arguments with which Chromium offers a WebGPU adapter: its software one, or the machine's. */
export function webgpuArguments(adapter) {
  return ["--enable-unsafe-webgpu", ...(adapter === "software" ? ["--use-webgpu-adapter=swiftshader"] : [])];
}
