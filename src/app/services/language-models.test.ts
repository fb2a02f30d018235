// The worker of the language models lives as long as a model is open in it, and no longer.
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { readingCandidates } from "../../../tests/fixtures/reading-candidates.ts";
import { closeRemotes, remote, StandInStorage } from "../../../tests/fixtures/stand-in-workers.ts";
import type { LanguageModelService } from "../../compose/llm/service.ts";
import type { WebLlmModel } from "../../compose/llm/engines/web-llm.ts";
import type { Composition } from "../../compose/composition.ts";
import { createLanguageModels } from "./language-models.ts";

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

function setup() {
  const log: string[] = [];
  const running = { alive: 0, starts: 0 };
  const service = remote<LanguageModelService>({
    stored: (models: readonly WebLlmModel[]) => models.map(({ id }) => id),
    open: () => void log.push("open"),
    compose: () => chosen,
  });
  const models = createLanguageModels({
    storage: new StandInStorage({ describe: () => (log.push("describe"), { packs: [], others: [] }) }),
    worker: {
      get alive() {
        return running.alive;
      },
      get starts() {
        return running.starts;
      },
      call(use) {
        if (running.alive === 0) running.starts += 1;
        running.alive = 1;
        return use(service);
      },
      terminate: () => void (running.alive = 0),
    },
    retrieve: async (prompt) => readingCandidates(prompt),
  });
  return { models, running, log };
}

it("ends after a look into the cache, and describes storage and probes the GPU once for lists of one moment", async () => {
  const { models, running, log } = setup();
  const [list] = await Promise.all([models.list(), models.list()]);
  expect(list.find(({ runsOn }) => runsOn === "gpu")!.state).toBe("ready");
  expect({ ...running, probes, log }).toEqual({ alive: 0, starts: 1, probes: 1, log: ["describe"] });
});

it("stays while a model is open, and ends when it is closed", async () => {
  const { models, running, log } = setup();
  const { id } = (await models.list()).find(({ runsOn, fit }) => runsOn === "gpu" && fit.kind === "good")!;
  const request = { prompt: "clay", preset: "balanced", bans: [], pins: [], pinned: [], seed: 1 } as const;
  const { signal } = new AbortController();
  const composition = await models.consult(
    { ...request, languageModel: { id, temperature: 0 } },
    { onComposition: () => {}, signal },
  );
  expect(composition).toEqual(chosen);
  await models.list();
  expect({ ...running, log }).toEqual({ alive: 1, starts: 2, log: ["describe", "open", "describe"] });
  models.close();
  expect(running.alive).toBe(0);
});
