// `npm run mutate`: changes the sources in small ways, one at a time, and tells which changes no unit test notices.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { integer, parseOptions, runMain, UsageError } from "../run/arguments.ts";
import { table } from "../run/markdown-table.ts";
import { root, SetupError } from "../run/setup.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { Runner, type TestResult } from "./processes.ts";
import { measureReach } from "./reach.ts";
import { browserOnly, equivalents } from "./reviewed.ts";
import { sample, testsFor } from "./sample.ts";

const help = `Usage: npm run mutate -- [options]

Changes sources in small ways, in memory only, and runs the unit tests that reach each change. Prints the changes that no test notices or that
make one hang, and the score of each folder; in test-results/mutation.json also which test told of each change, and how. Types are not checked.

  --sample N       changes to try, evenly over the folders (default 300)
  --seed S         which ones (default 1)
  --all            all of them: about a day
  --folder FOLDER  only sources below it, or one file; repeat it for several
                   (default src/adapters, src/compose, src/engine, src/formats, src/storage)
  --patience S     seconds of tests, as measured without changes, for each change (default 60); more may find more
  --tests FOLDER   only tests below it, or one file; repeat it for several (default src)`;

const usualFolders = ["src/adapters", "src/compose", "src/engine", "src/formats", "src/storage"];

const outcomes = ["killed", "timed out", "survived", "not reached", "equivalent", "browser only"] as const;
type Outcome = (typeof outcomes)[number];

interface Verdict {
  readonly outcome: Outcome;
  /** The test that told, and what it said. */
  readonly by?: { readonly test: string; readonly failure: string };
  /** Tests that reach the change but for which patience did not suffice. */
  readonly leftOut?: number;
}

const filesBelow = (folder: string): string[] =>
  folder.endsWith(".ts")
    ? [folder]
    : readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .map((file) => path.posix.join(folder, file.replaceAll("\\", "/")))
        .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
        .toSorted();

const isTest = (file: string): boolean => file.endsWith(".test.ts");

function isBrowserOnly({ file, start }: Mutant, text: string): boolean {
  return [...browserOnly.keys()].some((place) => {
    const [folder, name] = place.split("#");
    if (!file.startsWith(folder!)) return false;
    if (name === undefined) return true;
    const begin = text.indexOf(`class ${name} `);
    return start >= begin && start < text.indexOf("\n}\n", begin);
  });
}

function isEquivalent(mutant: Mutant): boolean {
  return equivalents.some(
    ({ file, source, original, replacement }) =>
      file === mutant.file &&
      source === mutant.source &&
      original === mutant.original &&
      replacement === mutant.replacement,
  );
}

const onOneLine = (text: string): string => {
  const line = text.replace(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};

const percent = (part: number, whole: number): string =>
  whole === 0 ? "–" : `${Math.round((100 * part) / whole)} %`;

async function main(): Promise<void> {
  const { values, positionals } = parseOptions({
    sample: { type: "string", default: "300" },
    seed: { type: "string", default: "1" },
    all: { type: "boolean", default: false },
    patience: { type: "string", default: "60" },
    folder: { type: "string", multiple: true, default: usualFolders },
    tests: { type: "string", multiple: true, default: ["src"] },
    help: { type: "boolean", default: false },
  });
  if (values.help) return console.log(help);
  if (positionals.length > 0) throw new UsageError(`Unknown argument “${positionals[0]}”.`);
  const seed = integer("seed", values.seed, { min: 0, max: 2 ** 32 - 1 });
  const count = values.all ? Infinity : integer("sample", values.sample, { min: 1, max: 100_000 });
  const patience = 1_000 * integer("patience", values.patience, { min: 1, max: 3_600 });
  process.chdir(root);

  const folders = values.folder.map((folder) => path.posix.normalize(folder).replace(/\/$/, ""));
  const texts = new Map<string, string>();
  const chosen = folders.map((folder) => {
    const sources = filesBelow(folder).filter((file) => !isTest(file));
    for (const file of sources) texts.set(file, readFileSync(file, "utf8"));
    const mutants = sources.flatMap((file) => mutantsOf(file, texts.get(file)!));
    return sample(mutants, Math.ceil(count / folders.length), seed);
  });
  const reaches = await measureReach(values.tests.flatMap(filesBelow).filter(isTest));
  const killers = new Map<string, Set<string>>();
  const runner = new Runner();
  process.on("exit", () => runner.close());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

  async function verdictOn(mutant: Mutant): Promise<Verdict> {
    if (isBrowserOnly(mutant, texts.get(mutant.file)!)) return { outcome: "browser only" };
    if (isEquivalent(mutant)) return { outcome: "equivalent" };
    const all = testsFor(mutant, { reaches, killers, patience: Infinity });
    const tests = testsFor(mutant, { reaches, killers, patience });
    if (tests.length === 0) return { outcome: "not reached" };
    // The places of mutants are those of the text as it was read at the start.
    if (readFileSync(mutant.file, "utf8") !== texts.get(mutant.file))
      throw new SetupError(
        `${mutant.file} has changed: leave the sources alone while this runs, and start again.`,
      );
    const slowest = Math.max(...tests.map((test) => reaches.get(test)!.ms));
    let passed = 0;
    let failed: TestResult | undefined;
    const run = (limit: number) =>
      runner.run({ tests: tests.slice(passed), mutant }, limit, (result) => {
        if (result.passed) passed++;
        else failed ??= result;
      });
    let outcome = await run(10_000 + 3 * slowest);
    // An endless loop, or only a busy machine? The test that took too long gets far longer.
    if (outcome === "timeout") outcome = await run(30_000 + 10 * slowest);
    if (outcome === "passed") return { outcome: "survived", leftOut: all.length - tests.length };
    const test = failed?.test ?? tests[passed] ?? tests.at(-1)!; // an error outside of tests belongs to none
    const failure = failed?.failure ?? "";
    killers.set(mutant.file, (killers.get(mutant.file) ?? new Set()).add(test));
    const timedOut = outcome === "timeout" || /\btimed out\b/i.test(failure);
    return { outcome: timedOut ? "timed out" : "killed", by: { test, failure } };
  }

  const results: (Mutant & Verdict & { readonly folder: string })[] = [];
  const rows: string[][] = [];
  for (const [index, folder] of folders.entries()) {
    const counts = new Map<Outcome, number>();
    for (const mutant of chosen[index]!) {
      const verdict = await verdictOn(mutant);
      const { outcome, leftOut = 0 } = verdict;
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      results.push({ ...mutant, folder, ...verdict });
      const notes = new Map<Outcome, string>([
        ["survived", leftOut > 0 ? ` (${leftOut} slow tests left out)` : ""],
        ["not reached", " (no unit test gets here)"],
        ["timed out", " (timed out)"],
      ]);
      if (notes.has(outcome)) {
        const { file, line, original, replacement } = mutant;
        console.log(
          `${file}:${line}  ${onOneLine(original)} → ${onOneLine(replacement)}${notes.get(outcome)}`,
        );
      }
    }
    const of = (outcome: Outcome): number => counts.get(outcome) ?? 0;
    const noticed = of("killed") + of("timed out");
    const counted = noticed + of("survived") + of("not reached");
    rows.push([
      `\`${folder}\``,
      percent(noticed, counted),
      ...outcomes.map((outcome) => String(of(outcome))),
    ]);
    console.log(`${folder}: ${noticed} of ${counted}, ${percent(noticed, counted)}\n`);
  }
  // Tests that fail by themselves would make the score mean nothing.
  const told = [...new Set(results.flatMap(({ by }) => (by ? [by.test] : [])))];
  const failing: string[] = [];
  if (told.length > 0)
    await runner.run({ tests: told, mutant: null }, 300_000, ({ test, passed, failure }) => {
      if (!passed) failing.push(`${test} (${failure})`);
    });
  if (failing.length > 0)
    throw new SetupError(`${failing.join(", ")} also fails without a change: the score means nothing.`);
  runner.close();
  console.log(`\nSeed ${seed}\n`);
  console.log(table(["folder", "score", ...outcomes], rows));
  mkdirSync("test-results", { recursive: true });
  writeFileSync("test-results/mutation.json", JSON.stringify({ seed, results }, null, 2));
}

await runMain(main, help);
