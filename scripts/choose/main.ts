// `npm run choose -- PROMPTS.jsonl --catalogue …`: what Stylus chooses for each prompt, without a browser and without generating.
import { readFileSync } from "node:fs";
import type { Composition } from "../../src/compose/composition.ts";
import { choices as asked } from "../../src/shared/limits.ts";
import { oneOf, parseOptions, runMain, UsageError } from "../run/arguments.ts";
import { openCatalogue } from "./catalogue.ts";
import { Chooser, composers, pocketReader } from "./chooser.ts";

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
  reader: { type: "string", default: pocketReader },
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
  const wanted = oneOf("composer", String(values["composer"]), composers);
  const preset = oneOf("preset", String(values["preset"]), asked.preset);
  const prompts = promptsOf(file);

  const chooser = await Chooser.open(preset);
  const reader = String(values["reader"]);
  const reads = wanted === "reader" && (await chooser.loadReader(reader));
  if (wanted === "reader" && !reads) console.error(`${reader} has no reader: the rules choose.`);
  await chooser.use(openCatalogue(values["catalogue"]));
  for (const prompt of prompts)
    console.log(lineOf(prompt, await chooser.choose(prompt, reads ? "reader" : "rules")));
}

await runMain(main, help);
