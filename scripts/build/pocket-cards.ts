// The author's cards of the pocket pack's adapters (training/pocket/cards.json), and their conversion to pack cards.
import { readFileSync } from "node:fs";
import path from "node:path";
import { plainText } from "../../src/refine/plain-text.ts";
import type { AdapterCard } from "../../src/retrieval/card.ts";

const root = path.resolve(import.meta.dirname, "../..");

export interface AuthorCard {
  readonly title: string;
  readonly author: string;
  readonly tags: readonly string[];
  readonly triggerWords: readonly string[];
  /** HTML, as stored on hubs. */
  readonly description: string;
  readonly samplePrompts: readonly string[];
  readonly refined: AdapterCard["refined"];
  readonly baseModel: string;
}

/** Recommended sampling settings of the few-step adapter. */
const fewStep: Readonly<Record<string, AdapterCard["fewStep"]>> = {
  lcm: { steps: 6, cfgScale: 1, sampler: "lcm", schedule: "lcm" },
};

/** Sample prompts name their adapter in a `<lora:…>` tag; the page shows the prompt without it. */
const withoutTags = (prompt: string): string => prompt.replace(/\s*<lora:[^>]*>/gu, "").trim();

/** By id. */
export const authorCards = JSON.parse(
  readFileSync(path.join(root, "training/pocket/cards.json"), "utf8"),
) as Record<string, AuthorCard>;

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
    refined: card.refined,
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
