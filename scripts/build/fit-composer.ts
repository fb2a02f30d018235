// Fits the composer's two thresholds (`middle` in src/compose/rules/similarity.ts) and measures the current composer: `npm run
// fit:composer`. Fits on the labelled prompts marked "fit" and every second object name of the pocket pack; measures on the
// others and on the pack's evaluation prompts. Prints wrong picks to standard error, one per line.
import { kindFit } from "../../src/compose/rules/kinds.ts";
import {
  allNamePhrases,
  isThing,
  lexicalMatch,
  semanticLimit,
  styleNames,
} from "../../src/compose/rules/phrases.ts";
import { segment } from "../../src/compose/rules/segment.ts";
import { type AdapterSort, closeness, taskCosines } from "../../src/compose/rules/similarity.ts";
import { contentStems, headStems } from "../../src/compose/rules/words.ts";
import {
  evaluationPrompts,
  labelledPrompts,
  measureComposer,
  objectPrompts,
} from "../../tests/fixtures/composer-quality.ts";
import { openPocket } from "../../tests/fixtures/pocket.ts";
import { rarityOf } from "../../tests/fixtures/rarity.ts";

/** A prompt and an adapter, at their best matching task. */
interface Pair {
  readonly sort: AdapterSort;
  readonly target: boolean;
  closeness: number;
  /** Whether words alone select it. */
  solved: boolean;
}

const pocket = await openPocket();

async function collectPairs(): Promise<readonly Pair[]> {
  const { embedder, candidates } = pocket;
  const cards = candidates.map(({ card }) => card);
  const rarity = rarityOf(cards);
  const names = allNamePhrases(cards, rarity);
  const styles = styleNames(cards);
  const pairs: Pair[] = [];
  for (const { prompt, expect, allow = [] } of [...labelledPrompts("fit"), ...objectPrompts("fit")]) {
    const ofPrompt = new Map<string, Pair>();
    for (const task of segment(prompt, styles)) {
      if (task.negated) continue;
      const text = task.words.map((word) => word.text).join(" ");
      const stems = contentStems(text);
      if (stems.length === 0) continue;
      const heads = headStems(task.words);
      const [vector] = await embedder.embed([text], { kind: "query" });
      const cosines = taskCosines({ vector: vector!, stems }, candidates, names);
      for (const [c, { card }] of candidates.entries()) {
        if (!kindFit(task.kind, card.refined.category) || allow.includes(card.id)) continue;
        if (semanticLimit(stems, names[c]!) < 0.5) continue;
        const sort = card.refined.category === "style" ? "style" : "other";
        const words =
          lexicalMatch(stems, names[c]!, { rarity, ...(isThing(card) && { heads }) })?.strength ?? 0;
        const pair = ofPrompt.get(card.id) ?? {
          sort,
          target: expect.includes(card.id),
          closeness: -2,
          solved: false,
        };
        pair.closeness = Math.max(pair.closeness, closeness(cosines, c, { sort, words, led: task.led }));
        pair.solved ||= words >= 0.5;
        ofPrompt.set(card.id, pair);
      }
    }
    pairs.push(...ofPrompt.values());
  }
  return pairs.filter(({ solved }) => !solved);
}

const pairs = await collectPairs();
for (const sort of ["style", "other"] as const) {
  const own = pairs.filter((pair) => pair.sort === sort);
  const expected = own.filter(({ target }) => target).length;
  const at = (threshold: number): { f: number; right: number; taken: number } => {
    const taken = own.filter((pair) => pair.closeness >= threshold);
    const right = taken.filter(({ target }) => target).length;
    return { f: (2 * right) / (expected + taken.length), right, taken: taken.length };
  };
  const thresholds = Array.from({ length: 141 }, (_, i) => 0.3 + i / 100);
  const best = thresholds.reduce((a, b) => (at(b).f > at(a).f ? b : a));
  console.log(
    `${sort}: best middle ${best.toFixed(2)}, F1 ${at(best).f.toFixed(3)}, ${expected} expected that words miss`,
  );
  for (const threshold of thresholds.filter((_, i) => i % 5 === 0)) {
    const { f, right, taken } = at(threshold);
    console.error(`  ${sort} ${threshold.toFixed(2)}: F1 ${f.toFixed(3)}, ${right} right of ${taken} taken`);
  }
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
