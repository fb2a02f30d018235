// `npm run bench:less`: what the options that make sampling less work save, and what they cost: the same prompts and seeds with and
// without them, on the built site with Pocket. Reports without assertions.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { AutomationOptions } from "../../src/app/automation.ts";
import { integer, parseOptions, runMain } from "../run/arguments.ts";
import { table } from "../run/markdown-table.ts";
import { root } from "../run/setup.ts";
import { openSite, runInPage } from "../run/site.ts";
import { readPrompts } from "../quality/jobs.ts";
import { readRgb } from "../quality/rgb.ts";
import { openScorer, type Scorer } from "../quality/scorer.ts";
import { bootstrapMean, dot, type Estimate, median } from "../quality/statistics.ts";

const help = `Usage: npm run bench:less -- [options]

  --prompts N   of the 200 evaluation prompts (default 36)
  --steps N     sampling steps (default 20)
  --images DIR  keeps the images there, to look at`;

type Change = Pick<AutomationOptions, "guidanceInterval" | "cacheInterval">;

const variants: readonly (readonly [name: string, change: Change])[] = [
  ["plain", {}],
  ["guidance 0.2-0.9", { guidanceInterval: { start: 0.2, end: 0.9 } }],
  ["guidance 0-0.9", { guidanceInterval: { start: 0, end: 0.9 } }],
  ["guidance 0-0.75", { guidanceInterval: { start: 0, end: 0.75 } }],
  ["cache interval 2", { cacheInterval: 2 }],
  ["cache interval 3", { cacheInterval: 3 }],
  ["cache interval 5", { cacheInterval: 5 }],
  ["cache interval 2, guidance 0-0.9", { cacheInterval: 2, guidanceInterval: { start: 0, end: 0.9 } }],
];

interface Made {
  readonly sampling: number;
  /** 100 × cosine of image and prompt. */
  readonly score: number;
  /** Root mean square over colours of 0 … 255, to the plain image. */
  readonly difference: number;
}

/** Variants take turns, so that a machine that is busy for a while slows all of them. */
async function generateAll(
  prompts: readonly string[],
  { steps, images, scorer }: { steps: number; images: string | undefined; scorer: Scorer },
): Promise<Map<string, Made[]>> {
  const made = new Map<string, Made[]>(variants.map(([name]) => [name, []]));
  const texts = await scorer.texts(prompts);
  const site = await openSite();
  try {
    for (const [index, prompt] of prompts.entries()) {
      let plain: Uint8Array | null = null;
      for (const [name, change] of variants) {
        const options: AutomationOptions = {
          prompt,
          method: "sd",
          fewStep: false,
          seed: 1 + 10 * index,
          steps,
        };
        const run = await runInPage(site.page, { ...options, ...change });
        const { png } = run.images[0]!;
        if (images) writeFileSync(path.join(images, `${index}-${name.replaceAll(" ", "-")}.png`), png);
        const { rgb } = readRgb(png);
        plain ??= rgb;
        made.get(name)!.push({
          sampling: run.report.images[0]!.parts["sampling"]!,
          score: 100 * dot((await scorer.images([png]))[0]!.embedding, texts[index]!),
          difference: distance(rgb, plain),
        });
      }
      console.error(`${index + 1} of ${prompts.length} prompts`);
    }
  } finally {
    await site.close();
  }
  return made;
}

function distance(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return Math.sqrt(sum / a.length);
}

const estimate = ({ value, low, high }: Estimate): string =>
  `${value.toFixed(2)} (${low.toFixed(2)} … ${high.toFixed(2)})`;

function show(made: ReadonlyMap<string, readonly Made[]>): void {
  const plain = made.get("plain")!;
  const seconds = (all: readonly Made[]): number => median(all.map(({ sampling }) => sampling)) / 1000;
  const rows = [...made].map(([name, all]) => [
    name,
    seconds(all).toFixed(2),
    // Of each prompt, by the plain run just before.
    median(all.map(({ sampling }, i) => sampling / plain[i]!.sampling)).toFixed(2),
    estimate(bootstrapMean(all.map(({ score }, i) => score - plain[i]!.score))),
    median(all.map(({ difference }) => difference)).toFixed(1),
  ]);
  const { value } = bootstrapMean(plain.map(({ score }) => score));
  console.log(`${plain.length} prompts, score of the plain images ${value.toFixed(2)}`);
  console.log(table(["", "sampling, s", "of plain", "score over plain", "RMS difference"], rows));
}

async function main(): Promise<void> {
  const { values } = parseOptions({
    prompts: { type: "string", default: "36" },
    steps: { type: "string", default: "20" },
    images: { type: "string" },
    help: { type: "boolean" },
  });
  if (values.help) return console.log(help);
  const limit = integer("prompts", values.prompts, { min: 1, max: 200 });
  const steps = integer("steps", values.steps, { min: 1, max: 150 });
  if (values.images) mkdirSync(values.images, { recursive: true });
  const prompts = readPrompts(root, limit).map(({ prompt }) => prompt);
  const scorer = await openScorer(path.join(root, "public/packs/pocket"));
  show(await generateAll(prompts, { steps, images: values.images, scorer }));
}

await runMain(main, help);
