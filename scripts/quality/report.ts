// docs/quality.md from the figures: tables with what each column means, nothing that is not measured.
import type { Measurement } from "../bench/measure.ts";
import type { EmbedderEvaluation, Recall, RecallSet, ScorerEvaluation, Sizes } from "./facts.ts";
import type { ChoiceFigures, EffectFigures, MethodFigures } from "./figures.ts";
import type { Painted } from "./generation.ts";
import type { Estimate } from "./statistics.ts";

/** Contents of docs/quality.json; a change of shape is a new `version`. */
export interface QualityReport {
  readonly format: "stylus-web/quality";
  readonly version: 1;
  readonly createdAt: string;
  /** Digest of the pack's files. */
  readonly pack: string;
  readonly prompts: number;
  readonly referenceRenders: number;
  readonly sampling: Painted["sampling"];
  readonly methods: readonly MethodFigures[];
  readonly choices: readonly ChoiceFigures[];
  readonly effects: readonly EffectFigures[];
  /** Runs that were painted by an earlier state of the code (see --fresh). */
  readonly outdatedRuns: number;
  readonly embedder: EmbedderEvaluation | null;
  readonly scorer: ScorerEvaluation | null;
  readonly parity: Readonly<Record<string, number>>;
  readonly times: Measurement;
  readonly sizes: Sizes;
}

const names: Readonly<Record<MethodFigures["id"], string>> = {
  stylus: "**stylus**",
  sd: "sd (base model alone)",
  retriever: "retriever (nearest three)",
  random: "random (three)",
  renders: "*reference renders*",
};

const fixed = (digits: number) => (value: number) => value.toFixed(digits).replace("-", "−");
const significant = (value: number): string => value.toPrecision(3).replace("-", "−");
const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;
const seconds = (ms: number): string =>
  ms >= 1_000 ? `${(ms / 1_000).toFixed(1)} s` : `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
const megabytes = (bytes: number): string =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;

const cell = (estimate: Estimate | null | undefined, show: (value: number) => string): string =>
  estimate ? `${show(estimate.value)} (${show(estimate.low)} … ${show(estimate.high)})` : "–";

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  // Columns of words stand left, columns of figures right.
  const rule = head.map((_, index) => (/^[\d−–]/.test(rows[0]?.[index] ?? "") ? "---:" : "---"));
  return [line(head), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}

function methodTables({ methods }: QualityReport): string {
  const overall = table(
    ["method", "score ↑", "over sd", "own prompt first ↑", "Fréchet ↓", "diversity"],
    methods.map((method) => [
      names[method.id],
      cell(method.score, fixed(1)),
      cell(method.scoreOverSd, fixed(1)),
      cell(method.ownPromptFirst, percent),
      cell(method.frechet, significant),
      cell(method.diversity, fixed(3)),
    ]),
  );
  const groups = Object.keys(methods[0]!.scoreByGroup);
  const counts = groups.map((group) => methods[0]!.scoreByGroup[group]!.count);
  const byGroup = table(
    ["score by kind of prompt", ...groups.map((group, index) => `${group} (${counts[index]})`)],
    methods.map((method) => [
      names[method.id],
      ...groups.map((group) => cell(method.scoreByGroup[group], fixed(1))),
    ]),
  );
  return `${overall}\n\n${byGroup}`;
}

const choiceTable = ({ choices }: QualityReport): string =>
  table(
    [
      "method",
      "wanted, card's words ↑",
      "wanted, other words ↑",
      "chosen are wanted ↑",
      "none when none wanted ↑",
    ],
    choices.map((choice) => [
      names[choice.id],
      cell(choice.wantedByCardWords, percent),
      cell(choice.wantedByOtherWords, percent),
      cell(choice.chosenWanted, percent),
      cell(choice.noneWhenNoneWanted, percent),
    ]),
  );

const effectTable = ({ effects }: QualityReport): string =>
  table(
    [
      "adapter",
      "kind",
      "weight",
      "score without",
      "score with",
      "direction",
      "better",
      "image distance",
      "pixels",
    ],
    effects.map((effect) => [
      `${effect.title} (\`${effect.id}\`)`,
      effect.category,
      fixed(2)(effect.weight),
      fixed(1)(effect.scoreWithout),
      fixed(1)(effect.scoreWith),
      cell(effect.change, fixed(1)),
      `${Math.round(effect.improved * effect.prompts)} of ${effect.prompts}`,
      fixed(2)(effect.imageDistance),
      fixed(0)(effect.pixelDifference),
    ]),
  );

function effectSummary({ effects }: QualityReport): string {
  const up = effects.filter((effect) => effect.change.value > 0).length;
  const surely = effects.filter((effect) => effect.change.low > 0).length;
  return `${up} of ${effects.length} adapters raise the score on average, ${surely} with the whole interval above 0.`;
}

function effectSection(report: QualityReport): string {
  return `The same prompt (trigger words included) and seed, few-step, with the adapter at its refined weight and without any. ${effectSummary(report)}
Some adapters are poor on purpose, as in the wild: \`vivid\` is weak, \`vaporwave\` over-strong, \`wizard\` overfit, the card of \`sepia\` misleads.

${effectTable(report)}

![The first prompt of each adapter, without and with it](images/quality-adapters.jpg)

- **direction**: how the score of picture and prompt changes; **better**: on how many of the prompts it rises.
- **strength**: *image distance* is 1 − cosine between both pictures in the scorer's space, *pixels* the mean absolute difference of their values (0 … 255).`;
}

function recallTable(evaluation: EmbedderEvaluation): string {
  const sets: [string, RecallSet | undefined][] = [
    [`no word in common with any of ${evaluation.cards} cards`, evaluation.strict],
    [`inside a prompt, ${evaluation.cards} cards`, evaluation.prompts],
    [`the pack's own ${evaluation.pack?.cards ?? 0} cards`, evaluation.pack],
  ];
  const labels: Readonly<Record<string, string>> = {
    embedder: "**embedder**",
    bm25: "BM25",
    tfidf: "bag of words (TF-IDF)",
    hashed: "bag of words (averaged hashed vectors)",
  };
  const rows = sets.flatMap(([set, recalls]) =>
    Object.entries(labels).flatMap(([key, label]) => {
      const recall = recalls?.[key] as Recall | undefined;
      if (!recalls || !recall) return [];
      const [one, five, ten] = [recall["r@1"], recall["r@5"], recall["r@10"]];
      return [
        [
          `${set} (${recalls.queries} queries)`,
          label,
          percent(one),
          percent(five),
          percent(ten),
          fixed(3)(recall.mrr),
        ],
      ];
    }),
  );
  const { passed, total } = evaluation.sanity;
  return `${table(["queries", "ranked by", "recall@1", "recall@5", "recall@10", "MRR"], rows)}\n\nSanity pairs (“puppy” nearer to “dog” than to “car” …): ${passed} of ${total}.`;
}

const scorerText = ({ base_captions: base, all_captions: all, styles }: ScorerEvaluation): string =>
  `The scorer itself, on renders it never saw: right caption first among ${base.candidates} ${percent(base.top1)} (base scenes), ` +
  `${percent(all.top1)} (all styles and concepts); style recognised among ${styles.looks} ${percent(styles.accuracy)}.`;

function timeTables({ times }: QualityReport): string {
  const { machine, device, cold, warm, fast, full } = times;
  const visits = table(
    ["", "time"],
    [
      [
        `first image after opening the page, empty cache (${megabytes(cold.downloadedBytes)} fetched)`,
        seconds(cold.firstImageMs),
      ],
      ["first image after opening the page, warm cache", seconds(warm.firstImageMs)],
      [`following images, few-step (${fast.steps} steps of ${fast.sampler})`, seconds(fast.imageMs)],
      [`following images, full (${full.steps} steps of ${full.sampler})`, seconds(full.imageMs)],
      ["one step, few-step", seconds(fast.stepMs)],
      [`one step, full (CFG ${full.cfgScale})`, seconds(full.stepMs)],
    ],
  );
  const parts = table(
    ["part of a few-step run", "median"],
    Object.entries(fast.partsMs).map(([name, ms]) => [name, seconds(ms)]),
  );
  const busy =
    machine.loadBefore > machine.cores / 2
      ? ` The machine was busy (load ${machine.loadBefore.toFixed(1)}).`
      : "";
  return (
    `${machine.processor}, ${machine.cores} cores; Chromium ${machine.browser}; ${device.kind}: ${device.name} (${device.reason}).${busy} ` +
    `\`npm run bench\` measures the same.\n\n${visits}\n\n${parts}`
  );
}

function sizeTable({ sizes }: QualityReport): string {
  const rows = Object.entries(sizes.pack).sort((a, b) => b[1] - a[1]);
  return table(
    ["", "size"],
    [
      ...rows.map(([folder, bytes]) => [
        folder === "adapters" ? `adapters (${sizes.adapterFiles} files, with cards and samples)` : folder,
        megabytes(bytes),
      ]),
      ["**pack in all**", megabytes(sizes.packTotal)],
      [`largest file (${sizes.largestFile.path})`, megabytes(sizes.largestFile.sizeBytes)],
      ["site: scripts, styles, page", megabytes(sizes.site.code)],
      ["site: WebAssembly, of which a visit loads one ONNX Runtime build", megabytes(sizes.site.wasm)],
    ],
  );
}

export function writeMarkdown(report: QualityReport): string {
  const { sampling, methods } = report;
  const outdated =
    report.outdatedRuns > 0
      ? `\n\n${report.outdatedRuns} runs were painted by an earlier state of the code; \`npm run quality -- --fresh\` paints them again.`
      : "";
  const diversityPrompts = methods[0]!.diversity?.count ?? 0;
  return `# Quality

Made by \`npm run quality\` on ${report.createdAt.slice(0, 10)}; do not edit. The same figures as data: [quality.json](quality.json).
Pack \`${report.pack.slice(0, 12)}\`, pictures of ${sampling.width}×${sampling.height}, ${sampling.steps} steps of ${sampling.sampler} (few-step adapter on), CFG ${sampling.cfgScale}. In parentheses: 95 % intervals,
prompts drawn with replacement.${outdated}

## Methods

${report.prompts} held-out prompts (object pairs, wordings and scenes that training never showed), the same seeds for every method.

${methodTables(report)}

![Some of the prompts by each method](images/quality-methods.jpg)

- **score**: 100 × cosine of picture and prompt in the space of the pack's own image–text scorer; *over sd*: difference to the base model's picture of the same prompt.
- **own prompt first**: share of pictures that score higher with their own prompt than with any of the others.
- **Fréchet**: distance of the pictures' scorer features to those of ${report.referenceRenders} reference renders of the same prompts (scene renderer, right look). With ${report.prompts} pictures
  it is biased upwards, equally for all; the renders' own row, other renders of the same prompts, is the floor.
- **diversity**: 1 − cosine between four pictures of one prompt (${diversityPrompts} prompts). More is not better by itself.

What was chosen, for prompts that want an adapter in the words of its card, in words that no card uses, or that want none:

${choiceTable(report)}

## Each adapter, with and without

${report.effects.length > 0 ? effectSection(report) : "Not measured in this run."}

## Retrieval

${report.embedder ? `Recall on paraphrases that no training saw.\n\n${recallTable(report.embedder)}` : "The embedder's evaluation (`training/embedder/evaluation.json`) is not in this checkout."}

## The scorer

${report.scorer ? scorerText(report.scorer) : "The scorer's evaluation (`training/scorer/evaluation.json`) is not in this checkout."} It knows this pack's world only: its figures compare methods here and say nothing about other models.

## Exactness

Relative error of each network's miniature, WASM float32 against torch (\`tests/parity\`, tolerance 1e-4):

${table(
  ["network", "relative error"],
  Object.entries(report.parity).map(([name, error]) => [name, error.toExponential(1)]),
)}

## Times

${timeTables(report)}

## Sizes

${sizeTable(report)}
`;
}
