// The pack's cards from the authors' and from what was measured of their files.
import { readFileSync } from "node:fs";
import path from "node:path";
import { authorCards } from "./author-cards.ts";
import { plainText } from "../../src/refine/plain-text.ts";
import type { QualityReport } from "../quality/report.ts";
import type { AdapterCard } from "../../src/retrieval/card.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** What `npm run eval` measured last, by the hash of the adapter's file. */
const measured = new Map(
  (
    JSON.parse(readFileSync(path.join(root, "docs/quality.json"), "utf8")) as Pick<QualityReport, "effects">
  ).effects.map((effect) => [effect.sha256, effect]),
);

/** By how much a lower weight has to score better to be taken, where the refined one is not known to help. */
const clearlyBetter = 5;

/** The refined part with the weight that images bear out, and the effect; nothing of it where this file was not measured. */
function withMeasured(
  refined: AdapterCard["refined"],
  sha256: string,
): Pick<AdapterCard, "refined" | "effect"> {
  const found = measured.get(sha256);
  if (!found) return { refined };
  const { weaker, scoreWith, change, imageDistance, prompts } = found;
  const rounded = (value: number): number => Number(value.toFixed(3));
  return {
    refined:
      change.low <= 0 && weaker.score > scoreWith + clearlyBetter
        ? { ...refined, weight: rounded(weaker.weight) }
        : refined,
    effect: {
      direction: rounded(change.value),
      low: rounded(change.low),
      high: rounded(change.high),
      strength: rounded(imageDistance),
      prompts,
    },
  };
}

/** Recommended sampling settings of the few-step adapter. */
const fewStep: Readonly<Record<string, AdapterCard["fewStep"]>> = {
  lcm: { steps: 6, cfgScale: 1, sampler: "lcm", schedule: "lcm" },
};

/** Sample prompts name their adapter in a `<lora:…>` tag; the page shows the prompt without it. */
const withoutTags = (prompt: string): string => prompt.replace(/\s*<lora:[^>]*>/gu, "").trim();

/** The pack's card. `samples`: paths of existing sample images by prompt number. */
export function packCard(
  id: string,
  file: AdapterCard["file"],
  { samples = new Map() }: { samples?: ReadonlyMap<number, string> } = {},
): AdapterCard {
  const card = authorCards[id]!;
  const mode = fewStep[id];
  return {
    id,
    title: card.title,
    tags: card.tags,
    triggerWords: card.triggerWords,
    description: plainText(card.description),
    ...withMeasured(card.refined, file.sha256),
    baseModel: card.baseModel,
    file,
    license: "Apache-2.0",
    author: card.author,
    samples: card.samplePrompts.flatMap((prompt, index) => {
      const image = samples.get(index);
      return image === undefined ? [] : [{ path: image, prompt: withoutTags(prompt) }];
    }),
    ...(mode ? { fewStep: mode } : {}),
  };
}
