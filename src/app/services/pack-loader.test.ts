// What a worker held is loaded again when it was lost, also while nothing ran.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { closeRemotes, remote, StandInStorage } from "../../../tests/fixtures/stand-in-workers.ts";
import { card } from "../../../tests/fixtures/cards.ts";
import { adapterReport } from "../../../tests/fixtures/run-services.ts";
import type { DiffusionService, RegisteredAdapter } from "../../engine/service.ts";
import { openUserAdapters } from "../adapters/user-adapters.ts";
import { pocketId } from "../packs/packs.ts";
import { openUserModels } from "../packs/user-models.ts";
import type { DiffusionWorker } from "./diffusion-worker.ts";
import { createPackLoader } from "./pack-loader.ts";
import type { LoadedPack } from "../../stylus/loaded-pack.ts";
import { say, verbatim } from "../../shared/saying.ts";

beforeAll(() => void vi.stubGlobal("document", { baseURI: "https://stylus.test/" }));
afterAll(() => {
  closeRemotes();
  vi.unstubAllGlobals();
});

const unasked = (): never => {
  throw new Error("not asked for here");
};

/**
 * @param stored ids of manifests whose files are all in the browser
 * @param userAdapters those that the user has added
 */
function setup(stored: ReadonlySet<string> = new Set(), userAdapters = openUserAdapters()) {
  const log: string[] = [];
  let alive = 0;
  const registered: { readonly id: string; readonly isEmbedding: boolean }[] = [];
  const service = remote<DiffusionService>({
    registerAdapters: (adapters: readonly RegisteredAdapter[]) =>
      void registered.push(...adapters.map(({ id, isEmbedding }) => ({ id, isEmbedding }))),
  });
  const diffusion: DiffusionWorker = {
    get alive() {
      return alive;
    },
    call: (use) => use(service),
    terminate: () => void (alive = 0),
    async load({ id }, device) {
      log.push(`networks of ${id}`);
      alive = 1;
      return {
        device: { kind: "wasm", name: verbatim(device), reason: say``, threads: 1, f16: false },
        sizeBytes: 0,
        milliseconds: { device: 0, parameters: 0 },
        latentScale: 8,
      };
    },
    takeOver: unasked,
    generate: unasked,
  };
  let held = "";
  const retrieval: Parameters<typeof createPackLoader>[0]["retrieval"] = {
    async load({ packId }) {
      if (held !== packId) log.push(`retrieval of ${packId}`);
      held = packId;
      return [];
    },
    holds: (packId) => held === packId,
    indexUserAdapters: async () => {},
    terminate: () => void (held = ""),
  };
  const pack = createPackLoader({
    storage: new StandInStorage({
      openPack: () => ({ files: new Map(), totalBytes: 1, downloadedBytes: 0, persistent: true }),
      describe: () => ({ packs: [...stored].map((id) => ({ id, complete: true, files: [] })) }),
    }),
    userModels: openUserModels(),
    userAdapters,
    retrieval,
    diffusion,
  });
  return { pack, diffusion, retrieval, log, registered };
}

const options = { device: "auto", onProgress: () => {}, signal: new AbortController().signal } as const;

it("loads nothing before a pack was asked for, and nothing twice", async () => {
  const { pack, log } = setup();
  await pack.readyNetworks();
  await pack.readyRetrieval(options.signal);
  expect(log).toEqual([]);
  await pack.load(pocketId, options);
  await pack.readyNetworks();
  await pack.readyRetrieval(options.signal);
  expect(log.sort()).toEqual(["networks of pocket", "retrieval of pocket"]);
});

it("loads what a lost worker held, once for all who wait for it", async () => {
  const { pack, diffusion, retrieval, log } = setup();
  await pack.load(pocketId, options);
  log.length = 0;
  diffusion.terminate();
  await Promise.all([pack.readyNetworks(), pack.readyNetworks()]);
  expect(log).toEqual(["networks of pocket"]);
  retrieval.terminate();
  await pack.readyRetrieval(options.signal);
  expect(log).toEqual(["networks of pocket", "retrieval of pocket"]);
});

it("brings nothing back of a pack that was let go of", async () => {
  const { pack, log } = setup();
  await pack.load(pocketId, options);
  log.length = 0;
  pack.drop();
  await pack.readyNetworks();
  await pack.readyRetrieval(options.signal);
  expect(log).toEqual([]);
});

it("tells the engine which of the user's files hold textual inversions alone", async () => {
  const store = await openUserAdapters();
  const embeddings = [{ name: "easyneg", vectors: 2, width: 192 }];
  const matched = [{ network: "unet", modules: 0, of: 10 }] as const;
  const refusal = { code: "unsupported", message: "for another model" } as const;
  const reports = {
    lora: adapterReport(),
    words: adapterReport({ embeddings, matched }),
    bundle: adapterReport({ embeddings }),
    unchecked: adapterReport({ embeddings, matched, refusal }),
  };
  for (const [id, report] of Object.entries(reports))
    await store.add({
      id,
      card: { ...card(id, "concept"), baseModel: "Pocket" },
      report,
      file: new Blob(["x"]),
      addedAt: 1,
    });
  const { pack, registered } = setup(new Set(), Promise.resolve(store));
  await pack.load(pocketId, options);
  expect(registered).toEqual([
    { id: "lora", isEmbedding: false },
    { id: "words", isEmbedding: true },
    { id: "bundle", isEmbedding: false },
    { id: "unchecked", isEmbedding: false },
  ]);
});

it("knows which VAEs are here by now, at every load and when asked", async () => {
  const gpu = { info: { vendor: "test" }, features: new Set(["shader-f16"]) };
  vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => gpu } });
  const stored = new Set(["sd15"]);
  const { pack } = setup(stored);
  const idsOf = (vaes: LoadedPack["vaes"]) => vaes.filter((vae) => vae.stored).map(({ id }) => id);
  expect(idsOf((await pack.load("sd15", options)).vaes)).toEqual([null]);
  stored.add("vae-ft-mse");
  expect(idsOf(await pack.vaes())).toEqual([null, "vae-ft-mse"]);
  expect(idsOf((await pack.load("sd15", options)).vaes)).toEqual([null, "vae-ft-mse"]);
});
