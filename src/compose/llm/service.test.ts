// The worker's service on scripted engines: one model at a time, one answer at a time.
import { say } from "../../shared/saying.ts";
import { expect, test, vi } from "vitest";
import { readingCandidates } from "../../../tests/fixtures/reading-candidates.ts";
import type { OpenLanguageModel } from "./language-model.ts";
import { type LanguageModelEngines, LanguageModelService, type LanguageModelSource } from "./service.ts";

const source = (id: string) =>
  ({
    engine: "web-llm" as const,
    model: { id, title: id, modelUrl: "", libraryUrl: "", requiredFeatures: [], thinksAloud: false },
  }) satisfies LanguageModelSource;
const prompt = "a unicorn, clay render";
const request = {
  prompt,
  preset: "balanced",
  candidates: readingCandidates(prompt),
  pinned: [],
  temperature: 0,
  seed: 0,
} as const;
const answer = `{"tasks":[{"text":"clay render","adapters":[{"id":"clay","reason":"clay"}]}]}`;

function scripted(complete: OpenLanguageModel["complete"] = async () => answer) {
  const events: string[] = [];
  const engines: LanguageModelEngines = {
    webLlm: async () => ({
      openWebLlm: async ({ title }) => {
        events.push(`open ${title}`);
        return {
          name: title,
          complete,
          write: async (messages, schema) => JSON.stringify([messages, schema]),
          close: async () => void events.push(`close ${title}`),
        };
      },
      isWebLlmStored: async ({ id }) => id === "here",
      removeWebLlm: async ({ id }) => void events.push(`remove ${id}`),
    }),
    onnx: () => Promise.reject(new Error("not asked for")),
  };
  return { events, service: new LanguageModelService(engines) };
}
const signal = new AbortController().signal;

test("a model takes the place of the one before, which gives its memory back first", async () => {
  const { events, service } = scripted();
  await service.open(source("a"), { signal });
  await service.open(source("b"), { signal });
  expect(events).toEqual(["open a", "close a", "open b"]);
  const { composer, tasks } = await service.compose(request, { onComposition: () => {}, signal });
  expect(composer.name).toBe("b");
  expect(tasks.flatMap(({ picks }) => picks.map(({ id }) => id))).toEqual(["clay"]);
});

test("an answer waits until the engine has left the one that was stopped", async () => {
  const releases: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const { service } = scripted(async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => releases.push(resolve));
    running -= 1;
    return answer;
  });
  await service.open(source("a"), { signal });
  const controller = new AbortController();
  const stopped = service.compose(request, { onComposition: () => {}, signal: controller.signal });
  await vi.waitUntil(() => releases.length === 1);
  controller.abort();
  await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
  const next = service.compose(request, { onComposition: () => {}, signal });
  releases[0]!();
  await vi.waitUntil(() => releases.length === 2);
  releases[1]!();
  expect((await next).composer.kind).toBe("llm");
  expect(most).toBe(1);
});

test("reports a missing model; stores and deletes models", async () => {
  const { events, service } = scripted();
  await expect(service.compose(request, { onComposition: () => {}, signal })).rejects.toMatchObject({
    code: "not-found",
  });
  const models = ["here", "there"].map((id) => source(id).model);
  expect(await service.stored(models)).toEqual(["here"]);
  await service.remove(models[0]!);
  expect(events).toEqual(["remove here"]);
});

test("writes under any schema with a model that can, and says so of one that cannot", async () => {
  const { service } = scripted();
  const question = { messages: [{ role: "user", content: "x" }], schema: { type: "object" } } as const;
  const options = { temperature: 0, seed: 0, signal };
  await service.open(source("a"), { signal });
  expect(await service.write(question, options)).toBe('[[{"role":"user","content":"x"}],{"type":"object"}]');
  const remedies = { key: say``, notFound: say``, refused: say``, silent: say`` };
  const server = {
    url: "http://127.0.0.1:9/v1",
    model: "big",
    apiKey: null,
    timeoutMs: 1000,
    maxTokens: 1,
    format: "schema",
    alias: say`Own`,
    remedies,
  } as const;
  await service.open({ engine: "server", server }, { signal });
  await expect(service.write(question, options)).rejects.toMatchObject({ code: "unsupported" });
  // Neither address nor model of the user's own server in what a run keeps.
  await expect(service.compose(request, { onComposition: () => {}, signal })).rejects.toMatchObject({
    code: "network",
    message: "Own: the connection broke.",
    where: undefined,
    said: { message: { values: [say`Own`, expect.anything()] } },
  });
});
