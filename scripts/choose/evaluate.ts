// `npm run eval:choice`: how well each composer chooses, and what each retriever finds, on labelled catalogues.
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Composition } from "../../src/compose/composition.ts";
import { readablePrompt } from "../../src/compose/reader/readable-prompt.ts";
import { StylusError } from "../../src/shared/errors.ts";
import { say } from "../../src/shared/saying.ts";
import { choices as asked } from "../../src/shared/limits.ts";
import { integer, oneOf, parseOptions, runMain, UsageError } from "../run/arguments.ts";
import { type Asked, askedTable } from "./asked.ts";
import { Bm25, cardWords } from "./bm25.ts";
import type { Catalogue } from "./catalogue.ts";
import {
  choiceFigures,
  type ChosenAdapter,
  judge,
  type Judged,
  type LabelledPrompt,
  recallAt,
  spreadOverKinds,
} from "./choice-figures.ts";
import { type CatalogueFigures, choiceTables, type RetrievalFigures } from "./choice-tables.ts";
import { Chooser, type ComposerId, composers, pocketReader } from "./chooser.ts";
import { cardsFolder, cataloguesFolder, openLabelled } from "./labelled.ts";
import { languageModelSpec, openLanguageModel } from "./language-model.ts";

const help = `Usage: npm run eval:choice -- [options]

  --catalogues C,…   folders of training/choice/catalogues, or paths of others (default: pack-test,hub-test,p,q,r: those held out)
  --composer C,…     reader, rules, llm, reranker: the baseline of the paper (default: reader,rules)
  --server URL       of "llm": OpenAI-compatible server, up to /v1 (default http://127.0.0.1:8000/v1)
  --model NAME       of "llm": the server's model; also --key-env, --timeout, --format, --max-tokens as of npm run refine
  --model-dir DIR    of "llm", in place of a server: a transformers.js folder (config.json, tokenizer.json,
                     tokenizer_config.json, onnx/model_q4.onnx), which runs on the CPU as in the page
  --reader DIR       the reader's files (default: those of Pocket)
  --reranker DIR     of "reranker": ms-marco-MiniLM-L-6-v2 or another cross-encoder of BERT's layout: tokenizer.json and
                     model.onnx or onnx/model_quantized.onnx
  --preset P         balanced, paper, reference (default balanced)
  --without-phrases  takes phrases and unwanted uses from the cards
  --limit N          at most N prompts of each catalogue, evenly spread over the kinds
  --json FILE        writes the figures and what was chosen for each prompt

Prints Markdown tables. An adapter that the labels list in "ok" counts as neither right nor wrong; in "recall with ok" one on
the wanted words counts as right. The retrievers' recall is the share of wanted adapters among the first 10 and 30.`;

const spec = {
  catalogues: { type: "string", default: "pack-test,hub-test,p,q,r" },
  composer: { type: "string", default: "reader,rules" },
  reader: { type: "string", default: pocketReader },
  reranker: { type: "string" },
  preset: { type: "string", default: "balanced" },
  "without-phrases": { type: "boolean", default: false },
  limit: { type: "string" },
  json: { type: "string" },
  ...languageModelSpec,
  help: { type: "boolean" },
} as const;

const folderOf = (name: string): string => path.resolve(cataloguesFolder, name);

const [fewFound, manyFound] = [10, 30];

interface Judging extends Judged {
  /** Of the composer "llm". */
  readonly asked: Asked | null;
}

/** Where a language model has no answer to use, nothing counts as chosen; a server that is gone ends the command. */
async function chosenOrNot(
  chooser: Chooser,
  prompt: string,
  composer: ComposerId,
): Promise<{ readonly composition: Composition | null; readonly failure: string | null }> {
  try {
    return { composition: await chooser.choose(prompt, composer), failure: null };
  } catch (error) {
    if (composer !== "llm" || !(error instanceof StylusError) || error.code === "network") throw error;
    return { composition: null, failure: error.message };
  }
}

async function judgeAll(
  chooser: Chooser,
  prompts: readonly LabelledPrompt[],
  { composer, name }: { readonly composer: ComposerId; readonly name: string },
): Promise<Judging[]> {
  const rows: Judging[] = [];
  for (const labelled of prompts) {
    if (rows.length % 50 === 0)
      console.error(`${name}, ${composer}: prompt ${rows.length + 1} of ${prompts.length}`);
    const start = performance.now();
    const { composition, failure } = await chosenOrNot(chooser, labelled.prompt, composer);
    const seconds = (performance.now() - start) / 1000;
    const chosen = (composition?.tasks ?? []).flatMap(({ picks, start, end }): ChosenAdapter[] =>
      picks.map(({ id }) => ({ id, start, end })),
    );
    const asked = composer === "llm" ? { answers: chooser.answers, failure, seconds } : null;
    rows.push({ ...judge(labelled, chosen), asked });
  }
  return rows;
}

async function retrievalFigures(
  chooser: Chooser,
  prompts: readonly LabelledPrompt[],
  { cards, listedId = (id) => id }: Catalogue,
): Promise<RetrievalFigures[]> {
  const bm25 = new Bm25(cards.map((card) => ({ id: listedId(card.id), text: cardWords(card) })));
  const found: Record<RetrievalFigures["retriever"], (readonly string[])[]> = { Stylus: [], BM25: [] };
  for (const { prompt } of prompts) {
    // What the prompt denies is not searched for: as the reader's candidates are found.
    const { text } = readablePrompt(prompt);
    found.Stylus.push(await chooser.retrieve(text, manyFound));
    found.BM25.push(bm25.search(text, manyFound).map(({ id }) => id));
  }
  return (["Stylus", "BM25"] as const).map((retriever) => ({
    retriever,
    recallAt10: recallAt(fewFound, prompts, found[retriever]),
    recallAt30: recallAt(manyFound, prompts, found[retriever]),
  }));
}

/** What a reader of failures wants to see. */
const judgedRecord = ({ labelled, right, wrong, missed, replaced, asked }: Judging) => ({
  prompt: labelled.prompt,
  kind: labelled.kind,
  right,
  wrong,
  missed,
  replaced,
  ...asked,
});

async function main(): Promise<void> {
  const { values, positionals } = parseOptions(spec);
  if (values.help) return console.log(help);
  if (positionals.length > 0) throw new UsageError(`Unknown argument “${positionals[0]}”.`);
  const names = [...new Set(values.catalogues.split(","))];
  for (const name of names)
    if (name === "" || !existsSync(path.join(cardsFolder(folderOf(name)), "catalogue.json")))
      throw new UsageError(`--catalogues: ${folderOf(name)} has no catalogue.json.`);
  const wanted = [...new Set(values.composer.split(","))].map((name) => oneOf("composer", name, composers));
  if (wanted.includes("reranker") && values.reranker === undefined)
    throw new UsageError("--composer reranker needs its files: name their folder with --reranker.");
  const limit = values.limit === undefined ? Infinity : integer("limit", values.limit, { min: 1, max: 1e6 });
  const phrases = !values["without-phrases"];

  const chooser = await Chooser.open(oneOf("preset", values.preset, asked.preset));
  if (wanted.includes("llm")) await openLanguageModel(chooser, values);
  if (wanted.includes("reader") && !(await chooser.loadReader(values.reader)))
    throw new StylusError("not-found", say`${values.reader} has no reader.`, {
      where: values.reader,
      remedy: say`Name the reader's folder with --reader, or measure the rules alone: --composer rules.`,
    });

  if (wanted.includes("reranker")) await chooser.loadReranker(values.reranker!);

  const measured: (CatalogueFigures & { readonly judged: Record<string, unknown> })[] = [];
  for (const name of names) {
    const { catalogue, prompts: all } = openLabelled(folderOf(name), { phrases });
    const prompts = spreadOverKinds(all, limit);
    await chooser.use(catalogue);
    const judged: [ComposerId, Judging[]][] = [];
    for (const composer of wanted)
      judged.push([composer, await judgeAll(chooser, prompts, { composer, name })]);
    const figures: CatalogueFigures = {
      catalogue: name,
      cards: catalogue.cards.length,
      prompts: prompts.length,
      phrases,
      composers: judged.map(([composer, rows]) => ({ composer, figures: choiceFigures(rows) })),
      retrievers: await retrievalFigures(chooser, prompts, catalogue),
    };
    console.log(`${choiceTables(figures)}\n`);
    const answered = judged.flatMap(([, rows]) => rows.flatMap((row) => row.asked ?? []));
    if (answered.length > 0) console.log(`${askedTable(answered)}\n`);
    const records = judged.map(([composer, rows]) => [composer, rows.map(judgedRecord)]);
    measured.push({ ...figures, judged: Object.fromEntries(records) });
    // Written after every catalogue: a run that is stopped keeps what it has measured.
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(measured, null, 1)}\n`);
  }
}

await runMain(main, help);
