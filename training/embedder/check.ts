// Loads the exported embedder with transformers.js as the app does and compares it with the torch reference:
// equal token ids, cosine >= 0.995 for every text, and the same best card for nearly every query.
//   node scripts/launch.mjs training/embedder/check.ts out/embedder/reference.json [public/packs/pocket/embedder]
import { readFileSync } from "node:fs";
import path from "node:path";
import { env, pipeline } from "@huggingface/transformers";

interface Reference {
  readonly texts: readonly string[];
  readonly ids: readonly (readonly number[])[];
  readonly vectors: readonly (readonly number[])[];
  /** First and last row of the queries; cards follow. */
  readonly queries: readonly [first: number, last: number];
}

const [referencePath = "out/embedder/reference.json", folder = "public/packs/pocket/embedder"] =
  process.argv.slice(2);
const { texts, ids, vectors, queries } = JSON.parse(readFileSync(referencePath, "utf8")) as Reference;
env.allowRemoteModels = false;
env.localModelPath = path.resolve(folder, "..") + "/";
const extract = await pipeline("feature-extraction", path.basename(folder), { dtype: "q8" });

type Row = readonly number[];
const dot = (a: Row, b: Row): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
let wrongIds = 0;
let worst = 1;
const ours: Row[] = [];
const began = performance.now();
for (const [i, text] of texts.entries()) {
  const encoded = Array.from(
    (extract.tokenizer(text, { truncation: true }) as { input_ids: { data: ArrayLike<bigint> } }).input_ids.data,
    Number,
  );
  if (encoded.join() !== ids[i]!.join()) {
    wrongIds++;
    console.error("ids differ:", JSON.stringify(text), "\n ", encoded.join(" "), "\n ", ids[i]!.join(" "));
  }
  const output = await extract([text], { pooling: "mean", normalize: true });
  ours.push(Array.from(output.data as Float32Array));
  worst = Math.min(worst, dot(ours[i]!, vectors[i]!));
}
const milliseconds = (performance.now() - began) / texts.length;
const together = await extract([...texts], { pooling: "mean", normalize: true });
const width = vectors[0]!.length;
let batchWorst = 1;
for (let i = 0; i < texts.length; i++) {
  batchWorst = Math.min(batchWorst, dot(Array.from((together.data as Float32Array).slice(i * width, (i + 1) * width)), ours[i]!));
}
const [first, last] = queries;
const best = (from: readonly Row[], q: number): number => {
  const scores = from.slice(last).map((card) => dot(from[q]!, card));
  return scores.indexOf(Math.max(...scores));
};
let same = 0;
for (let q = first; q < last; q++) if (best(ours, q) === best(vectors, q)) same++;
console.log(
  `${texts.length} texts: ${wrongIds} with other ids, worst cosine ${worst.toFixed(5)}, batched against single ${batchWorst.toFixed(6)}, ` +
    `same best card ${same}/${last - first}, ${milliseconds.toFixed(1)} ms a text`,
);
if (wrongIds || worst < 0.995 || batchWorst < 0.999 || same < (last - first) * 0.95) process.exit(1);
