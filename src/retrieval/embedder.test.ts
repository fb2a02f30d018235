import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packFiles, packFolder } from "../../tests/fixtures/pocket.ts";
import { readIndex, staleEntries } from "./adapter-index.ts";
import { parseCards } from "./cards.ts";
import { loadEmbedder, type Embedder } from "./embedder.ts";
import { dot } from "./vectors.ts";

const files = packFiles("embedder");
let embedder: Embedder;
beforeAll(async () => {
  embedder = await loadEmbedder(files);
});

const without = (path: string): Map<string, Blob> => new Map([...files].filter(([name]) => name !== path));
const replaced = (path: string, blob: Blob): Map<string, Blob> => new Map([...files, [path, blob]]);

describe("the pocket pack's embedder in transformers.js", () => {
  test("unit vectors, one per text, whatever else is in the call", async () => {
    const texts = ["a fox", "clay render", "", "a very long text ".repeat(200), "雪の中の狐 🦊"];
    const together = await embedder.embed(texts, { kind: "query" });
    for (const [i, text] of texts.entries()) {
      expect(together[i]).toHaveLength(embedder.dims);
      expect(dot(together[i]!, together[i]!)).toBeCloseTo(1, 5);
      expect((await embedder.embed([text], { kind: "query" }))[0]).toEqual(together[i]);
    }
    const [card] = await embedder.embed(["a fox"], { kind: "card" });
    expect(card).not.toEqual(together[0]);
  });

  test.each([
    ["puppy", "dog", "car"],
    ["kitten", "cat", "train"],
    ["plasticine figure", "clay render", "film noir"],
    ["8-bit game", "pixel art", "oil painting"],
    ["spacecraft", "rocket", "violin"],
  ])("“%s” is nearer to “%s” than to “%s”", async (word, near, far) => {
    const [a, b, c] = await embedder.embed([word, near, far], { kind: "query" });
    expect(dot(a!, b!)).toBeGreaterThan(dot(a!, c!));
  });

  test("can be stopped", async () => {
    await expect(embedder.embed(["a"], { kind: "query", signal: AbortSignal.abort() })).rejects.toMatchObject(
      {
        code: "cancelled",
      },
    );
  });

  test.each(["config.json", "tokenizer.json", "tokenizer_config.json", "onnx/model_quantized.onnx"])(
    "a missing %s is named",
    async (path) => {
      await expect(loadEmbedder(without(path))).rejects.toMatchObject({ code: "not-found", where: path });
    },
  );

  test("damaged files are named", async () => {
    await expect(loadEmbedder(replaced("tokenizer.json", new Blob(["{"])))).rejects.toMatchObject({
      code: "bad-file",
      where: "tokenizer.json",
    });
    const model = files.get("onnx/model_quantized.onnx")!;
    await expect(
      loadEmbedder(replaced("onnx/model_quantized.onnx", model.slice(0, 1000))),
    ).rejects.toMatchObject({
      code: "bad-file",
      where: "onnx/model_quantized.onnx",
    });
  });
});

describe("the pocket pack's index", () => {
  const json = (file: string): unknown => JSON.parse(readFileSync(path.join(packFolder, file), "utf8"));
  const index = () =>
    readIndex(json("index/index.json"), readFileSync(path.join(packFolder, "index/vectors.bin")));

  test("belongs to the cards and to the embedder", async () => {
    const cards = parseCards(json("adapters/cards.json"), "cards.json").filter((card) => !card.fewStep);
    expect(await staleEntries(json("index/index.json"), cards)).toEqual([]);
    expect(index().model.sha256).toBe(embedder.model.sha256);
    expect(index().dims).toBe(embedder.dims);
  });

  test("holds what the embedder gives, to the accuracy of int8", async () => {
    for (const { keys } of index().entries.slice(0, 5)) {
      const vectors = await embedder.embed(
        keys.map(({ text }) => text),
        { kind: "query" },
      );
      for (const [k, key] of keys.entries()) expect(dot(key.vector, vectors[k]!)).toBeGreaterThan(0.999);
    }
  });
});
