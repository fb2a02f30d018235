// `npm run bench:retrieval [-- ADAPTERS [DIMS]]`: writes, opens and searches an index of synthetic adapters with four vectors each. Prints
// times, memory and the recall of the two-stage search against the full scan.
import { mkdtempSync, openAsBlob, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import type { AdapterCard } from "../../src/retrieval/card.ts";
import { openIndex } from "../../src/retrieval/index/index-file.ts";
import { writeIndex } from "../../src/retrieval/index/index-writer.ts";
import type { EmbeddedAdapter } from "../../src/retrieval/embedded-adapter.ts";
import { indexedTexts } from "../../src/retrieval/text/indexed-texts.ts";
import { queryTexts } from "../../src/retrieval/text/query-texts.ts";
import { Retriever } from "../../src/retrieval/retriever.ts";
import { normalise, toInt8, type Vector } from "../../src/retrieval/embedding/vectors.ts";
import { card } from "../fixtures/cards.ts";
import { nearVector, randomValues, randomVector } from "../fixtures/random-vectors.ts";

const adapterCount = Number(process.argv[2] ?? 76_724);
const dims = Number(process.argv[3] ?? 384);
const topicCount = 2000;
const vocabulary = 30_000;
const filter = { baseModels: ["Pocket"] };

const next = randomValues(1);
const below = (count: number): number => Math.floor(((next() + 1) / 2) * count);
/** Words with a natural frequency: the first ones occur in every tenth card. */
const word = (): string => `w${Math.floor(vocabulary ** ((next() + 1) / 2))}x`;
const words = (count: number): string => Array.from({ length: count }, word).join(" ");

/** Sentence embeddings cluster around a common direction: topics near it, texts near their topics. */
const common = randomVector(1, dims);
const topics = Array.from({ length: topicCount }, (_, i) => nearVector(common, { seed: i + 2, spread: 1.6 }));
const noise = Array.from({ length: 4096 }, (_, i) => randomVector(i + 10_000, dims));
function textVector(topic: number): Vector {
  const [center, own, spread] = [topics[topic]!, noise[below(noise.length)]!, 0.4 + 0.4 * (next() + 1)];
  const vector = new Float32Array(dims);
  for (let i = 0; i < dims; i++) vector[i] = center[i]! + spread * own[i]!;
  return normalise(vector, "made up");
}

function madeUp(number: number): EmbeddedAdapter {
  const made: AdapterCard = card(`a${number}`, "style", {
    title: words(3),
    description: words(12),
    phrases: [words(2), words(2)],
  });
  const texts = indexedTexts(made);
  const topic = below(topicCount);
  const values = new Int8Array(texts.length * dims);
  for (const row of texts.keys()) values.set(toInt8(textVector(topic)), row * dims);
  return { card: made, texts, values };
}

const milliseconds = (from: number): number => performance.now() - from;
const quantile = (values: readonly number[], share: number): string =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))]!.toFixed(1);
const report = (name: string, values: readonly number[]): void =>
  console.log(
    `${name}: p50 ${quantile(values, 0.5)} ms, p95 ${quantile(values, 0.95)} ms (${values.length} runs)`,
  );

const megabytes = (): number => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage(); // external has array buffers and WebAssembly memory
  return (heapUsed + external) / 1e6;
};

/** In a child process, so that memory for writing does not count. */
const [, , , , given] = process.argv;
const folder = given ?? mkdtempSync(path.join(tmpdir(), "stylus-web-index-"));
const file = path.join(folder, "adapters.safetensors");

if (given === undefined) {
  console.log(`${cpus()[0]?.model ?? "unknown processor"}, Node ${process.versions.node}`);
  const adapters = Array.from({ length: adapterCount }, (_, number) => madeUp(number));
  const bytes = writeIndex(adapters, { model: { name: "made up", sha256: "" }, dims, residentRows: 4 });
  writeFileSync(file, bytes);
  console.log(`${adapterCount} adapters, ${dims} dimensions: ${(bytes.length / 1e6).toFixed(0)} MB on disk`);
  const { spawnSync } = await import("node:child_process");
  const flags = [...process.execArgv, "--expose-gc"];
  spawnSync(process.execPath, [...flags, process.argv[1]!, String(adapterCount), String(dims), folder], {
    stdio: "inherit",
  });
  rmSync(folder, { recursive: true });
} else {
  const before = megabytes();
  const opening = performance.now();
  const index = await openIndex(await openAsBlob(file), "adapters.safetensors");
  const retriever = new Retriever(index);
  await retriever.similar(textVector(0), { k: 1, filter });
  console.log(`ready in ${milliseconds(opening).toFixed(0)} ms`);
  const counted = index.rows.sizeBytes + index.lexicon.sizeBytes + index.owners.byteLength;
  console.log(
    `memory: ${(megabytes() - before).toFixed(0)} MB more in the process, ${(counted / 1e6).toFixed(0)} MB of them vectors and words`,
  );

  const masked = new Uint8Array(index.rows.count);
  index.rows.nearest(textVector(0), { wanted: 30, masked }); // writes the sign bits
  const [one, full, whole, prompts, adding]: number[][] = [[], [], [], [], []];
  let [hits, wanted] = [0, 0];
  for (let run = 0; run < 50; run++) {
    const query = textVector(below(topicCount));
    let start = performance.now();
    const near = index.rows.nearest(query, { wanted: 30, masked });
    one!.push(milliseconds(start));
    start = performance.now();
    const all = index.rows.similarities(query);
    full!.push(milliseconds(start));
    const found = new Set(near.rows ?? all.keys());
    const least = all.toSorted().at(-30)!;
    for (const [row, similarity] of all.entries()) {
      if (similarity < least) continue;
      wanted += 1;
      if (found.has(row)) hits += 1;
    }
    start = performance.now();
    await retriever.similar(query, { k: 150, filter });
    whole!.push(milliseconds(start));
  }
  report("one query, all vectors, two stages", one!);
  report("one query, all vectors, full scan", full!);
  console.log(`recall of two stages at 30: ${(hits / wanted).toFixed(4)}`);
  report("one query, documents", whole!);
  for (let run = 0; run < 20; run++) {
    const prompt = words(20);
    const texts = queryTexts(prompt);
    const vectors = texts.map(() => textVector(below(topicCount)));
    const start = performance.now();
    await retriever.retrieve({ prompt, texts, vectors }, { k: 30, filter });
    prompts!.push(milliseconds(start));
  }
  report("late interaction, prompt of 20 words, 60 query texts", prompts!);
  for (let run = 0; run < 20; run++) {
    const adapter = madeUp(adapterCount + run);
    const start = performance.now();
    retriever.add(adapter);
    adding!.push(milliseconds(start));
  }
  report("adding an adapter", adding!);
}
