// The composer worker's service: what it says before anything is loaded, and that one network at a time is open.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { FileNetwork } from "../runtime/file-network.ts";
import { ComposerService } from "./service.ts";

const tokenizer = readFileSync(new URL("../../tests/parity/goldens/reader/tokenizer.json", import.meta.url));
const files = new Map([
  ["model.onnx", new Blob(["onnx"])],
  ["tokenizer.json", new Blob([tokenizer])],
]);
const candidates = [{ id: "clay", weight: 0.7, document: "clay" }];
const request = {
  prompt: "a fox",
  preset: "balanced",
  pins: [],
  commonTags: new Set<string>(),
  candidates: [],
} as const;

it("has neither at first, nor after files that cannot be loaded", async () => {
  const service = new ComposerService(() => Promise.reject(new Error("unused")));
  const refusals = async (): Promise<void> => {
    const missing = { code: "not-found" };
    await expect(service.read(request)).rejects.toMatchObject({
      ...missing,
      message: "No reader is loaded.",
    });
    await expect(service.rerank("a fox", candidates)).rejects.toMatchObject({
      ...missing,
      message: "No reranker is loaded.",
    });
  };
  await refusals();
  await expect(service.loadReader(new Map())).rejects.toMatchObject({ where: "reader.onnx" });
  await expect(service.loadReranker(new Map())).rejects.toMatchObject({ code: "not-found" });
  await refusals();
});

it("closes the reranker before it opens another one, and has none where that fails", async () => {
  const calls: string[] = [];
  const service = new ComposerService(async (): Promise<FileNetwork> => {
    const logit = calls.push("open");
    return {
      run: async () => ({ logits: Float32Array.of(logit) }),
      dispose: async () => void calls.push("close"),
    };
  });
  const score = async (): Promise<unknown> => {
    const { tasks } = await service.rerank("a fox", candidates);
    return tasks[0]!.picks[0]!.reason;
  };
  await service.loadReranker(files);
  expect(await score()).toEqual({ kind: "reranked", place: 1, of: 1, score: 1 });
  await service.loadReranker(files);
  expect(await score()).toEqual({ kind: "reranked", place: 1, of: 1, score: 3 });
  expect(calls).toEqual(["open", "close", "open"]);
  await expect(service.loadReranker(new Map())).rejects.toMatchObject({ code: "not-found" });
  expect(calls).toEqual(["open", "close", "open", "close"]);
  await expect(score()).rejects.toMatchObject({ message: "No reranker is loaded." });
});
