// The worker of the language models lives as long as a model is open in it, and no longer.
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { readingCandidates } from "../../../tests/fixtures/reading-candidates.ts";
import {
  closeRemotes,
  remote,
  StandInStorage,
  standInClient,
} from "../../../tests/fixtures/stand-in-workers.ts";
import { answerFor } from "../../../tests/fixtures/chat-server.ts";
import type { LanguageModelService, LanguageModelSource } from "../../compose/llm/service.ts";
import { rawCard } from "../../refine/raw-card.ts";
import type { WebLlmModel } from "../../compose/llm/engines/web-llm.ts";
import type { Composition } from "../../compose/composition.ts";
import { createLanguageModels } from "./language-models.ts";
import { say } from "../../shared/saying.ts";

let probes = 0;
beforeEach(() => {
  probes = 0;
  const features = new Set(["shader-f16"]);
  const adapter = { info: { vendor: "nvidia", description: "RTX" }, features };
  vi.stubGlobal("document", { baseURI: "https://stylus.test/" });
  vi.stubGlobal("caches", { has: async () => true });
  vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => ((probes += 1), adapter) } });
});
afterEach(() => void vi.unstubAllGlobals());
afterAll(closeRemotes);

const chosen: Composition = { tasks: [], rejected: [], composer: { name: "m", kind: "llm" } };

function setup(given: object = {}) {
  const log: string[] = [];
  const running = { alive: 0, starts: 0 };
  const service = remote<LanguageModelService>({
    stored: (models: readonly WebLlmModel[]) => models.map(({ id }) => id),
    open: () => void log.push("open"),
    compose: () => chosen,
    ...given,
  });
  const models = createLanguageModels({
    storage: new StandInStorage({ describe: () => (log.push("describe"), { packs: [], others: [] }) }),
    worker: standInClient(service, running),
    retrieve: async (prompt) => readingCandidates(prompt),
  });
  return { models, running, log };
}

type Models = ReturnType<typeof setup>["models"];
const request = {
  prompt: "clay",
  preset: "balanced",
  bans: [],
  commercialOnly: false,
  pins: [],
  pinned: [],
  seed: 1,
} as const;

const consult = (models: Models, id: string | null, { signal } = new AbortController()) =>
  models.consult(
    { ...request, languageModel: id === null ? null : { id, temperature: 0 } },
    { onComposition: () => {}, signal },
  );
const consultServer = (models: Models, stop?: AbortController) => consult(models, "own-server", stop);

const server = { url: "http://localhost:1/v1", model: "big", apiKey: null, format: "schema" } as const;

it("ends after a look into the cache, and describes storage and probes the GPU once for lists of one moment", async () => {
  const { models, running, log } = setup();
  const [list] = await Promise.all([models.list(), models.list()]);
  expect(list.find(({ runsOn }) => runsOn === "gpu")!.state).toBe("ready");
  expect({ ...running, probes, log }).toEqual({ alive: 0, starts: 1, probes: 1, log: ["describe"] });
});

it("stays while a model is open, and ends when it is closed", async () => {
  const { models, running, log } = setup();
  const { id } = (await models.list()).find(({ runsOn, fit }) => runsOn === "gpu" && fit.kind === "good")!;
  expect(await consult(models, id)).toEqual(chosen);
  await models.list();
  expect({ ...running, log }).toEqual({ alive: 1, starts: 2, log: ["describe", "open", "describe"] });
  models.close();
  expect(running.alive).toBe(0);
});

/** Calls wait until each is let go. */
function held<Value>(answer: Value) {
  let begin!: () => void;
  let letGo!: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const allowed = new Promise<void>((resolve) => (letGo = resolve));
  return { begun, letGo, call: async () => (begin(), await allowed, answer) };
}

it.each(["look", "removal"])("is not ended under others by a %s that ends first", async (firstOut) => {
  const look = held<readonly string[]>([]);
  const removal = held(undefined);
  let stored = look.call;
  const { models, running } = setup({ stored: () => stored(), remove: removal.call });
  stored = async () => [];
  const { id } = (await models.list()).find(({ runsOn }) => runsOn === "gpu")!;
  stored = look.call;
  const visits = { look: models.list(), removal: Promise.resolve() };
  await look.begun;
  visits.removal = models.remove(id);
  await removal.begun;
  expect(running).toEqual({ alive: 1, starts: 2 }); // one for both
  const [first, second] =
    firstOut === "look" ? (["look", "removal"] as const) : (["removal", "look"] as const);
  const gates = { look, removal };
  gates[first].letGo();
  await visits[first];
  expect(running.alive).toBe(1);
  gates[second].letGo();
  await visits[second];
  expect(running).toEqual({ alive: 0, starts: 2 });
});

it("asks the user’s own server in the worker, with nothing downloaded, and the new one once it is changed", async () => {
  const sources: LanguageModelSource[] = [];
  const { models, running } = setup({ open: (source: LanguageModelSource) => void sources.push(source) });
  models.ownServer.keep({ ...server, apiKey: "secret" });
  expect(await consultServer(models)).toEqual(chosen);
  await consultServer(models); // remembered
  models.ownServer.keep({ ...server, model: "bigger" });
  expect(running.alive).toBe(0);
  expect(await consultServer(models)).toEqual(chosen);
  expect(sources).toMatchObject([
    { engine: "server", server: { model: "big", apiKey: "secret", alias: say`Your own server` } },
    { engine: "server", server: { model: "bigger" } },
  ]);
  models.ownServer.keep(null);
  expect(await consultServer(models)).toEqual({ unavailable: { kind: "modelGone" } });
});

it("says that the model was changed while it chose, or that it was stopped, if it was", async () => {
  const answer = held(chosen);
  const { models } = setup({ compose: answer.call });
  models.ownServer.keep(server);
  const first = consultServer(models);
  await answer.begun;
  models.ownServer.keep({ ...server, model: "bigger" });
  await expect(first).rejects.toMatchObject({ message: "The language model was changed." });
  const stop = new AbortController();
  const second = consultServer(models, stop);
  stop.abort();
  await expect(second).rejects.toMatchObject({ message: "Stopped." });
  answer.letGo();
  models.ownServer.keep(null);
});

it("asks no server that another tab has changed or forgotten, told of it or not", async () => {
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
  });
  const events = new EventTarget();
  vi.stubGlobal("addEventListener", events.addEventListener.bind(events));
  const sources: LanguageModelSource[] = [];
  const { models, running } = setup({ open: (source: LanguageModelSource) => void sources.push(source) });
  models.ownServer.keep(server);
  await consultServer(models);
  const [[name, text]] = [...kept] as [[string, string]];
  kept.set(name, text.replace("big", "bigger"));
  await consultServer(models);
  expect(sources).toMatchObject([{ server: { model: "big" } }, { server: { model: "bigger" } }]);

  let told = 0;
  models.ownServer.watch(() => (told += 1));
  const storageEvent = (key: string) => Object.assign(new Event("storage"), { key });
  events.dispatchEvent(storageEvent("other"));
  expect([told, running.alive]).toEqual([0, 1]);
  kept.clear();
  expect(await consultServer(models)).toEqual({ unavailable: { kind: "modelGone" } });
  events.dispatchEvent(storageEvent(name));
  expect([told, running.alive]).toEqual([1, 0]);
});

it("lets a model on the device write a card, and asks it to repair one", async () => {
  const answers = ["no card", answerFor("clay")];
  const asked: number[] = [];
  const { models } = setup({
    write: ({ messages }: { readonly messages: readonly unknown[] }) => {
      asked.push(messages.length);
      return answers.shift();
    },
  });
  const { signal } = new AbortController();
  const list = await models.list();
  const raw = rawCard({ name: ["clay"], title: "clay" });
  const able = list.find(({ writesCards }) => writesCards)!;
  expect((await models.writeCard(raw, { id: able.id, signal })).title).toBe("Refined clay");
  expect(asked).toEqual([2, 4]);
  const small = list.find(({ title }) => title === "SmolLM2 360M")!;
  await expect(models.writeCard(raw, { id: small.id, signal })).rejects.toMatchObject({ code: "not-found" });
});

it("says as data why none chooses: none is chosen, gone, not downloaded, or cannot run here", async () => {
  const { models } = setup();
  const list = await models.list();
  const onCpu = list.find(({ runsOn }) => runsOn === "cpu")!;
  const onGpu = list.find(({ runsOn }) => runsOn === "gpu")!;
  expect(await consult(models, null)).toEqual({ unavailable: { kind: "noModel" } });
  expect(await consult(models, "gone")).toEqual({ unavailable: { kind: "modelGone" } });
  expect(await consult(models, onCpu.id)).toEqual({
    unavailable: { kind: "notDownloaded", title: onCpu.title },
  });
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("isSecureContext", true);
  expect(await consult(setup().models, onGpu.id)).toEqual({
    unavailable: { kind: "noWebGpu", title: onGpu.title, reason: say`no WebGPU in this browser` },
  });
});
