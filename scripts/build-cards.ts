// `npm run build:cards`: public/packs/pocket/adapters/cards.json from the authors' cards (training/pocket/cards.json) and the
// adapter files that are there. A card without its file is left out, and said. `build-cards.ts PACK_FOLDER` takes another pack.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseCards } from "../src/retrieval/cards.ts";
import type { AdapterCard } from "../src/retrieval/card.ts";

const root = path.resolve(import.meta.dirname, "..");
const folder = path.join(path.resolve(process.argv[2] ?? path.join(root, "public/packs/pocket")), "adapters");

interface AuthorCard {
  readonly title: string;
  readonly author: string;
  readonly tags: readonly string[];
  readonly triggerWords: readonly string[];
  /** HTML, as hubs store it. */
  readonly description: string;
  readonly samplePrompts: readonly string[];
  readonly refined: AdapterCard["refined"];
  readonly baseModel: string;
}

/** How the few-step adapter is meant to be sampled. */
const fewStep: Readonly<Record<string, AdapterCard["fewStep"]>> = {
  lcm: { steps: 6, cfgScale: 1, sampler: "lcm", schedule: "lcm" },
};

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  nbsp: " ",
  "#39": "'",
};

/** Text of a card's HTML: block ends become spaces, tags go, entities are read. */
const plainText = (html: string): string =>
  html
    .replace(/<\/(p|li|h\d|div)>|<br\s*\/?>/gu, " ")
    .replace(/<[^>]*>/gu, "")
    .replace(/&(#?\w+);/gu, (whole, name: string) => entities[name] ?? whole)
    .replace(/\s+/gu, " ")
    .trim();

/** Sample prompts name their adapter in a `<lora:…>` tag; the page shows the prompt without it. */
const withoutTags = (prompt: string): string => prompt.replace(/\s*<lora:[^>]*>/gu, "").trim();

const authors = JSON.parse(readFileSync(path.join(root, "training/pocket/cards.json"), "utf8")) as Record<
  string,
  AuthorCard
>;
const samples = existsSync(path.join(folder, "samples")) ? readdirSync(path.join(folder, "samples")) : [];
const missing: string[] = [];
const cards: AdapterCard[] = [];
for (const [id, card] of Object.entries(authors)) {
  const file = path.join(folder, `${id}.safetensors`);
  if (!existsSync(file)) {
    missing.push(id);
    continue;
  }
  const bytes = readFileSync(file);
  const mode = fewStep[id];
  cards.push({
    id,
    title: card.title,
    tags: card.tags,
    triggerWords: card.triggerWords,
    description: plainText(card.description),
    refined: card.refined,
    baseModel: card.baseModel,
    file: {
      path: `adapters/${id}.safetensors`,
      sizeBytes: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    },
    license: "Apache-2.0",
    author: card.author,
    samples: card.samplePrompts.flatMap((prompt, index) => {
      const name = `${id}-${index}.webp`;
      return samples.includes(name)
        ? [{ path: `adapters/samples/${name}`, prompt: withoutTags(prompt) }]
        : [];
    }),
    ...(mode ? { fewStep: mode } : {}),
  });
}
parseCards(JSON.parse(JSON.stringify(cards)), "cards.json"); // the page's own check
writeFileSync(path.join(folder, "cards.json"), `${JSON.stringify(cards, null, 1)}\n`);
console.log(
  `${cards.length} adapter cards${missing.length > 0 ? `; no file yet for ${missing.join(", ")}` : ""}`,
);
