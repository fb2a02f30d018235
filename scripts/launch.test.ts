// The launcher on a machine without packages, with a stand-in for npm.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { root } from "./run/setup.ts";

const work = mkdtempSync(path.join(tmpdir(), "stylus-web-launch-"));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** Launches a script where `npm ci` fails with these words. */
function launch(npmError: string): { status: number | null; stderr: string } {
  mkdirSync(path.join(work, "scripts"), { recursive: true });
  copyFileSync(path.join(root, "scripts/launch.mjs"), path.join(work, "scripts/launch.mjs"));
  writeFileSync(path.join(work, "package-lock.json"), "{}");
  writeFileSync(path.join(work, "npm"), `#!/bin/sh\necho '${npmError}' >&2\nexit 1\n`, { mode: 0o755 });
  return spawnSync(process.execPath, ["scripts/launch.mjs", "scripts/run/generate.ts", "a fox"], {
    cwd: work,
    env: { PATH: `${work}${path.delimiter}${process.env["PATH"]}` },
    encoding: "utf8",
  });
}

test("names the command that helps in one line when the registry is out of reach", () => {
  const { status, stderr } = launch("npm error code ENOTFOUND\nnpm error network request failed");
  expect(status).toBe(1);
  expect(stderr).toBe(
    "npm reaches no registry (ENOTFOUND): connect to a network and run `npm ci`, or copy node_modules from a machine that has it.\n",
  );
});

test("passes on any other error of npm", () => {
  const { status, stderr } = launch("npm error code EBADENGINE");
  expect(status).toBe(1);
  expect(stderr).toContain("npm error code EBADENGINE");
});
