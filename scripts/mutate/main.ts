// `npm run mutate`: changes the sources in small ways, one at a time, and tells which changes no unit test notices.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { integer, parseOptions, runMain, UsageError } from "../run/arguments.ts";
import { table } from "../run/markdown-table.ts";
import { root, SetupError } from "../run/setup.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { Runner } from "./processes.ts";
import { measureReach } from "./reach.ts";
import { browserOnly, equivalents } from "./reviewed.ts";
import { sample, testsFor } from "./sample.ts";

const help = `Usage: npm run mutate -- [options]

Changes sources in small ways, in memory only, and runs the unit tests that reach each change. Prints the changes that no test notices, and the
score of each folder; also as data in test-results/mutation.json.

  --sample N       changes to try, evenly over the folders (default 300)
  --seed S         which ones (default 1)
  --all            all of them: about a day
  --folder FOLDER  only sources below it, or one file; repeat it for several
                   (default src/adapters, src/compose, src/engine, src/formats, src/storage)
  --patience S     seconds of tests, as measured without changes, for each change (default 60); more may find more
  --tests FOLDER   only tests below it, or one file; repeat it for several (default src)`;

const usualFolders = ["src/adapters", "src/compose", "src/engine", "src/formats", "src/storage"];

type Outcome = "killed" | "survived" | "not reached" | "equivalent" | "browser";

const filesBelow = (folder: string): string[] =>
  folder.endsWith(".ts")
    ? [folder]
    : readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .map((file) => path.posix.join(folder, file.replaceAll("\\", "/")))
        .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
        .toSorted();

const isTest = (file: string): boolean => file.endsWith(".test.ts");

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
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not an option.`);
  const seed = integer("seed", values.seed, { min: 0, max: 2 ** 32 - 1 });
  const count = values.all ? Infinity : integer("sample", values.sample, { min: 1, max: 100_000 });
  const patience = 1_000 * integer("patience", values.patience, { min: 1, max: 3_600 });
  process.chdir(root);

  const folders = values.folder.map((folder) => path.posix.normalize(folder).replace(/\/$/, ""));
  const chosen = folders.map((folder) => {
    const sources = filesBelow(folder).filter((file) => !isTest(file));
    const mutants = sources.flatMap((file) => mutantsOf(file, readFileSync(file, "utf8")));
    return sample(mutants, Math.ceil(count / folders.length), seed);
  });
  const reaches = await measureReach(values.tests.flatMap(filesBelow).filter(isTest));
  const killers = new Map<string, Set<string>>();
  const runner = new Runner();
  process.on("exit", () => runner.close());
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

  async function outcomeOf(mutant: Mutant): Promise<Outcome> {
    if ([...browserOnly.keys()].some((start) => mutant.file.startsWith(start))) return "browser";
    if (isEquivalent(mutant)) return "equivalent";
    const tests = testsFor(mutant, { reaches, killers, patience });
    if (tests.length === 0) return "not reached";
    // Enough for the slowest of them on a busy machine; more is an endless loop.
    const limit = 20_000 + 5 * Math.max(...tests.map((test) => reaches.get(test)!.ms));
    const outcome = await runner.run({ tests, mutant }, limit, ({ test, passed }) => {
      if (!passed) killers.set(mutant.file, (killers.get(mutant.file) ?? new Set()).add(test));
    });
    return outcome === "passed" ? "survived" : "killed";
  }

  const results: (Mutant & { readonly folder: string; readonly outcome: Outcome })[] = [];
  const rows: string[][] = [];
  for (const [index, folder] of folders.entries()) {
    const counts = new Map<Outcome, number>();
    for (const mutant of chosen[index]!) {
      const outcome = await outcomeOf(mutant);
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      results.push({ ...mutant, folder, outcome });
      if (outcome === "survived" || outcome === "not reached") {
        const { file, line, original, replacement } = mutant;
        const note = outcome === "survived" ? "" : " (no unit test gets here)";
        console.log(`${file}:${line}  ${onOneLine(original)} → ${onOneLine(replacement)}${note}`);
      }
    }
    const of = (outcome: Outcome): number => counts.get(outcome) ?? 0;
    const counted = of("killed") + of("survived") + of("not reached");
    const cells = [of("killed"), of("survived"), of("not reached"), of("equivalent"), of("browser")];
    rows.push([`\`${folder}\``, percent(of("killed"), counted), ...cells.map(String)]);
    console.log(`${folder}: ${percent(of("killed"), counted)} of ${counted}\n`);
  }
  const lastKilled = results.findLast(({ outcome }) => outcome === "killed");
  if (lastKilled) {
    const unchanged = { ...lastKilled, replacement: lastKilled.original };
    const tests = testsFor(unchanged, { reaches, killers, patience });
    if ((await runner.run({ tests, mutant: unchanged }, 300_000, () => {})) !== "passed")
      throw new SetupError(`${tests.join(", ")} also fail without a change: the score means nothing.`);
  }
  runner.close();
  console.log(`\nSeed ${seed}\n`);
  const head = ["folder", "score", "killed", "survived", "not reached", "equivalent", "browser only"];
  console.log(table(head, rows));
  mkdirSync("test-results", { recursive: true });
  writeFileSync("test-results/mutation.json", JSON.stringify({ seed, results }, null, 2));
}

await runMain(main, help);
