// The reader's files in ONNX Runtime against PyTorch and Hugging Face's tokenizers (make_reader_golden.py), on a miniature of random weights.
// Tolerance: 0.01 on logits; measured 1e-6 here. Another summation order may tip one rounded activation over, which moves a logit by 0.005.
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WordPiece } from "../../src/compose/reader/wordpiece.ts";
import { unpackWeights } from "../../src/compose/reader/packed-weights.ts";
import { externalTensors } from "../../src/formats/onnx-external.ts";
import { openFileNetwork } from "../../src/ort/file-network.ts";
import type { FileNetwork } from "../../src/runtime/file-network.ts";
import { say } from "../../src/shared/saying.ts";

const TOLERANCE = 0.01;

interface Golden {
  readonly prompts: readonly string[];
  readonly cards: readonly string[];
  readonly length: number;
  readonly ids: readonly number[];
  readonly types: readonly number[];
  readonly wanted: readonly number[];
  readonly spans: readonly number[];
  readonly unpacked: { readonly sizeBytes: number; readonly sha256: string };
  readonly texts: readonly { text: string; ids: number[]; offsets: [number, number][] }[];
}

const bytesOf = (name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL(`goldens/reader/${name}`, import.meta.url)));
const json = (name: string): unknown => JSON.parse(new TextDecoder().decode(bytesOf(name)));

const golden = json("golden.json") as Golden;
const onnx = bytesOf("reader.onnx");
const tensors = externalTensors(onnx, "reader.onnx");
const weights = unpackWeights(bytesOf("reader.q4"), { tensors, fileName: "reader.q4" });
const open = (data: Int8Array<ArrayBuffer>): Promise<FileNetwork> =>
  openFileNetwork({
    name: say`The reader`,
    onnx,
    external: new Map([["weights.int8", new Uint8Array(data.buffer)]]),
  });

const int64 = (values: readonly number[]): BigInt64Array<ArrayBuffer> => BigInt64Array.from(values, BigInt);
const largest = (got: ArrayLike<number>, expected: readonly number[]): number =>
  Math.max(...expected.map((value, i) => Math.abs(value - got[i]!)));

async function errors(network: FileNetwork, ids = golden.ids): Promise<{ wanted: number; spans: number }> {
  const shape = [golden.wanted.length, golden.length];
  const { wanted, spans } = await network.run(
    { input_ids: int64(ids), token_type_ids: int64(golden.types) },
    { shape },
  );
  return { wanted: largest(wanted!, golden.wanted), spans: largest(spans!, golden.spans) };
}

describe("packed weights", () => {
  it("unpack to the very bytes of weights.int8", () => {
    expect(tensors).toHaveLength(13);
    expect(tensors.every(({ location }) => location === "weights.int8")).toBe(true);
    expect(weights).toHaveLength(golden.unpacked.sizeBytes);
    expect(createHash("sha256").update(weights).digest("hex")).toBe(golden.unpacked.sha256);
  });

  it("are refused when the file is cut or too long", () => {
    const packed = bytesOf("reader.q4");
    const unpack = (bytes: Uint8Array) => () => unpackWeights(bytes, { tensors, fileName: "reader.q4" });
    expect(unpack(packed.subarray(0, -1))).toThrow("reader.q4 does not fit its graph at layers.1.output");
    expect(unpack(Uint8Array.of(...packed, 0))).toThrow("reader.q4 does not fit its graph at its end");
  });

  it("come from a whole ONNX file", () => {
    expect(() => externalTensors(onnx.subarray(0, 5000), "reader.onnx")).toThrow("not a complete ONNX file");
  });
});

describe("network", () => {
  let network: FileNetwork;
  beforeAll(async () => {
    network = await open(weights);
  });
  afterAll(() => network.dispose());

  it("computes what PyTorch computes", async () => {
    const { wanted, spans } = await errors(network);
    expect(wanted).toBeLessThan(TOLERANCE);
    expect(spans).toBeLessThan(TOLERANCE);
  });

  it("gives a pair the same logits in any batch, whatever its padding", async () => {
    const row = golden.ids.slice(0, golden.length).filter((id) => id !== 0);
    const types = golden.types.slice(0, row.length);
    const alone = await network.run(
      { input_ids: int64(row), token_type_ids: int64(types) },
      { shape: [1, row.length] },
    );
    expect(Math.abs(alone["wanted"]![0]! - golden.wanted[0]!)).toBeLessThan(TOLERANCE);
  });

  it("notices one wrong token", async () => {
    const ids = golden.ids.map((id, i) => (i === 1 ? id + 1 : id));
    expect((await errors(network, ids)).spans).toBeGreaterThan(10 * TOLERANCE);
  });

  it("notices one wrong tensor", async () => {
    const broken = weights.slice();
    const { offset, sizeBytes } = tensors.find(({ name }) => name === "layers.1.value")!;
    broken.subarray(offset, offset + sizeBytes).reverse();
    const other = await open(broken);
    expect((await errors(other)).wanted).toBeGreaterThan(10 * TOLERANCE);
    await other.dispose();
  });
});

describe("tokenizer", () => {
  const tokenizer = new WordPiece(json("tokenizer.json"), "tokenizer.json");

  it.each(golden.texts)("splits $text as Hugging Face's does", ({ text, ids, offsets }) => {
    const tokens = tokenizer.encode(text);
    expect(tokens.ids).toEqual(ids);
    expect(tokens.starts.map((start, i) => [start, tokens.ends[i]])).toEqual(offsets);
  });

  it("makes no special token out of text", () => {
    const { ids } = tokenizer.encode("[SEP] [CLS] [PAD]");
    expect(ids).not.toContain(tokenizer.sep);
    expect(ids).not.toContain(tokenizer.cls);
    expect(ids).not.toContain(0);
  });

  it("refuses a tokenizer of another kind, naming the field", () => {
    expect(
      () =>
        new WordPiece({ ...(json("tokenizer.json") as object), model: { type: "BPE" } }, "tokenizer.json"),
    ).toThrow("model.type");
  });
});
