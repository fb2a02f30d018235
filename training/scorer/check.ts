// Runs the exported scorer in ONNX Runtime's WASM build and compares it with the torch reference: cosine >= 0.995
// for every vector, batched equal to single.
//   node scripts/launch.mjs training/scorer/check.ts out/scorer/reference.json [public/packs/pocket/scorer]
import { readFileSync } from "node:fs";
import * as ort from "onnxruntime-web";

type Row = readonly number[];
interface Reference {
  readonly ids: readonly Row[];
  readonly text: readonly Row[];
  readonly image: readonly Row[];
  readonly features: readonly Row[];
}

const [referencePath = "out/scorer/reference.json", folder = "public/packs/pocket/scorer"] =
  process.argv.slice(2);
const reference = JSON.parse(readFileSync(referencePath, "utf8")) as Reference;
ort.env.wasm.numThreads = 1;
const open = (name: string): Promise<ort.InferenceSession> => ort.InferenceSession.create(readFileSync(`${folder}/${name}`));
const [image, text] = await Promise.all([open("image.onnx"), open("text.onnx")]);

const cosine = (a: Row, b: Row): number => {
  const dot = (x: Row, y: Row): number => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};
const rows = (tensor: ort.Tensor | undefined): Row[] => {
  const { data, dims } = tensor as ort.TypedTensor<"float32">;
  const [n, width] = dims as [number, number];
  return Array.from({ length: n }, (_, i) => Array.from(data.slice(i * width, (i + 1) * width)));
};
const worst = (ours: readonly Row[], theirs: readonly Row[]): number =>
  Math.min(...ours.map((row, i) => cosine(row, theirs[i]!)));

const ids = (some: readonly Row[]): ort.Tensor => new ort.Tensor("int64", BigInt64Array.from(some.flat(), BigInt), [some.length, 77]);
const images = (numbers: Row): ort.Tensor => {
  const data = new Float32Array(numbers.length * 3 * 65536);
  let at = 0;
  for (const i of numbers)
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < 256; y++)
        for (let x = 0; x < 256; x++)
          data[at++] = ((x * (i + 1) + y * (2 * i + 1) + c * 85 + Math.floor((x * y * i) / 64)) % 256) / 127.5 - 1;
  return new ort.Tensor("float32", data, [numbers.length, 3, 256, 256]);
};

const texts = rows((await text.run({ input_ids: ids(reference.ids) })).embedding);
const one = rows((await text.run({ input_ids: ids([reference.ids[1]!]) })).embedding);
let began = performance.now();
const out = await image.run({ pixel_values: images([0, 1, 2, 3]) });
const imageMs = (performance.now() - began) / 4;
began = performance.now();
await text.run({ input_ids: ids([reference.ids[2]!]) });
const textMs = performance.now() - began;
const results = {
  text: worst(texts, reference.text),
  textSingle: cosine(one[0]!, texts[1]!),
  image: worst(rows(out.embedding), reference.image),
  features: worst(rows(out.features), reference.features),
};
for (const [name, value] of Object.entries(results)) console.log(`${name}: worst cosine ${value.toFixed(5)}`);
console.log(`${imageMs.toFixed(0)} ms an image, ${textMs.toFixed(0)} ms a text (one thread)`);
if (Math.min(...Object.values(results)) < 0.995) process.exit(1);
