// `node scripts/launch.mjs SCRIPT.ts …`: installs the npm packages when they are missing or older than package-lock.json, then
// runs a TypeScript script. The only script that runs before an install, so it's plain JavaScript and imports Node alone.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const root = path.resolve(import.meta.dirname, "..");
const packagesOf = (file) => JSON.parse(readFileSync(path.join(root, file), "utf8")).packages ?? {};

/** Codes of npm's errors that mean that the registry is out of reach. */
const offline = /npm (?:error|ERR!) code (E(?:NOTFOUND|AI_AGAIN|CONN\w+|TIMEDOUT|NETUNREACH|HOSTUNREACH))/;

/** Whether node_modules has the locked version of every package; those of other platforms are left out on purpose. */
function packagesAreInstalled() {
  const record = "node_modules/.package-lock.json"; // npm's own
  if (!existsSync(path.join(root, record))) return false;
  const installed = packagesOf(record);
  return Object.entries(packagesOf("package-lock.json")).every(
    ([folder, { version, optional }]) =>
      folder === "" || (folder in installed ? installed[folder].version === version : optional),
  );
}

function ensurePackages() {
  if (packagesAreInstalled()) return;
  console.log("Installing npm packages …");
  const { status, stderr } = spawnSync("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"], {
    cwd: root,
    stdio: ["inherit", "inherit", "pipe"],
    encoding: "utf8",
    shell: process.platform === "win32", // npm is a .cmd there
  });
  if (status !== 0) {
    const code = offline.exec(stderr)?.[1];
    console.error(
      code === undefined
        ? stderr || "npm is missing: install Node with npm, then run `npm ci`."
        : `npm reaches no registry (${code}): connect to a network and run \`npm ci\`, or copy node_modules from a machine that has it.`,
    );
    process.exit(1);
  }
}

ensurePackages();
process.argv.splice(1, 2, path.resolve(process.argv[2]));
const { register } = await import("tsx/esm/api");
register();
await import(pathToFileURL(process.argv[1]).href);
