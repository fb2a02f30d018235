// `npm run eval`: generates the evaluation prompts by every method through the built site, scores them, and writes
// docs/quality.json and docs/quality.md. Takes hours on a CPU; resumes after an interruption.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { integer, parseOptions, runMain, UsageError } from "../run/arguments.ts";
import { measure } from "../bench/measure.ts";
import { ensureBuild, root } from "../run/setup.ts";
import { type EmbedderEvaluation, parityErrors, recorded, type ScorerEvaluation, sizes } from "./facts.ts";
import { compareMethods, effectJobs, measureEffects, methodJobs, votePairs } from "./figures.ts";
import { packDigest, RunGenerator } from "./generation.ts";
import { type Effect, effects, type EvaluationPrompt, methodJob, methods, readPrompts } from "./jobs.ts";
import { readReferences, writeReferences } from "./references.ts";
import { type QualityReport, writeMarkdown } from "./report.ts";
import { openScorer } from "./scorer.ts";
import { votePage } from "./vote.ts";
import { type Sheet, writeSheets } from "./sheet.ts";

const help = `Usage: npm run eval -- [options]

  --limit N          only N (5 or more) of the 200 prompts, for a quick try
  --effect-prompts N prompts for each adapter's effect, 0 … 6 (default 6)
  --pages N          pages that generate at once, 1 or 2 (default 1)
  --fresh            regenerate images from an earlier state of the code
  --out DIR          where quality.md and quality.json go (default docs; with --limit .cache/quality)
  --vote FILE.html   also a page to compare Stylus with the base model by eye, blind, where their images differ
  --references DIR   only this: read the renders of \`python3 -m pocket.references\` and store their statistics`;

const spec = {
  limit: { type: "string" },
  "effect-prompts": { type: "string", default: "6" },
  pages: { type: "string", default: "1" },
  fresh: { type: "boolean", default: false },
  out: { type: "string" },
  references: { type: "string" },
  vote: { type: "string" },
  help: { type: "boolean" },
} as const;

/** Some prompts of every group by each method; and the first prompt of each adapter. */
function sheets(
  prompts: readonly EvaluationPrompt[],
  adapters: readonly Effect[],
  { generator }: { generator: RunGenerator },
): Sheet[] {
  const stride = Math.max(1, Math.floor(prompts.length / 20));
  const shown = prompts
    .map((prompt, index) => ({ prompt, index }))
    .filter(({ index }) => index % stride === 0);
  return [
    {
      file: "quality-methods.jpg",
      columns: methods,
      rows: shown.map(({ prompt, index }) => ({
        label: prompt.prompt,
        pngs: methods.map((method) => generator.read(methodJob(prompt, method, index)).pngs[0]!),
      })),
      blocks: 2,
      side: 120,
    },
    {
      file: "quality-adapters.jpg",
      columns: ["without", "with"],
      rows: adapters.map(({ id, jobs: [first] }) => ({
        label: `${id}: ${first!.prompt}`,
        pngs: [first!.without, first!.with].map((job) => generator.read(job).pngs[0]!),
      })),
      blocks: 4,
      side: 96,
    },
  ];
}

async function main(): Promise<void> {
  const { values, positionals } = parseOptions(spec);
  if (values["help"]) return console.log(help);
  if (positionals.length > 0) throw new UsageError(`Unknown argument “${positionals[0]}”.`);
  const text = (name: keyof typeof spec): string => String(values[name]);
  const allPrompts = readPrompts(root, Infinity);
  const limit = values["limit"]
    ? integer("limit", text("limit"), { min: 5, max: allPrompts.length })
    : allPrompts.length;
  const effectPrompts = integer("effect-prompts", text("effect-prompts"), { min: 0, max: 6 });
  const pages = integer("pages", text("pages"), { min: 1, max: 2 });
  const partial = limit < allPrompts.length || effectPrompts < 6;
  const out = path.resolve(
    values["out"] ? text("out") : path.join(root, partial ? ".cache/quality" : "docs"),
  );

  const scorer = await openScorer(path.join(root, "public/packs/pocket"));
  if (values["references"]) {
    const ids = allPrompts.map(({ id }) => id);
    return writeReferences(path.resolve(text("references")), ids, { scorer, root });
  }
  const references = await readReferences(root);
  ensureBuild();

  console.log("Measuring times …");
  const times = await measure();
  const prompts = readPrompts(root, limit);
  const adapters = effectPrompts > 0 ? effects(root, effectPrompts) : [];
  const generator = new RunGenerator(root, { fresh: Boolean(values["fresh"]) });
  await generator.prepare([...methodJobs(prompts), ...effectJobs(adapters)], { pages });

  if (values["vote"])
    writeFileSync(
      path.resolve(text("vote")),
      votePage(votePairs(prompts, generator), ["Stylus", "base model alone"]),
    );
  console.log("Scoring …");
  const compared = await compareMethods(prompts, { generator, scorer, references });
  const report: QualityReport = {
    format: "stylus-web/quality",
    version: 2,
    createdAt: new Date().toISOString(),
    pack: packDigest(root),
    prompts: prompts.length,
    referenceRenders: references.statistics.count,
    sampling: generator.read(methodJob(prompts[0]!, "sd", 0)).sampling,
    ...compared,
    effects: await measureEffects(
      adapters.filter(({ isJudged }) => isJudged),
      { generator, scorer },
    ),
    notJudged: adapters.filter(({ isJudged }) => !isJudged).map(({ id }) => id),
    outdatedRuns: generator.outdatedRuns,
    embedder: recorded<EmbedderEvaluation>(root, "training/embedder/evaluation.json"),
    scorer: recorded<ScorerEvaluation>(root, "training/scorer/evaluation.json"),
    parity: await parityErrors(),
    times,
    sizes: sizes(root),
  };
  writeFileSync(path.join(out, "quality.json"), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(path.join(out, "quality.md"), writeMarkdown(report));
  await writeSheets(path.join(out, "images"), sheets(prompts, adapters, { generator }));
  console.log(`${path.join(out, "quality.md")}\n${path.join(out, "quality.json")}`);
}

await runMain(main, help);
