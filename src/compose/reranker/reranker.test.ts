// The reranker: on ONNX Runtime with a tiny random cross-encoder, and on a network that records what it is asked.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { writeOnnx } from "../../formats/onnx.ts";
import { openFileNetwork } from "../../ort/file-network.ts";
import type { FileNetwork } from "../../runtime/file-network.ts";
import { WordPiece } from "../reader/wordpiece.ts";
import { ComposerService } from "../service.ts";
import { Reranker } from "./reranker.ts";

const tokenizerFile = readFileSync(
  new URL("../../../tests/parity/goldens/reader/tokenizer.json", import.meta.url),
);
const tokenizer = new WordPiece(JSON.parse(tokenizerFile.toString()), "tokenizer.json");
const idsOf = (text: string): readonly number[] => tokenizer.encode(text).ids;

/** Of each token; seeded. */
const weights = Float32Array.from({ length: 1 + Math.max(...Object.values(vocabulary())) }, (_, i) =>
  Math.fround(Math.sin(12.9898 * (i + 1))),
);

function vocabulary(): Record<string, number> {
  return (JSON.parse(tokenizerFile.toString()) as { model: { vocab: Record<string, number> } }).model.vocab;
}

/** Sums a random weight of each token of the second text that the mask lets through. */
function tinyCrossEncoder(length: number): Uint8Array<ArrayBuffer> {
  const shape = [1, length];
  const node = (op: string, inputs: readonly string[], output: string, attributes = {}) => ({
    name: output,
    op,
    domain: "",
    inputs,
    outputs: [output],
    attributes,
  });
  return writeOnnx({
    name: "cross-encoder",
    opsets: { "": 17 },
    inputs: ["input_ids", "attention_mask", "token_type_ids"].map((name) => ({ name, dtype: "i64", shape })),
    outputs: [{ name: "logits", dtype: "f32", shape: [1, 1] }],
    constants: [
      { name: "table", dtype: "f32", shape: [weights.length], bytes: new Uint8Array(weights.buffer) },
      { name: "axes", dtype: "i64", shape: [1], bytes: new Uint8Array(BigInt64Array.of(1n).buffer) },
    ],
    nodes: [
      node("Gather", ["table", "input_ids"], "tokens"),
      node("Mul", ["attention_mask", "token_type_ids"], "second"),
      node("Cast", ["second"], "read", { to: 1 }),
      node("Mul", ["tokens", "read"], "scores"),
      node("ReduceSum", ["scores", "axes"], "logits", { keepdims: 1 }),
    ],
  });
}

const files = (onnx: Uint8Array<ArrayBuffer>): Map<string, Blob> =>
  new Map([
    ["model.onnx", new Blob([onnx])],
    ["tokenizer.json", new Blob([tokenizerFile])],
  ]);

it("chooses the three documents that a cross-encoder on ONNX Runtime scores best", async () => {
  const prompt = "a clay fox";
  const documents = ["red", "snow", "table", "night", "clay", "fox"].filter(
    (word) => idsOf(word).length === 1,
  );
  expect(documents.length).toBeGreaterThanOrEqual(4);
  const expected = documents
    .map((word) => ({ word, score: weights[idsOf(word)[0]!]! + weights[tokenizer.sep]! }))
    .sort((a, b) => b.score - a.score)
    .slice(0, 3);
  const service = new ComposerService(openFileNetwork);
  await service.loadReranker(files(tinyCrossEncoder(idsOf(prompt).length + 4)));
  const { tasks } = await service.rerank(
    prompt,
    documents.map((document) => ({ id: document, weight: 0.7, document })),
  );
  expect(tasks.map(({ picks: [pick] }) => [pick!.id, pick!.weight, pick!.similarity])).toEqual(
    expected.map(({ word, score }) => [word, 0.7, expect.closeTo(1 / (1 + Math.exp(-score)), 5)]),
  );
});

/** Answers the number of tokens of the second text. */
class Recorder implements FileNetwork {
  readonly runs: (readonly bigint[])[] = [];
  readonly types: (readonly bigint[])[] = [];
  async run(inputs: Readonly<Record<string, BigInt64Array<ArrayBuffer>>>) {
    this.runs.push([...inputs["input_ids"]!]);
    this.types.push([...inputs["token_type_ids"]!]);
    expect(inputs["attention_mask"]!.every((value) => value === 1n)).toBe(true);
    return { logits: Float32Array.of(inputs["token_type_ids"]!.filter((type) => type === 1n).length) };
  }
  dispose = async (): Promise<void> => {};
}

it("reads each pair once, the document as the second text, both cut to 512 tokens", async () => {
  const network = new Recorder();
  const reranker = new Reranker(network, tokenizer);
  const second = idsOf("red snow").length + 1;
  expect(await reranker.score("fox", ["red snow", "red snow", ""])).toEqual([second, second, 1]);
  expect(await reranker.score("fox", ["", "red snow"])).toEqual([1, second]);
  const ids = (text: string): bigint[] => idsOf(text).map(BigInt);
  const [cls, sep] = [BigInt(tokenizer.cls), BigInt(tokenizer.sep)];
  expect(network.runs).toEqual([
    [cls, ...ids("fox"), sep, ...ids("red snow"), sep],
    [cls, ...ids("fox"), sep, sep],
  ]);
  expect(network.types[0]!.join("")).toBe(
    `00${"0".repeat(idsOf("fox").length)}${"1".repeat(idsOf("red snow").length + 1)}`,
  );
  await reranker.score("fox ".repeat(400), ["snow ".repeat(900)]);
  expect([network.runs[2]!.length, network.types[2]!.lastIndexOf(0n)]).toEqual([512, 257]);
});

it("stops on request, and keeps what it has read", async () => {
  const network = new Recorder();
  const reranker = new Reranker(network, tokenizer);
  const controller = new AbortController();
  const run = network.run.bind(network);
  network.run = (inputs) => {
    if (network.runs.length === 1) controller.abort();
    return run(inputs);
  };
  const documents = ["red", "snow", "table"];
  const { signal } = controller;
  await expect(reranker.score("fox", documents, { signal })).rejects.toMatchObject({ code: "cancelled" });
  expect(network.runs).toHaveLength(2);
  await reranker.score("fox", documents);
  expect(network.runs).toHaveLength(3);
});

it("opens the network under any of the names that exporters give it, the 8-bit one first", async () => {
  const names = ["onnx/model_quantized.onnx", "model_quantized.onnx", "onnx/model.onnx", "model.onnx"];
  const openedOf = async (given: readonly string[]): Promise<string> => {
    const opened: string[] = [];
    const networks = given.map((name): [string, Blob] => [name, new Blob([name])]);
    await Reranker.open(
      new Map([["tokenizer.json", new Blob([tokenizerFile])], ...networks.toReversed()]),
      async ({ onnx }) => {
        opened.push(new TextDecoder().decode(onnx));
        return new Recorder();
      },
    );
    return opened.join();
  };
  for (const [at, name] of names.entries()) expect(await openedOf(names.slice(at))).toBe(name);
});

it("names what is missing or wrong", async () => {
  const open = (given: Map<string, Blob>) => Reranker.open(given, async () => new Recorder());
  const whole = files(new Uint8Array());
  await expect(open(new Map([["model.onnx", new Blob()]]))).rejects.toMatchObject({
    where: "tokenizer.json",
  });
  await expect(open(new Map([["tokenizer.json", new Blob()]]))).rejects.toMatchObject({
    code: "not-found",
    where: "onnx/model_quantized.onnx",
  });
  await expect(open(whole.set("tokenizer.json", new Blob(["{"])))).rejects.toMatchObject({
    code: "bad-file",
    where: "tokenizer.json",
  });
  for (const logits of [Float32Array.of(1, 2), Float32Array.of(Number.NaN)]) {
    const other = new Recorder();
    other.run = async () => ({ logits });
    await expect(new Reranker(other, tokenizer).score("fox", ["red"])).rejects.toMatchObject({
      code: "bad-file",
      where: "onnx/model_quantized.onnx",
    });
  }
});
