// `npm run choose -- PROMPTS.jsonl --catalogue …`: what Stylus chooses for each prompt, without a browser and without generating. The same retrieval
// and composers as in the page, on WASM in Node.
import { readFileSync } from "node:fs";
import path from "node:path";
import { commonTags, type ReadingCandidate } from "../../src/compose/reader/card-text.ts";
import { readCandidates } from "../../src/compose/reader/compose.ts";
import { readerFiles } from "../../src/compose/reader/reader.ts";
import type { Composition } from "../../src/compose/composition.ts";
import { ComposerService } from "../../src/compose/service.ts";
import { openFileNetwork } from "../../src/ort/file-network.ts";
import { RetrievalService } from "../../src/retrieval/service.ts";
import { choices as asked } from "../../src/shared/limits.ts";
import { oneOf, parseOptions, runMain, UsageError } from "../run/arguments.ts";
import { filesIn, openCatalogue, pocketFolder } from "./catalogue.ts";

const help = `Usage: npm run choose -- PROMPTS.jsonl --catalogue pack|sd15|CARDS.json [options]

  --catalogue C   pack: Pocket's adapters; sd15: the hub's adapters for SD 1.5; or a list of cards: id, title,
                  category, tags, triggers, description, and optional phrases and notMeant
  --composer C    reader, rules (default: reader; rules where the reader's files are missing)
  --reader DIR    the reader's files (default: those of Pocket)
  --preset P      balanced, paper, reference (default balanced)

PROMPTS.jsonl has an object with a "prompt" on each line. Prints one line of JSON for each.`;

const spec = {
  catalogue: { type: "string" },
  composer: { type: "string", default: "reader" },
  reader: { type: "string", default: path.join(pocketFolder, "reader") },
  preset: { type: "string", default: "balanced" },
  help: { type: "boolean" },
} as const;

function promptsOf(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line, i) => {
    if (line.trim() === "") return [];
    let prompt: unknown;
    try {
      ({ prompt } = JSON.parse(line) as { prompt?: unknown });
    } catch {
      prompt = null;
    }
    if (typeof prompt !== "string") throw new UsageError(`${file}, line ${i + 1}: it has no "prompt".`);
    return [prompt];
  });
}

function lineOf(prompt: string, { tasks, composer }: Composition): string {
  return JSON.stringify({
    prompt,
    tasks: tasks.map(({ text, reason }) => (reason === undefined ? { text } : { text, reason })),
    picks: tasks.flatMap(({ text, picks }) =>
      picks.map(({ id, similarity }) => ({ id, span: text, score: Number(similarity.toFixed(4)) })),
    ),
    composer: composer.kind,
  });
}

async function main(): Promise<void> {
  const { values, positionals } = parseOptions(spec);
  if (values["help"]) return console.log(help);
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) throw new UsageError("Name one file of prompts.");
  if (typeof values["catalogue"] !== "string") throw new UsageError("--catalogue is missing.");
  const wanted = oneOf("composer", String(values["composer"]), ["reader", "rules"]);
  const preset = oneOf("preset", String(values["preset"]), asked.preset);
  const prompts = promptsOf(file);
  const { cards, index, baseModel } = openCatalogue(values["catalogue"]);

  const retrieval = new RetrievalService();
  await retrieval.loadEmbedder(filesIn(path.join(pocketFolder, "embedder")));
  const onCard = (done: number, total: number): void => {
    if (done % 100 === 0) console.error(`Embedding card ${done + 1} of ${total}`);
  };
  await retrieval.loadIndex(index ?? (await retrieval.buildIndex(cards, { onCard })), "index");
  const filter = { baseModels: [baseModel] };

  const composer = new ComposerService(openFileNetwork);
  const files = filesIn(String(values["reader"]));
  const reads = wanted === "reader" && files.has(readerFiles.onnx);
  if (reads) await composer.loadReader(files);
  else if (wanted === "reader") console.error(`${String(values["reader"])} has no reader: the rules choose.`);

  const common = commonTags(cards);
  const retrieve = async (text: string): Promise<readonly ReadingCandidate[]> => {
    const found = await retrieval.retrieve(text, { k: readCandidates, filter });
    const ofFound = await retrieval.cards(found.map(({ id }) => id));
    return found.map((adapter, i) => ({ ...adapter, card: ofFound[i]! }));
  };
  const byRules = async (prompt: string): Promise<Composition> => {
    const [query] = await retrieval.embedQueries([prompt]);
    const candidates = await retrieval.candidates(query!, { filter });
    return composer.compose({ prompt, candidates, preset }, (texts) => retrieval.embedQueries(texts));
  };
  for (const prompt of prompts)
    console.log(
      lineOf(
        prompt,
        reads
          ? await composer.read({ prompt, preset, pins: [], commonTags: common }, retrieve)
          : await byRules(prompt),
      ),
    );
}

await runMain(main, help);
