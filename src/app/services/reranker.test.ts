// The reranker is downloaded only when asked for, opened once, and again in a new worker.
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { closeRemotes, remote, StandInStorage } from "../../../tests/fixtures/stand-in-workers.ts";
import type { Composition } from "../../compose/composition.ts";
import type { ComposerService } from "../../compose/service.ts";
import { createReranker } from "./reranker.ts";

beforeEach(() => void vi.stubGlobal("document", { baseURI: "https://stylus.test/" }));
afterEach(() => void vi.unstubAllGlobals());
afterAll(closeRemotes);

const chosen: Composition = { tasks: [], rejected: [], composer: { name: "r", kind: "none" } };

function setup() {
  const log: string[] = [];
  const running = { alive: 1, starts: 1 };
  let stored = false;
  let onOpen = (): void => {};
  const service = remote<ComposerService>({
    loadReranker: (files: ReadonlyMap<string, Blob>) => void log.push(`load ${[...files.keys()].join()}`),
    rerank: () => (log.push("rerank"), chosen),
  });
  const reranker = createReranker({
    storage: new StandInStorage({
      describe: () => ({
        packs: stored ? [{ id: "ms-marco-minilm-l6", complete: true, files: [{}] }] : [],
        others: [],
      }),
      openPack: () => {
        log.push("openPack");
        stored = true;
        onOpen();
        return { files: new Map([["tokenizer.json", new Blob()]]), downloadedBytes: 1, totalBytes: 1 };
      },
    }),
    composer: {
      get alive() {
        return running.alive;
      },
      get starts() {
        return running.starts;
      },
      call: (use) => use(service),
    },
  });
  const choose = () => reranker.choose("a fox", [], new AbortController().signal);
  return {
    reranker,
    choose,
    running,
    log,
    forget: () => (stored = false),
    hook: (listener: () => void) => (onOpen = listener),
  };
}

it("says that it must be downloaded, and downloads nothing by itself", async () => {
  const { reranker, choose, log } = setup();
  expect(await reranker.state()).toMatchObject({ state: "absent", sizeBytes: 23_911_000 });
  await expect(choose()).rejects.toMatchObject({
    code: "not-found",
    message: "Reranker (ms-marco MiniLM) is not downloaded.",
  });
  expect(log).toEqual([]);
});

it("opens the reranker once after its download, again when the worker has restarted, and not after it is deleted", async () => {
  const { reranker, choose, running, log, forget } = setup();
  await reranker.download({ onProgress: () => {}, signal: new AbortController().signal });
  expect(await reranker.state()).toMatchObject({ state: "ready" });
  expect(await choose()).toEqual(chosen);
  await choose();
  expect(log).toEqual(["openPack", "openPack", "load tokenizer.json", "rerank", "rerank"]);
  running.starts = 2;
  await choose();
  expect(log.slice(5)).toEqual(["openPack", "load tokenizer.json", "rerank"]);
  forget();
  reranker.drop();
  await expect(choose()).rejects.toMatchObject({ code: "not-found" });
});

it("starts no worker when it is dropped while its files are opened", async () => {
  const { reranker, choose, log, hook } = setup();
  await reranker.download({ onProgress: () => {}, signal: new AbortController().signal });
  hook(() => reranker.drop());
  await expect(choose()).rejects.toMatchObject({ code: "cancelled" });
  expect(log).toEqual(["openPack", "openPack"]);
  hook(() => {});
  expect(await choose()).toEqual(chosen);
});
