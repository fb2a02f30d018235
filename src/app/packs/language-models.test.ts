import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseManifest } from "../../storage/manifest.ts";
import { listLanguageModels } from "./language-models.ts";
import { say } from "../../shared/saying.ts";

const folder = new URL("../../../model-manifests/", import.meta.url);
const manifests = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => parseManifest(JSON.parse(readFileSync(new URL(name, folder), "utf8")), name));
const gpu = { kind: "gpu", name: "GPU", f16: true } as const;
const list = (options: Partial<Parameters<typeof listLanguageModels>[1]> = {}) =>
  listLanguageModels(manifests, {
    view: { packs: [] },
    graphics: gpu,
    cached: new Set(),
    ownServer: null,
    ...options,
  });

it("offers each model once, with its size, what it needs and one to start with", () => {
  const entries = list();
  expect(entries.filter(({ runsOn }) => runsOn === "gpu").map(({ title }) => title)).toEqual([
    "Qwen2.5 1.5B",
    "Qwen3 1.7B",
    "Qwen3 4B",
    "Qwen3 0.6B",
    "Gemma 3 1B",
    "SmolLM2 360M",
    "Llama 3.2 1B",
  ]);
  expect(entries.filter(({ role }) => role === "default")).toMatchObject([
    {
      id: "Qwen2.5-1.5B-Instruct-q4f16_1-MLC",
      sizeBytes: 885e6,
      state: "absent",
      fit: { kind: "good", gpuBytes: 1_629_750_000 },
      license: { name: "Apache-2.0", confirmed: false },
    },
  ]);
  for (const { id, fit } of entries) expect(fit.kind, id).not.toBe("impossible");
});

it("takes the variant that the GPU can run", () => {
  const entries = list({ graphics: { ...gpu, f16: false } });
  const kinds = Object.fromEntries(entries.map(({ id, fit }) => [id, fit.kind]));
  expect(kinds).toMatchObject({
    "Qwen2.5-1.5B-Instruct-q4f32_1-MLC": "good",
    "SmolLM2-360M-Instruct-q4f32_1-MLC": "good",
    "Llama-3.2-1B-Instruct-q4f32_1-MLC": "good",
    "Qwen3-1.7B-q4f16_1-MLC": "impossible",
  });
});

it("leaves those for the CPU where there is no GPU", () => {
  const entries = list({ graphics: { kind: "none", reason: say`WebGPU found no GPU` } });
  expect(entries.filter(({ fit }) => fit.kind !== "impossible").map(({ id }) => id)).toEqual([
    "qwen2.5-0.5b-cpu",
    "smollm2-360m-cpu",
  ]);
  expect(entries[0]!.fit).toEqual({ kind: "impossible", lacks: "webgpu", reason: say`WebGPU found no GPU` });
});

it("knows what is here", () => {
  const stored = (complete: boolean) => ({
    packs: [
      {
        id: "smollm2-360m-cpu",
        title: "",
        kind: "language-model" as const,
        storedBytes: 1,
        totalBytes: 2,
        complete,
        files: [],
      },
    ],
  });
  const cached = new Set(["Qwen3-4B-q4f16_1-MLC"]);
  const states = (complete: boolean) =>
    list({ view: stored(complete), cached }).flatMap(({ title, runsOn, state }) =>
      state === "absent" ? [] : [`${title} ${runsOn} ${state}`],
    );
  expect(states(true)).toEqual(["Qwen3 4B gpu ready", "SmolLM2 360M (CPU) cpu ready"]);
  expect(states(false)).toEqual(["Qwen3 4B gpu ready", "SmolLM2 360M (CPU) cpu partial"]);
});

it("ends with the user’s own server; it and models of a billion parameters write cards", () => {
  const ownServer = { url: "http://localhost:1/v1", model: "big", apiKey: null, format: "schema" } as const;
  const entries = list({ ownServer });
  expect(entries.at(-1)).toMatchObject({ id: "own-server", title: "big", state: "ready", runsOn: "server" });
  expect(entries.filter(({ writesCards }) => writesCards).map(({ title }) => title)).toEqual([
    "Qwen2.5 1.5B",
    "Qwen3 1.7B",
    "Qwen3 4B",
    "Gemma 3 1B",
    "Llama 3.2 1B",
    "big",
  ]);
});
