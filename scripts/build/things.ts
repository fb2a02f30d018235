// `npm run build:things`: public/packs/pocket/index/things.safetensors, what Pocket draws and where (training/pocket/objects.json),
// each name with its vector, and everyday words beside them (training/pocket/near_words.json). Run build:manifest afterwards.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { loadEmbedder } from "../../src/retrieval/embedding/embedder.ts";
import { runMain } from "../run/arguments.ts";
import { filesIn } from "./files-in.ts";
import { nearWords, thingNames, thingsFile, drawnCount } from "./pocket-things.ts";

const pack = path.join(import.meta.dirname, "../../public/packs/pocket");

async function main(): Promise<void> {
  const embedder = await loadEmbedder(filesIn(path.join(pack, "embedder")));
  const names = thingNames();
  const vectors = await embedder.embed(names, { kind: "query" });
  const bytes = thingsFile(names, vectors, {
    drawn: drawnCount(),
    near: nearWords(names),
    model: embedder.model.sha256,
  });
  const file = path.join(pack, "index/things.safetensors");
  writeFileSync(file, bytes);
  console.log(
    `${names.length} names, ${drawnCount()} of them drawn without an adapter, ${bytes.length} bytes → ${file}`,
  );
}

await runMain(main, "Usage: npm run build:things");
