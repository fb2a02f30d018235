// `npm run build:index [-- PACK_FOLDER]`: embeds the adapter cards of a pack and writes its index. Runs the same embedder
// code as the page, on WASM in Node, one thread, so that the same cards and model give the same bytes.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { embedCards, writeIndex } from "../src/retrieval/adapter-index.ts";
import { parseCards } from "../src/retrieval/cards.ts";
import { loadEmbedder } from "../src/retrieval/embedder.ts";
import { StylusError } from "../src/shared/errors.ts";

const pack = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, "../public/packs/pocket"));

/** Every file below a folder, by its path from there. */
function filesIn(folder: string): Map<string, Blob> {
  const files = new Map<string, Blob>();
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const full = path.join(folder, name);
    if (statSync(full).isFile()) files.set(name.split(path.sep).join("/"), new Blob([readFileSync(full)]));
  }
  return files;
}

try {
  const cardsPath = path.join(pack, "adapters/cards.json");
  const cards = parseCards(JSON.parse(readFileSync(cardsPath, "utf8")), "adapters/cards.json");
  const retrievable = cards.filter((card) => !card.fewStep);
  const embedder = await loadEmbedder(filesIn(path.join(pack, "embedder")));
  const entries = await embedCards(retrievable, (texts, options) => embedder.embed(texts, options));
  const { json, bytes } = await writeIndex({ model: embedder.model, dims: embedder.dims, entries }, cards);
  const folder = path.join(pack, "index");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "index.json"), json);
  writeFileSync(path.join(folder, "vectors.bin"), bytes);
  console.log(
    `${entries.length} adapters, ${bytes.length / embedder.dims} vectors of ${embedder.dims} → ${folder}`,
  );
} catch (error) {
  if (!(error instanceof StylusError)) throw error;
  console.error([error.message, error.remedy].filter(Boolean).join(" "));
  process.exitCode = 1;
}
