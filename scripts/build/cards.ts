// `npm run build:cards`: public/packs/pocket/adapters/cards.json from the authors' cards (training/pocket/cards.json) and the
// existing adapter files. Skips and reports cards without a file. `-- PACK_FOLDER` uses another pack.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { AdapterCard } from "../../src/retrieval/card.ts";
import { parseCards } from "../../src/retrieval/cards.ts";
import { authorCards } from "./author-cards.ts";
import { packCard } from "./pocket-cards.ts";

const root = path.resolve(import.meta.dirname, "../..");
const folder = path.join(path.resolve(process.argv[2] ?? path.join(root, "public/packs/pocket")), "adapters");
const images = existsSync(path.join(folder, "samples")) ? readdirSync(path.join(folder, "samples")) : [];

/** Sample images are named ID-NUMBER.webp. */
const samplesOf = (id: string): Map<number, string> =>
  new Map(
    images.flatMap((name): [number, string][] => {
      const match = /^(.*)-(\d+)\.webp$/u.exec(name);
      return match?.[1] === id ? [[Number(match[2]), `adapters/samples/${name}`]] : [];
    }),
  );

const missing: string[] = [];
const cards: AdapterCard[] = [];
for (const id of Object.keys(authorCards)) {
  const file = path.join(folder, `${id}.safetensors`);
  if (!existsSync(file)) {
    missing.push(id);
    continue;
  }
  const bytes = readFileSync(file);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const stored = { path: `adapters/${id}.safetensors`, sizeBytes: bytes.length, sha256 };
  cards.push(packCard(id, stored, { samples: samplesOf(id) }));
}
parseCards(JSON.parse(JSON.stringify(cards)), "cards.json"); // the page's own check
writeFileSync(path.join(folder, "cards.json"), `${JSON.stringify(cards, null, 1)}\n`);
console.log(
  `${cards.length} adapter cards${missing.length > 0 ? `; no file yet for ${missing.join(", ")}` : ""}`,
);
