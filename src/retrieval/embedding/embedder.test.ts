import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { packFiles, packFolder } from "../../../tests/fixtures/pocket.ts";
import { parseCards } from "../cards.ts";
import { loadEmbedder, type Embedder } from "./embedder.ts";
import { openIndex } from "../index/index-file.ts";
import { embedAdapter } from "../index/index-writer.ts";
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
      const [alone] = await embedder.embed([text], { kind: "query" });
      for (const [d, value] of alone!.entries())
        expect(Math.abs(value - together[i]![d]!)).toBeLessThan(1e-5);
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
  test("belongs to the cards and to the embedder, and holds what the embedder gives, to the accuracy of int8", async () => {
    const file = readFileSync(path.join(packFolder, "index/adapters.safetensors"));
    const index = await openIndex(new Blob([file]), "adapters.safetensors");
    const json: unknown = JSON.parse(readFileSync(path.join(packFolder, "adapters/cards.json"), "utf8"));
    const cards = parseCards(json, "cards.json").filter((card) => !card.fewStep);
    expect(index.model.sha256).toBe(embedder.model.sha256);
    expect(index.dims).toBe(embedder.dims);
    expect(index.facts.map(({ id }) => id)).toEqual(cards.map(({ id }) => id));
    for (const [number, card] of cards.entries()) {
      const stored = await index.read(number);
      expect(stored.card).toEqual(card);
      if (number >= 5) continue;
      const { values } = await embedAdapter(card, embedder.embed);
      for (const [i, value] of values.entries())
        expect(Math.abs(value - stored.values[i]!)).toBeLessThanOrEqual(1);
    }
  });
});
