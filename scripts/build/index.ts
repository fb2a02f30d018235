// `npm run build:index [-- CARDS… [--out FOLDER] [--embedder FOLDER] [--rows N]]`: embeds adapter cards and writes their index (docs/index-format.md).
// CARDS: a pack's folder (default: the pocket pack), a list of cards (.json), or one card per line (.jsonl). Runs the page's embedder
// code on WASM in Node with one thread, so that the same cards and model give the same bytes.
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import type { AdapterCard } from "../../src/retrieval/card.ts";
import { parseCards } from "../../src/retrieval/cards.ts";
import { loadEmbedder } from "../../src/retrieval/embedding/embedder.ts";
import { embedAdapter, writeIndex } from "../../src/retrieval/index/index-writer.ts";
import { StylusError } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";
import { filesIn } from "./files-in.ts";

const pocket = path.join(import.meta.dirname, "../../public/packs/pocket");

function json(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StylusError("bad-file", say`${where} is not valid JSON.`, { where, cause });
  }
}

function readEntries(file: string): unknown {
  const name = path.basename(file);
  const text = readFileSync(file, "utf8");
  if (!file.endsWith(".jsonl")) return json(text, name);
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, i) => json(line, `${name} line ${i + 1}`));
}

/** A pack has its own embedder; other cards use the pocket pack's. */
function inputs(given: readonly string[]): { cards: AdapterCard[]; embedder: string; out: string } {
  const [first = pocket, ...others] = given.map((file) => path.resolve(file));
  if (statSync(first).isDirectory()) {
    const cards = parseCards(readEntries(path.join(first, "adapters/cards.json")), "adapters/cards.json");
    return { cards: [...cards], embedder: path.join(first, "embedder"), out: path.join(first, "index") };
  }
  const cards = [first, ...others].flatMap((file) => parseCards(readEntries(file), path.basename(file)));
  return { cards, embedder: path.join(pocket, "embedder"), out: path.dirname(first) };
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { out: { type: "string" }, embedder: { type: "string" }, rows: { type: "string" } },
  });
  const { cards, ...defaults } = inputs(positionals);
  const embedder = await loadEmbedder(filesIn(values.embedder ?? defaults.embedder));
  const retrievable = cards.filter((card) => !card.fewStep);
  const adapters = [];
  for (const card of retrievable) {
    adapters.push(await embedAdapter(card, (texts, options) => embedder.embed(texts, options)));
    if (adapters.length % 1000 === 0) console.log(`${adapters.length} of ${retrievable.length} cards`);
  }
  const { model, dims } = embedder;
  const rows = values.rows === undefined ? {} : { residentRows: Number(values.rows) };
  const bytes = writeIndex(adapters, { model, dims, ...rows });
  const folder = values.out ?? defaults.out;
  const file = path.join(folder, "adapters.safetensors");
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, bytes);
  const vectors = adapters.reduce((sum, { texts }) => sum + texts.length, 0);
  console.log(`${adapters.length} adapters, ${vectors} vectors of ${dims}, ${bytes.length} bytes → ${file}`);
} catch (error) {
  if (!(error instanceof StylusError)) throw error;
  console.error([error.message, error.remedy].filter(Boolean).join(" "));
  process.exitCode = 1;
}
