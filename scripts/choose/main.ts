// `npm run choose -- PROMPTS.jsonl --catalogue …`: what Stylus chooses for each prompt, without a browser and without generating.
import { readFileSync } from "node:fs";
import type { Composition } from "../../src/compose/composition.ts";
import { StylusError } from "../../src/shared/errors.ts";
import { choices as asked } from "../../src/shared/limits.ts";
import { describeReason, describeUnavailable } from "../../src/texts/reason.ts";
import { oneOf, parseOptions, runMain, UsageError } from "../run/arguments.ts";
import { openCatalogue } from "./catalogue.ts";
import { Chooser, composers, pocketReader } from "./chooser.ts";
import { languageModelSpec, openLanguageModel } from "./language-model.ts";

const help = `Usage: npm run choose -- PROMPTS.jsonl --catalogue pack|sd15|CARDS.json [options]

  --catalogue C   pack: Pocket's adapters; sd15: the hub's adapters for SD 1.5; or a list of cards, as the
                  page exports them, or with id, title, category, tags, triggers, description, and optional
                  phrases and notMeant
  --composer C    reader, rules, llm, reranker (default: reader; rules where the reader's files are missing)
  --server URL    of "llm": OpenAI-compatible server, up to /v1 (default http://127.0.0.1:8000/v1)
  --model NAME    of "llm": the server's model; also --key-env, --timeout, --format, --max-tokens as of npm run refine
  --model-dir DIR of "llm", in place of a server: a transformers.js folder (config.json, tokenizer.json,
                  tokenizer_config.json, onnx/model_q4.onnx), which runs on the CPU as in the page
  --reader DIR    the reader's files (default: those of Pocket)
  --reranker DIR  of "reranker": a cross-encoder's tokenizer.json and model.onnx or onnx/model_quantized.onnx
  --preset P      balanced, paper, reference (default balanced)

PROMPTS.jsonl has an object with a "prompt" on each line. Prints one line of JSON for each.`;

const spec = {
  catalogue: { type: "string" },
  composer: { type: "string", default: "reader" },
  reader: { type: "string", default: pocketReader },
  reranker: { type: "string" },
  preset: { type: "string", default: "balanced" },
  ...languageModelSpec,
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
    tasks: tasks.map(({ text, reason }) =>
      reason === undefined ? { text } : { text, reason: describeReason(reason) },
    ),
    picks: tasks.flatMap(({ text, picks }) =>
      picks.map(({ id, similarity }) => ({ id, span: text, score: Number(similarity.toFixed(4)) })),
    ),
    composer: composer.kind,
    ...(composer.instead === undefined ? {} : { instead: describeUnavailable(composer.instead) }),
  });
}

/** What the language model chooses; as in the page, the reader's choice with the reason where it cannot. */
async function chosen(
  chooser: Chooser,
  prompt: string,
  { asks, usual }: { readonly asks: boolean; readonly usual: "reader" | "rules" | "reranker" },
): Promise<Composition> {
  if (!asks) return chooser.choose(prompt, usual);
  try {
    return await chooser.choose(prompt, "llm");
  } catch (error) {
    // An answer that cannot be used; a server that refuses or is gone ends the command.
    if (!(error instanceof StylusError) || error.code === "network") throw error;
    const composition = await chooser.choose(prompt, usual);
    return { ...composition, composer: { ...composition.composer, instead: error.message } };
  }
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
  if (wanted === "llm") await openLanguageModel(chooser, values);
  if (wanted === "reranker") {
    if (typeof values["reranker"] !== "string")
      throw new UsageError("--composer reranker needs its files: name their folder with --reranker.");
    await chooser.loadReranker(values["reranker"]);
  }
  const byModel = wanted === "reader" || wanted === "llm";
  const reads = byModel && (await chooser.loadReader(reader));
  if (byModel && !reads) console.error(`${reader} has no reader: the rules choose.`);
  await chooser.use(openCatalogue(values["catalogue"]));
  const usual = wanted === "reranker" ? wanted : reads ? "reader" : "rules";
  for (const prompt of prompts)
    console.log(lineOf(prompt, await chosen(chooser, prompt, { asks: wanted === "llm", usual })));
}

await runMain(main, help);
