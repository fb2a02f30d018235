// `npm test`: the whole check, from a clean checkout. Each stage must pass before the next one runs, cheapest first.
// `npm test -- unit e2e` runs only the named stages.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { runMain, UsageError } from "./arguments.ts";
import { bin, ensureBrowser, ensureBuild, root } from "./setup.ts";

const reports = path.join(root, "test-results");

interface Stage {
  readonly command?: readonly string[];
  readonly suite?: string;
  /** Needs the built site and a browser. */
  readonly site?: boolean;
  /** Runs only when it is named. */
  readonly named?: boolean;
}

/** Stages in order; those with `suite` run vitest and are counted test by test, the others count as one check. */
const stages: Readonly<Record<string, Stage>> = {
  format: { command: ["oxfmt", "--check"] },
  lint: { command: ["oxlint", "--deny-warnings"] },
  "types-page": { command: ["tsc", "-p", "tsconfig.json"] },
  "types-workers": { command: ["tsc", "-p", "tsconfig.workers.json"] },
  "types-node": { command: ["tsc", "-p", "tsconfig.node.json"] },
  unused: { command: ["knip", "--no-config-hints"] },
  unit: { suite: "vitest.config.ts" },
  browser: { suite: "vitest.browser.config.ts", site: true },
  e2e: { suite: "vitest.e2e.config.ts", site: true },
  wgsl: { suite: "vitest.wgsl.config.ts", site: true, named: true },
};

async function main(): Promise<void> {
  const chosen = process.argv.slice(2);
  const unknown = chosen.filter((name) => !(name in stages));
  if (unknown.length > 0)
    throw new UsageError(
      `Unknown stage ${unknown.join(", ")}. There are: ${Object.keys(stages).join(", ")}.`,
    );

  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });

  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, stage] of Object.entries(stages)) {
    if ((chosen.length > 0 || stage.named) && !chosen.includes(name)) continue;
    const env = { ...process.env };
    if (stage.site) {
      ensureBuild();
      env["CHROME_PATH"] = await ensureBrowser();
    }
    const report = path.join(reports, `${name}.json`);
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const [command = "", ...args] = stage.command ?? [
      "vitest",
      "run",
      "--config",
      stage.suite!,
      ...reporters,
    ];
    console.log(`\n── ${name}`);
    const started = performance.now();
    const { status } = spawnSync(bin(command), args, { cwd: root, stdio: "inherit", env });
    console.log(
      `── ${name}: ${status === 0 ? "ok" : "FAILED"} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
    );
    if (stage.suite && existsSync(report)) {
      const result = JSON.parse(readFileSync(report, "utf8"));
      total.passed += result.numPassedTests;
      total.failed += result.numFailedTests;
      total.skipped += result.numPendingTests;
      if (status !== 0 && result.numFailedTests === 0) total.failed++;
    } else if (status === 0) total.passed++;
    else total.failed++;
    if (status !== 0) break;
  }

  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

await runMain(main, "Usage: npm test [-- STAGE …]");
