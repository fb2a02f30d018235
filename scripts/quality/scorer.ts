// The pack's image–text scorer in Node: images and texts to unit vectors of one space, and images to features.
// scorer/config.json and training/scorer/export.py define its preprocessing: pixels in [-1, 1], ids truncated or padded
// with the end token.
import { readFileSync } from "node:fs";
import path from "node:path";
import * as ort from "onnxruntime-web";
import { ClipTokenizer } from "../../src/engine/prompt/tokenizer.ts";
import { readRgb } from "./rgb.ts";

export interface ImageVectors {
  /** Unit vector [128]. */
  readonly embedding: Float32Array;
  /** Last features before the projection [256], for the Fréchet distance. */
  readonly features: Float32Array;
}

export interface Scorer {
  images(pngs: readonly Uint8Array[]): Promise<ImageVectors[]>;
  /** Unit vectors [128]. */
  texts(texts: readonly string[]): Promise<Float32Array[]>;
}

interface ScorerConfig {
  readonly image_size: number;
  readonly context_length: number;
  readonly end_token: number;
}

const batchSize = 16;

function rows(tensor: ort.Tensor): Float32Array[] {
  const [count, width] = tensor.dims as [number, number];
  const data = tensor.data as Float32Array;
  return Array.from({ length: count }, (_, i) => data.slice(i * width, (i + 1) * width));
}

async function inBatches<Item, Row>(
  items: readonly Item[],
  run: (batch: readonly Item[]) => Promise<Row[]>,
): Promise<Row[]> {
  const all: Row[] = [];
  for (let at = 0; at < items.length; at += batchSize)
    all.push(...(await run(items.slice(at, at + batchSize))));
  return all;
}

/** Interleaved bytes to planes in [-1, 1], appended at `offset` of `target`. */
function toPlanes(
  png: Uint8Array,
  size: number,
  { target, offset }: { target: Float32Array; offset: number },
): void {
  const { width, height, rgb } = readRgb(png);
  if (width !== size || height !== size) {
    throw new Error(`The scorer reads images of ${size}×${size}, not ${width}×${height}.`);
  }
  const plane = size * size;
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) target[offset + c * plane + i] = rgb[i * 3 + c]! / 127.5 - 1;
  }
}

/** Opens the scorer of a pack folder. */
export async function openScorer(pack: string): Promise<Scorer> {
  const read = (file: string): Buffer => readFileSync(path.join(pack, file));
  const config = JSON.parse(read("scorer/config.json").toString()) as ScorerConfig;
  const tokenizer = new ClipTokenizer({
    vocab: read("tokenizer/vocab.json").toString(),
    merges: read("tokenizer/merges.txt").toString(),
  });
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const open = (file: string): Promise<ort.InferenceSession> => ort.InferenceSession.create(read(file));
  const image = await open("scorer/image.onnx");
  const text = await open("scorer/text.onnx");
  const { image_size: size, context_length: length, end_token: end } = config;

  return {
    images: (pngs) =>
      inBatches(pngs, async (batch) => {
        const data = new Float32Array(batch.length * 3 * size * size);
        batch.forEach((png, i) => toPlanes(png, size, { target: data, offset: i * 3 * size * size }));
        const output = await image.run({
          pixel_values: new ort.Tensor("float32", data, [batch.length, 3, size, size]),
        });
        const features = rows(output["features"]!);
        return rows(output["embedding"]!).map((embedding, i) => ({ embedding, features: features[i]! }));
      }),
    texts: (texts) =>
      inBatches(texts, async (batch) => {
        const ids = batch.flatMap((each) => {
          const row = [tokenizer.startId, ...tokenizer.encode(each).slice(0, length - 2), end];
          return [...row, ...Array.from({ length: length - row.length }, () => end)];
        });
        const output = await text.run({
          input_ids: new ort.Tensor("int64", BigInt64Array.from(ids, BigInt), [batch.length, length]),
        });
        return rows(output["embedding"]!);
      }),
  };
}
