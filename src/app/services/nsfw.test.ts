// The NSFW check is downloaded only when asked for, opened once, and ends when it is idle.
import { say } from "../../shared/saying.ts";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  closeRemotes,
  remote,
  StandInStorage,
  standInClient,
} from "../../../tests/fixtures/stand-in-workers.ts";
import type { NsfwService } from "../../nsfw/service.ts";
import { StylusError } from "../../shared/errors.ts";
import { createNsfwWorker } from "./nsfw.ts";

beforeEach(() => void vi.stubGlobal("document", { baseURI: "https://stylus.test/" }));
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
afterAll(closeRemotes);

const image = { width: 1, height: 1, rgba: new Uint8ClampedArray(4) };
const download = { onProgress: () => {}, signal: new AbortController().signal };

function setup() {
  const log: string[] = [];
  const running = { alive: 0, starts: 0 };
  let stored = false;
  let openFails = 0;
  const service = remote<NsfwService>({
    open: (files: ReadonlyMap<string, Blob>) => {
      log.push(`open ${[...files.keys()].join()}`);
      if (openFails-- > 0) throw new StylusError("bad-file", say`It is damaged.`);
    },
    check: () => (log.push("check"), 0.7),
  });
  const nsfw = createNsfwWorker({
    storage: new StandInStorage({
      describe: () => ({
        packs: stored ? [{ id: "open-nsfw", complete: true, files: [{}] }] : [],
        others: [],
      }),
      openPack: () => {
        stored = true;
        return { files: new Map([["a.whl", new Blob()]]), downloadedBytes: 1, totalBytes: 1 };
      },
    }),
    worker: standInClient(service, running),
  });
  return { nsfw, log, running, failOnce: () => (openFails = 1) };
}

it("says that it must be downloaded, and downloads nothing by itself", async () => {
  const { nsfw, log, running } = setup();
  expect(await nsfw.state()).toMatchObject({ state: "absent", sizeBytes: 21_962_919 });
  await expect(nsfw.check(image)).rejects.toMatchObject({
    code: "not-found",
    message: "NSFW check (open_nsfw) is not downloaded.",
  });
  expect(log).toEqual([]);
  expect(running.starts).toBe(0);
  nsfw.drop();
});

it("opens the check once for several images, and again in a new worker", async () => {
  const { nsfw, log, running } = setup();
  await nsfw.download(download);
  expect(await Promise.all([nsfw.check(image), nsfw.check(image)])).toEqual([0.7, 0.7]);
  expect(log).toEqual(["open a.whl", "check", "check"]);
  running.alive = 0; // lost
  await nsfw.check(image);
  expect(log.slice(3)).toEqual(["open a.whl", "check"]);
  nsfw.drop();
  expect(running.alive).toBe(0);
  await nsfw.check(image);
  expect(log.slice(5)).toEqual(["open a.whl", "check"]);
  nsfw.drop();
});

it("gives its memory back a minute after the last check", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const { nsfw, running } = setup();
  await nsfw.download(download);
  await nsfw.check(image);
  vi.advanceTimersByTime(50_000);
  await nsfw.check(image);
  vi.advanceTimersByTime(59_000);
  expect(running.alive).toBe(1);
  vi.advanceTimersByTime(1_000);
  expect(running.alive).toBe(0);
});

it("opens the check in a new worker after a failure to open it", async () => {
  const { nsfw, running, failOnce } = setup();
  await nsfw.download(download);
  failOnce();
  await expect(nsfw.check(image)).rejects.toMatchObject({ code: "bad-file" });
  expect(running.alive).toBe(0);
  expect(await nsfw.check(image)).toBe(0.7);
  nsfw.drop();
});
