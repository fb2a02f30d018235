// Fits the composer's calibration (src/compose/similarity.ts): logistic regression from the cosine features of a task and an
// adapter to "this adapter is expected here". Data: the labelled prompts marked "fit" and every second object name of
// the pocket pack. Prints the weights to copy into that file, and what the composer achieves with those that stand there now,
// on data that no fit has seen: `npm run fit:composer` (`-- --measure` for the second part alone).
import { kindFit } from "../src/compose/kinds.ts";
import { allNamePhrases } from "../src/compose/phrases.ts";
import { segment } from "../src/compose/segment.ts";
import { semanticFeatures, taskCosines } from "../src/compose/similarity.ts";
import { contentStems } from "../src/compose/words.ts";
import {
  evaluationPrompts,
  labelledPrompts,
  measureComposer,
  objectPrompts,
} from "../tests/fixtures/composer-quality.ts";
import { openPocket } from "../tests/fixtures/pocket.ts";

/** Per prompt: pairs of the right kind, each with features; `target` for expected adapters. */
interface Pair {
  readonly features: readonly number[];
  readonly group: string; // prompt and adapter: at least one task of an expected adapter should match
  readonly target: boolean;
}

const pocket = await openPocket();

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const score = (weights: readonly number[], features: readonly number[]): number =>
  features.reduce((sum, value, i) => sum + value * weights[i]!, 0);

async function collectPairs(): Promise<readonly Pair[]> {
  const { embedder, candidates } = pocket;
  const names = allNamePhrases(candidates.map(({ card }) => card));
  const pairs: Pair[] = [];
  const data = [...labelledPrompts("fit"), ...objectPrompts("fit")];
  for (const [index, { prompt, expect, allow = [] }] of data.entries()) {
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
  return pairs;
}

/** Weights of [1, ...semanticFeatures]. */
function fit(pairs: readonly Pair[]): readonly number[] {
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
    console.error(`round ${round}: ${positives.length} positives, ${negatives.length} negatives`);
  }
  return weights;
}

/** Precision, recall and F0.5 over prompts of taking every pair whose strength reaches 0.5 after shifting the bias. */
function atShift(
  pairs: readonly Pair[],
  weights: readonly number[],
  shift: number,
): { f: number; precision: number; recall: number } {
  const taken = new Set(
    pairs.filter(({ features }) => score(weights, features) + shift >= 0).map(({ group }) => group),
  );
  const expected = new Set(pairs.filter(({ target }) => target).map(({ group }) => group));
  const hits = [...taken].filter((group) => expected.has(group)).length;
  const precision = taken.size === 0 ? 1 : hits / taken.size;
  const recall = hits / expected.size;
  const f = (1.25 * precision * recall) / (0.25 * precision + recall || 1);
  return { f, precision, recall };
}

if (!process.argv.includes("--measure")) {
  const pairs = await collectPairs();
  const weights = fit(pairs);
  // The fit gives the direction, this the operating point: precision counts twice as much as recall.
  const shifts = Array.from({ length: 161 }, (_, i) => -6 + i * 0.05);
  const best = shifts.reduce((a, b) => (atShift(pairs, weights, b).f > atShift(pairs, weights, a).f ? b : a));
  console.error("on the data of the fit, by meaning alone:", atShift(pairs, weights, best));
  const [bias, document, documentLead, name, nameLead] = weights.map((value, i) =>
    Number((i === 0 ? value + best : value).toFixed(2)),
  );
  console.log("const calibration =", { bias, document, documentLead, name, nameLead });
}

for (const [title, expectations] of [
  ["labelled prompts, fit", labelledPrompts("fit")],
  ["labelled prompts, held out", labelledPrompts("test")],
  ["evaluation prompts", evaluationPrompts()],
  ["object names, fit", objectPrompts("fit")],
  ["object names, held out", objectPrompts("test")],
] as const) {
  const { precision, recall, right, wrong, missed, faults } = await measureComposer(pocket, expectations);
  console.log(
    `${title}: ${expectations.length} prompts, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, ${right} right, ${wrong} wrong, ${missed} missed`,
  );
  for (const fault of faults) console.error(`  ${fault}`);
}
