// Measures what each unit test reaches, and keeps it in test-results/ until the test or a source that it reaches changes.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SetupError } from "../run/setup.ts";
import { Runner } from "./processes.ts";
import type { Reach } from "./sample.ts";

interface Measured {
  readonly ms: number;
  readonly reached: readonly string[];
  /** SHA-256 of the test and of all files that it reaches, by path. */
  readonly hashes: Readonly<Record<string, string>>;
}

const cache = "test-results/mutation-reach.json";
const hashOf = (file: string): string =>
  existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 16) : "";

export async function measureReach(tests: readonly string[]): Promise<Map<string, Reach>> {
  const known = new Map<string, Measured>(
    existsSync(cache)
      ? Object.entries(JSON.parse(readFileSync(cache, "utf8")) as Record<string, Measured>)
      : [],
  );
  const isCurrent = (test: string): boolean =>
    known.has(test) && Object.entries(known.get(test)!.hashes).every(([file, hash]) => hashOf(file) === hash);
  const stale = tests.filter((test) => !isCurrent(test));
  if (stale.length > 0) {
    console.log(`Measuring what ${stale.length} test files reach …`);
    const runner = new Runner(["--probes"]);
    const failed: string[] = [];
    mkdirSync(path.dirname(cache), { recursive: true });
    // After each, so that a run that is stopped has not measured in vain.
    const save = (): void => writeFileSync(cache, JSON.stringify(Object.fromEntries(known)));
    const outcome = await runner.run(
      { tests: stale, mutant: null },
      300_000,
      ({ test, passed, ms, reached, failure }) => {
        if (!passed) return void failed.push(`${test} (${failure})`);
        const files = [test, ...new Set(reached.map((place) => place.slice(0, place.lastIndexOf(":"))))];
        const hashes = Object.fromEntries(files.map((file) => [file, hashOf(file)]));
        known.set(test, { ms, reached, hashes });
        save();
      },
    );
    runner.close();
    if (outcome !== "passed")
      throw new SetupError(
        `Tests fail without any mutant: ${failed.join(", ") || outcome}. Mend them first.`,
      );
  }
  return new Map(
    tests.map((test) => {
      const { ms, reached } = known.get(test)!;
      return [test, { ms, reached: new Set(reached) }];
    }),
  );
}
