// Fits the composer's calibration (src/compose/similarity.ts): logistic regression from the cosine features of a task and an
// adapter to "this adapter is expected here". Data: the labelled prompts marked "fit" and every second object name of
// the pocket pack. Prints the weights to copy, and nothing else changes: `npx tsx scripts/fit-composer.ts`.
import { readFileSync } from "node:fs";
import path from "node:path";
import { kindFit } from "../src/compose/kinds.ts";
import { allNamePhrases } from "../src/compose/phrases.ts";
import { segment } from "../src/compose/segment.ts";
import { semanticFeatures, taskCosines } from "../src/compose/similarity.ts";
import { contentStems } from "../src/compose/words.ts";
import { openPocket } from "../tests/fixtures/pocket.ts";

interface Labelled {
  readonly prompt: string;
  readonly expect: readonly string[];
  readonly allow?: readonly string[];
  readonly split: "fit" | "test";
}

const root = path.join(import.meta.dirname, "..");
const read = (file: string): unknown => JSON.parse(readFileSync(path.join(root, file), "utf8"));

const prompts = (read("tests/fixtures/composer-prompts.json") as Labelled[]).filter(
  ({ split }) => split === "fit",
);
const objects = read("training/pocket/objects.json") as {
  name: string;
  synonyms: string[];
  concept: string | null;
}[];
const named: Labelled[] = objects
  .filter((_, index) => index % 2 === 0)
  .flatMap(({ name, synonyms, concept }) =>
    [name, ...synonyms].map((word) => ({
      prompt: `a ${word}`,
      expect: concept ? [concept] : [],
      split: "fit" as const,
    })),
  );

const { embedder, candidates } = await openPocket();
const names = allNamePhrases(candidates.map(({ card }) => card));

/** Per prompt: pairs of the right kind, each with features; `target` for expected adapters. */
interface Pair {
  readonly features: readonly number[];
  readonly group: string; // prompt and adapter: at least one task of an expected adapter should match
  readonly target: boolean;
}

const pairs: Pair[] = [];
for (const [index, { prompt, expect, allow = [] }] of [...prompts, ...named].entries()) {
  for (const task of segment(prompt)) {
    const words = task.words.map(({ text }) => text).join(" ");
    const stems = contentStems(words);
    if (stems.length === 0) continue;
    const [vector] = await embedder.embed([words], { kind: "query" });
    const cosines = taskCosines({ vector: vector!, stems }, candidates, names);
    for (const [c, { card }] of candidates.entries()) {
      if (!kindFit(task.kind, card.refined.category) || allow.includes(card.id)) continue;
      pairs.push({
        features: [1, ...semanticFeatures(cosines, c)],
        group: `${index} ${card.id}`,
        target: expect.includes(card.id),
      });
    }
  }
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const score = (weights: readonly number[], features: readonly number[]): number =>
  features.reduce((sum, value, i) => sum + value * weights[i]!, 0);

let weights = [-8, 4, 0.5, 4, 0.5];
for (let round = 0; round < 8; round++) {
  // Which task of the prompt an expected adapter belongs to is not labelled: the best-scoring one, as in multiple-instance learning.
  const best = new Map<string, Pair>();
  for (const pair of pairs) {
    const known = best.get(pair.group);
    if (pair.target && (!known || score(weights, pair.features) > score(weights, known.features)))
      best.set(pair.group, pair);
  }
  const positives = [...best.values()];
  const negatives = pairs.filter(({ target }) => !target);
  const samples = [
    ...positives.map(({ features }) => ({ features, y: 1, w: 1 / positives.length })),
    // Three to one against false picks: a wrong adapter spoils an image, a missing one leaves it as it was.
    ...negatives.map(({ features }) => ({ features, y: 0, w: 3 / negatives.length })),
  ];
  for (let step = 0; step < 1500; step++) {
    const gradient = weights.map((weight, i) => (i === 0 ? 0 : 1e-4 * weight));
    for (const { features, y, w } of samples) {
      const error = w * (logistic(score(weights, features)) - y);
      for (const [i, value] of features.entries()) gradient[i]! += error * value;
    }
    weights = weights.map((weight, i) => weight - 2 * gradient[i]!);
  }
  console.error(
    `round ${round}: ${positives.length} positives, ${negatives.length} negatives, ${weights.map((x) => x.toFixed(2)).join(" ")}`,
  );
}
/** F0.5 over prompts of picking every pair whose strength reaches 0.5 after shifting the bias. */
function fBeta(shift: number): { f: number; precision: number; recall: number } {
  const picked = new Set(
    pairs.filter(({ features }) => score(weights, features) + shift >= 0).map(({ group }) => group),
  );
  const expected = new Set(pairs.filter(({ target }) => target).map(({ group }) => group));
  const hits = [...picked].filter((group) => expected.has(group)).length;
  const precision = picked.size === 0 ? 1 : hits / picked.size;
  const recall = hits / expected.size;
  const f = (1.25 * precision * recall) / (0.25 * precision + recall || 1);
  return { f, precision, recall };
}

// The fit gives the direction, this the operating point: precision counts twice as much as recall.
const shifts = Array.from({ length: 161 }, (_, i) => -6 + i * 0.05);
const best = shifts.reduce((a, b) => (fBeta(b).f > fBeta(a).f ? b : a));
weights[0]! += best;
console.error(
  `shift ${best.toFixed(2)}: ${JSON.stringify(fBeta(0))} on the data of the fit, by meaning alone`,
);
const [bias, document, documentLead, name, nameLead] = weights.map((value) => Number(value.toFixed(2)));
console.log(JSON.stringify({ bias, document, documentLead, name, nameLead }));
